//! The browser half of the phone: the only crate that touches its stores, camera and network.
