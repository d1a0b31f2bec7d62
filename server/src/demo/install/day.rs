//! A month of visits, op by op, in the order in which they came.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use domain::{
    checklist::{ChecklistVersion, builtin},
    evidence::Sha256,
    ids::{AccountId, AliasId, AssignmentId, JournalId, OpId, VisitId},
    op::{
        Conclusion, Envelope, Op, Payload, Salt, Verdict,
        payload::{
            AssignmentAccept, AssignmentPlan, PlannedTask, SERVER_ACTOR, VisitAccept, VisitArrive, VisitLeave,
            VisitReturn, VisitVoid,
        },
    },
    time::{DAY_MS, HOUR_MS, MINUTE_MS, Moment},
    visit::ReturnedItem,
};
use protocol::push::PushedOp;
use serde_json::value::RawValue;
use store::{Caller, Front, NewJournal, NewSession, Private, PrivatePlan, Secret, Source, Who, WriteRequest, standing};

use super::City;
use crate::{
    demo::{
        luck::Luck,
        people::{PEOPLE, Person},
        places,
        visits::{self, DemoVisit, MODE, Progress},
    },
    failure::{Failure, Result},
};

/// A phone of the demo.
struct Phone {
    token: Secret,
    journal: JournalId,
    seq: i64,
}

/// Something that happens to a visit.
enum Event {
    Plan,
    Accept,
    Arrive,
    HandIn,
    Decide,
}

impl City {
    pub(super) async fn month(&self) -> Result<()> {
        let lists = builtin().map_err(|error| Failure::unexpected("checklists", &error))?;
        let all = visits::visits(&places::venues(), self.now);
        let mut phones = HashMap::new();
        for person in PEOPLE.iter().filter(|person| person.is_supervisor()) {
            phones.insert(person.account(), self.phone(person).await?);
        }
        let mut reviewers = Vec::new();
        for login in ["reviewer", "reviewer2"] {
            if let Some(person) = PEOPLE.iter().find(|person| person.login == login) {
                reviewers.push((person.account(), self.session(person, Front::Hq).await?));
            }
        }
        let mut events: Vec<(Moment, usize, Event)> =
            all.iter().enumerate().flat_map(|(n, visit)| self.events(n, visit)).collect();
        events.sort_by_key(|(at, n, _)| (*at, *n));
        let mut tasks: HashMap<usize, AssignmentId> = HashMap::new();
        for (at, n, event) in events {
            let visit = &all[n];
            let list = &lists[visit.topic];
            if matches!(event, Event::Plan) {
                tasks.insert(n, self.plan(visit, list, at).await?);
                continue;
            }
            let (Some(task), Some(phone)) = (tasks.get(&n).copied(), phones.get_mut(&visit.supervisor)) else {
                continue;
            };
            match event {
                Event::Plan => {}
                Event::Accept => {
                    let accept = Payload::AssignmentAccept(AssignmentAccept {});
                    self.push(phone, task, task.0, vec![(0, accept)], at).await?;
                }
                Event::Arrive => {
                    let mut luck = Luck::new(visit.seed);
                    let presence = visits::presence(visit.begun_at, &visit.venue, &mut luck);
                    let arrive = Payload::VisitArrive(VisitArrive { assignment: task, presence });
                    self.push(phone, task, VisitId::of(task).0, vec![(0, arrive)], at).await?;
                }
                Event::HandIn => self.hand_in(phone, visit, list, task, at).await?,
                Event::Decide => {
                    let (who, token) = &reviewers[n % reviewers.len()];
                    self.decide(*who, *token, visit, task, at).await?;
                }
            }
        }
        self.sign_everybody_out(phones, reviewers).await
    }

