//! Works the log out again and compares: digests, chain, signatures, and every row that follows from it.

mod replay;
mod rows;

use domain::{
    evidence::Sha256,
    ids::{OpId, TenantId, VisitId},
    op::{Op, Verdict},
};
use protocol::receipt::Head;
use sqlx::{Connection as _, PgConnection, Row as _};

use crate::{
    error::{Error, Result},
    signer::Signer,
    writer::{
        Leaves, Parts,
        log::{LogRow, body},
        read_head,
    },
};
use replay::Replay;

/// How many ops are read at a time.
const PAGE: i64 = 2_000;

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
    fn add(&mut self, place: impl Into<String>, what: Fault) {
        self.differences.push(Difference { place: place.into(), what });
    }
}

/// Verifies a tenant over the owner's login, in one snapshot: it may be written meanwhile.
///
/// # Errors
/// The database failed, or the log cannot be read at all.
pub async fn verify(owner_url: &str, tenant: TenantId, signer: &dyn Signer) -> Result<Report> {
    let mut connection = PgConnection::connect(owner_url).await?;
    let mut tx = connection.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let mut report = Report::default();
    let mut replay = Replay::default();
    let digests = log(&mut tx, tenant, &mut replay, &mut report).await?;
    chain(&mut tx, tenant, signer, &digests, &mut report).await?;
    rows::compare(&mut tx, tenant, &replay, &mut report).await?;
    tx.rollback().await?;
    connection.close().await?;
    Ok(report)
}

/// Reads the log from its start, checks every digest and applies what was applied.
async fn log(
    tx: &mut PgConnection,
    tenant: TenantId,
    replay: &mut Replay,
    report: &mut Report,
) -> Result<Vec<(Sha256, Verdict)>> {
    let mut leaves = Vec::new();
    let mut last = 0;
    loop {
        let rows = sqlx::query(
            "SELECT l.rev, l.received_at, l.op_id, l.digest, l.kind, l.subject, l.actor, l.base, l.salt,
                    l.payload::text, l.extra::text, l.verdict, l.roles, l.facts, r.document::text AS document
             FROM app.op_log l
             LEFT JOIN app.visit_revision r
                 ON r.tenant_id = l.tenant_id AND r.visit_id = l.subject AND r.rev = l.rev AND l.payload IS NULL
             WHERE l.tenant_id = $1 AND l.rev > $2 ORDER BY l.rev LIMIT $3",
        );
        let rows = rows.bind(tenant.0).bind(last).bind(PAGE).fetch_all(&mut *tx).await?;
        if rows.is_empty() {
            return Ok(leaves);
        }
        for row in rows {
            let document = row.try_get("document")?;
            let row = LogRow::read(&row)?;
            if row.rev != last + 1 {
                report.add(format!("rev {}", last + 1), Fault::Gap);
            }
            last = row.rev;
            report.ops += 1;
            leaves.push((row.digest, row.verdict.clone()));
            one(&row, document, replay, report);
        }
    }
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
        (Some(Ok(op)), Verdict::Applied) => replay.apply(&op, &row.facts),
        (Some(Ok(op)), Verdict::Held { .. }) => replay.hold(OpId(row.op_id), op),
        (_, Verdict::Applied) => report.add(place(), Fault::Unreadable),
        // Nothing follows from what was refused, or held because nobody could read it.
        _ => {}
    }
}

/// Checks that every head follows from the one before, and covers the ops that it says.
async fn chain(
    tx: &mut PgConnection,
    tenant: TenantId,
    signer: &dyn Signer,
    leaves: &[(Sha256, Verdict)],
    report: &mut Report,
) -> Result<()> {
    let rows = sqlx::query(
        "SELECT number, epoch, previous, root, committed_at, key, signature, first_rev, last_rev FROM app.batch_head
         WHERE tenant_id = $1 ORDER BY number",
    );
    let (mut previous, mut last_number, mut last_rev) = (Sha256([0; 32]), 0, 0);
    for row in rows.bind(tenant.0).fetch_all(&mut *tx).await? {
        let head = read_head(&row)?;
        let (first, last): (i64, i64) = (row.try_get("first_rev")?, row.try_get("last_rev")?);
        let place = format!("batch {}", head.number);
        if head.number != last_number + 1 || head.previous != previous || first != last_rev + 1 || last < first {
            report.add(place.clone(), Fault::Chain);
        }
        let covered = usize::try_from(first - 1).ok().zip(usize::try_from(last).ok());
        let root = covered
            .and_then(|(first, last)| leaves.get(first..last))
            .map(|covered| Leaves::new(first, covered.iter().map(|(digest, verdict)| (*digest, verdict))).root());
        if root != Some(head.root) {
            report.add(place.clone(), Fault::Root);
        }
        if !signer.verify(&head) {
            report.add(place, Fault::Signature);
        }
        (previous, last_number, last_rev) = (head.hash(), head.number, last);
        report.batches += 1;
        report.head = Some(head);
    }
    let row = sqlx::query("SELECT rev, batch, head FROM app.tenant_head WHERE tenant_id = $1")
        .bind(tenant.0)
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(Error::NoTenant)?;
    let head: &[u8] = row.try_get("head")?;
    let (rev, batch): (i64, i64) = (row.try_get("rev")?, row.try_get("batch")?);
    if rev != last_rev || batch != last_number || head != previous.0 || rev != leaves.len() as i64 {
        report.add("tenant_head", Fault::Head);
    }
    Ok(())
}
