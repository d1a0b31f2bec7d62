//! A random history of a tenant in which everything happens that may: work, reviews, held ops, junk, restores.

use std::collections::BTreeMap;

use domain::{
    assignment::{VisitMode, Window},
    evidence::Sha256,
    finding::Severity,
    ids::{AssignmentId, FindingId, OpId, VisitId},
    op::{
        Conclusion, Op, Payload,
        payload::{
            AccountDisable, AssignmentAccept, AssignmentDecline, AssignmentPlan, AssignmentRecall, FindingConfirm,
            FindingDismiss, HeldAdopt, HeldDecline, PlannedTask, VisitAccept, VisitArrive, VisitLeave, VisitReturn,
            VisitTakeOver, VisitVoid,
        },
    },
    role::Role,
    time::DAY_MS,
    visit::ReturnedItem,
};
use protocol::{push::PushedOp, receipt::Head};
use serde_json::value::RawValue;
use sqlx::{Connection as _, PgConnection, Row as _};
use store::{Caller, Private, PrivatePlan, Who};
use uuid::Uuid;

use crate::{
    cluster::cluster,
    luck::Luck,
    world::{NOW, Person, Phone, TestSigner, World, presence, salt, uuid},
};

/// A tenant at work.
pub(crate) struct History {
    pub(crate) world: World,
    /// Heads that phones were given.
    pub(crate) witnesses: Vec<Head>,
    luck: Luck,
    visitors: Vec<Person>,
    reviewer: Person,
    phones: Vec<Phone>,
    tasks: Vec<AssignmentId>,
    sent: Vec<PushedOp>,
}

impl History {
    pub(crate) async fn new(seed: u64) -> Self {
        let world = World::new().await;
        let mut visitors = Vec::new();
        let mut phones = Vec::new();
        for _ in 0..3 {
            let visitor = world.person(&[Role::Visitor]).await;
            phones.push(world.phone(&visitor).await);
            visitors.push(visitor);
        }
        let reviewer = world.person(&[Role::Reviewer]).await;
        let (witnesses, tasks, sent) = (Vec::new(), Vec::new(), Vec::new());
        Self { world, witnesses, luck: Luck::new(seed), visitors, reviewer, phones, tasks, sent }
    }

    /// One thing more happens.
    pub(crate) async fn step(&mut self) {
        match self.luck.below(17) {
            0 | 1 => self.plan().await,
            2..=5 => self.work().await,
            6 => self.review().await,
            7 => self.findings().await,
            8 => self.evidence().await,
            9 => self.recall().await,
            10 => self.held().await,
            11 => self.again().await,
            12 => self.junk().await,
            13 => self.another_body().await,
            14 => self.new_journal().await,
            15 => self.restore().await,
            _ => self.disable().await,
        }
    }

    async fn plan(&mut self) {
        let op = OpId(uuid());
        let task = |n| PlannedTask {
            id: AssignmentId::derive(op.0, n),
            venue: self.world.venue.id,
            checklist: self.world.hall().id,
            mode: VisitMode::Covert,
            window: Window { from: NOW, until: NOW.plus(DAY_MS) },
            scenario: None,
            commitments: Vec::new(),
        };
        let tasks: Vec<PlannedTask> = (0..1 + self.luck.below(3) as u32).map(task).collect();
        self.tasks.extend(tasks.iter().map(|task| task.id));
        // The first is given to somebody known, the others are drawn.
        let who = BTreeMap::from([(tasks[0].id, Who::Account(self.luck.one(&self.visitors).account))]);
        let private = PrivatePlan { seed: Sha256::of(op.0.as_bytes()).0, lock_out_ms: 0, who };
        let plan = Payload::AssignmentPlan(AssignmentPlan { tasks, by_handle: false });
        let op = Op::new(op, Uuid::nil(), uuid(), None, salt(), plan).expect("an op");
        self.world.owner.act_as_server(self.world.tenant, op, Private::Plan(private), NOW).await.expect("written");
    }

    /// One to four ops of a phone, in their order or not.
    async fn work(&mut self) {
        let Some(task) = (!self.tasks.is_empty()).then(|| *self.luck.one(&self.tasks)) else { return };
        let phone = self.luck.below(self.phones.len());
        let base = self.revision(VisitId::of(task)).await;
        let mut ops = Vec::new();
        let first = self.luck.below(5);
        for step in first..(first + 1 + self.luck.below(4)).min(6) {
            let presence = presence(1 + self.luck.below(1000) as i64);
            let photos: Vec<u8> = (0..self.luck.below(3)).map(|_| self.luck.next() as u8).collect();
            let payload = match step {
                0 => Payload::AssignmentAccept(AssignmentAccept {}),
                1 => Payload::VisitArrive(VisitArrive { assignment: task, presence }),
                2 => Payload::VisitLeave(VisitLeave { assignment: task, presence }),
                3 => Payload::VisitSubmit(self.world.document(task, &photos)),
                4 => Payload::AssignmentDecline(AssignmentDecline { tie: false, reason: "忙".into() }),
                _ => Payload::VisitTakeOver(VisitTakeOver { assignment: task }),
            };
            ops.push(self.phones[phone].cut(task, base + ops.len() as u32, payload));
        }
        self.send(phone, &ops).await;
    }

