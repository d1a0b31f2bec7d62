//! Works the log out again and compares: digests, chain, signatures, people, and every row that follows from it.
//!
//! Covered, up to the last head that a phone or another witness has: in `app` the tables `op_log`, `batch_head`,
//! `tenant_head`, `fork_record`, `org_unit`, `venue`, `checklist_version`, `assignment`, `visit`, `visit_revision`,
//! `evidence`, `finding`, `held`; in `identity` the tables `account` (but for the password), `assignee` (but for the
//! writing journal), `draw`, `journal_op`, `batch_salt`, and of `journal` who owns it and how far it is.
//! Outside, because no verdict, score or map rests on them: [`OUTSIDE`].

mod forks;
mod people;
mod replay;
mod rows;

/// The tables that a verification does not look at: settings of the tenant, sessions and throttles, upload progress,
/// presence, what a phone has yet to pull, what the next draw is to know. A test compares with the catalog.
pub const OUTSIDE: [&str; 12] = [
    "app.tenant",
    "app.visit_open",
    "identity.attempt",
    "identity.evidence_claim",
    "identity.handle",
    "identity.held_op",
    "identity.inbox",
    "identity.one_time_link",
    "identity.session",
    "identity.supervisor",
    "identity.supervisor_tie",
    "identity.throttle",
];

use std::collections::BTreeMap;

use domain::{
    evidence::Sha256,
    ids::{OpId, TenantId, VisitId},
    op::{Op, RefusedCode, Verdict},
};
use protocol::receipt::Head;
use sqlx::{Connection as _, PgConnection, Row as _};

use crate::{
    error::Result,
    rows::digest,
    signer::Signer,
    writer::{
        Leaves, Parts,
        beside::{self, FactsOf},
        log::{LogRow, body, verdict, verdict_column},
        read_head_whatever,
    },
};
use replay::Replay;

/// How many ops are read at a time.
const PAGE: i64 = 2_000;

/// What a digest of another length counts as: nothing has this hash, so that it is found where it does not fit.
const NO_DIGEST: Sha256 = Sha256([0xff; 32]);

/// What a verification came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many ops the log holds.
    pub ops: u64,
    /// How many batches.
    pub batches: u64,
    /// Whatever is not as the log says; empty is what one hopes for.
    pub differences: Vec<Difference>,
    /// Bytes that count: each must lie in the media store, and have this hash.
    pub media: Vec<MediaName>,
    /// The newest head: to be compared with what a phone or a witness has.
    pub head: Option<Head>,
    /// The hash of every head, by number.
    heads: BTreeMap<i64, Sha256>,
}

/// One thing that is not as the log says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where: a rev, a batch, a row.
    pub place: String,
    /// What is the matter.
    pub what: Fault,
}

/// What can be the matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// The body has another digest than the log says.
    Digest,
    /// The op cannot be read, though it was applied.
    Unreadable,
    /// A rev is missing or stands twice.
    Gap,
    /// A batch does not follow from the one before it.
    Chain,
    /// The root is not the root of the batch's ops.
    Root,
    /// No key of ours has signed this head.
    Signature,
    /// The tenant's head is not its last batch.
    Head,
    /// A row says something else than the log.
    Row,
    /// A row that the log knows is not there.
    Missing,
    /// A row of which the log knows nothing.
    Alien,
    /// When an op came, or what it was decided on, is not what its batch says.
    Facts,
    /// Who sent what, who exists or who holds a task is not what its batch says.
    People,
    /// A head that somebody was given is not among ours.
    Witness,
    /// The database itself cannot read what it holds.
    Damaged,
}

/// Bytes in the media store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaName {
    /// The visit that names them.
    pub visit: VisitId,
    /// Their hash.
    pub sha256: Sha256,
    /// How many they are.
    pub size: u64,
}

impl Report {
    /// Compares with a head that a phone or another witness was given: it must be one of ours.
    /// Its signature is the caller's to check.
    pub fn witness(&mut self, head: &Head) {
        if self.heads.get(&head.number) != Some(&head.hash()) {
            self.add(format!("batch {}", head.number), Fault::Witness);
        }
    }

    fn add(&mut self, place: impl Into<String>, what: Fault) {
        self.differences.push(Difference { place: place.into(), what });
    }
}

