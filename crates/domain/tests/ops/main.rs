//! The rules of ops, by example and by property.
#![cfg(feature = "builtin")]

mod edits;
mod rules;
mod states;
mod world;
