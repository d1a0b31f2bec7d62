//! What HQ and the server's own jobs do.

use checker::{Event, Outcome};
use domain::{
    assignment::{VisitMode, Window},
    evidence::Sha256,
    ids::{AssignmentId, JournalId, OpId, VisitId},
    op::{
        Envelope, Op, Payload, Salt, Verdict,
        payload::{
            AccountDisable, AccountReopen, AssignmentPlan, AssignmentRecall, ChecklistPublish, HeldAdopt, HeldDecline,
            PlannedTask, VisitAccept, VisitReturn, VisitVoid,
        },
    },
    time::DAY_MS,
    visit::{ReturnedItem, VisitState},
};
use protocol::push::PushedOp;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::{World, network::said};
use crate::{
    city,
    server::{Caller, Request},
};

/// A visit as it stands on somebody's screen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Screen {
    visit: VisitId,
    revision: u32,
}

impl World {
    pub(super) fn act_at_hq(&mut self) {
        match self.luck.below(100) {
            0..=24 => self.plan(),
            25..=29 => self.recall(),
            30..=54 => self.look(),
            55..=84 => self.decide(),
            85..=96 => self.decide_held(),
            97 => self.publish(),
            _ => self.send_another_body(),
        }
    }

    /// A new version of the checklist, for tasks from now on.
    pub(super) fn publish(&mut self) {
        let version = city::checklist(self.versions);
        self.versions += 1;
        self.hq(Uuid::nil(), None, Payload::ChecklistPublish(ChecklistPublish { version }), Vec::new());
    }

    /// A task for somebody.
    pub(super) fn plan(&mut self) {
        if self.server.states.assignments.len() > 24 {
            return;
        }
        let op = OpId(self.luck.uuid());
        let count = self.luck.between(1, 3) as u32;
        let window = Window { from: self.server_clock(), until: self.server_clock().plus(30 * DAY_MS) };
        let tasks: Vec<PlannedTask> = (0..count)
            .map(|n| PlannedTask {
                id: AssignmentId::derive(op.0, n),
                venue: city::venue().id,
                checklist: city::version(self.versions - 1),
                mode: VisitMode::Covert,
                window,
                scenario: None,
                commitments: Vec::new(),
            })
            .collect();
        let gives = tasks.iter().map(|task| (task.id, city::supervisor(self.luck.below(city::SUPERVISORS)))).collect();
        self.hq_as(op, Uuid::nil(), None, Payload::AssignmentPlan(AssignmentPlan { tasks, by_handle: false }), gives);
    }

    /// Calls a task back; now and then somebody else gets another in its place.
    fn recall(&mut self) {
        let ids: Vec<AssignmentId> = self.server.states.assignments.keys().copied().collect();
        let Some(id) = self.luck.pick(&ids).copied() else { return };
        self.hq(id.0, None, Payload::AssignmentRecall(AssignmentRecall { reason: "改期".into() }), Vec::new());
        if self.luck.permille(500) {
            self.plan();
        }
    }

    /// Somebody opens a visit and leaves it open.
    fn look(&mut self) {
        let ids: Vec<VisitId> = self.server.states.visits.keys().copied().collect();
        let Some(visit) = self.luck.pick(&ids).copied() else { return };
        let Some(revision) = self.server.states.visits.get(&visit).map(|visit| visit.revision) else { return };
        if self.screens.len() > 4 {
            self.screens.remove(0);
        }
        self.screens.push(Screen { visit, revision });
        let (mut shown, name) = (Vec::new(), format!("{visit} at {}", self.history.len()));
        self.record_visit(visit, &name, &mut shown);
        self.history.extend(shown);
    }

    /// Decides on what is on a screen, however old that is.
    fn decide(&mut self) {
        if self.luck.permille(600) {
            self.look();
        }
        let Some(Screen { visit, revision }) = self.luck.pick(&self.screens).copied() else { return };
        let payload = match self.luck.below(10) {
            0..=3 => Payload::VisitAccept(VisitAccept {}),
            4..=8 => {
                Payload::VisitReturn(VisitReturn { items: vec![ReturnedItem { item: None, reason: "再看".into() }] })
            }
            _ => Payload::VisitVoid(VisitVoid { reason: "无效".into() }),
        };
        let accepts = matches!(payload, Payload::VisitAccept(_));
        let verdict = self.hq(visit.0, Some(revision), payload, Vec::new());
        if accepts && verdict == Some(Verdict::Applied) {
            let state = self.server.states.visits.get(&visit).map(|visit| visit.state);
            debug_assert_eq!(state, Some(VisitState::Accepted));
        }
    }

    fn decide_held(&mut self) {
        let waiting: Vec<OpId> = self.server.states.held.keys().copied().collect();
        let Some(op) = self.luck.pick(&waiting).copied() else { return };
        let payload = if self.luck.permille(600) {
            Payload::HeldAdopt(HeldAdopt { op })
        } else {
            Payload::HeldDecline(HeldDecline { op, reason: "不采用".into() })
        };
        self.hq(op.0, None, payload, Vec::new());
    }

