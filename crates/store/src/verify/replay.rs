//! The rows as the log makes them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use domain::{
    ids::{FindingId, OpId, VisitId},
    op::{Facts, Key, Op, States, apply, needs},
};

/// Everything that the log has made so far.
#[derive(Default)]
pub(super) struct Replay {
    pub(super) states: States,
    findings_of: BTreeMap<VisitId, BTreeSet<FindingId>>,
}

impl Replay {
    /// Applies an op with its stored facts. Its rows are taken out for it, so that an op costs what it
    /// touches and not what there is.
    pub(super) fn apply(&mut self, op: &Op, facts: &Facts) {
        let mut keys: BTreeSet<Key> = needs(op).into_iter().collect();
        let held: Vec<Arc<Op>> = keys
            .iter()
            .filter_map(|key| if let Key::Held(id) = key { self.states.held.get(id).cloned() } else { None })
            .collect();
        keys.extend(held.iter().flat_map(|op| needs(op)));
        let mut few = self.take(&keys);
        apply(op, &mut few, facts);
        self.put(few);
    }

    /// Keeps an op that waits for HQ.
    pub(super) fn hold(&mut self, id: OpId, op: Op) {
        self.states.held.insert(id, Arc::new(op));
    }

    fn take(&mut self, keys: &BTreeSet<Key>) -> States {
        let (all, mut few) = (&mut self.states, States::default());
        for key in keys {
            match key {
                Key::Unit(id) => move_one(&mut all.units, &mut few.units, id),
                Key::Venue(id) => move_one(&mut all.venues, &mut few.venues, id),
                Key::Checklist(id) => {
                    if let Some(version) = all.checklists.get(id) {
                        few.checklists.insert(*id, Arc::clone(version));
                    }
                }
                Key::Assignment(id) => move_one(&mut all.assignments, &mut few.assignments, id),
                Key::Visit(id) => move_one(&mut all.visits, &mut few.visits, id),
                Key::Document(id) => {
                    move_one(&mut all.documents, &mut few.documents, id);
                    move_one(&mut all.verified, &mut few.verified, id);
                }
                Key::FindingsOf(id) => {
                    for finding in self.findings_of.get(id).into_iter().flatten() {
                        move_one(&mut all.findings, &mut few.findings, finding);
                    }
                }
                Key::Finding(id) => move_one(&mut all.findings, &mut few.findings, id),
                Key::Held(id) => move_one(&mut all.held, &mut few.held, id),
            }
        }
        few
    }

    fn put(&mut self, few: States) {
        for finding in few.findings.values() {
            if let Some(visit) = finding.visit {
                self.findings_of.entry(visit).or_default().insert(finding.id);
            }
        }
        self.states.units.extend(few.units);
        self.states.venues.extend(few.venues);
        self.states.checklists.extend(few.checklists);
        self.states.assignments.extend(few.assignments);
        self.states.visits.extend(few.visits);
        self.states.documents.extend(few.documents);
        self.states.verified.extend(few.verified);
        self.states.findings.extend(few.findings);
        self.states.held.extend(few.held);
    }
}

fn move_one<K: Ord + Copy, V>(from: &mut BTreeMap<K, V>, to: &mut BTreeMap<K, V>, key: &K) {
    if let Some(value) = from.remove(key) {
        to.insert(*key, value);
    }
}
