//! Small pieces that several screens share.

mod act_form;
mod auto_select;
mod failure;
mod loading;
mod moment;
pub(crate) mod number;
mod pager;
mod post;
mod screen;

pub(crate) use act_form::ActForm;
pub(crate) use auto_select::AutoSelect;
use failure::FailureHere;
pub(crate) use failure::{Failure, FormFailure};
pub(crate) use loading::loading;
pub(crate) use moment::{Age, When, age_of};
pub use pager::Slice;
pub(crate) use pager::{EmptyStretch, SlicePager};
pub(crate) use screen::Screen;
