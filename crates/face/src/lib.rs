//! What `ui` and the phone write their views against.
//!
//! At HQ it is leptos. On the phone it is leptos' signals, `view!` and `#[component]`, and one type of views behind the
//! paths that these write down: see `docs/adr/0022`.

#[cfg(all(feature = "whole", not(feature = "phone")))]
pub use leptos::*;

#[cfg(feature = "phone")]
mod live;
#[cfg(feature = "phone")]
mod paths;
#[cfg(feature = "phone")]
mod signal;
#[cfg(feature = "phone")]
mod view;

#[cfg(feature = "phone")]
pub use {paths::*, view::apart};
