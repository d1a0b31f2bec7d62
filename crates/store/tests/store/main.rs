//! The store on a real PostgreSQL: one cluster for this program, one tenant a test.

mod cluster;
mod door;
mod feed;
mod hq;
mod isolation;
mod people;
mod restore;
mod tamper;
mod visit;
mod world;
