//! What phones did and saw, line by line, for the checker; and what the server has at the end.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use anyhow::{Context as _, Result};
use checker::Event as Line;
use domain::{
    evidence::Sha256,
    ids::{TenantId, VisitId},
    op::{Op, Payload, Verdict, canonical},
};
use protocol::{push::Pushed, receipt::Head};
use virtual_phone::{Event, Witness};

use crate::rig::{Published, Rig};

/// Writes down what phones see.
#[derive(Default)]
pub(crate) struct Recorder {
    inner: Mutex<Inner>,
    acknowledged: AtomicU64,
}

#[derive(Clone, Default)]
struct Inner {
    lines: Vec<Line>,
    calls: u64,
    /// What each phone that waits for its answer has asked.
    open: BTreeMap<u64, Asked>,
    ids: BTreeMap<String, String>,
    /// By number and hash: two of one number would be a batch that was given and taken back.
    heads: BTreeMap<(i64, Sha256), Head>,
    /// What visits name.
    named: BTreeSet<(VisitId, Sha256)>,
    stored: BTreeSet<(VisitId, Sha256)>,
    doubtful: u64,
    /// Where the log of each backup ended that the server was restored from.
    restores: Vec<Left>,
    /// The op of every receipt, with its place in the log; 0: a restore took it.
    receipts: BTreeMap<String, i64>,
    /// Heads that were given and that a restore took back.
    taken: BTreeMap<Sha256, Head>,
    /// Such heads that a restored server was shown in a push that it answered: after how many restores, of which epoch, and
    /// which key had signed them.
    shown: BTreeSet<(usize, u32, String)>,
}

/// A push without its answer.
#[derive(Clone)]
struct Asked {
    call: u64,
    /// How many restores there had been.
    restores: usize,
    newest: Option<Head>,
}

/// Where the log of a backup ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Left {
    pub(crate) epoch: u32,
    pub(crate) rev: i64,
    pub(crate) batch: i64,
}

const fn verdict(verdict: &Verdict) -> checker::Verdict {
    match verdict {
        Verdict::Applied => checker::Verdict::Applied,
        Verdict::Duplicate => checker::Verdict::Duplicate,
        Verdict::Held { .. } => checker::Verdict::Held,
        Verdict::Refused { .. } => checker::Verdict::Refused,
    }
}

impl Recorder {
    /// How many ops have been acknowledged.
    pub(crate) fn acknowledged(&self) -> u64 {
        self.acknowledged.load(Ordering::Relaxed)
    }

    /// The heads that phones were given.
    pub(crate) fn heads(&self) -> Vec<Head> {
        self.lock().heads.values().cloned().collect()
    }

    /// The server is put back to what a backup has. How many of the ops that it acknowledged are gone with that.
    pub(crate) fn restored(&self, left: Left) -> usize {
        let mut inner = self.lock();
        inner.lines.push(Line::Restored { rev: left.rev });
        inner.restores.push(left);
        let gone = inner.heads.extract_if((left.batch + 1, Sha256([0; 32])).., |_, _| true);
        let gone: Vec<Head> = gone.map(|(_, head)| head).collect();
        inner.taken.extend(gone.into_iter().map(|head| (head.hash(), head)));
        let receipts = inner.receipts.values_mut().filter(|rev| **rev > left.rev);
        receipts.map(|rev| *rev = 0).count()
    }

    /// Whether the server of now was shown a head that a restore took back, of an epoch that it has not left behind and
    /// signed with a key that it knows.
    pub(crate) fn is_revealed(&self, keys: &Published) -> bool {
        let inner = self.lock();
        let Some(left) = inner.restores.last() else { return false };
        let mut now = inner.shown.iter().filter(|(restores, ..)| *restores == inner.restores.len());
        now.any(|(_, epoch, key)| *epoch >= left.epoch && keys.has(key))
    }

    /// What is wrong about the epochs that a server has begun. `told`: the one of now was shown that it had been restored.
    pub(crate) fn forked(&self, forks: &[store::Fork], told: bool) -> Vec<String> {
        let inner = self.lock();
        let mut broken = Vec::new();
        let mut epoch = 1;
        for fork in forks {
            let name = fork.epoch;
            match inner.taken.get(&fork.seen_head) {
                Some(head) if head.number == fork.seen_batch && head.epoch >= epoch => {
                    if fork.epoch != head.epoch + 1 {
                        broken.push(format!("epoch {name} began over a head of epoch {}", head.epoch));
                    }
                }
                _ => broken.push(format!("epoch {name} began over a head that no restore took back")),
            }
            if fork.last_batch != fork.before {
                let (said, was) = (fork.last_batch, fork.before);
                broken.push(format!("epoch {name} says that it began after batch {said}, and did after {was}"));
            }
            epoch = fork.epoch;
        }
        let left = inner.restores.last().map_or(0, |left| left.epoch);
        if told && epoch <= left {
            broken.push(format!("after restore {} no epoch began", inner.restores.len()));
        }
        broken
    }

