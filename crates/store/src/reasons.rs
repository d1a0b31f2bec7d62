//! Why a task ended, in the words of who ended it.
//!
//! They stand in the log alone: a column would go with the task to every phone that pulls it, and what somebody wrote who
//! stepped aside is not to be read by whoever is asked next.

use std::collections::HashMap;

use domain::{ids::AssignmentId, op::Payload};
use sqlx::{PgConnection, Row as _, postgres::PgRow};
use uuid::Uuid;

use crate::{
    Tx,
    error::{Error, Result},
    packed::unpack,
    planned::kept_plan,
};

/// What the last op said that ended each of these tasks.
const REASONS: &str = "SELECT x.task, l.kind, l.payload FROM unnest($1::uuid[]) AS x (task) CROSS JOIN LATERAL ( \
    SELECT kind, payload FROM app.op_log \
    WHERE subject = x.task AND kind IN ('assignment.decline@1', 'assignment.recall@1') AND verdict IS NULL \
    ORDER BY rev DESC LIMIT 1) AS l";

/// The reasons of those of `tasks` that somebody stepped aside from or that were called back.
pub(crate) async fn reasons(connection: &mut PgConnection, tasks: Vec<Uuid>) -> Result<HashMap<AssignmentId, String>> {
    let rows = sqlx::query(REASONS).bind(tasks).fetch_all(connection).await?;
    let reason = |row: &PgRow| {
        let said = unpack("op_log", row.try_get("payload")?, None)?;
        let bad = |error| Error::Inconsistent { table: "op_log", what: format!("{error:?}") };
        let reason = match Payload::from_json(row.try_get("kind")?, &said).map_err(bad)? {
            Payload::AssignmentDecline(decline) => decline.reason,
            Payload::AssignmentRecall(recall) => recall.reason,
            _ => String::new(),
        };
        Ok((AssignmentId(row.try_get("task")?), reason))
    };
    rows.iter().map(reason).collect()
}

/// How the database finds the reasons: by the tasks, never by reading the log.
///
/// # Errors
/// The database failed.
pub async fn plan_of_reasons(tx: &mut Tx) -> Result<Vec<String>> {
    kept_plan(tx, REASONS, 1).await
}
