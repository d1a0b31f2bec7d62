-- Each batch has one leaf more than it has ops. It commits to what lies beside bodies and verdicts:
--
--   facts    when each op came, under which id, and the facts it was decided on (columns of op_log)
--   people   who sent what (envelopes), who exists, who holds which task, how it was drawn
--
-- So a receipt covers these too. Batches from before this step have neither.
ALTER TABLE app.batch_head ADD COLUMN facts bytea, ADD COLUMN people bytea;

SET LOCAL ROLE mingcha_identity;

-- The batch that is being written: the head is locked and still names the one before it.
CREATE FUNCTION identity.batch_() RETURNS bigint
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT h.batch + 1 FROM app.tenant_head h WHERE h.tenant_id = app.tenant();
END;

-- 0: written before batches covered it.
ALTER TABLE identity.account ADD COLUMN batch bigint NOT NULL DEFAULT 0;
ALTER TABLE identity.assignee ADD COLUMN batch bigint NOT NULL DEFAULT 0;
ALTER TABLE identity.draw ADD COLUMN batch bigint NOT NULL DEFAULT 0;
ALTER TABLE identity.journal_op ADD COLUMN batch bigint NOT NULL DEFAULT 0;
ALTER TABLE identity.account ALTER COLUMN batch SET DEFAULT identity.batch_();
ALTER TABLE identity.assignee ALTER COLUMN batch SET DEFAULT identity.batch_();
ALTER TABLE identity.draw ALTER COLUMN batch SET DEFAULT identity.batch_();
CREATE INDEX account_by_batch ON identity.account (tenant_id, batch);
CREATE INDEX assignee_by_batch ON identity.assignee (tenant_id, batch);
CREATE INDEX draw_by_batch ON identity.draw (tenant_id, batch);

-- What a batch's commitment to people is salted with: without it, who holds a
-- task could be found by trying the few who there are.
CREATE TABLE identity.batch_salt (
    tenant_id uuid NOT NULL,
    batch bigint NOT NULL,
    salt bytea NOT NULL,
    PRIMARY KEY (tenant_id, batch)
);

-- The rows that a batch commits to, each with what never changes in it.
CREATE VIEW identity.chained AS
    SELECT a.tenant_id, a.batch, 'account' AS what, a.account_id AS id,
           jsonb_build_array('account', a.account_id, a.login, a.name, a.roles, a.unit_id, a.created_at) AS says
    FROM identity.account a
    UNION ALL
    SELECT m.tenant_id, m.batch, 'assignee', m.assignment_id,
           jsonb_build_array('assignee', m.assignment_id, m.visit_id, m.account_id, m.venue_id, m.chosen_by,
                             m.assigned_at)
    FROM identity.assignee m
    UNION ALL
    SELECT d.tenant_id, d.batch, 'draw', d.assignment_id,
           jsonb_build_array('draw', d.assignment_id, d.op_id, encode(d.seed, 'hex'), d.candidates, d.excluded,
                             d.picked, d.drawn_at)
    FROM identity.draw d;

-- Called once in a batch that made accounts or gave tasks, before its head is signed.
CREATE FUNCTION identity.seal() RETURNS bytea
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant uuid := app.tenant();
    v_batch bigint := identity.batch_();
    v_salt bytea := uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
BEGIN
    INSERT INTO identity.batch_salt (tenant_id, batch, salt) VALUES (v_tenant, v_batch, v_salt);
    RETURN (
        SELECT sha256(v_salt || convert_to(string_agg(c.says::text, E'\n' ORDER BY c.what COLLATE "C", c.id), 'UTF8'))
        FROM identity.chained c WHERE c.tenant_id = v_tenant AND c.batch = v_batch);
END
$$;

GRANT EXECUTE ON FUNCTION identity.seal() TO mingcha_serve;

-- As in 0007, and each place knows its batch.
CREATE OR REPLACE FUNCTION identity.record(
    p_rev bigint,
    p_op_journals uuid[], p_op_seqs bigint[], p_op_ids uuid[], p_op_times bigint[],
    p_held_ids uuid[], p_held_journals uuid[],
    p_writer_visits uuid[], p_writer_journals uuid[],
    p_notice_tasks uuid[], p_notice_kinds smallint[], p_notice_revs bigint[],
    p_claim_visits uuid[], p_claim_hashes bytea[], p_claim_journals uuid[], p_claim_sizes bigint[], p_claim_mimes text[]
) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant uuid := app.tenant();
    v_batch bigint;
BEGIN
    IF cardinality(p_op_ids) > 0 THEN
        v_batch := identity.batch_();
        INSERT INTO identity.journal_op (tenant_id, journal_id, seq, op_id, device_time, batch)
        SELECT v_tenant, x.journal, x.seq, x.op, x.time, v_batch
        FROM unnest(p_op_journals, p_op_seqs, p_op_ids, p_op_times) AS x (journal, seq, op, time);
        UPDATE identity.journal j SET last_seq = x.seq
        FROM (SELECT journal, max(seq) AS seq FROM unnest(p_op_journals, p_op_seqs) AS y (journal, seq) GROUP BY journal) x
        WHERE j.tenant_id = v_tenant AND j.journal_id = x.journal;
    END IF;
    IF cardinality(p_held_ids) > 0 THEN
        INSERT INTO identity.held_op (tenant_id, op_id, journal_id)
        SELECT v_tenant, x.op, x.journal FROM unnest(p_held_ids, p_held_journals) AS x (op, journal)
        ON CONFLICT (tenant_id, op_id) DO NOTHING;
    END IF;
    IF cardinality(p_writer_visits) > 0 THEN
        UPDATE identity.assignee m SET writer = x.journal
        FROM unnest(p_writer_visits, p_writer_journals) AS x (visit, journal)
        WHERE m.tenant_id = v_tenant AND m.visit_id = x.visit AND m.writer IS DISTINCT FROM x.journal;
    END IF;
    IF cardinality(p_notice_tasks) > 0 THEN
        -- The newest notice of a task wins; its grant is remembered beside it.
        INSERT INTO identity.inbox AS i (tenant_id, account_id, assignment_id, rev, granted_rev, kind)
        SELECT DISTINCT ON (x.task) v_tenant, m.account_id, x.task, x.rev, x.rev, x.kind
        FROM unnest(p_notice_tasks, p_notice_kinds, p_notice_revs) AS x (task, kind, rev)
        JOIN identity.assignee m ON m.tenant_id = v_tenant AND m.assignment_id = x.task
        ORDER BY x.task, x.rev DESC
        ON CONFLICT (tenant_id, account_id, assignment_id) DO UPDATE SET
            rev = excluded.rev,
            kind = excluded.kind,
            granted_rev = CASE WHEN excluded.kind = 1 THEN excluded.rev ELSE i.granted_rev END;
    END IF;
    IF cardinality(p_claim_visits) > 0 THEN
        INSERT INTO identity.evidence_claim (tenant_id, visit_id, sha256, journal_id, size, mime)
        SELECT v_tenant, x.visit, x.hash, x.journal, x.size, x.mime
        FROM unnest(p_claim_visits, p_claim_hashes, p_claim_journals, p_claim_sizes, p_claim_mimes)
            AS x (visit, hash, journal, size, mime)
        ON CONFLICT (tenant_id, visit_id, sha256, journal_id) DO NOTHING;
    END IF;
END
$$;

RESET ROLE;