/// Verifies a tenant over the owner's login, in one snapshot: it may be written meanwhile. What cannot be read is one of
/// the differences, and keeps nothing else from being looked at.
///
/// # Errors
/// The database failed.
pub async fn verify(owner_url: &str, tenant: TenantId, signer: &dyn Signer) -> Result<Report> {
    let mut connection = PgConnection::connect(owner_url).await?;
    let mut tx = connection.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let report = verify_on(&mut tx, tenant, signer).await?;
    tx.rollback().await?;
    connection.close().await?;
    Ok(report)
}

/// Verifies what an open transaction of the owner sees. It is of no further use where the log or the people are damaged.
///
/// # Errors
/// The database failed.
pub async fn verify_on(tx: &mut PgConnection, tenant: TenantId, signer: &dyn Signer) -> Result<Report> {
    let mut report = Report::default();
    match compare(tx, tenant, signer, &mut report).await {
        // What was found until then stays found.
        Err(error) if error.is_damage() => report.add(format!("database: {error}"), Fault::Damaged),
        done => done?,
    }
    Ok(report)
}

async fn compare(tx: &mut PgConnection, tenant: TenantId, signer: &dyn Signer, report: &mut Report) -> Result<()> {
    let mut replay = Replay::default();
    let leaves = log(tx, tenant, &mut replay, report).await?;
    let heads = chain(tx, tenant, signer, &leaves, report).await?;
    report.heads = heads.iter().map(|batch| (batch.head.number, batch.head.hash())).collect();
    report.head = heads.last().map(|batch| batch.head.clone());
    forks::compare(tx, tenant, signer, &heads, report).await?;
    people::compare(tx, tenant, &replay, &heads, report).await?;
    rows::compare(tx, tenant, &mut replay, report).await
}

/// An op as its batch covers it.
struct Leaf {
    digest: Sha256,
    verdict: Verdict,
    batch: i64,
    facts: FactsOf,
}

/// A batch as its row says.
struct BatchRow {
    head: Head,
    /// See [`beside::people`]; `None`: it is from before batches covered people.
    people: Option<Sha256>,
}

/// Reads the log from its start, checks every digest and applies what was applied.
async fn log(tx: &mut PgConnection, tenant: TenantId, replay: &mut Replay, report: &mut Report) -> Result<Vec<Leaf>> {
    let mut leaves = Vec::new();
    // From the very first that a column can hold: a row ahead of the log's first is a row that nobody reads.
    let (mut last, mut next) = (0_i64, Some(i64::MIN));
    while let Some(at) = next {
        let rows = sqlx::query(
            "SELECT l.batch, l.rev, l.received_at, l.op_id, l.digest, l.kind, l.subject, l.actor, l.base, l.salt,
                    l.payload, l.extra::text, l.verdict, l.roles, l.facts, r.checklist_id, r.document
             FROM app.op_log l
             LEFT JOIN app.visit_revision r
                 ON r.tenant_id = l.tenant_id AND r.visit_id = l.subject AND r.rev = l.rev AND l.payload IS NULL
             WHERE l.tenant_id = $1 AND l.rev >= $2 ORDER BY l.rev LIMIT $3",
        );
        let rows = rows.bind(tenant.0).bind(at).bind(PAGE).fetch_all(&mut *tx).await?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            let document: Option<Vec<u8>> = row.try_get("document")?;
            let list: Option<uuid::Uuid> = row.try_get("checklist_id")?;
            let document = document.and_then(|packed| replay.unpacked(list?, &packed));
            let batch = row.try_get("batch")?;
            let (received_at, roles, facts) =
                (row.try_get("received_at")?, row.try_get("roles")?, row.try_get("facts")?);
            let said: Option<&str> = row.try_get("verdict")?;
            let said = said.map(str::to_owned);
            // What nobody can read counts as a verdict from which nothing follows, and has another spelling.
            let read = verdict(said.as_deref()).unwrap_or_else(|_| Verdict::refused(RefusedCode::Undecodable));
            let digest = digest("op_log", row.try_get("digest")?).unwrap_or(NO_DIGEST);
            let row = LogRow::with(&row, digest, read)?;
            if said != verdict_column(&row.verdict) {
                report.add(format!("rev {}", row.rev), Fault::Row);
            }
            let due = last.saturating_add(1);
            if row.rev != due {
                report.add(format!("rev {due}"), Fault::Gap);
            }
            (last, next) = (row.rev, row.rev.checked_add(1));
            report.ops += 1;
            let has_form = row.parts != Parts::default();
            let facts = FactsOf { rev: row.rev, received_at, op_id: row.op_id, roles, facts, has_form };
            leaves.push(Leaf { digest: row.digest, verdict: row.verdict.clone(), batch, facts });
            one(&row, document, replay, report);
        }
    }
    Ok(leaves)
}

