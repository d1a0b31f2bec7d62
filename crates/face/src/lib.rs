//! What `ui` and the phone write their views against.
//!
//! At HQ it is leptos. On the phone it has leptos' `view!` and `#[component]` and the names that they and we use of it,
//! but one type of views and one arena of signals behind them: see `docs/adr/0021`.

#[cfg(all(feature = "whole", not(feature = "phone")))]
pub use leptos::*;

#[cfg(feature = "phone")]
mod graph;
#[cfg(feature = "phone")]
mod live;
#[cfg(feature = "phone")]
mod paths;
#[cfg(feature = "phone")]
mod signal;
#[cfg(all(test, feature = "phone"))]
mod tests;
#[cfg(feature = "phone")]
mod view;

#[cfg(feature = "phone")]
pub use {paths::*, view::apart};
