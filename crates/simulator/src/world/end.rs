//! The end: everything drains, and what phones and server have is written down for the checker.

use std::collections::BTreeMap;

use checker::Event;
use domain::{
    evidence::Sha256,
    ids::{AssignmentId, OpId, VisitId},
    op::{Payload, Verdict},
    time::MINUTE_MS,
    visit::VisitState,
};

use super::{World, network::said};
use crate::server::{submitted, task_of};

/// How often everybody gets a turn before what still waits counts as stuck.
const ROUNDS: usize = 40;

impl World {
    /// Every phone that is not lost is opened, signed in and left to itself until nothing moves any more.
    pub(super) fn drain(&mut self) {
        let mut quiet = 0;
        for _ in 0..ROUNDS {
            self.now = self.now.plus(20 * MINUTE_MS);
            let before = (self.server.rev(), self.server.media.len(), self.outboxes());
            for n in 0..self.phones.len() {
                self.drain_phone(n);
            }
            self.run_jobs();
            let is_in = |phone: &crate::phone::Phone| {
                let asks = phone.open.as_ref().is_none_or(|open| open.asks);
                phone.gone || !phone.is_in_use() || !asks || !self.server.is_active(crate::city::supervisor(phone.who))
            };
            let same = before == (self.server.rev(), self.server.media.len(), self.outboxes());
            quiet = if same && self.phones.iter().all(is_in) { quiet + 1 } else { 0 };
            // A pass may have ended on an answer that was lost before: the next one begins anew.
            if quiet == 3 {
                break;
            }
        }
        self.read_the_feed();
    }

    fn drain_phone(&mut self, n: usize) {
        let phone = &mut self.phones[n];
        if phone.gone || !phone.is_in_use() || (phone.open.is_none() && !phone.load()) {
            return;
        }
        if phone.cookie.is_none() || phone.open.as_ref().is_some_and(|open| open.asks) {
            self.sign_in(n);
        }
        if self.phones[n].open.as_ref().is_some_and(|open| open.run.is_none()) {
            self.begin_pass(n);
        }
        let mut left = 2_000;
        while left > 0 && self.phones[n].open.as_ref().is_some_and(|open| open.run.is_some()) {
            if self.net.is_empty() {
                self.go_on(n);
            } else {
                self.move_the_network();
            }
            left -= 1;
        }
        if left == 0 {
            self.broken.push(format!("P12: the pass of {} goes round in a circle", self.phones[n].name));
        }
    }

    /// How much waits on each phone, and where its pull is.
    fn outboxes(&self) -> Vec<(usize, usize, Option<String>)> {
        let open = self.phones.iter().filter_map(|phone| phone.open.as_ref());
        open.map(|open| {
            let files = open.engine.files().filter(|file| file.waits()).count();
            (open.engine.waiting().count(), files, open.engine.cursor().map(str::to_owned))
        })
        .collect()
    }

    pub(super) fn record_the_end(&mut self) {
        let mut events = Vec::new();
        // Closed, and put back to before this phone's journal was opened: neither the session nor the key opens
        // anything, and only HQ can let the person in again. What is on it stays there.
        for phone in self.phones.iter_mut().filter(|phone| !phone.gone) {
            let closed = !self.server.is_active(crate::city::supervisor(phone.who));
            if closed && phone.open.as_ref().is_some_and(|open| open.asks) {
                phone.gone = true;
                events.push(Event::Died { who: phone.name.clone() });
            }
        }
        self.record_log(&mut events);
        self.record_values(&mut events);
        self.record_evidence(&mut events);
        self.record_states(&mut events);
        self.look_at_phones();
        events.push(Event::End);
        self.history.append(&mut events);
    }