    fn events(&self, n: usize, visit: &DemoVisit) -> Vec<(Moment, usize, Event)> {
        let handed_in = visit.begun_at.plus(70 * MINUTE_MS);
        let accepted = visit.planned_at.plus(3 * HOUR_MS);
        let mut events = vec![(visit.planned_at, n, Event::Plan)];
        if visit.progress == Progress::Released {
            return events;
        }
        events.push((accepted, n, Event::Accept));
        events.push((visit.begun_at.plus(2 * MINUTE_MS), n, Event::Arrive));
        if visit.progress == Progress::UnderWay {
            return events;
        }
        events.push((handed_in, n, Event::HandIn));
        match visit.progress {
            Progress::Accepted | Progress::Voided => {
                events.push((handed_in.plus(DAY_MS + n as i64 * 17 * MINUTE_MS), n, Event::Decide));
            }
            Progress::Returned => events.push((handed_in.plus(35 * MINUTE_MS), n, Event::Decide)),
            _ => {}
        }
        events
    }

    async fn plan(&self, visit: &DemoVisit, list: &ChecklistVersion, at: Moment) -> Result<AssignmentId> {
        let op = OpId(self.random.uuid_v7(self.now));
        let task = PlannedTask {
            id: AssignmentId::derive(op.0, 0),
            venue: visit.venue.id,
            checklist: list.id,
            mode: MODE,
            window: visit.window,
            scenario: visits::scenario(&visit.venue),
            commitments: visits::commitments(),
        };
        let id = task.id;
        let plan = Payload::AssignmentPlan(AssignmentPlan { tasks: vec![task], by_handle: false });
        let who = BTreeMap::from([(id, Who::Account(visit.supervisor))]);
        let private = Private::Plan(PrivatePlan { seed: self.random.bytes(), lock_out_ms: 0, who });
        let op = Op::new(op, SERVER_ACTOR.0, op.0, None, Salt::new(self.random.bytes()), plan)
            .map_err(|error| Failure::unexpected("demo op", &error))?;
        self.act(op, private, at).await?;
        Ok(id)
    }

    async fn hand_in(
        &self,
        phone: &mut Phone,
        visit: &DemoVisit,
        list: &ChecklistVersion,
        task: AssignmentId,
        at: Moment,
    ) -> Result<()> {
        let (document, photos) =
            visits::document(visit, list, task).map_err(|error| Failure::unexpected("demo picture", &error))?;
        let id = VisitId::of(task);
        let mut ops = Vec::new();
        if let Some(left) = document.left.clone() {
            ops.push((1, Payload::VisitLeave(VisitLeave { assignment: task, presence: left })));
        }
        ops.push((ops.len() as u32 + 1, Payload::VisitSubmit(document)));
        self.push(phone, task, id.0, ops, at).await?;
        let incomplete = visit.progress == Progress::Received { incomplete: true };
        let send = photos.len() - usize::from(incomplete && !photos.is_empty());
        for bytes in photos.into_iter().take(send) {
            let sha256 = Sha256::of(&bytes);
            let kept = self.media.keep(self.tenant, sha256, Bytes::from(bytes)).await;
            kept.map_err(|error| Failure::unexpected("demo picture", &error))?;
            let stored = self.owner.evidence_stored(self.tenant, Caller::Token(phone.token.hash), id, sha256, at).await;
            stored.map_err(|error| Failure::unexpected("demo picture", &error))?;
        }
        let pending = self.owner.pending_verifications(self.tenant, None, 500).await;
        for pending in pending.map_err(|error| Failure::unexpected("demo picture", &error))? {
            let op = Conclusion::from(pending).op();
            let op = op.map_err(|error| Failure::unexpected("demo op", &error))?;
            self.act(op, Private::None, at.plus(MINUTE_MS)).await?;
        }
        Ok(())
    }

