-- Who people are, and who does what. Owned by mingcha_identity, who cannot sign
-- in; the serving role has no right on any table here (a test reads the catalog).
SET LOCAL ROLE mingcha_identity;

CREATE TABLE identity.account (
    tenant_id uuid NOT NULL,
    account_id uuid NOT NULL,
    login text NOT NULL,
    name text NOT NULL,
    -- One bit a role, in the order of domain::role::Role::ALL.
    roles integer NOT NULL,
    unit_id uuid,
    -- Argon2 in PHC form; NULL while only links lead in.
    password_hash text,
    disabled_at bigint,
    created_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, account_id)
);
CREATE UNIQUE INDEX account_login_key ON identity.account (tenant_id, login);

-- What the draw knows of a supervisor.
CREATE TABLE identity.supervisor (
    tenant_id uuid NOT NULL,
    account_id uuid NOT NULL,
    -- Whether the draw may take them.
    pooled boolean NOT NULL,
    -- One bit a weekday, Monday first.
    free_days smallint NOT NULL,
    PRIMARY KEY (tenant_id, account_id)
);

-- A relation to a unit that keeps a supervisor away from it (回避).
CREATE TABLE identity.supervisor_tie (
    tenant_id uuid NOT NULL,
    account_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, account_id, unit_id)
);

-- Only the SHA-256 of a secret is kept. The secret names its tenant, so that tenant_id can lead the key.
CREATE TABLE identity.session (
    tenant_id uuid NOT NULL,
    token_hash bytea NOT NULL,
    account_id uuid NOT NULL,
    -- 1 field, 2 hq, 3 bearer
    front smallint NOT NULL,
    -- The journal that this browser profile writes now.
    journal_id uuid,
    created_at bigint NOT NULL,
    -- Rolls on with use, by idle_ms, up to ends_at.
    expires_at bigint NOT NULL,
    idle_ms bigint NOT NULL,
    ends_at bigint NOT NULL,
    revoked_at bigint,
    -- The rev of this person's own last write: a replica serves them only from there on.
    seen_rev bigint NOT NULL DEFAULT 0,
    -- Browser and address, for the person's own list of devices.
    device text NOT NULL,
    PRIMARY KEY (tenant_id, token_hash)
);
CREATE INDEX session_by_account ON identity.session (tenant_id, account_id);

-- One person in one browser profile.
CREATE TABLE identity.journal (
    tenant_id uuid NOT NULL,
    journal_id uuid NOT NULL,
    account_id uuid NOT NULL,
    -- The hand-in key: push and upload only, never expires.
    key_hash bytea NOT NULL,
    last_seq bigint NOT NULL DEFAULT 0,
    epoch integer NOT NULL,
    opened_at bigint NOT NULL,
    -- The device was revoked: what still comes is held.
    revoked_at bigint,
    PRIMARY KEY (tenant_id, journal_id)
);
CREATE UNIQUE INDEX journal_key_key ON identity.journal (tenant_id, key_hash);
CREATE INDEX journal_by_account ON identity.journal (tenant_id, account_id);

-- The envelopes: which op stood where in which journal.
CREATE TABLE identity.journal_op (
    tenant_id uuid NOT NULL,
    journal_id uuid NOT NULL,
    seq bigint NOT NULL,
    op_id uuid NOT NULL,
    device_time bigint NOT NULL,
    PRIMARY KEY (tenant_id, journal_id, seq)
);

-- Which journal a held op came from, for the day when HQ adopts it.
CREATE TABLE identity.held_op (
    tenant_id uuid NOT NULL,
    op_id uuid NOT NULL,
    journal_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, op_id)
);

-- The map: who holds which task. Also which journal writes its visit, and who at HQ chose by handle.
CREATE TABLE identity.assignee (
    tenant_id uuid NOT NULL,
    assignment_id uuid NOT NULL,
    visit_id uuid NOT NULL,
    account_id uuid NOT NULL,
    venue_id uuid NOT NULL,
    -- Named by the arrive op (or by the submission, or a take-over).
    writer uuid,
    -- NULL: drawn. Else barred from reviewing this visit.
    chosen_by uuid,
    assigned_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, assignment_id)
);
CREATE UNIQUE INDEX assignee_visit_key ON identity.assignee (tenant_id, visit_id);
CREATE INDEX assignee_by_venue ON identity.assignee (tenant_id, venue_id, assigned_at);
CREATE INDEX assignee_by_account ON identity.assignee (tenant_id, account_id, assigned_at);

-- A draw can be worked out again: seed, who could have been drawn, who could not and why.
CREATE TABLE identity.draw (
    tenant_id uuid NOT NULL,
    assignment_id uuid NOT NULL,
    op_id uuid NOT NULL,
    seed bytea NOT NULL,
    candidates uuid[] NOT NULL,
    -- [{"account": …, "why": "tie" | "busy" | "lock_out"}]
    excluded jsonb NOT NULL,
    picked uuid NOT NULL,
    drawn_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, assignment_id)
);

-- A supervisor as one HQ person was offered them, for one dialogue.
CREATE TABLE identity.handle (
    tenant_id uuid NOT NULL,
    handle_id uuid NOT NULL,
    account_id uuid NOT NULL,
    offered_to uuid NOT NULL,
    expires_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, handle_id)
);
CREATE INDEX handle_by_offer ON identity.handle (tenant_id, offered_to, account_id);

-- What a person's phones have to pull: the newest rev of each subject.
CREATE TABLE identity.inbox (
    tenant_id uuid NOT NULL,
    account_id uuid NOT NULL,
    assignment_id uuid NOT NULL,
    rev bigint NOT NULL,
    -- When it was granted: whoever pulls across it needs the checklist too.
    granted_rev bigint NOT NULL,
    -- 1 grant, 2 change, 3 withdraw
    kind smallint NOT NULL,
    PRIMARY KEY (tenant_id, account_id, assignment_id)
);
CREATE INDEX inbox_by_rev ON identity.inbox (tenant_id, account_id, rev, assignment_id);

CREATE TABLE identity.one_time_link (
    tenant_id uuid NOT NULL,
    link_hash bytea NOT NULL,
    account_id uuid NOT NULL,
    expires_at bigint NOT NULL,
    used_at bigint,
    PRIMARY KEY (tenant_id, link_hash)
);
CREATE INDEX one_time_link_by_account ON identity.one_time_link (tenant_id, account_id);

-- A sign-in whose password is being checked. Stands in for the account's id.
CREATE TABLE identity.attempt (
    tenant_id uuid NOT NULL,
    attempt_id uuid NOT NULL,
    account_id uuid,
    login text NOT NULL,
    address text NOT NULL,
    begun_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, attempt_id)
);

-- Failures by what was tried and from where. Outside the door: no verdict rests on it.
CREATE TABLE identity.throttle (
    tenant_id uuid NOT NULL,
    key text NOT NULL,
    since bigint NOT NULL,
    failures integer NOT NULL,
    PRIMARY KEY (tenant_id, key)
);

-- Which journal named which bytes of which visit: what it may upload. stored_at
-- is upload progress, outside the door; that the bytes count is an op.
CREATE TABLE identity.evidence_claim (
    tenant_id uuid NOT NULL,
    visit_id uuid NOT NULL,
    sha256 bytea NOT NULL,
    journal_id uuid NOT NULL,
    size bigint NOT NULL,
    mime text NOT NULL,
    stored_at bigint,
    PRIMARY KEY (tenant_id, visit_id, sha256, journal_id)
);

RESET ROLE;