    /// Somebody may not act any more.
    pub(super) fn disable(&mut self, who: usize) {
        let active = (0..city::SUPERVISORS).filter(|n| self.server.is_active(city::supervisor(*n))).count();
        if active > 1 {
            let payload = Payload::AccountDisable(AccountDisable { reason: "离职".into() });
            self.hq(city::supervisor(who).0, None, payload, Vec::new());
        }
    }

    /// Somebody who was not to act any more may again, and gets a link with which to sign in.
    pub(super) fn reopen_account(&mut self, who: usize) {
        let payload = Payload::AccountReopen(AccountReopen { commitment: Sha256([0; 32]) });
        self.hq(city::supervisor(who).0, None, payload, Vec::new());
    }

    fn hq(
        &mut self,
        subject: Uuid,
        base: Option<u32>,
        payload: Payload,
        gives: Vec<(AssignmentId, domain::ids::AccountId)>,
    ) -> Option<Verdict> {
        let id = OpId(self.luck.uuid());
        self.hq_as(id, subject, base, payload, gives)
    }

    /// A form of HQ: sent twice now and then, and its answer may not come.
    fn hq_as(
        &mut self,
        id: OpId,
        subject: Uuid,
        base: Option<u32>,
        payload: Payload,
        gives: Vec<(AssignmentId, domain::ids::AccountId)>,
    ) -> Option<Verdict> {
        let salt = Salt::new(self.luck.bytes());
        let op = Op::new(id, city::REVIEWER.0, subject, base, salt, payload).ok()?;
        let request = Request {
            caller: Caller::Hq(city::REVIEWER),
            journal: None,
            newest: None,
            ops: vec![pushed(&op, JournalId(Uuid::nil()), 0)],
            gives,
            received_at: self.server_clock(),
        };
        let mut answer = self.server.write(std::slice::from_ref(&request)).pop()?.ok()?;
        if self.luck.permille(self.weather.doubled) {
            answer = self.server.write(&[request]).pop()?.ok()?;
        }
        let result = answer.results.into_iter().next()?;
        let verdict = result.first.unwrap_or(result.verdict);
        let unknown = self.luck.permille(self.weather.reply_lost);
        self.history.push(Event::Acted {
            who: "hq".to_owned(),
            op: id.to_string(),
            digest: op.digest.to_string(),
            outcome: if unknown { Outcome::Unknown } else { Outcome::Ok },
            verdict: (!unknown).then(|| said(&verdict)),
            rev: (!unknown).then_some(result.rev),
        });
        Some(verdict)
    }

    /// The jobs: bytes that are here come to count. Two nodes may do it at once.
    pub(super) fn run_jobs(&mut self) {
        let twice = self.luck.permille(200);
        let now = self.server_clock();
        let settled = self.server.settlements(now);
        for op in self.server.verifications().into_iter().chain(settled) {
            let request = Request {
                caller: Caller::Server,
                journal: None,
                newest: None,
                ops: vec![pushed(&op, JournalId(Uuid::nil()), 0)],
                gives: Vec::new(),
                received_at: self.server_clock(),
            };
            self.server.write(std::slice::from_ref(&request));
            if twice {
                self.server.write(&[request]);
            }
        }
    }

    /// Somebody sends another body under an id that was used: a broken client, or worse.
    fn send_another_body(&mut self) {
        let phones: Vec<usize> = (0..self.phones.len()).filter(|n| self.phones[*n].open.is_some()).collect();
        let Some(n) = self.luck.pick(&phones).copied() else { return };
        let (Some(open), Some(token)) = (&self.phones[n].open, self.phones[n].cookie) else { return };
        let (journal, account) = (open.engine.journal(), city::supervisor(self.phones[n].who));
        let logged = self.server.log.iter().filter_map(|row| row.op.clone()).filter(|op| {
            let task = crate::server::task_of(op);
            task.and_then(|task| self.server.holder(task)) == Some(account)
        });
        let logged: Vec<_> = logged.collect();
        let Some(op) = self.luck.pick(&logged).cloned() else { return };
        // At a place that is used up already: one that is not would be taken from the phone itself.
        if !self.server.places.contains_key(&(journal, 1)) {
            return;
        }
        let salt = Salt::new(self.luck.bytes());
        let Ok(other) = Op::new(op.id, op.actor, op.subject, op.base, salt, op.payload.clone()) else { return };
        let request = Request {
            caller: Caller::Token(token),
            journal: Some(journal),
            newest: None,
            ops: vec![pushed(&other, journal, 1)],
            gives: Vec::new(),
            received_at: self.server_clock(),
        };
        self.server.write(&[request]);
    }

    /// HQ's list, or an integration, goes on where it was.
    pub(super) fn read_the_feed(&mut self) {
        if self.feed > self.server.rev() {
            self.feed = 0;
        }
        let from = self.feed;
        let to = self.server.rev().min(from + 20);
        let revs = (from + 1..=to).collect();
        self.history.push(Event::Read { who: "feed".to_owned(), from, revs, to });
        self.feed = to;
    }
}

fn pushed(op: &Op, journal: JournalId, seq: i64) -> PushedOp {
    let envelope = Envelope { op_id: op.id, journal, seq, device_time: domain::time::Moment(0) };
    let body = RawValue::from_string(op.canonical.clone()).expect("a canonical form is JSON");
    PushedOp { envelope, body }
}
