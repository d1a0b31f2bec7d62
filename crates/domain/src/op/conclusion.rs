//! What the server says by itself, asked by nobody.

use uuid::Uuid;

use super::{
    DecodeError, Op, Payload, Salt,
    payload::{EvidenceVerified, SERVER_ACTOR, VisitSettle},
};
use crate::{
    evidence::Sha256,
    ids::{OpId, VisitId},
};

/// What the server concludes. All of its op follows from what it says, the salt too (there is nothing to hide in it):
/// made twice, by two nodes or an hour later, it is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conclusion {
    visit: VisitId,
    id: OpId,
    payload: Payload,
}

impl Conclusion {
    /// The score of a visit's `submission` is final.
    #[must_use]
    pub fn settled(settle: VisitSettle, submission: u32) -> Self {
        let visit = VisitId::of(settle.assignment);
        let name = [b"settle".as_slice(), &submission.to_be_bytes()].concat();
        Self { visit, id: OpId(Uuid::new_v5(&visit.0, &name)), payload: Payload::VisitSettle(settle) }
    }

    /// These bytes (in order), which a visit's `submission` names, are here, whole.
    #[must_use]
    pub fn verified(visit: VisitId, submission: u32, sha256: Vec<Sha256>) -> Self {
        let mut name = submission.to_be_bytes().to_vec();
        for one in &sha256 {
            name.extend_from_slice(&one.0);
        }
        let payload = Payload::EvidenceVerified(EvidenceVerified { sha256 });
        Self { visit, id: OpId(Uuid::new_v5(&visit.0, &name)), payload }
    }

    /// Its op.
    ///
    /// # Errors
    /// None in practice: ids and hashes always have a canonical form.
    pub fn op(&self) -> Result<Op, DecodeError> {
        self.under(self.id)
    }

    /// The same under another id: whoever knows what the server will say can take its id beforehand.
    ///
    /// # Errors
    /// None in practice.
    pub fn under(&self, id: OpId) -> Result<Op, DecodeError> {
        Op::new(id, SERVER_ACTOR.0, self.visit.0, None, Salt::new(id.0.into_bytes()), self.payload.clone())
    }
}
