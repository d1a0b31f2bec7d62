//! The program `mingcha` as an operator meets it: real processes, each with a folder and ports of its own.

mod backup;
mod begin;
mod bench;
mod house;
mod import;
mod lan;
mod phone;
mod start;
mod web;
