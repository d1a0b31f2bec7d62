//! Checklist versions.

use domain::{checklist::ChecklistVersion, ids::ChecklistVersionId};

use super::json;
use crate::{Tx, error::Result};

/// The most versions that the list shows.
const VERSIONS_MAX: i64 = 200;

/// The published versions, by topic. There are tens of them, read whole.
///
/// # Errors
/// The database failed.
pub async fn versions(tx: &mut Tx) -> Result<Vec<ChecklistVersion>> {
    let rows =
        sqlx::query("SELECT document::text AS document FROM app.checklist_version ORDER BY topic, version_id LIMIT $1")
            .bind(VERSIONS_MAX)
            .fetch_all(&mut **tx)
            .await?;
    rows.iter().map(|row| json(row, "document")).collect()
}

/// One version.
///
/// # Errors
/// The database failed.
pub async fn one(tx: &mut Tx, id: ChecklistVersionId) -> Result<Option<ChecklistVersion>> {
    let row = sqlx::query("SELECT document::text AS document FROM app.checklist_version WHERE version_id = $1")
        .bind(id.0)
        .fetch_optional(&mut **tx)
        .await?;
    row.as_ref().map(|row| json(row, "document")).transpose()
}