    fn record_log(&self, events: &mut Vec<Event>) {
        let mut effects: BTreeMap<OpId, u32> = BTreeMap::new();
        for revision in &self.server.revisions {
            *effects.entry(revision.op).or_default() += 1;
        }
        for (rev, row) in (1..).zip(&self.server.log) {
            let visit = row.op.as_ref().filter(|_| row.verdict == Verdict::Applied).and_then(|op| counts(op));
            let base = match row.op.as_ref().map(|op| &op.payload) {
                // Whoever adopts has seen both.
                Some(Payload::HeldAdopt(_)) | None => None,
                Some(_) => row.op.as_ref().and_then(|op| op.base),
            };
            let subject = visit.or_else(|| self.adopted(row));
            events.push(Event::Log {
                rev,
                op: row.id.to_string(),
                digest: row.digest.to_string(),
                verdict: said(&row.verdict),
                base: base.filter(|_| subject.is_some()),
                subject: subject.map(|visit| visit.to_string()),
            });
            if let (Verdict::Applied, Some(Payload::AssignmentPlan(plan))) =
                (&row.verdict, row.op.as_ref().map(|op| &op.payload))
            {
                let there = plan.tasks.iter().all(|task| self.server.states.assignments.contains_key(&task.id));
                events.push(Event::Effect { op: row.id.to_string(), times: u32::from(there) });
            }
            let hands_in = row.op.as_ref().is_some_and(|op| submitted(op).is_some());
            if hands_in && row.verdict == Verdict::Applied {
                let times = effects.get(&OpId(row.id)).copied().unwrap_or(0);
                events.push(Event::Effect { op: row.id.to_string(), times });
            }
        }
        let revs: BTreeMap<_, i64> = (1..).zip(&self.server.log).map(|(rev, row)| (row.id, rev)).collect();
        for ((journal, seq), op) in &self.server.places {
            let rev = revs.get(op).copied().unwrap_or(0);
            events.push(Event::Place { journal: journal.to_string(), seq: *seq, op: op.to_string(), rev });
        }
    }

    /// The visit that an adopting op changed.
    fn adopted(&self, row: &crate::server::LogRow) -> Option<VisitId> {
        let op = row.op.as_ref().filter(|_| row.verdict == Verdict::Applied)?;
        let Payload::HeldAdopt(adopt) = &op.payload else { return None };
        let held = self.server.held.get(&adopt.op.0)?.op.as_ref()?;
        counts(held)
    }

    fn record_values(&self, events: &mut Vec<Event>) {
        let value = |document: &domain::visit::VisitDocument| {
            let json = serde_json::to_vec(document).unwrap_or_default();
            Sha256::of(&json).to_string()
        };
        for row in &self.server.log {
            // Another body under a known id is nobody's work.
            let own = row.op.as_ref().filter(|_| row.id == row.sent_as);
            if let Some(document) = own.and_then(|op| submitted(op)) {
                let subject = VisitId::of(document.assignment).to_string();
                events.push(Event::Wrote { op: row.id.to_string(), subject, value: value(document) });
            }
        }
        let held = self.server.held.values().filter_map(|row| row.op.as_ref()).filter_map(|op| submitted(op));
        let shown = self.server.revisions.iter().map(|revision| &*revision.document).chain(held);
        for document in shown {
            let subject = VisitId::of(document.assignment).to_string();
            events.push(Event::Shows { subject, value: value(document) });
        }
    }

    fn record_evidence(&self, events: &mut Vec<Event>) {
        for id in self.server.states.visits.keys() {
            self.record_visit(*id, &id.to_string(), events);
        }
    }

    /// What a visit's evidence comes to, as the server shows it and as it lies there, under `name`.
    pub(super) fn record_visit(&self, id: VisitId, name: &str, events: &mut Vec<Event>) {
        let Some(visit) = self.server.states.visits.get(&id) else { return };
        let named = self.server.states.documents.get(&id).map(|document| {
            let bytes = document.evidence.iter().filter_map(|record| record.bytes.as_ref());
            bytes.map(|bytes| bytes.sha256).collect::<std::collections::BTreeSet<_>>()
        });
        let verified = self.server.verified(id);
        for sha256 in named.into_iter().flatten() {
            let bytes = self.server.media.get(&sha256);
            events.push(Event::Evidence {
                visit: name.to_owned(),
                sha256: sha256.to_string(),
                counted: verified.contains(&sha256),
                present: bytes.is_some_and(|bytes| Sha256::of(bytes) == sha256),
            });
        }
        events.push(Event::Visit {
            visit: name.to_owned(),
            expected: visit.evidence_expected,
            verified: visit.evidence_verified,
        });
        if visit.is_complete() {
            events.push(Event::Complete { visit: name.to_owned() });
        }
    }

