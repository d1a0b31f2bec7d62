//! Every SQL statement of Mingcha: migrations, the one door for writes, the
//! phone's reads, the feed and the replay.
//!
//! The serving process connects as `mingcha_serve`, which owns nothing; every
//! statement runs in a transaction that names one tenant, and row-level
//! security does the rest. People are known to schema `identity` alone, which
//! is reached through its functions only (see `migrations/0006…`).

mod cluster;
pub mod code;
pub mod error;
pub mod hq;
mod migrate;
mod pool;
mod rows;
mod secret;
mod signer;
mod writer;

pub use cluster::{Inspection, ensure_database, inspect};
pub use error::{Error, Result};
pub use migrate::{ServedRole, migrate, set_password};
pub use pool::{Settings, Store, Tx};
pub use secret::Secret;
pub use signer::{Signed, Signer};
pub use writer::{
    Caller, Link, Private, PrivateAccount, PrivatePlan, PrivateSupervisor, Source, WayIn, Who, WriteRequest, standing,
};
