//! Parts that several screens share.

mod checks;
mod copy;
mod evidence;
mod home_screen;
mod lost;
mod memo;
mod page;
mod picture;
mod saved;
mod task_card;
mod viewfinder;
mod whereabouts;

pub(crate) use checks::checks;
pub(crate) use copy::copy;
pub(crate) use evidence::{evidence, truth_name};
pub(crate) use home_screen::home_screen;
pub(crate) use lost::lost;
pub(crate) use memo::memo;
pub(crate) use page::{Page, page};
pub(crate) use picture::{Pictures, picture};
pub(crate) use saved::saved;
pub(crate) use task_card::{due_line, task_card};
pub(crate) use viewfinder::viewfinder;
pub(crate) use whereabouts::whereabouts;
