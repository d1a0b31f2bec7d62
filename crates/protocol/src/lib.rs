//! What crosses the wire between a client and the server: `/api/v1`.
//!
//! Versioned and additive: a field may be added with a default, none is taken
//! away or given another meaning while a supported protocol has it. All
//! integers are of fixed width, moments are i64 ms, digests lower-case hex.

pub mod evidence;
pub mod problem;
pub mod pull;
pub mod push;
pub mod receipt;
pub mod session;

/// The protocol that this build speaks.
pub const PROTOCOL: u32 = 1;

/// Header that names the protocol of a request.
pub const PROTOCOL_HEADER: &str = "mingcha-protocol";
/// Header that names the build of a client.
pub const BUILD_HEADER: &str = "mingcha-build";
/// Header that names the account on whose behalf a phone sends: another account's cookie gets 401.
pub const ACCOUNT_HEADER: &str = "mingcha-account";
/// Header that carries a journal's hand-in key, for push and upload without a session.
pub const HAND_IN_HEADER: &str = "mingcha-hand-in";