    async fn send(&mut self, phone: usize, ops: &[PushedOp]) {
        let pushed = self.phones[phone].push(&self.world.store, ops).await.expect("pushed");
        self.witnesses.extend(pushed.heads);
        self.sent.extend(ops.iter().cloned());
    }

    async fn revision(&self, visit: VisitId) -> u32 {
        let mut owner = self.owner().await;
        let revision: Option<i32> = sqlx::query_scalar("SELECT revision FROM app.visit WHERE visit_id = $1")
            .bind(visit.0)
            .fetch_optional(&mut owner)
            .await
            .expect("read");
        revision.unwrap_or_default().cast_unsigned()
    }

    async fn owner(&self) -> PgConnection {
        PgConnection::connect(&cluster().owner).await.expect("connected")
    }

    async fn review(&mut self) {
        let Some(task) = (!self.tasks.is_empty()).then(|| *self.luck.one(&self.tasks)) else { return };
        let base = self.revision(VisitId::of(task)).await;
        let payload = match self.luck.below(4) {
            0 => Payload::VisitAccept(VisitAccept {}),
            1 => Payload::VisitVoid(VisitVoid { reason: "重复".into() }),
            _ => Payload::VisitReturn(VisitReturn { items: vec![ReturnedItem { item: None, reason: "补".into() }] }),
        };
        self.world.hq(&self.reviewer, task, base, payload).await;
    }

    async fn act(&mut self, subject: Uuid, base: Option<u32>, payload: Payload) {
        let op = Op::new(OpId(uuid()), self.reviewer.account.0, subject, base, salt(), payload).expect("an op");
        let world = &self.world;
        world.store.act(world.tenant, self.reviewer.token, op, Private::None, NOW).await.expect("written");
    }

    async fn findings(&mut self) {
        let mut owner = self.owner().await;
        let found = sqlx::query("SELECT finding_id, revision FROM app.finding WHERE tenant_id = $1 ORDER BY 1")
            .bind(self.world.tenant.0)
            .fetch_all(&mut owner)
            .await
            .expect("read");
        if found.is_empty() {
            return;
        }
        let row = self.luck.one(&found);
        let (finding, revision): (Uuid, i32) = (row.get("finding_id"), row.get("revision"));
        let payload = if self.luck.below(2) == 0 {
            Payload::FindingConfirm(FindingConfirm { severity: Severity::Major, note: "核实".into() })
        } else {
            Payload::FindingDismiss(FindingDismiss { reason: "误报".into() })
        };
        self.act(FindingId(finding).0, Some(revision.cast_unsigned()), payload).await;
    }

    async fn evidence(&mut self) {
        let mut owner = self.owner().await;
        let claims = sqlx::query(
            "SELECT c.visit_id, c.sha256, j.key_hash FROM identity.evidence_claim c
             JOIN identity.journal j USING (tenant_id, journal_id)
             WHERE c.tenant_id = $1 AND c.stored_at IS NULL ORDER BY 1, 2 LIMIT 2",
        );
        let world = &self.world;
        for row in claims.bind(world.tenant.0).fetch_all(&mut owner).await.expect("read") {
            let hash = |name| Sha256(row.get::<Vec<u8>, _>(name).try_into().expect("32 bytes"));
            let (visit, key) = (VisitId(row.get("visit_id")), Caller::Key(hash("key_hash")));
            world.store.evidence_stored(world.tenant, key, visit, hash("sha256"), NOW).await.expect("noted");
        }
        for pending in world.store.pending_verifications(world.tenant, None, 10).await.expect("read") {
            let op = Conclusion::from(pending).op().expect("an op");
            world.store.act_as_server(world.tenant, op, Private::None, NOW).await.expect("written");
        }
    }

    async fn recall(&mut self) {
        let Some(task) = (!self.tasks.is_empty()).then(|| *self.luck.one(&self.tasks)) else { return };
        self.act(task.0, None, Payload::AssignmentRecall(AssignmentRecall { reason: "取消".into() })).await;
    }