    /// Every op that has a receipt, whatever became of the server since.
    pub(crate) fn receipts(&self) -> BTreeSet<String> {
        self.lock().receipts.keys().cloned().collect()
    }

    /// What the server said it has, whole.
    pub(crate) fn stored(&self) -> BTreeSet<(VisitId, Sha256)> {
        self.lock().stored.clone()
    }

    /// The bytes that visits name, each once a visit.
    pub(crate) fn named(&self) -> BTreeSet<(VisitId, Sha256)> {
        self.lock().named.clone()
    }

    /// Lines that say that every phone is gone: what it had not sent nobody can expect any more.
    pub(crate) fn all_died(&self) -> Vec<Line> {
        let who: BTreeSet<String> = self
            .lock()
            .lines
            .iter()
            .filter_map(|line| match line {
                Line::Cut { who, .. } => Some(who.clone()),
                _ => None,
            })
            .collect();
        who.into_iter().map(|who| Line::Died { who }).collect()
    }

    /// A copy of what has been written down up to now.
    pub(crate) fn copy(&self) -> Self {
        let inner = self.lock().clone();
        Self { inner: Mutex::new(inner), ..Self::default() }
    }

    /// What has been written down, each op with the journal in which it was first sent.
    fn lines(&self) -> Vec<Line> {
        let mut lines = self.lock().lines.clone();
        let mut journals: BTreeMap<String, String> = BTreeMap::new();
        for line in &lines {
            if let Line::Sent { journal, ops, .. } = line {
                for op in ops {
                    journals.entry(op.op.clone()).or_insert_with(|| journal.clone());
                }
            }
        }
        for line in &mut lines {
            if let Line::Cut { op, journal, .. } = line {
                journals.get(op).unwrap_or(&String::new()).clone_into(journal);
            }
        }
        lines
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds what the server has now, and lets the checker decide over it all. Faults, and what was counted.
    ///
    /// `gone`: lines to be added before, such as that devices died.
    pub(crate) async fn judge(
        &self,
        rig: &Rig,
        tenant: TenantId,
        gone: Vec<Line>,
    ) -> Result<(Vec<String>, checker::Counts)> {
        let recorded = store::recorded(&rig.owner_url()?, tenant).await.context("the log is read")?;
        let mut report = store::verify(&rig.owner_url()?, tenant, &rig.published().await?).await.context("verify")?;
        self.heads().iter().for_each(|head| report.witness(head));
        let mut broken: Vec<String> =
            report.differences.iter().map(|found| format!("verify: {} {:?}", found.place, found.what)).collect();
        let mut lines = self.lines();
        lines.extend(gone);
        for op in recorded.ops {
            lines.push(Line::Log {
                rev: op.rev,
                op: op.op.to_string(),
                digest: op.digest.to_string(),
                verdict: verdict(&op.verdict),
                subject: None,
                base: None,
            });
        }
        for (journal, seq, op, rev) in recorded.places {
            lines.push(Line::Place { journal: journal.to_string(), seq, op: op.to_string(), rev });
        }
        // Evidence that counts, and evidence that a phone was told is there: the right bytes must lie in the store.
        let counted: BTreeSet<(VisitId, Sha256)> =
            report.media.iter().map(|media| (media.visit, media.sha256)).collect();
        for (visit, sha256) in counted.union(&self.stored()) {
            let bytes = std::fs::read(rig.evidence(tenant, *sha256)).ok();
            lines.push(Line::Evidence {
                visit: visit.to_string(),
                sha256: sha256.to_string(),
                counted: true,
                present: bytes.is_some_and(|bytes| Sha256::of(&bytes) == *sha256),
            });
        }
        lines.push(Line::End);
        let judged = checker::check(&lines);
        broken.extend(judged.faults.iter().map(|fault| format!("{}: {}", fault.promise, fault.what)));
        let inner = self.lock();
        if inner.doubtful > 0 {
            broken.push(format!("{} receipts did not hold", inner.doubtful));
        }
        if !broken.is_empty()
            && let Some(folder) = std::env::var_os("MINGCHA_HISTORIES")
        {
            let text: Vec<String> = lines.iter().filter_map(|line| serde_json::to_string(line).ok()).collect();
            std::fs::write(std::path::Path::new(&folder).join("history.jsonl"), text.join("\n"))?;
        }
        Ok((broken, judged.counts))
    }
}

impl Inner {
    /// Keeps the receipts and heads of an answer, which may speak of a log that was put back while it was under way.
    fn answered(&mut self, asked: &Asked, pushed: &Pushed) {
        let since = self.restores.get(asked.restores..).unwrap_or_default();
        if since.is_empty()
            && let Some(head) = asked.newest.as_ref().filter(|head| self.taken.contains_key(&head.hash()))
        {
            self.shown.insert((asked.restores, head.epoch, head.key.clone()));
        }
        for head in &pushed.heads {
            if since.iter().any(|left| head.number > left.batch) {
                self.taken.insert(head.hash(), head.clone());
            } else {
                self.heads.insert((head.number, head.hash()), head.clone());
            }
        }
        for result in &pushed.results {
            let rev = if since.iter().any(|left| result.rev > left.rev) { 0 } else { result.rev };
            self.receipts.insert(result.op_id.to_string(), rev);
        }
    }
}

/// The bytes that a submission names.
fn named(op: &sync::OpRecord) -> BTreeSet<Sha256> {
    match Op::decode(&op.body).map(|op| op.payload) {
        Ok(Payload::VisitSubmit(document)) => {
            document.evidence.iter().filter_map(|record| record.bytes.as_ref()).map(|bytes| bytes.sha256).collect()
        }
        _ => BTreeSet::new(),
    }
}

impl Witness for Recorder {
    fn saw(&self, phone: u64, event: &Event<'_>) {
        let who = format!("phone {phone}");
        let mut inner = self.lock();
        match event {
            Event::Cut(op) => {
                inner.ids.insert(op.digest.to_string(), op.id.to_string());
                let files = named(op);
                inner.named.extend(files.iter().map(|sha256| (VisitId::of(op.task), *sha256)));
                inner.lines.push(Line::Cut {
                    who,
                    op: op.id.to_string(),
                    // Its journal is named by the pushes; the cut only says that the op is there.
                    journal: String::new(),
                    seq: op.seq,
                    digest: op.digest.to_string(),
                    files: files.iter().map(Sha256::to_string).collect(),
                });
            }
            Event::Pushing(push) => {
                inner.calls += 1;
                let call = inner.calls;
                let asked = Asked { call, restores: inner.restores.len(), newest: push.newest.clone() };
                inner.open.insert(phone, asked);
                let ops = push.ops.iter().map(|op| {
                    let body = canonical::canonicalise(op.body.get()).unwrap_or_default();
                    checker::Sent {
                        op: op.envelope.op_id.to_string(),
                        seq: op.envelope.seq,
                        digest: Sha256::of(body.as_bytes()).to_string(),
                    }
                });
                let ops = ops.collect();
                inner.lines.push(Line::Sent { who, call, journal: push.journal.to_string(), ops });
            }
            Event::PushLost(_) => {
                let call = inner.open.remove(&phone).map_or(0, |asked| asked.call);
                inner.lines.push(Line::Answered { call, outcome: checker::Outcome::Unknown, results: Vec::new() });
            }
            Event::Pushed(pushed) => {
                let Some(asked) = inner.open.remove(&phone) else { return };
                inner.answered(&asked, pushed);
                let call = asked.call;
                let results = pushed.results.iter().map(|result| checker::OpResult {
                    op: result.op_id.to_string(),
                    seq: result.seq,
                    digest: result.digest.to_string(),
                    verdict: verdict(&result.verdict),
                    first: result.first.as_ref().map(verdict),
                    rev: result.rev,
                });
                let results = results.collect();
                self.acknowledged.fetch_add(pushed.results.len() as u64, Ordering::Relaxed);
                inner.lines.push(Line::Answered { call, outcome: checker::Outcome::Ok, results });
            }
            Event::Freed(freed) => {
                if let Some(op) = inner.ids.get(&freed.digest.to_string()).cloned() {
                    inner.lines.push(Line::Freed { who, op });
                }
            }
            Event::Doubtful => inner.doubtful += 1,
            Event::Stored { visit, sha256, .. } => {
                inner.stored.insert((*visit, *sha256));
            }
            Event::Pulled(_) => {}
            Event::Reopened(journal, _) => {
                inner.lines.push(Line::Reopened { who, journal: journal.to_string(), ops: Vec::new() });
            }
        }
    }
}
