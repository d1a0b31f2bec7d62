//! The process `mingcha`: settings, routes, REST, jobs, and the PostgreSQL that it brings along.

pub mod api;
pub mod archive;
pub mod arrived;
pub mod cli;
pub mod clock;
pub mod config;
pub mod data_dir;
pub mod demo;
pub mod failure;
pub mod hq;
pub mod jobs;
pub mod keys;
mod lan;
pub mod logs;
pub mod media;
pub mod metrics;
pub mod origin;
pub mod passwords;
pub mod postgres;
pub mod process;
pub mod random;
pub mod router;
pub mod secret;
pub mod serve;
pub mod shutdown;
pub mod site;
pub mod tls;