    async fn held(&mut self) {
        let mut owner = self.owner().await;
        let held: Option<Uuid> =
            sqlx::query_scalar("SELECT op_id FROM app.held WHERE tenant_id = $1 AND state = 1 ORDER BY rev LIMIT 1")
                .bind(self.world.tenant.0)
                .fetch_optional(&mut owner)
                .await
                .expect("read");
        let Some(held) = held else { return };
        let op = OpId(held);
        let payload = if self.luck.below(3) == 0 {
            Payload::HeldDecline(HeldDecline { op, reason: "作废".into() })
        } else {
            Payload::HeldAdopt(HeldAdopt { op })
        };
        self.act(held, None, payload).await;
    }

    /// What was sent is sent again.
    async fn again(&mut self) {
        if self.sent.is_empty() {
            return;
        }
        let op = self.luck.one(&self.sent).clone();
        let phone = self.phones.iter().position(|phone| phone.journal == op.envelope.journal);
        if let Some(phone) = phone {
            self.phones[phone].push(&self.world.store, &[op]).await.expect("pushed");
        }
    }

    /// Something that no build can read, or this one not yet.
    async fn junk(&mut self) {
        let phone = self.luck.below(self.phones.len());
        let task = self.tasks.first().copied().unwrap_or(AssignmentId(Uuid::nil()));
        let mut op = self.phones[phone].cut(task, 0, Payload::AssignmentAccept(AssignmentAccept {}));
        let body = match self.luck.below(4) {
            0 => op.body.get().replace("assignment.accept@1", "assignment.accept@9"),
            1 => op.body.get().replace("\"payload\":{}", "\"payload\":{},\"later\":[1,{\"a\":\"明\"}]"),
            2 => "{\"n\":1.5}".to_owned(),
            _ => op.body.get().replace("\"kind\"", "\"kin\""),
        };
        op.body = RawValue::from_string(body).expect("JSON");
        self.send(phone, &[op]).await;
    }

    /// Another body under a known id.
    async fn another_body(&mut self) {
        if self.sent.is_empty() {
            return;
        }
        let known = self.luck.one(&self.sent).clone();
        let phone = self.luck.below(self.phones.len());
        let phone_task = self.tasks.first().copied().unwrap_or(AssignmentId(Uuid::nil()));
        let mut op = self.phones[phone].cut(phone_task, 7, Payload::AssignmentAccept(AssignmentAccept {}));
        let own = op.envelope.op_id;
        op.envelope.op_id = known.envelope.op_id;
        let body = op.body.get().replace(&own.to_string(), &known.envelope.op_id.to_string());
        op.body = RawValue::from_string(body).expect("JSON");
        self.send(phone, &[op]).await;
    }

    /// A phone was recovered: a new journal, in which it offers what it has under the old ids.
    async fn new_journal(&mut self) {
        let n = self.luck.below(self.phones.len());
        let old = self.phones[n].journal;
        self.phones[n] = self.world.phone(&self.visitors[n]).await;
        let mine: Vec<PushedOp> = self.sent.iter().filter(|op| op.envelope.journal == old).take(3).cloned().collect();
        let mut ops = Vec::new();
        for mut op in mine {
            self.phones[n].seq += 1;
            op.envelope.journal = self.phones[n].journal;
            op.envelope.seq = self.phones[n].seq;
            ops.push(op);
        }
        self.send(n, &ops).await;
    }

    /// A phone shows a head that we signed and do not have.
    async fn restore(&mut self) {
        let phone = self.luck.below(self.phones.len());
        let Some(newest) = self.phones[phone].newest.clone() else { return };
        let mut lost = Head { number: newest.number + 1000, root: Sha256::of(b"lost"), ..newest };
        let signed = store::Signer::sign(&TestSigner, lost.hash());
        (lost.key, lost.signature) = (signed.key, signed.signature);
        self.phones[phone].newest = Some(lost);
        self.send(phone, &[]).await;
        self.phones[phone].newest = None;
    }

    async fn disable(&mut self) {
        let gone = self.world.person(&[Role::Visitor]).await;
        let op = Op::new(
            OpId(uuid()),
            Uuid::nil(),
            gone.account.0,
            None,
            salt(),
            Payload::AccountDisable(AccountDisable { reason: "离职".into() }),
        )
        .expect("an op");
        let world = &self.world;
        world.owner.act_as_server(world.tenant, op, Private::None, NOW).await.expect("written");
    }

    /// One op more that is held, for a receipt of the very last batch.
    pub(crate) async fn receipt(&mut self) {
        let task = self.tasks.first().copied().unwrap_or(AssignmentId(Uuid::nil()));
        let mut op = self.phones[0].cut(task, 0, Payload::AssignmentAccept(AssignmentAccept {}));
        let body = op.body.get().replace("assignment.accept@1", "assignment.accept@9");
        op.body = RawValue::from_string(body).expect("JSON");
        self.send(0, &[op]).await;
    }
}
