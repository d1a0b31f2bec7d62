//! Ops that were here before, and the receipts that they got.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use domain::{
    evidence::Sha256,
    ids::{OpId, TenantId},
    op::{Verdict, turn::elsewhere},
};
use protocol::push::OpResult;
use sqlx::{PgConnection, Row as _};
use uuid::Uuid;

use super::{
    batch::Prepared,
    beside,
    fork::read_head,
    lane::Lane,
    log::verdict,
    tree::{Leaves, Tree},
};
use crate::{by_key::LOGGED, error::Result, rows::digest};

/// An op in the log.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) digest: Sha256,
    pub(super) batch: i64,
    rev: i64,
    verdict: Verdict,
}

impl Known {
    /// The answer to whoever sends it again.
    pub(super) fn result(&self, id: Uuid, seq: i64, trees: &BTreeMap<i64, Arc<Tree>>) -> OpResult {
        OpResult {
            op_id: OpId(id),
            seq,
            verdict: Verdict::Duplicate,
            first: Some(self.verdict.clone()),
            digest: self.digest,
            rev: self.rev,
            batch: self.batch,
            path: trees.get(&self.batch).map(|tree| tree.path(self.rev)).unwrap_or_default(),
        }
    }
}

/// What the log has of the ops of `requests`, by the id in the log.
pub(super) async fn look_up(
    connection: &mut PgConnection,
    tenant: TenantId,
    requests: &[&Prepared],
) -> Result<HashMap<Uuid, Known>> {
    let ids: Vec<Uuid> =
        requests.iter().flat_map(|request| &request.ops).flat_map(|op| [op.id, elsewhere(op.id, op.digest)]).collect();
    let mut known = HashMap::new();
    if ids.is_empty() {
        return Ok(known);
    }
    let rows = sqlx::query(LOGGED);
    for row in rows.bind(tenant.0).bind(ids).fetch_all(connection).await? {
        known.insert(
            row.try_get("op_id")?,
            Known {
                digest: digest("op_log", row.try_get("digest")?)?,
                batch: row.try_get("batch")?,
                rev: row.try_get("rev")?,
                verdict: verdict(row.try_get("verdict")?)?,
            },
        );
    }
    Ok(known)
}

/// The trees of `batches`: those of late from memory, the others from the log.
pub(super) async fn trees(
    connection: &mut PgConnection,
    tenant: TenantId,
    lane: &Lane,
    batches: BTreeSet<i64>,
) -> Result<BTreeMap<i64, Arc<Tree>>> {
    let mut trees: BTreeMap<i64, Arc<Tree>> = batches
        .iter()
        .filter_map(|batch| lane.recent.iter().find(|tree| tree.head.number == *batch))
        .map(|tree| (tree.head.number, Arc::clone(tree)))
        .collect();
    let missing: Vec<i64> = batches.into_iter().filter(|batch| !trees.contains_key(batch)).collect();
    if missing.is_empty() {
        return Ok(trees);
    }
    let heads = sqlx::query(
        "SELECT number, epoch, previous, root, committed_at, key, signature, first_rev, last_rev, facts, people
         FROM app.batch_head WHERE tenant_id = $1 AND number = ANY ($2)",
    );
    for row in heads.bind(tenant.0).bind(missing).fetch_all(&mut *connection).await? {
        let (head, first): (_, i64) = (read_head(&row)?, row.try_get("first_rev")?);
        let ops = sqlx::query(
            "SELECT digest, verdict FROM app.op_log WHERE tenant_id = $1 AND rev BETWEEN $2 AND $3 ORDER BY rev",
        );
        let ops = ops.bind(tenant.0).bind(first).bind(row.try_get::<i64, _>("last_rev")?);
        let mut leaves = Vec::new();
        for op in ops.fetch_all(&mut *connection).await? {
            leaves.push((digest("op_log", op.try_get("digest")?)?, verdict(op.try_get("verdict")?)?));
        }
        let ops = leaves.iter().map(|(digest, verdict)| (*digest, verdict));
        let leaves = Leaves::new(first, ops, beside::read(&row)?);
        trees.insert(head.number, Arc::new(leaves.under(head)));
    }
    Ok(trees)
}
