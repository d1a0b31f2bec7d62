//! What a phone asks: what changed for its person, and which bytes it may send or see.

mod cursor;
mod evidence;
mod pull;
mod stored;

pub use evidence::{Claim, Pending, Readable};
pub use pull::Pull;
pub(crate) use stored::Noter;
