//! Rows that are asked for by many keys at once are each asked for by its own, in a subquery that LIMIT 1 keeps from
//! being turned into a join. A statement keeps the plan that was made when its connection first used it; of a company
//! that had just been made then, thousands of rows were taken for a dozen, and read again for every key.

use crate::{Tx, error::Result, planned::kept_plan};

/// The statement for the rows of a table of tenant `$1` whose key is in the array `$2`.
macro_rules! by_key {
    ($columns:literal, $table:literal, $key:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM unnest($2::uuid[]) AS x (id) CROSS JOIN LATERAL (SELECT * FROM ",
            $table,
            " WHERE tenant_id = $1 AND ",
            $key,
            " = x.id LIMIT 1) AS w"
        )
    };
}

/// The columns of a visit, for `VisitRow::read`.
macro_rules! visit_columns {
    () => {
        "visit_id, assignment_id, venue_id, unit_id, county_id, checklist_id, topic, mode, state, revision, submission, \
         arrived_at, arrived_lat, arrived_lon, arrived_accuracy_m, arrived_age_ms, arrived_no_fix, left_at, left_lat, \
         left_lon, left_accuracy_m, left_age_ms, left_no_fix, received_at, score, score_provisional, score_red_lines, \
         score_formula, evidence_expected, evidence_verified, returned::text, decided_by, decided_at, decision_reason"
    };
}

/// The visits of tenant `$1` with the ids `$2`.
macro_rules! visits {
    ($more:literal, $joins:literal) => {
        concat!(
            "SELECT ",
            visit_columns!(),
            $more,
            " FROM unnest($2::uuid[]) AS x (id)
             CROSS JOIN LATERAL (SELECT * FROM app.visit WHERE tenant_id = $1 AND visit_id = x.id LIMIT 1) AS v",
            $joins
        )
    };
}

/// Whole visits, for `VisitRow::read`.
pub(crate) const VISITS: &str = visits!("", "");

/// The same, with what was handed in last: the `document`, packed by the words of `list`.
pub(crate) const VISITS_WITH_DOCUMENTS: &str = visits!(
    ", list, document",
    " LEFT JOIN LATERAL (
          SELECT r.checklist_id AS list, r.document FROM app.visit_revision r
          WHERE r.tenant_id = $1 AND r.visit_id = v.visit_id AND r.submission = v.submission LIMIT 1) AS d ON true"
);

/// Whole assignments, for `AssignmentRow::read`.
pub(crate) const ASSIGNMENTS: &str = by_key!(
    "assignment_id, venue_id, unit_id, county_id, checklist_id, topic, rural, mode, window_from, window_until, \
     scenario::text, commitments::text, state, revision",
    "app.assignment",
    "assignment_id"
);

/// The hashes of the bytes that are here, by their visits. OFFSET 0 does here what LIMIT 1 does where there is one row.
pub(crate) const VERIFIED: &str =
    "SELECT DISTINCT w.visit_id, w.sha256 FROM unnest($2::uuid[]) AS x (id) CROSS JOIN LATERAL (
         SELECT * FROM app.evidence WHERE tenant_id = $1 AND visit_id = x.id AND verified OFFSET 0) AS w";

/// Whole venues, for `VenueRow::read`.
pub(crate) const VENUES: &str = by_key!(
    "venue_id, kind, code, name::text, unit_id, county_id, address, lat, lon, original::text, hours, agent, rural",
    "app.venue",
    "venue_id"
);

/// What became of ops that are in the log, by their ids there.
pub(crate) const LOGGED: &str = by_key!("op_id, digest, rev, batch, verdict", "app.op_log", "op_id");

/// Which plans are kept of these, for the test that looks whether they read by key.
///
/// # Errors
/// The database failed.
pub async fn plans_by_key(tx: &mut Tx) -> Result<Vec<Vec<String>>> {
    let mut plans = Vec::new();
    for statement in [ASSIGNMENTS, VENUES, VISITS, VISITS_WITH_DOCUMENTS, VERIFIED, LOGGED] {
        plans.push(kept_plan(tx, statement, 2).await?);
    }
    Ok(plans)
}
