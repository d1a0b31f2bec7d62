//! The screens, one a file.

mod cover;
mod debrief;
mod door;
mod item;
mod list;
mod me;
mod missing;
mod sign_in;
mod sync;
mod task;
mod today;
mod visits;

pub(crate) use cover::{NOTES, cover};
pub(crate) use debrief::debrief;
pub(crate) use door::door;
pub(crate) use item::item;
pub(crate) use list::list;
pub(crate) use me::me;
pub(crate) use missing::missing;
pub(crate) use sign_in::{link, sign_in};
pub(crate) use sync::sync;
pub(crate) use task::task;
pub(crate) use today::today;
pub(crate) use visits::visits;