    /// What each phone believes of its tasks, and what the server has of them.
    fn record_states(&self, events: &mut Vec<Event>) {
        for phone in &self.phones {
            let Some(open) = phone.open.as_ref().filter(|_| !phone.gone) else { continue };
            let account = crate::city::supervisor(phone.who);
            if !self.server.is_active(account) || phone.cookie.is_none_or(|token| !self.server.is_session(token)) {
                continue;
            }
            let (mut here, mut there) = (String::new(), String::new());
            for (task, closed) in self.server.inbox(account) {
                let Some(assignment) = self.server.states.assignments.get(&task) else { continue };
                let visit = self.server.states.visits.get(&VisitId::of(task));
                let seen = self.server.verified(VisitId::of(task)).len();
                let visit = visit.map(|visit| (visit.state, visit.revision, visit.submission, seen));
                let row = open.rows.get(&task);
                let state = if closed { None } else { Some((assignment.state, visit)) };
                let believed = row.filter(|row| row.closed.is_none()).map(|row| {
                    let visit = row.task.visit.as_ref();
                    let visit =
                        visit.map(|visit| (visit.state, visit.revision, visit.submission, visit.verified.len()));
                    (row.task.assignment.state, visit)
                });
                // A task that was closed before this phone ever saw it is nothing to it.
                there.push_str(&format!("{task} {state:?}\n"));
                here.push_str(&format!("{task} {believed:?}\n"));
            }
            events.push(Event::Device { who: phone.name.clone(), state: here });
            events.push(Event::Server { who: phone.name.clone(), state: there });
        }
    }

    /// What must be true of every phone that was left in peace.
    fn look_at_phones(&mut self) {
        let mut broken = Vec::new();
        for phone in self.phones.iter().filter(|phone| !phone.gone) {
            if let Some(lost) = phone.unsaved() {
                broken.push(format!("P3: {} has not saved {lost}", phone.name));
            }
            let Some(open) = &phone.open else { continue };
            let may = if self.server.is_active(crate::city::supervisor(phone.who)) { "active" } else { "closed" };
            let asks = if open.asks { "asks to sign in" } else { "goes on" };
            for op in open.engine.waiting() {
                let next = open.engine.reopening();
                broken.push(format!("P12: op {} still waits on {}, {may}, {asks}, {next:?}", op.id, phone.name));
            }
            for file in open.engine.files().filter(|file| file.waits()) {
                broken.push(format!("P12: file {} still waits on {}, {may}, {asks}", file.sha256, phone.name));
            }
            // A phone that took the visit over never had the bytes; whoever has them never gives them up.
            let stuck = open.engine.files().filter(|file| file.state == sync::FileState::Stuck);
            for file in stuck.filter(|file| phone.files.contains_key(&file.sha256)) {
                broken
                    .push(format!("P10: file {} was given up on {} and its bytes are whole", file.sha256, phone.name));
            }
            for file in open.engine.files().filter(|file| matches!(file.state, sync::FileState::Received { .. })) {
                let visit = VisitId::of(file.task);
                let document = self.server.states.documents.get(&visit);
                let mut named = document.iter().flat_map(|document| &document.evidence);
                let named = named.any(|record| record.bytes.as_ref().is_some_and(|bytes| bytes.sha256 == file.sha256));
                if named && !self.server.verified(visit).contains(&file.sha256) {
                    let (file, name) = (file.sha256, &phone.name);
                    broken.push(format!("P10: {name} counts file {file} as received, and the server does not"));
                }
            }
            for (task, answers) in &phone.saved {
                broken.extend(
                    self.lost_answers(open, *task, answers)
                        .map(|item| format!("P8: {} lost what was answered to {item} of task {task}", phone.name)),
                );
            }
            broken.extend(self.disagreements(&phone.name, open));
            broken.extend(self.kept_back(phone, open));
        }
        self.broken.append(&mut broken);
    }

