//! The engine of the phone, without I/O.
