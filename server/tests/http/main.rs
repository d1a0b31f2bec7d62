//! The server by its public doors: the whole router in this process, on a real PostgreSQL, with real files.
//!
//! Nobody here looks behind the doors but to set the stage and to count what was written. How much is tried
//! is said by `MINGCHA_TRUST` (`cargo xtask trust --only http`); without it, it is what CI has time for.

#[path = "../../../crates/store/tests/store/cluster.rs"]
mod cluster;
#[path = "../../../crates/store/tests/store/inspect.rs"]
mod inspect;

mod accounts;
mod bursts;
mod company;
mod contract;
mod desk;
mod downloads;
mod extent;
mod forms;
mod held;
mod house;
mod isolation;
mod malformed;
mod page;
mod phone;
mod planted;
mod releases;
mod texts;
mod waiting;
mod web;
