-- Every op that ever got a verdict, in the order of the tenant's log.
-- The serving role can add rows here and never change one.
CREATE TABLE app.op_log (
    tenant_id uuid NOT NULL,
    rev bigint NOT NULL,
    batch bigint NOT NULL,
    received_at bigint NOT NULL,
    op_id uuid NOT NULL,
    -- SHA-256 of the body's canonical form (of the bytes as sent, where there is none).
    digest bytea NOT NULL,
    -- The body in parts. A body that could not be read has none of them.
    kind text,
    subject uuid,
    actor uuid,
    base bigint,
    salt bytea,
    -- NULL where the op handed in a visit: then visit_revision has it under the same rev.
    payload jsonb,
    -- What the parts cannot say: unknown fields, unusual spellings. Goes over the parts.
    extra jsonb,
    -- NULL: applied. Else the verdict as canonical JSON, the bytes that the leaf hashes.
    verdict text,
    -- The facts that are not rows: roles as bits, and 1 active, 2 holds alias,
    -- 4 writes visit, 8 chose visitor, 16 server.
    roles integer NOT NULL,
    facts smallint NOT NULL,
    PRIMARY KEY (tenant_id, rev)
);
CREATE UNIQUE INDEX op_log_op_key ON app.op_log (tenant_id, op_id);

-- The chain: one signed head a batch.
CREATE TABLE app.batch_head (
    tenant_id uuid NOT NULL,
    number bigint NOT NULL,
    epoch integer NOT NULL,
    previous bytea NOT NULL,
    root bytea NOT NULL,
    committed_at bigint NOT NULL,
    key text NOT NULL,
    signature text NOT NULL,
    first_rev bigint NOT NULL,
    last_rev bigint NOT NULL,
    PRIMARY KEY (tenant_id, number)
);

-- The server found that it was restored: what it had, and what a phone showed it.
CREATE TABLE app.fork_record (
    tenant_id uuid NOT NULL,
    -- The epoch that begins with it.
    epoch integer NOT NULL,
    last_batch bigint NOT NULL,
    last_head bytea NOT NULL,
    seen_batch bigint NOT NULL,
    seen_head bytea NOT NULL,
    found_at bigint NOT NULL,
    key text NOT NULL,
    signature text NOT NULL,
    PRIMARY KEY (tenant_id, epoch)
);

-- Stored whole with a receipt, not applied: HQ adopts or declines. The body is in op_log.
CREATE TABLE app.held (
    tenant_id uuid NOT NULL,
    op_id uuid NOT NULL,
    rev bigint NOT NULL,
    code text NOT NULL,
    kind text NOT NULL,
    subject uuid,
    venue_id uuid,
    county_id uuid,
    received_at bigint NOT NULL,
    -- 1 waiting, 2 adopted, 3 declined
    state smallint NOT NULL,
    decided_rev bigint,
    PRIMARY KEY (tenant_id, op_id)
);
CREATE INDEX held_by_state ON app.held (tenant_id, state, rev);

ALTER TABLE app.op_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.batch_head ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.fork_record ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.held ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON app.op_log USING (tenant_id = app.tenant());
CREATE POLICY tenant ON app.batch_head USING (tenant_id = app.tenant());
CREATE POLICY tenant ON app.fork_record USING (tenant_id = app.tenant());
CREATE POLICY tenant ON app.held USING (tenant_id = app.tenant());

GRANT SELECT, INSERT ON app.op_log, app.batch_head, app.fork_record TO mingcha_serve;
GRANT SELECT, INSERT, UPDATE ON app.held TO mingcha_serve;

-- Opens a write: names the tenant and takes its head, in one round trip. The
-- head is locked before anything is read, so that two nodes cannot decide on
-- one stale row.
CREATE FUNCTION app.begin_write(p_tenant uuid)
    RETURNS TABLE (epoch integer, rev bigint, batch bigint, head bytea)
    LANGUAGE plpgsql SECURITY INVOKER SET search_path = app, pg_temp
AS $$
BEGIN
    PERFORM pg_catalog.set_config('mingcha.tenant', p_tenant::text, true);
    RETURN QUERY
        SELECT h.epoch, h.rev, h.batch, h.head FROM app.tenant_head h WHERE h.tenant_id = p_tenant FOR UPDATE;
END
$$;
