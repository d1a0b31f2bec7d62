//! Every SQL statement of Mingcha: migrations, the one door for writes, the
//! phone's reads, the feed and the replay.
//!
//! The serving process connects as `mingcha_serve`, which owns nothing; every
//! statement runs in a transaction that names one tenant, and row-level
//! security does the rest. People are known to schema `identity` alone, which
//! is reached through its functions only (see `migrations/0006…`).

mod backup;
mod by_key;
mod cluster;
pub mod code;
pub mod command;
pub mod error;
mod feed;
pub mod hq;
mod migrate;
mod packed;
mod people;
mod phone;
mod planned;
mod pool;
pub mod reasons;
mod recorded;
mod rows;
mod secret;
mod session;
mod settle;
mod signer;
mod tenants;
mod verify;
mod writer;
mod yardstick;

pub use backup::{Branch, LEFT_OUT, NamedBytes, Snapshot, holds_anything, make_room};
pub use by_key::plans_by_key;
pub use cluster::{Inspection, at_database, drop_database, ensure_database, inspect};
pub use error::{Error, Result};
pub use feed::FeedEntry;
pub use migrate::{SchemaState, ServedRole, migrate, newest_schema, schema_state, set_password};
pub use people::{Account, Handle, HandleQuery};
pub use phone::{Claim, Pending, Pull, Readable};
pub use pool::{Settings, Store, Tx};
pub use recorded::{Fork, Recorded, RecordedOp, forks, payload, recorded};
pub use secret::Secret;
pub use session::{Front, NewJournal, NewSession, Person, Session, SignInCheck, Tenant, nowhere};
pub use settle::{Unsettled, plan_of_waiting};
pub use signer::{Signed, Signer};
pub use tenants::{NewTenant, create_tenant, tenants};
pub use verify::{Difference, Fault, MediaName, OUTSIDE, Report, verify, verify_on};
pub use writer::{
    Caller, Link, Private, PrivateAccount, PrivatePlan, PrivateSupervisor, Source, WayIn, Who, WriteRequest, standing,
};
pub use yardstick::{Counts, Sizes, Yardstick};