    async fn decide(
        &self,
        who: AccountId,
        token: Secret,
        visit: &DemoVisit,
        task: AssignmentId,
        at: Moment,
    ) -> Result<()> {
        let payload = match visit.progress {
            Progress::Voided => {
                Payload::VisitVoid(VisitVoid { reason: "现场照片与厅名不符,安排重新走访。".to_owned() })
            }
            Progress::Returned => {
                let reason = "门头照片看不清厅名,请补拍;等候时长请核对叫号单。".to_owned();
                Payload::VisitReturn(VisitReturn { items: vec![ReturnedItem { item: None, reason }] })
            }
            _ => Payload::VisitAccept(VisitAccept {}),
        };
        let op = self.op(VisitId::of(task).0, Some(3), who.0, self.random.bytes(), payload)?;
        let kind = op.payload.kind();
        let result = self.owner.act(self.tenant, token.hash, op, Private::None, at).await;
        let result = result.map_err(|error| Failure::unexpected(kind, &error))?;
        match standing(&result) {
            Verdict::Applied => Ok(()),
            other => Err(Failure::unexpected(kind, &format!("{other:?} for {:?}", visit.venue.name.zh))),
        }
    }

    async fn push(
        &self,
        phone: &mut Phone,
        task: AssignmentId,
        subject: uuid::Uuid,
        ops: Vec<(u32, Payload)>,
        at: Moment,
    ) -> Result<()> {
        let mut pushed = Vec::new();
        for (base, payload) in ops {
            phone.seq += 1;
            let op = self.op(subject, Some(base), AliasId::of(task).0, self.random.bytes(), payload)?;
            let envelope =
                Envelope { op_id: op.id, journal: phone.journal, seq: phone.seq, device_time: at.plus(-MINUTE_MS) };
            let body = RawValue::from_string(op.canonical).map_err(|error| Failure::unexpected("demo op", &error))?;
            pushed.push(PushedOp { envelope, body });
        }
        let source = Source::Phone {
            caller: Caller::Token(phone.token.hash),
            journal: phone.journal,
            newest: None,
            ops: pushed,
        };
        let written = self.owner.write(self.tenant, WriteRequest { source, received_at: at }).await;
        for result in written.map_err(|error| Failure::unexpected("demo push", &error))?.results {
            if result.verdict != Verdict::Applied {
                return Err(Failure::unexpected("demo push", &format!("{:?}", result.verdict)));
            }
        }
        Ok(())
    }

    async fn phone(&self, person: &Person) -> Result<Phone> {
        let token = self.session(person, Front::Field).await?;
        let journal = JournalId(self.random.uuid_v7(self.now));
        let (_, key) = Secret::mint(self.tenant, self.random.bytes());
        let opened = self
            .owner
            .open_journal(
                self.tenant,
                store::Caller::Token(token.hash),
                NewJournal { id: journal, key: key.hash },
                self.now,
            )
            .await;
        opened.map_err(|error| Failure::unexpected("demo phone", &error))?;
        Ok(Phone { token, journal, seq: 0 })
    }

    async fn session(&self, person: &Person, front: Front) -> Result<Secret> {
        let attempt = self.random.uuid_v7(self.now);
        let failed = |error: store::Error| Failure::unexpected("demo session", &error);
        let (_, secret) = Secret::mint(self.tenant, self.random.bytes());
        let session = NewSession {
            token: secret.hash,
            front,
            idle_ms: DAY_MS,
            ends_at: self.now.plus(DAY_MS),
            device: "demo".to_owned(),
            journal: None,
        };
        self.owner.sign_in_begin(self.tenant, attempt, person.login, "demo", self.now).await.map_err(failed)?;
        self.owner.sign_in_finish(self.tenant, attempt, true, &session, self.now).await.map_err(failed)?;
        Ok(secret)
    }

    async fn sign_everybody_out(
        &self,
        phones: HashMap<AccountId, Phone>,
        reviewers: Vec<(AccountId, Secret)>,
    ) -> Result<()> {
        let tokens = phones.into_values().map(|phone| phone.token).chain(reviewers.into_iter().map(|(_, token)| token));
        for token in tokens {
            let ended = self.owner.end_session(self.tenant, token.hash, self.now).await;
            ended.map_err(|error| Failure::unexpected("demo session", &error))?;
        }
        Ok(())
    }
}
