//! The browser half of the phone: the only crate that touches its stores, camera and network.
//!
//! Everything here asks the browser and hands back plain values; what they
//! mean is decided in `sync` and `domain`.

pub mod camera;
pub mod clock;
pub mod door;
pub mod failure;
pub mod files;
pub mod http;
pub mod idb;
pub mod lock;
pub mod mirror;
pub mod position;
pub mod random;
pub mod recorder;
pub mod seal;
pub mod space;
pub mod vault;
pub mod wake;
pub mod worker;

pub use failure::Failure;

/// The page's window: workers have none, and nothing here runs in one.
fn window() -> Result<web_sys::Window, Failure> {
    web_sys::window().ok_or_else(|| Failure::new("NoWindow", ""))
}
