//! Whose turn it is: which ops of a request get a verdict now, which were here before, and which must wait for one ahead
//! of them. The same on the server and in the simulator's.

use std::collections::HashMap;

use mutants::{Mutant, planted};
use uuid::Uuid;

use crate::{evidence::Sha256, ids::JournalId};

/// An op of a request, as far as its turn goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Under which id it is known.
    pub id: Uuid,
    /// Of its body.
    pub digest: Sha256,
    /// Its place in the journal; `None` at HQ.
    pub seq: Option<i64>,
}

/// Where the answer to an op comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found<K> {
    /// A verdict of its own: it is the n-th new one of the batch.
    Fresh(usize),
    /// The n-th new one of the batch is the same.
    AgainInBatch(usize),
    /// The log has it.
    Known(K),
}

/// What is due to an op.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn<K> {
    /// The id that the log has it under: its own, or [`elsewhere`].
    pub logged_as: Uuid,
    /// Where its answer comes from.
    pub found: Found<K>,
    /// It uses up the next place of its journal.
    pub takes_place: bool,
}

/// The id under which another body of a known op is kept, or a new op at a place of the journal that is taken.
#[must_use]
pub fn elsewhere(id: Uuid, digest: Sha256) -> Uuid {
    Uuid::new_v5(&id, &digest.0)
}

/// The turns of one batch, request after request. `L` says what the log has under an id: its digest, and whatever answers it.
#[derive(Debug)]
pub struct Turns<L> {
    log: L,
    last: HashMap<JournalId, i64>,
    in_batch: HashMap<Uuid, usize>,
    fresh: Vec<Sha256>,
}

impl<K, L: Fn(Uuid) -> Option<(Sha256, K)>> Turns<L> {
    /// The turns of a batch over `log`.
    pub fn new(log: L) -> Self {
        Self { log, last: HashMap::new(), in_batch: HashMap::new(), fresh: Vec::new() }
    }

    /// The turns of a request's ops, as many of them as have one, and the place that its journal expects next. `last_seq`
    /// is the journal's last place before the batch.
    pub fn of(
        &mut self,
        journal: Option<JournalId>,
        last_seq: i64,
        ops: impl IntoIterator<Item = Asked>,
    ) -> (Vec<Turn<K>>, i64) {
        let mut turns = Vec::new();
        let mut last = journal.map(|journal| self.last.get(&journal).copied().unwrap_or(last_seq));
        for op in ops {
            let next = match (op.seq, last) {
                (Some(seq), Some(last)) if seq > last + 1 => break,
                (Some(seq), Some(last)) => seq == last + 1,
                _ => false,
            };
            let (logged_as, found) = match self.stands(op.id) {
                Some((digest, again)) if digest == op.digest || planted(Mutant::TrustsOpIdAlone) => (op.id, again),
                None if next || journal.is_none() => (op.id, self.add(op.id, op.digest)),
                // Another body under a known id, or a new op where the journal was full: kept under an id of its own.
                _ => {
                    let id = elsewhere(op.id, op.digest);
                    match self.stands(id) {
                        Some((_, again)) => (id, again),
                        None => (id, self.add(id, op.digest)),
                    }
                }
            };
            let takes_place = next && journal.is_some();
            if takes_place {
                last = op.seq;
            }
            turns.push(Turn { logged_as, found, takes_place });
        }
        if let (Some(journal), Some(last)) = (journal, last) {
            self.last.insert(journal, last);
        }
        (turns, last.map_or(0, |last| last + 1))
    }

    fn stands(&self, id: Uuid) -> Option<(Sha256, Found<K>)> {
        if let Some(n) = self.in_batch.get(&id) {
            return Some((self.fresh[*n], Found::AgainInBatch(*n)));
        }
        let known = if planted(Mutant::PrunesDedupeKeys) { None } else { (self.log)(id) };
        known.map(|(digest, known)| (digest, Found::Known(known)))
    }

    fn add(&mut self, id: Uuid, digest: Sha256) -> Found<K> {
        self.in_batch.insert(id, self.fresh.len());
        self.fresh.push(digest);
        Found::Fresh(self.fresh.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JOURNAL: JournalId = JournalId(Uuid::from_u128(1));
    const OTHER: JournalId = JournalId(Uuid::from_u128(2));

    fn op(id: u128, body: u8, seq: i64) -> Asked {
        Asked { id: Uuid::from_u128(id), digest: Sha256::of(&[body]), seq: Some(seq) }
    }

    /// The log has op 9 with body 9.
    fn turns() -> Turns<impl Fn(Uuid) -> Option<(Sha256, char)>> {
        Turns::new(|id| (id == Uuid::from_u128(9)).then_some((Sha256::of(&[9]), 'k')))
    }

    fn found<K>(turns: Vec<Turn<K>>) -> Vec<(Found<K>, bool)> {
        turns.into_iter().map(|turn| (turn.found, turn.takes_place)).collect()
    }

    #[test]
    fn a_journal_goes_on_place_by_place_and_stops_at_a_gap() {
        let mut turns = turns();
        let (first, expect) = turns.of(Some(JOURNAL), 4, [op(1, 1, 5), op(2, 2, 6), op(3, 3, 8), op(4, 4, 7)]);
        assert_eq!(found(first), [(Found::Fresh(0), true), (Found::Fresh(1), true)]);
        assert_eq!(expect, 7);
        // Another request of the batch, in the same journal and in another.
        let (again, expect) = turns.of(Some(JOURNAL), 4, [op(2, 2, 6), op(3, 3, 7)]);
        assert_eq!((found(again), expect), (vec![(Found::AgainInBatch(1), false), (Found::Fresh(2), true)], 8));
        let (moved, expect) = turns.of(Some(OTHER), 0, [op(9, 9, 1), op(1, 1, 2)]);
        assert_eq!((found(moved), expect), (vec![(Found::Known('k'), true), (Found::AgainInBatch(0), true)], 3));
    }

    #[test]
    fn another_body_and_a_full_place_stand_under_ids_of_their_own() {
        let mut turns = turns();
        let (mut other, expect) = turns.of(Some(JOURNAL), 4, [op(9, 8, 5), op(9, 8, 5), op(7, 7, 2)]);
        assert_eq!(
            other.iter().map(|turn| turn.logged_as).collect::<Vec<_>>(),
            [
                elsewhere(Uuid::from_u128(9), Sha256::of(&[8])),
                elsewhere(Uuid::from_u128(9), Sha256::of(&[8])),
                elsewhere(Uuid::from_u128(7), Sha256::of(&[7])),
            ]
        );
        let last = other.pop().map(|turn| (turn.found, turn.takes_place));
        assert_eq!(last, Some((Found::Fresh(1), false)), "a new op at a place that is taken uses none up");
        assert_eq!((found(other), expect), (vec![(Found::Fresh(0), true), (Found::AgainInBatch(0), false)], 6));
    }

    #[test]
    fn hq_has_no_places() {
        let hq = |id, body| Asked { seq: None, ..op(id, body, 0) };
        let (turns, expect) = turns().of(None, 0, [hq(1, 1), hq(9, 9), hq(9, 8)]);
        assert_eq!(turns[2].logged_as, elsewhere(Uuid::from_u128(9), Sha256::of(&[8])));
        assert_eq!(
            (found(turns), expect),
            (vec![(Found::Fresh(0), false), (Found::Known('k'), false), (Found::Fresh(1), false)], 0)
        );
    }
}
