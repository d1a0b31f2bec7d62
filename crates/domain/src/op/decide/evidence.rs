//! Evidence counts once the server itself has hashed its bytes.

use super::{Check, Verdict, refuse};
use crate::{
    ids::VisitId,
    op::{Facts, Op, RefusedCode, States},
};

pub(super) fn verified(op: &Op, states: &States, facts: &Facts) -> Check {
    if !facts.server {
        return Err(Verdict::refused(RefusedCode::NotAllowed));
    }
    if states.visits.contains_key(&VisitId(op.subject)) { Ok(()) } else { refuse(RefusedCode::Unknown, "visit") }
}
