//! The demo city: one fictional company with people, places and a month of visits.
//!
//! Everything here is made of the same ops as real work and goes through the
//! same door. Demo accounts exist nowhere else.

pub mod answers;
pub mod install;
pub mod luck;
pub mod people;
pub mod pictures;
pub mod places;
pub mod visits;
