//! Lists of units and venues as spreadsheets write them: bytes in, one op or every fault out.
//!
//! Nothing here opens a file or asks a database: a list is read
//! ([`csv::records`]), its rows are understood ([`org::read`],
//! [`venues::read`]), and what the company has already is held against them
//! ([`org::resolve`], [`venues::resolve`]), also where some are faulty: every
//! fault that can be known is told in one round. A list is taken whole or not at all.

pub mod csv;
mod faults;
pub mod org;
mod table;
pub mod venues;

pub use csv::Record;
pub use faults::{Fault, Faults};

use domain::op::Payload;

/// An import and what is said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The op's payload.
    pub payload: Payload,
    /// How many rows are new.
    pub added: usize,
    /// How many take the place of one that was there.
    pub replaced: usize,
    /// How many should have a position and have none; `None` where nothing of the list has one.
    pub without_position: Option<usize>,
}
