-- What phones and the writer ask most often. A function in SQL is planned anew at each call, and the plan costs more
-- than the answer; one in PL/pgSQL keeps its plan for as long as its connection lives. The questions are the same.
--
-- What is asked for many at once is asked for each by its key, by a subquery of its own (LIMIT 1 keeps the planner from
-- turning it into a join). Of a company that has just been made there are no statistics: its thousands of rows would be
-- taken for a dozen, and read again for each caller. A minute long nobody got a receipt.
SET LOCAL ROLE mingcha_identity;

CREATE OR REPLACE FUNCTION identity.whose(p_tenant uuid, p_hash bytea, p_is_key boolean, p_now bigint) RETURNS uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF p_is_key THEN
        RETURN (SELECT k.account_id FROM identity.journal k WHERE k.tenant_id = p_tenant AND k.key_hash = p_hash);
    END IF;
    RETURN (SELECT s.account_id FROM identity.session s
            WHERE s.tenant_id = p_tenant AND s.token_hash = p_hash AND s.revoked_at IS NULL AND s.expires_at > p_now);
END
$$;

CREATE OR REPLACE FUNCTION identity.claim(p_tenant uuid, p_hash bytea, p_is_key boolean, p_visit uuid, p_sha256 bytea,
                                          p_now bigint)
    RETURNS TABLE (size bigint, mime text, stored boolean)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_account uuid := identity.whose(p_tenant, p_hash, p_is_key, p_now);
BEGIN
    RETURN QUERY
        SELECT min(c.size), min(c.mime), bool_or(c.stored_at IS NOT NULL)
        FROM identity.evidence_claim c
        JOIN identity.journal j ON j.tenant_id = p_tenant AND j.journal_id = c.journal_id
        WHERE c.tenant_id = p_tenant AND c.visit_id = p_visit AND c.sha256 = p_sha256 AND j.account_id = v_account
        HAVING count(*) > 0;
END
$$;

-- Whose they are is asked once each, and not again for each journal.
CREATE OR REPLACE FUNCTION identity.claims_stored(p_tenant uuid, p_hashes bytea[], p_are_keys boolean[],
                                                  p_visits uuid[], p_sha256s bytea[], p_now bigint[])
    RETURNS TABLE (n integer)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
        WITH asked AS MATERIALIZED (
            SELECT x.n::integer AS place, x.visit, x.sha256, x.now,
                   identity.whose(p_tenant, x.hash, x.is_key, x.now) AS account
            FROM unnest(p_hashes, p_are_keys, p_visits, p_sha256s, p_now) WITH ORDINALITY
                 AS x (hash, is_key, visit, sha256, now, n)
        ), named AS MATERIALIZED (
            SELECT a.place, a.now, c.visit_id, c.sha256, c.journal_id, c.stored_at
            FROM asked a
            CROSS JOIN LATERAL (
                SELECT * FROM identity.evidence_claim e
                WHERE e.tenant_id = p_tenant AND e.visit_id = a.visit AND e.sha256 = a.sha256 OFFSET 0) c
            CROSS JOIN LATERAL (
                SELECT FROM identity.journal j
                WHERE j.tenant_id = p_tenant AND j.journal_id = c.journal_id AND j.account_id = a.account LIMIT 1) j
        ), noted AS (
            UPDATE identity.evidence_claim c SET stored_at = m.now
            FROM named m
            WHERE m.stored_at IS NULL AND c.tenant_id = p_tenant AND c.visit_id = m.visit_id
              AND c.sha256 = m.sha256 AND c.journal_id = m.journal_id
        )
        SELECT DISTINCT m.place FROM named m;
END
$$;

