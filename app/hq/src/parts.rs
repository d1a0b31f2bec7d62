//! Small pieces that several screens share.

mod act_form;
mod failure;
mod loading;
mod moment;
mod pager;
mod screen;

pub(crate) use act_form::ActForm;
pub(crate) use failure::{Failure, FormFailure};
pub(crate) use loading::{Read, loading};
pub(crate) use moment::{Age, When, age_of};
pub(crate) use pager::{Slice, SlicePager};
pub(crate) use screen::Screen;
