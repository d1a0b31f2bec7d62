-- What the writer asks and tells within its transaction, in bulk: one call of
-- each a batch. Callers are named by the hash of their token or hand-in key.
SET LOCAL ROLE mingcha_identity;

-- Whose requests these are. No row: no such session or key, or not this caller's journal.
CREATE FUNCTION identity.callers(p_hashes bytea[], p_are_keys boolean[], p_journals uuid[], p_now bigint[])
    RETURNS TABLE (n integer, account_id uuid, roles integer, active boolean, last_seq bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT x.n::integer, a.account_id, a.roles,
           a.disabled_at IS NULL AND j.revoked_at IS NULL, j.last_seq
    FROM unnest(p_hashes, p_are_keys, p_journals, p_now) WITH ORDINALITY AS x (hash, is_key, journal, now, n)
    LEFT JOIN identity.session s
        ON NOT x.is_key AND s.tenant_id = app.tenant() AND s.token_hash = x.hash
        AND s.revoked_at IS NULL AND s.expires_at > x.now
    LEFT JOIN identity.journal k
        ON x.is_key AND k.tenant_id = app.tenant() AND k.key_hash = x.hash AND k.journal_id = x.journal
    JOIN identity.account a ON a.tenant_id = app.tenant() AND a.account_id = COALESCE(s.account_id, k.account_id)
    LEFT JOIN identity.journal j
        ON j.tenant_id = app.tenant() AND j.journal_id = x.journal AND j.account_id = a.account_id
    -- A session of HQ has no journal; whoever names one must own it.
    WHERE x.journal IS NULL OR j.journal_id IS NOT NULL;
END;

-- Yes and no about the visits that ops are about. No row: nobody holds it.
CREATE FUNCTION identity.visit_facts(p_visits uuid[], p_hashes bytea[], p_are_keys boolean[], p_journals uuid[])
    RETURNS TABLE (n integer, holds boolean, writes boolean, chose boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT x.n::integer,
           m.account_id = COALESCE(s.account_id, k.account_id),
           m.writer IS NULL OR m.writer = x.journal,
           COALESCE(m.chosen_by = COALESCE(s.account_id, k.account_id), false)
    FROM unnest(p_visits, p_hashes, p_are_keys, p_journals) WITH ORDINALITY AS x (visit, hash, is_key, journal, n)
    JOIN identity.assignee m ON m.tenant_id = app.tenant() AND m.visit_id = x.visit
    LEFT JOIN identity.session s ON NOT x.is_key AND s.tenant_id = app.tenant() AND s.token_hash = x.hash
    LEFT JOIN identity.journal k ON x.is_key AND k.tenant_id = app.tenant() AND k.key_hash = x.hash;
END;

-- What a batch changed in identity.
CREATE FUNCTION identity.record(
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
BEGIN
    IF cardinality(p_op_ids) > 0 THEN
        INSERT INTO identity.journal_op (tenant_id, journal_id, seq, op_id, device_time)
        SELECT v_tenant, x.journal, x.seq, x.op, x.time
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

-- From which journals these held ops came: whoever adopts one needs to know which journal writes the visit.
CREATE FUNCTION identity.held_journals(p_ops uuid[]) RETURNS TABLE (op_id uuid, journal_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT h.op_id, h.journal_id FROM identity.held_op h WHERE h.tenant_id = app.tenant() AND h.op_id = ANY (p_ops);
END;

GRANT EXECUTE ON FUNCTION
    identity.callers(bytea[], boolean[], uuid[], bigint[]),
    identity.visit_facts(uuid[], bytea[], boolean[], uuid[]),
    identity.record(bigint, uuid[], bigint[], uuid[], bigint[], uuid[], uuid[], uuid[], uuid[], uuid[], smallint[],
                    bigint[], uuid[], bytea[], uuid[], bigint[], text[]),
    identity.held_journals(uuid[])
TO mingcha_serve;

RESET ROLE;