CREATE OR REPLACE FUNCTION identity.callers(p_hashes bytea[], p_are_keys boolean[], p_journals uuid[], p_now bigint[])
    RETURNS TABLE (n integer, account_id uuid, roles integer, active boolean, last_seq bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant uuid := app.tenant();
BEGIN
    RETURN QUERY
        SELECT x.n::integer, a.account_id, a.roles,
               a.disabled_at IS NULL AND j.revoked_at IS NULL, j.last_seq
        FROM unnest(p_hashes, p_are_keys, p_journals, p_now) WITH ORDINALITY AS x (hash, is_key, journal, now, n)
        LEFT JOIN LATERAL (
            SELECT * FROM identity.session i
            WHERE NOT x.is_key AND i.tenant_id = v_tenant AND i.token_hash = x.hash
              AND i.revoked_at IS NULL AND i.expires_at > x.now LIMIT 1) s ON true
        LEFT JOIN LATERAL (
            SELECT * FROM identity.journal i
            WHERE x.is_key AND i.tenant_id = v_tenant AND i.key_hash = x.hash AND i.journal_id = x.journal
            LIMIT 1) k ON true
        CROSS JOIN LATERAL (
            SELECT * FROM identity.account i
            WHERE i.tenant_id = v_tenant AND i.account_id = COALESCE(s.account_id, k.account_id) LIMIT 1) a
        LEFT JOIN LATERAL (
            SELECT * FROM identity.journal i
            WHERE i.tenant_id = v_tenant AND i.journal_id = x.journal AND i.account_id = a.account_id LIMIT 1) j ON true
        -- A session of HQ has no journal; whoever names one must own it.
        WHERE x.journal IS NULL OR j.journal_id IS NOT NULL;
END
$$;

CREATE OR REPLACE FUNCTION identity.visit_facts(p_visits uuid[], p_hashes bytea[], p_are_keys boolean[],
                                                p_journals uuid[])
    RETURNS TABLE (n integer, holds boolean, writes boolean, chose boolean)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant uuid := app.tenant();
BEGIN
    RETURN QUERY
        SELECT x.n::integer,
               m.account_id = COALESCE(s.account_id, k.account_id),
               m.writer IS NULL OR m.writer = x.journal,
               COALESCE(m.chosen_by = COALESCE(s.account_id, k.account_id), false)
        FROM unnest(p_visits, p_hashes, p_are_keys, p_journals) WITH ORDINALITY AS x (visit, hash, is_key, journal, n)
        CROSS JOIN LATERAL (
            SELECT * FROM identity.assignee i WHERE i.tenant_id = v_tenant AND i.visit_id = x.visit LIMIT 1) m
        LEFT JOIN LATERAL (
            SELECT * FROM identity.session i
            WHERE NOT x.is_key AND i.tenant_id = v_tenant AND i.token_hash = x.hash LIMIT 1) s ON true
        LEFT JOIN LATERAL (
            SELECT * FROM identity.journal i
            WHERE x.is_key AND i.tenant_id = v_tenant AND i.key_hash = x.hash LIMIT 1) k ON true;
END
$$;

-- As in 0020, and rows are changed one by one: an update that is joined with a batch can read all rows as well.
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
    v_changed record;
BEGIN
    IF cardinality(p_op_ids) > 0 THEN
        v_batch := identity.batch_();
        INSERT INTO identity.journal_op (tenant_id, journal_id, seq, op_id, device_time, batch)
        SELECT v_tenant, x.journal, x.seq, x.op, x.time, v_batch
        FROM unnest(p_op_journals, p_op_seqs, p_op_ids, p_op_times) AS x (journal, seq, op, time);
        FOR v_changed IN
            SELECT x.journal, max(x.seq) AS seq FROM unnest(p_op_journals, p_op_seqs) AS x (journal, seq)
            GROUP BY x.journal
        LOOP
            UPDATE identity.journal j SET last_seq = v_changed.seq
            WHERE j.tenant_id = v_tenant AND j.journal_id = v_changed.journal;
        END LOOP;
    END IF;
    IF cardinality(p_held_ids) > 0 THEN
        INSERT INTO identity.held_op (tenant_id, op_id, journal_id)
        SELECT v_tenant, x.op, x.journal FROM unnest(p_held_ids, p_held_journals) AS x (op, journal)
        ON CONFLICT (tenant_id, op_id) DO NOTHING;
    END IF;
    FOR v_changed IN
        SELECT x.visit, x.journal FROM unnest(p_writer_visits, p_writer_journals) AS x (visit, journal)
    LOOP
        UPDATE identity.assignee m SET writer = v_changed.journal
        WHERE m.tenant_id = v_tenant AND m.visit_id = v_changed.visit AND m.writer IS DISTINCT FROM v_changed.journal;
    END LOOP;
    IF cardinality(p_notice_tasks) > 0 THEN
        -- The newest notice of a task wins; its grant is remembered beside it.
        INSERT INTO identity.inbox AS i (tenant_id, account_id, assignment_id, rev, granted_rev, kind)
        SELECT DISTINCT ON (x.task) v_tenant, m.account_id, x.task, x.rev, x.rev, x.kind
        FROM unnest(p_notice_tasks, p_notice_kinds, p_notice_revs) AS x (task, kind, rev)
        CROSS JOIN LATERAL (
            SELECT a.account_id FROM identity.assignee a
            WHERE a.tenant_id = v_tenant AND a.assignment_id = x.task LIMIT 1) m
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

-- The idle poll, and whose it is: a phone names the account on whose behalf it asks.
CREATE FUNCTION identity.polled(p_tenant uuid, p_token_hash bytea, p_now bigint, p_rev bigint, p_task uuid,
                                p_batch bigint, p_root bytea)
    RETURNS TABLE (account_id uuid, active boolean, epoch integer, fresh boolean, expires_at bigint, idle_ms bigint,
                   ours boolean, batch bigint, root bytea)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
        SELECT s.account_id, a.disabled_at IS NULL, h.epoch,
               EXISTS (SELECT FROM identity.inbox i
                       WHERE i.tenant_id = p_tenant AND i.account_id = s.account_id
                         AND (i.rev, i.assignment_id) > (p_rev, p_task)),
               s.expires_at, s.idle_ms,
               p_batch = 0 OR EXISTS (SELECT FROM app.batch_head b
                                      WHERE b.tenant_id = p_tenant AND b.number = p_batch
                                        AND substr(b.root, 1, 8) = p_root),
               h.batch, n.root
        FROM identity.session s
        JOIN identity.account a ON a.tenant_id = p_tenant AND a.account_id = s.account_id
        JOIN app.tenant_head h ON h.tenant_id = p_tenant
        LEFT JOIN app.batch_head n ON n.tenant_id = p_tenant AND n.number = h.batch
        WHERE s.tenant_id = p_tenant AND s.token_hash = p_token_hash AND s.revoked_at IS NULL AND s.expires_at > p_now
          AND s.front <> 2;
END
$$;

DROP FUNCTION identity.poll_at(uuid, bytea, bigint, bigint, uuid, bigint, bytea);
DROP FUNCTION identity.poll(uuid, bytea, bigint, bigint, uuid);
GRANT EXECUTE ON FUNCTION identity.polled(uuid, bytea, bigint, bigint, uuid, bigint, bytea) TO mingcha_serve;

RESET ROLE;
