//! Rows that are asked for by many keys at once are each asked for by its own, in a subquery that LIMIT 1 keeps from
//! being turned into a join. A statement keeps the plan that was made when its connection first used it; of a company
//! that had just been made then, thousands of rows were taken for a dozen, and read again for every key.

use crate::{Tx, error::Result, planned::kept_plan};

/// The statement for the rows of a table of tenant `$1` whose key is in the array `$2`.
macro_rules! by_key {
    ($columns:expr, $table:literal, $key:literal) => {
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

/// The columns of an assignment, for `AssignmentRow::read`.
macro_rules! assignment_columns {
    () => {
        "assignment_id, venue_id, unit_id, county_id, checklist_id, topic, rural, mode, window_from, window_until, \
         scenario::text, commitments::text, state, revision"
    };
}

/// Whole visits, for `VisitRow::read`.
pub(crate) const VISITS: &str = concat!(
    "SELECT ",
    visit_columns!(),
    " FROM unnest($2::uuid[]) AS x (id)
     CROSS JOIN LATERAL (SELECT * FROM app.visit WHERE tenant_id = $1 AND visit_id = x.id LIMIT 1) AS v"
);

/// What the inbox of a session holds after a place, in its order (`$1` to `$5` are those of `identity.inbox_after`): each
/// notice with its whole visit of tenant `$6`, if there is one, and the hashes of its bytes that are here. What was handed in
/// last, packed by the words of `list`, comes to a phone that begins anew (`$7`), that did not write it, or that has to mend
/// it (state `$8`).
pub(crate) const NOTICES: &str = concat!(
    "SELECT n.task, n.rev, n.granted_rev, n.kind, n.elsewhere, list, document, verified, ",
    visit_columns!(),
    " FROM (SELECT assignment_id AS task, visit_id AS visit, rev, granted_rev, kind, elsewhere
            FROM identity.inbox_after($1, $2, $3, $4, $5)) AS n
     LEFT JOIN LATERAL (SELECT * FROM app.visit WHERE tenant_id = $6 AND visit_id = n.visit LIMIT 1) AS v ON true
     LEFT JOIN LATERAL (
         SELECT checklist_id AS list, document FROM app.visit_revision
         WHERE tenant_id = $6 AND visit_id = v.visit_id AND submission = v.submission
             AND ($7 OR n.elsewhere OR v.state = $8) LIMIT 1) AS d ON true
     LEFT JOIN LATERAL (
         SELECT array_agg(DISTINCT sha256) AS verified FROM app.evidence
         WHERE tenant_id = $6 AND visit_id = v.visit_id AND verified) AS e ON true
     ORDER BY n.rev, n.task"
);

/// Whole assignments, for `AssignmentRow::read`.
pub(crate) const ASSIGNMENTS: &str = by_key!(assignment_columns!(), "app.assignment", "assignment_id");

/// Whole assignments, each with its venue, for `AssignmentRow::read` and `VenueRow::read_beside`.
pub(crate) const TASKS: &str = concat!(
    "SELECT ",
    assignment_columns!(),
    ", kind, code, name::text, venue_unit_id, venue_county_id, address, lat, lon, original::text, hours, agent, venue_rural
     FROM unnest($2::uuid[]) AS x (id)
     CROSS JOIN LATERAL (SELECT * FROM app.assignment WHERE tenant_id = $1 AND assignment_id = x.id LIMIT 1) AS a
     LEFT JOIN LATERAL (
         SELECT kind, code, name, unit_id AS venue_unit_id, county_id AS venue_county_id, address, lat, lon, original, hours,
                agent, rural AS venue_rural
         FROM app.venue WHERE tenant_id = $1 AND venue_id = a.venue_id LIMIT 1) AS v ON true"
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
    for (statement, values) in
        [(ASSIGNMENTS, 2), (TASKS, 2), (VENUES, 2), (VISITS, 2), (NOTICES, 8), (VERIFIED, 2), (LOGGED, 2)]
    {
        plans.push(kept_plan(tx, statement, values).await?);
    }
    Ok(plans)
}
