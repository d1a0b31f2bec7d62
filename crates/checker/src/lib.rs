//! Decides whether a recorded history keeps what is promised.
//!
//! A suite records what its phones, HQ and the server did, from outside, as
//! JSON lines; this crate reads them and knows nothing of the product. It
//! links none of the product's crates: a mistake in theirs is not in here.
//!
//! # The format
//!
//! One object a line, in the order in which things happened as far as the
//! recorder could see. Ids and digests are texts and are only ever compared.
//! `ev` says what it is; unknown fields are ignored, an unknown `ev` is an error.
//!
//! While it runs:
//!
//! | `ev` | fields | meaning |
//! |---|---|---|
//! | `cut` | `who op journal seq digest` | an op exists on a device; `files`: hashes that it hands in |
//! | `reopened` | `who journal ops` | the device offers these ops (`[{op, seq}]`) in another journal |
//! | `sent` | `who call journal ops` | a request with these ops left; `ops`: `[{op, seq, digest}]` |
//! | `served` | `call` | the server took the request: what befalls it later the answer cannot say |
//! | `answered` | `call outcome` | `ok`: with `results`; `fail`: surely not taken; `unknown`: nobody knows |
//! | `acted` | `who op digest outcome` | somebody at HQ did something; `verdict` and `rev` where the outcome is `ok` |
//! | `freed` | `who op` | a device counts the op as safe on the server |
//! | `forgot` | `who op` | a device keeps it no longer (long after it was freed, or emptied) |
//! | `refused` | `who op` | a device shows it as refused and keeps it |
//! | `died` | `who` | a device is gone with all that was on it |
//! | `stored` | `sha256 right` | the server says that bytes are whole; `right`: their hash is what was named |
//! | `complete` | `visit` | somebody was shown this visit as complete |
//! | `read` | `who from revs to` | a reader of the feed went from cursor to cursor and saw these revs |
//! | `restored` | `rev` | the server was put back: nothing after this rev is there any more |
//!
//! `results`: `[{op, seq, digest, verdict, first, rev}]`, `verdict` and `first`
//! one of `applied`, `duplicate`, `held`, `refused`.
//!
//! At the end, when the network has healed and everything has drained:
//!
//! | `ev` | fields | meaning |
//! |---|---|---|
//! | `log` | `rev op digest verdict` | a row of the server's log; `subject`: the visit that it counts up, `base`: the count that its actor saw |
//! | `place` | `journal seq op rev` | which op a place of a journal was used up by |
//! | `effect` | `op times` | how often the effect of an applied op is there |
//! | `wrote` | `op subject value` | a value that an op of the log handed in |
//! | `shows` | `subject value` | a value that HQ can see, in any revision or side revision |
//! | `evidence` | `visit sha256 counted present` | a hash that a visit's newest document names, whether it counts as verified, and whether right bytes are there |
//! | `visit` | `visit expected verified` | a visit and its two numbers |
//! | `device` | `who state` | the digest of what a device believes |
//! | `server` | `who state` | the digest of what the server has for that device |
//! | `end` | | the recording is whole |
//!
//! Real processes record what they can; a rule applies where its lines are.

mod history;
mod judge;

pub use history::{Event, Outcome, Place, Result as OpResult, Sent, Verdict, read};
pub use judge::{Counts, Fault, Report, check};
