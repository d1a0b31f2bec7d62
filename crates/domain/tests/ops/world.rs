//! A small world of ops: one hall, the five checklists, one task.

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    assignment::{VisitMode, Window},
    checklist::{Answer, Value, builtin},
    evidence::{CapturedKnown, EvidenceKind, EvidenceRecord, EvidenceSource, Sha256, StoredBytes},
    ids::{AliasId, AssignmentId, EvidenceId, OpId, OrgUnitId, VenueId, VisitId},
    op::{
        Facts, Op, Payload, Salt, States, Verdict, apply, decide,
        payload::{AssignmentPlan, PlannedTask, VisitArrive},
    },
    org::{OrgKind, OrgUnit, Venue, VenueKind},
    place::{NoFix, Whereabouts},
    role::{Role, RoleSet},
    text::Text,
    time::{DAY_MS, Moment},
    visit::{Impressions, Presence, VisitDocument},
};
use uuid::Uuid;

pub(crate) const NOW: Moment = Moment(1_000_000);

/// A small world: one hall, one checklist, one task, and a counter that names ops.
pub(crate) struct World {
    pub(crate) states: States,
    pub(crate) ops: u128,
    pub(crate) task: AssignmentId,
}

pub(crate) fn facts(roles: &[Role]) -> Facts {
    Facts { roles: RoleSet::of(roles), ..Facts::on_phone(NOW, RoleSet::default()) }
}

pub(crate) fn visitor() -> Facts {
    facts(&[Role::Visitor])
}

pub(crate) fn reviewer() -> Facts {
    Facts { holds_alias: false, ..facts(&[Role::Reviewer]) }
}

impl World {
    pub(crate) fn new() -> Self {
        let mut states = States::default();
        let unit = OrgUnitId::derive(Uuid::nil(), 1);
        states.units.insert(
            unit,
            OrgUnit { id: unit, parent: None, kind: OrgKind::City, code: "C".into(), name: Text::zh("市公司") },
        );
        let venue = venue(unit);
        states.venues.insert(venue.id, venue);
        for list in builtin().unwrap() {
            states.checklists.insert(list.id, Arc::new(list));
        }
        let mut world = Self { states, ops: 0, task: AssignmentId::derive(Uuid::nil(), 0) };
        let plan = world.op(Uuid::nil(), None, Uuid::from_u128(99), |id| {
            Payload::AssignmentPlan(AssignmentPlan { tasks: vec![task(id)], by_handle: false })
        });
        assert_eq!(world.run(&plan, &facts(&[Role::Office])), Verdict::Applied);
        world.task = AssignmentId::derive(plan.id.0, 0);
        world
    }

    pub(crate) fn op(
        &mut self,
        subject: Uuid,
        base: Option<u32>,
        actor: Uuid,
        payload: impl FnOnce(OpId) -> Payload,
    ) -> Op {
        self.ops += 1;
        let id = OpId(Uuid::from_u128(self.ops));
        Op::new(id, actor, subject, base, Salt::new([7; 16]), payload(id)).unwrap()
    }

    pub(crate) fn phone(&mut self, base: u32, payload: Payload) -> Op {
        let (visit, alias) = (VisitId::of(self.task), AliasId::of(self.task));
        self.op(visit.0, Some(base), alias.0, |_| payload)
    }

    pub(crate) fn hq(&mut self, base: u32, payload: Payload) -> Op {
        let visit = VisitId::of(self.task);
        self.op(visit.0, Some(base), Uuid::from_u128(77), |_| payload)
    }

    pub(crate) fn run(&mut self, op: &Op, facts: &Facts) -> Verdict {
        let verdict = decide(op, &self.states, facts);
        if verdict == Verdict::Applied {
            apply(op, &mut self.states, facts);
        }
        verdict
    }

    pub(crate) fn visit(&self) -> &domain::visit::Visit {
        &self.states.visits[&VisitId::of(self.task)]
    }

    pub(crate) fn arrive(&mut self) {
        let op = self.phone(0, Payload::VisitArrive(VisitArrive { assignment: self.task, presence: presence(1) }));
        assert_eq!(self.run(&op, &visitor()), Verdict::Applied);
    }

    pub(crate) fn submit(&mut self, base: u32, answers: &[(&str, Answer)]) -> Verdict {
        let document = self.document(answers);
        let op = self.phone(base, Payload::VisitSubmit(document));
        self.run(&op, &visitor())
    }

    pub(crate) fn document(&self, answers: &[(&str, Answer)]) -> VisitDocument {
        let task = &self.states.assignments[&self.task];
        let list = &self.states.checklists[&task.checklist];
        VisitDocument {
            assignment: self.task,
            venue: task.venue,
            checklist: task.checklist,
            window: task.window,
            arrived: Some(presence(1)),
            left: Some(presence(2)),
            answers: answers
                .iter()
                .map(|(code, answer)| (list.item_by_code(code).unwrap().id, answer.clone()))
                .collect(),
            answered_at: BTreeMap::new(),
            impressions: Impressions::default(),
            evidence: vec![photo(1), photo(2), EvidenceRecord { id: EvidenceId::derive(Uuid::nil(), 3), ..photo(2) }],
            no_microphone: false,
        }
    }
}

pub(crate) fn venue(unit: OrgUnitId) -> Venue {
    Venue {
        id: VenueId::derive(Uuid::nil(), 1),
        kind: VenueKind::Hall,
        code: "H".into(),
        name: Text::zh("清河路营业厅"),
        unit,
        county: unit,
        address: String::new(),
        position: None,
        original: None,
        hours: String::new(),
        agent: false,
        rural: false,
    }
}

pub(crate) fn task(op: OpId) -> PlannedTask {
    PlannedTask {
        id: AssignmentId::derive(op.0, 0),
        venue: VenueId::derive(Uuid::nil(), 1),
        checklist: builtin().unwrap()[2].id,
        mode: VisitMode::Covert,
        window: Window { from: Moment(0), until: Moment(DAY_MS) },
        scenario: None,
        commitments: Vec::new(),
    }
}

pub(crate) fn presence(ms: i64) -> Presence {
    Presence { at: Moment(ms), whereabouts: Whereabouts::None(NoFix::Refused) }
}

pub(crate) fn photo(n: u8) -> EvidenceRecord {
    EvidenceRecord {
        id: EvidenceId::derive(Uuid::nil(), u32::from(n)),
        item: None,
        kind: EvidenceKind::Photo,
        source: EvidenceSource::InPageCamera,
        bytes: Some(StoredBytes { sha256: Sha256::of(&[n]), size: 1, mime: "image/jpeg".into() }),
        text: String::new(),
        captured_at: NOW,
        captured_known: CapturedKnown::Shutter,
        fix: None,
        caption: String::new(),
    }
}

pub(crate) fn choose(code: &str) -> Answer {
    Answer::of(Value::Choice(code.into()))
}
