//! The store on a real PostgreSQL: one cluster for this program, one tenant a test.

mod clocks;
mod cluster;
mod database;
mod door;
mod feed;
mod growth;
mod history;
mod hq;
mod isolation;
mod journals;
mod lane;
mod luck;
mod model;
mod people;
mod plans;
mod restore;
mod settle;
mod tamper;
mod tampering;
mod upgrade;
mod visit;
mod world;
