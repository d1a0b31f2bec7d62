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
use protocol::receipt::Head;
use virtual_phone::{Event, Witness};

use crate::rig::Rig;

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
    /// The call of each phone that waits for its answer.
    open: BTreeMap<u64, u64>,
    ids: BTreeMap<String, String>,
    /// By number and hash: two of one number would be a batch that was given and taken back.
    heads: BTreeMap<(i64, Sha256), Head>,
    /// What visits name.
    named: BTreeSet<(VisitId, Sha256)>,
    stored: BTreeSet<(VisitId, Sha256)>,
    doubtful: u64,
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
                inner.open.insert(phone, call);
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
                let call = inner.open.remove(&phone).unwrap_or_default();
                inner.lines.push(Line::Answered { call, outcome: checker::Outcome::Unknown, results: Vec::new() });
            }
            Event::Pushed(pushed) => {
                let call = inner.open.remove(&phone).unwrap_or_default();
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
                inner.heads.extend(pushed.heads.iter().map(|head| ((head.number, head.hash()), head.clone())));
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
