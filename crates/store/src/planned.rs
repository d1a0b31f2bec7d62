//! Which plan a connection keeps of a statement (ADR 25), and what tests of plans look at.

use sqlx::{AssertSqlSafe, Row as _};

use crate::{Tx, error::Result};

/// In a transaction that has said this each statement has one plan that is good for all values: from its first use on a
/// connection keeps it, where PostgreSQL would plan with the values again and again.
pub(crate) const KEEP_PLANS: &str = "SET LOCAL plan_cache_mode = force_generic_plan";

/// The plan, line by line. Which values the statement is given makes no difference to it, in a transaction that
/// [`Store::read_planned`](crate::Store::read_planned) has begun.
pub(crate) async fn kept_plan(tx: &mut Tx, statement: &str, values: usize) -> Result<Vec<String>> {
    let prepare = format!("PREPARE looked_at AS {statement}");
    let explain = format!("EXPLAIN (COSTS OFF) EXECUTE looked_at ({})", vec!["NULL"; values].join(", "));
    sqlx::raw_sql(AssertSqlSafe(prepare)).execute(&mut **tx).await?;
    let lines = sqlx::raw_sql(AssertSqlSafe(explain)).fetch_all(&mut **tx).await?;
    sqlx::raw_sql("DEALLOCATE looked_at").execute(&mut **tx).await?;
    lines.iter().map(|line| Ok(line.try_get(0)?)).collect()
}
