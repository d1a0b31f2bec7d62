//! Every epoch after the first began with a record that we signed.

use std::collections::BTreeMap;

use domain::{evidence::Sha256, ids::TenantId};
use sqlx::{PgConnection, Row as _};

use super::{BatchRow, Fault, NO_DIGEST, Report};
use crate::{
    error::Result,
    rows::digest,
    signer::{Signed, Signer},
    writer::fork_hash,
};

pub(super) async fn compare(
    tx: &mut PgConnection,
    tenant: TenantId,
    signer: &dyn Signer,
    batches: &[BatchRow],
    report: &mut Report,
) -> Result<()> {
    let hashes: BTreeMap<i64, Sha256> = batches.iter().map(|batch| (batch.head.number, batch.head.hash())).collect();
    let rows = sqlx::query(
        "SELECT epoch, last_batch, last_head, seen_batch, seen_head, found_at, key, signature FROM app.fork_record
         WHERE tenant_id = $1 ORDER BY epoch",
    );
    let mut begun = vec![1];
    for row in rows.bind(tenant.0).fetch_all(&mut *tx).await? {
        let (epoch, last, seen): (i32, i64, i64) =
            (row.try_get("epoch")?, row.try_get("last_batch")?, row.try_get("seen_batch")?);
        let last_head = digest("fork_record", row.try_get("last_head")?).unwrap_or(NO_DIGEST);
        let seen_head = digest("fork_record", row.try_get("seen_head")?).unwrap_or(NO_DIGEST);
        let hash = fork_hash(epoch, (last, last_head), (seen, seen_head), row.try_get("found_at")?);
        let signed = Signed { key: row.try_get("key")?, signature: row.try_get("signature")? };
        if !signer.signed(hash, &signed) {
            report.add(format!("fork_record {epoch}"), Fault::Signature);
        }
        if last_head != hashes.get(&last).copied().unwrap_or(Sha256([0; 32])) {
            report.add(format!("fork_record {epoch}"), Fault::Row);
        }
        begun.push(epoch);
    }
    let row = sqlx::query("SELECT epoch FROM app.tenant_head WHERE tenant_id = $1");
    let row = row.bind(tenant.0).fetch_optional(tx).await?;
    let epoch: Option<i32> = row.map(|row| row.try_get("epoch")).transpose()?;
    // That there is none was said with the chain.
    if epoch.is_some_and(|epoch| begun.last() != Some(&epoch)) {
        report.add("tenant_head", Fault::Head);
    }
    let mut before = 1;
    for batch in batches {
        let epoch = i32::try_from(batch.head.epoch).unwrap_or_default();
        if epoch < before || !begun.contains(&epoch) {
            report.add(format!("batch {}", batch.head.number), Fault::Chain);
        }
        before = epoch;
    }
    Ok(())
}