fn one(row: &LogRow, document: Option<String>, replay: &mut Replay, report: &mut Report) {
    let place = || format!("rev {}", row.rev);
    // What had no canonical form has no parts, and was refused: its digest is of bytes that nobody kept.
    let formless = row.parts == Parts::default() && matches!(row.verdict, Verdict::Refused { .. });
    let body = body(row, document);
    if !formless && body.as_ref().map(|body| Sha256::of(body.as_bytes())) != Some(row.digest) {
        report.add(place(), Fault::Digest);
    }
    match (body.map(|body| Op::decode(&body)), &row.verdict) {
        (Some(Ok(op)), Verdict::Applied) => replay.apply(&op, row),
        (Some(Ok(op)), Verdict::Held { code }) => replay.hold(OpId(row.op_id), Some(op), *code, row),
        (_, Verdict::Applied) => report.add(place(), Fault::Unreadable),
        (_, Verdict::Held { code }) => replay.hold(OpId(row.op_id), None, *code, row),
        // Nothing follows from what was refused.
        _ => {}
    }
}

/// Checks that every head follows from the one before, and covers the ops that it says.
async fn chain(
    tx: &mut PgConnection,
    tenant: TenantId,
    signer: &dyn Signer,
    leaves: &[Leaf],
    report: &mut Report,
) -> Result<Vec<BatchRow>> {
    let rows = sqlx::query(
        "SELECT number, epoch, previous, root, committed_at, key, signature, first_rev, last_rev, facts, people
         FROM app.batch_head WHERE tenant_id = $1 ORDER BY number",
    );
    let mut batches: Vec<BatchRow> = Vec::new();
    let (mut previous, mut last_number, mut last_rev, mut had_beside) = (Sha256([0; 32]), 0_i64, 0_i64, false);
    for row in rows.bind(tenant.0).fetch_all(&mut *tx).await? {
        let (head, beside) = (read_head_whatever(&row, NO_DIGEST)?, beside::read_whatever(&row, NO_DIGEST)?);
        let (first, last): (i64, i64) = (row.try_get("first_rev")?, row.try_get("last_rev")?);
        let place = format!("batch {}", head.number);
        // A batch may be of envelopes alone; once batches have a side leaf, all have.
        let follows = last_number.checked_add(1) == Some(head.number)
            && head.previous == previous
            && last_rev.checked_add(1) == Some(first);
        if !follows || last < last_rev || (had_beside && beside.is_none()) {
            report.add(place.clone(), Fault::Chain);
        }
        let before = first.checked_sub(1).and_then(|before| usize::try_from(before).ok());
        let covered = before.zip(usize::try_from(last).ok());
        let covered = covered.and_then(|(first, last)| leaves.get(first..last));
        let root = covered
            .map(|covered| Leaves::new(first, covered.iter().map(|leaf| (leaf.digest, &leaf.verdict)), beside).root());
        if root != Some(head.root) {
            report.add(place.clone(), Fault::Root);
        }
        let covered = covered.unwrap_or_default();
        let facts = beside::facts(covered.iter().map(|leaf| leaf.facts));
        let trusts = mutants::planted(mutants::Mutant::VerifyTrustsFacts);
        if beside.is_some_and(|beside| beside.facts != facts && !trusts)
            || covered.iter().any(|leaf| leaf.batch != head.number)
        {
            report.add(place.clone(), Fault::Facts);
        }
        if !signer.verify(&head) {
            report.add(place, Fault::Signature);
        }
        (previous, last_number, last_rev) = (head.hash(), head.number, last);
        had_beside |= beside.is_some();
        report.batches += 1;
        batches.push(BatchRow { head, people: beside.map(|beside| beside.people) });
    }
    let row = sqlx::query("SELECT rev, batch, head FROM app.tenant_head WHERE tenant_id = $1")
        .bind(tenant.0)
        .fetch_optional(&mut *tx)
        .await?;
    let Some(row) = row else {
        report.add("tenant_head", Fault::Missing);
        return Ok(batches);
    };
    let head: &[u8] = row.try_get("head")?;
    let (rev, batch): (i64, i64) = (row.try_get("rev")?, row.try_get("batch")?);
    if rev != last_rev || batch != last_number || head != previous.0 || rev != leaves.len() as i64 {
        report.add("tenant_head", Fault::Head);
    }
    Ok(batches)
}
