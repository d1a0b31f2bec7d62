//! Ops: every change of state, asked for by whoever acts, decided by one set of rules.
//!
//! An op has two parts. The *envelope* says who sent it in which order and is
//! kept in `identity`. The *body* says what is to happen; its canonical form is
//! hashed, logged and chained. The same op is decided and applied by the same
//! code on the phone, on the server, in the simulator and by `mingcha verify`.
//!
//! [`decide`] may change from release to release. What [`apply`] does for a
//! kind@version may not: a changed effect is a new version of the kind.

mod apply;
mod body;
pub mod canonical;
mod conclusion;
mod decide;
mod decode_error;
mod facts;
pub mod payload;
mod states;
pub mod turn;
mod verdict;

pub use apply::{Effects, Notice, NoticeKind, apply};
pub use body::{Envelope, Op, OpBody, Salt};
pub use conclusion::Conclusion;
pub use decide::decide;
pub use decode_error::DecodeError;
pub use facts::Facts;
pub use payload::Payload;
pub use states::{Key, States, needs};
pub use verdict::{HeldCode, RefusedCode, Verdict};
