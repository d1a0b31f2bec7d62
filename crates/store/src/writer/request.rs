//! What is asked of the writer.

use domain::{evidence::Sha256, ids::JournalId, op::Op, time::Moment};
use protocol::{push::PushedOp, receipt::Head};

use super::private::Private;

/// One request: the ops of one push, or the one op of a form or a job.
#[derive(Debug)]
pub struct WriteRequest {
    /// Who asks, and what for.
    pub source: Source,
    /// When it arrived, by the server's clock.
    pub received_at: Moment,
}

/// Who asks, and what for.
#[derive(Debug)]
pub enum Source {
    /// A phone hands in ops of one journal.
    Phone {
        /// Its session, or its hand-in key.
        caller: Caller,
        /// The journal; it belongs to the caller.
        journal: JournalId,
        /// The newest head that the phone has: shows whether we were restored.
        newest: Option<Head>,
        /// The ops, by ascending seq.
        ops: Vec<PushedOp>,
    },
    /// Somebody at HQ acts.
    Session {
        /// Hash of the session's token.
        token: Sha256,
        /// What they do; its actor is their account.
        op: Op,
        /// What only `identity` may see of it.
        private: Private,
    },
    /// The server itself acts: a job, or a command of the owner.
    Server {
        /// What it does.
        op: Op,
        /// What only `identity` may see of it; needs the owner's login.
        private: Private,
    },
}

/// By what a phone is known. Never a person's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Caller {
    /// Hash of a session's token.
    Token(Sha256),
    /// Hash of a journal's hand-in key.
    Key(Sha256),
}

impl Caller {
    /// The hash, whichever it is.
    #[must_use]
    pub const fn hash(self) -> Sha256 {
        match self {
            Self::Token(hash) | Self::Key(hash) => hash,
        }
    }

    /// Whether it is a hand-in key.
    #[must_use]
    pub const fn is_key(self) -> bool {
        matches!(self, Self::Key(_))
    }
}
