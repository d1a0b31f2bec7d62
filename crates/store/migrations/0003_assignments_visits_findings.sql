-- Listed rows carry county_id and venue_id: a scope is one equality, never a walk up the tree.
-- States are smallint: only leakproof operators reach an index under row-level
-- security, and those of an enum are not. The numbers stand in crates/store/src/code.rs.

-- No column names the visitor, on purpose: who holds a task is known to identity.
CREATE TABLE app.assignment (
    tenant_id uuid NOT NULL,
    assignment_id uuid NOT NULL,
    venue_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    county_id uuid NOT NULL,
    checklist_id uuid NOT NULL,
    topic text NOT NULL,
    -- The venue was a rural one when the task was planned: some items ask less there.
    rural boolean NOT NULL,
    mode smallint NOT NULL,
    window_from bigint NOT NULL,
    window_until bigint NOT NULL,
    scenario jsonb,
    commitments jsonb,
    -- 1 released, 2 accepted, 3 recused, 4 declined, 5 in progress, 6 submitted, 7 recalled
    state smallint NOT NULL,
    revision integer NOT NULL,
    PRIMARY KEY (tenant_id, assignment_id)
);
CREATE INDEX assignment_by_state ON app.assignment (tenant_id, state, window_until, assignment_id);
CREATE INDEX assignment_by_county ON app.assignment (tenant_id, county_id, state, window_until, assignment_id);
CREATE INDEX assignment_by_venue ON app.assignment (tenant_id, venue_id, window_until, assignment_id);

-- Alias and visit id are derived from the assignment (docs/adr/0003): the alias needs no column.
CREATE TABLE app.visit (
    tenant_id uuid NOT NULL,
    visit_id uuid NOT NULL,
    assignment_id uuid NOT NULL,
    venue_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    county_id uuid NOT NULL,
    checklist_id uuid NOT NULL,
    topic text NOT NULL,
    mode smallint NOT NULL,
    -- 1 under way, 2 received, 3 returned, 4 accepted, 5 voided
    state smallint NOT NULL,
    revision integer NOT NULL,
    submission integer NOT NULL,
    -- Arrival and leaving by the phone's clock; a fix, or the reason why there is none
    -- (1 refused, 2 timeout, 3 unavailable, 4 not needed).
    arrived_at bigint,
    arrived_lat integer,
    arrived_lon integer,
    arrived_accuracy_m bigint,
    arrived_age_ms bigint,
    arrived_no_fix smallint,
    left_at bigint,
    left_lat integer,
    left_lon integer,
    left_accuracy_m bigint,
    left_age_ms bigint,
    left_no_fix smallint,
    -- When it was first handed in, by the server's clock.
    received_at bigint,
    -- What lists order by: received_at, or before that when the server learned of it.
    listed_at bigint NOT NULL,
    -- 0 to 10000. All four are NULL until there is a score; score alone is NULL where too little applied.
    score integer,
    score_provisional boolean,
    score_red_lines bigint,
    score_formula bigint,
    evidence_expected integer NOT NULL,
    evidence_verified integer NOT NULL,
    -- [{item?, reason}] that HQ gave back and that is not mended.
    returned jsonb,
    decided_by uuid,
    decided_at bigint,
    decision_reason text,
    PRIMARY KEY (tenant_id, visit_id)
);
CREATE INDEX visit_by_state ON app.visit (tenant_id, state, listed_at, visit_id);
CREATE INDEX visit_by_county ON app.visit (tenant_id, county_id, state, listed_at, visit_id);
CREATE INDEX visit_by_topic ON app.visit (tenant_id, topic, state, listed_at, visit_id);

-- The answers of a visit live here and nowhere else: one document a submission.
-- It is the payload of the submitting op as it came, unknown fields included:
-- the log row points here by rev, and the op's digest can be worked out again.
CREATE TABLE app.visit_revision (
    tenant_id uuid NOT NULL,
    visit_id uuid NOT NULL,
    submission integer NOT NULL,
    -- The place in the log of the op that handed it in (or adopted it).
    rev bigint NOT NULL,
    received_at bigint NOT NULL,
    document jsonb NOT NULL,
    PRIMARY KEY (tenant_id, visit_id, submission)
);

-- One row for each record with bytes that any submission named.
CREATE TABLE app.evidence (
    tenant_id uuid NOT NULL,
    visit_id uuid NOT NULL,
    sha256 bytea NOT NULL,
    evidence_id uuid NOT NULL,
    item_id uuid,
    -- 1 photo, 2 screenshot, 3 memo
    kind smallint NOT NULL,
    size bigint NOT NULL,
    mime text NOT NULL,
    -- The newest submission that names it.
    submission integer NOT NULL,
    verified boolean NOT NULL,
    -- The same picture may prove two items: one upload, two rows.
    PRIMARY KEY (tenant_id, visit_id, sha256, evidence_id)
);
-- What the server still has to hash, or the phone to send.
CREATE INDEX evidence_missing ON app.evidence (tenant_id, visit_id) WHERE NOT verified;

CREATE TABLE app.finding (
    tenant_id uuid NOT NULL,
    finding_id uuid NOT NULL,
    -- 1 visit, 2 complaint, 3 hotline, 4 media, 5 self-check, 6 survey, 7 forum,
    -- 8 customer call, 9 inspection, 10 outside body, 11 appeal, 12 report
    source smallint NOT NULL,
    visit_id uuid,
    item_id uuid,
    item_code text NOT NULL,
    topic text NOT NULL,
    venue_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    county_id uuid NOT NULL,
    -- 1 minor, 2 major, 3 critical
    severity smallint NOT NULL,
    title jsonb NOT NULL,
    note text NOT NULL,
    reason text NOT NULL,
    found_at bigint NOT NULL,
    -- 1 proposed, 2 confirmed, 3 dismissed, 4 withdrawn
    state smallint NOT NULL,
    revision integer NOT NULL,
    PRIMARY KEY (tenant_id, finding_id)
);
CREATE INDEX finding_by_visit ON app.finding (tenant_id, visit_id);
CREATE INDEX finding_by_state ON app.finding (tenant_id, state, found_at, finding_id);
CREATE INDEX finding_by_severity ON app.finding (tenant_id, severity, state, found_at, finding_id);
CREATE INDEX finding_by_topic ON app.finding (tenant_id, topic, state, found_at, finding_id);
CREATE INDEX finding_by_unit ON app.finding (tenant_id, unit_id, state, found_at, finding_id);
CREATE INDEX finding_by_county ON app.finding (tenant_id, county_id, state, found_at, finding_id);

ALTER TABLE app.assignment ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.visit ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.visit_revision ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.evidence ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.finding ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON app.assignment USING (tenant_id = app.tenant());
CREATE POLICY tenant ON app.visit USING (tenant_id = app.tenant());
CREATE POLICY tenant ON app.visit_revision USING (tenant_id = app.tenant());
CREATE POLICY tenant ON app.evidence USING (tenant_id = app.tenant());
CREATE POLICY tenant ON app.finding USING (tenant_id = app.tenant());

GRANT SELECT, INSERT, UPDATE ON app.assignment, app.visit, app.evidence, app.finding TO mingcha_serve;
GRANT SELECT, INSERT ON app.visit_revision TO mingcha_serve;