    fn lost_answers<'a>(
        &self,
        open: &'a crate::phone::Open,
        task: AssignmentId,
        answers: &'a BTreeMap<domain::ids::ItemId, String>,
    ) -> impl Iterator<Item = domain::ids::ItemId> + use<'a> {
        let draft = open.rows.get(&task).and_then(|row| row.draft.as_ref());
        answers.iter().filter_map(move |(item, value)| {
            let there = draft.and_then(|draft| draft.answers.get(item)?.value.as_ref());
            let same = there.and_then(|there| serde_json::to_string(there).ok()).as_ref() == Some(value);
            (!same).then_some(*item)
        })
    }

    /// Bytes that a phone has, that the visit which it writes names, and that the server never got.
    fn kept_back(&self, phone: &crate::phone::Phone, open: &crate::phone::Open) -> Vec<String> {
        let mut broken = Vec::new();
        for (task, _) in open.rows.iter().filter(|(_, row)| row.closed.is_none()) {
            let troubled = open.engine.troubles().any(|trouble| trouble.task == *task);
            let writes = self.server.writer(*task) == Some(open.engine.journal());
            // By this phone: one that took the visit over may have equal bytes by chance, of another draft of its own.
            let handed_in = open.engine.has_cut(*task, "visit.submit@");
            let visit = VisitId::of(*task);
            let Some(document) = self.server.states.documents.get(&visit).filter(|_| writes && handed_in && !troubled)
            else {
                continue;
            };
            let verified = self.server.verified(visit);
            let named = document.evidence.iter().filter_map(|record| record.bytes.as_ref()).map(|bytes| bytes.sha256);
            for sha256 in named.filter(|sha256| phone.files.contains_key(sha256) && !verified.contains(sha256)) {
                broken
                    .push(format!("P10: {} has file {sha256} of task {task}, and the server never got it", phone.name));
            }
        }
        broken
    }

    /// A draft and the visit that it is of.
    fn disagreements(&self, name: &str, open: &crate::phone::Open) -> Vec<String> {
        let mut broken = Vec::new();
        for (task, row) in &open.rows {
            let (Some(draft), Some(visit)) = (&row.draft, self.server.states.visits.get(&VisitId::of(*task))) else {
                continue;
            };
            let journal = open.engine.journal();
            // 9279: signed in with the key of a journal that had been revoked, and died before the new one was written
            // down: its session writes that one, and the phone shows the visit as another's, which it can take over.
            let writes = self.server.writer(*task) == Some(journal) && !self.server.is_revoked(journal);
            let troubled = open.engine.troubles().any(|trouble| trouble.task == *task);
            if row.closed.is_some()
                || !writes
                || troubled
                || !self.server.is_active(crate::city::supervisor(open.me.who))
            {
                continue;
            }
            if draft.base != visit.revision {
                let (here, there) = (draft.base, visit.revision);
                broken.push(format!("P12: {name} builds on revision {here} of {task}, which is at {there}"));
            }
            if visit.state == VisitState::Returned && draft.state == domain::visit::DraftState::Submitted {
                broken.push(format!("P12: {name} does not know that {task} was returned"));
            }
        }
        broken
    }
}

/// The visit whose revision an op counts up.
fn counts(op: &domain::op::Op) -> Option<VisitId> {
    match &op.payload {
        Payload::VisitAccept(_) | Payload::VisitReturn(_) | Payload::VisitVoid(_) => Some(VisitId(op.subject)),
        Payload::VisitArrive(_) | Payload::VisitLeave(_) | Payload::VisitSubmit(_) | Payload::VisitTakeOver(_) => {
            task_of(op).map(VisitId::of)
        }
        _ => None,
    }
}
