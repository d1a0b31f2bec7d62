//! Rows that are asked for by many keys at once are each asked for by its own, in a subquery that LIMIT 1 keeps from
//! being turned into a join. A statement keeps the plan that was made when its connection first used it; of a company
//! that had just been made then, thousands of rows were taken for a dozen, and read again for every key.

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
pub(crate) use by_key;

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
