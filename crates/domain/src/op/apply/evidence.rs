//! Verified bytes count for every record of the visit that names them.

use mutants::{Mutant, planted};

use super::{Effects, Key, NoticeKind, States, visit::named_bytes};
use crate::{
    ids::VisitId,
    op::{Op, payload::EvidenceVerified},
};

pub(super) fn verified(op: &Op, verified: &EvidenceVerified, states: &mut States, effects: &mut Effects) {
    let id = VisitId(op.subject);
    let Some(document) = states.documents.get(&id) else { return };
    let named = named_bytes(document);
    let seen = states.verified.entry(id).or_default();
    seen.extend(verified.sha256.iter().filter(|sha256| named.contains(sha256)));
    let all = planted(Mutant::CountsWhatIsNotThere);
    let count = if all { named.len() } else { named.intersection(seen).count() } as u32;
    // The revision stays: it counts what people do, and nobody's base is stale because a photo came in.
    if let Some(visit) = states.visits.get_mut(&id) {
        visit.evidence_verified = count;
        effects.touch(Key::Visit(id));
        effects.touch(Key::Document(id));
        effects.notice(visit.assignment, NoticeKind::Change);
    }
}
