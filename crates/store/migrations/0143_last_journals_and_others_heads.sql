-- A journal that was replaced is the same phone as the one in its place (0139), but a visit's writer was taken from
-- what came in the old one as it stood: an op that was held there and adopted when its phone wrote another already, or a
-- push that was on its way meanwhile. The phone showed its own visit as another phone's, and what it sent was held.
SET LOCAL ROLE mingcha_identity;

-- Called within identity only: the last of those that came to stand in the place of a journal; itself where none did.
CREATE FUNCTION identity.journal_last(p_tenant uuid, p_journal uuid) RETURNS uuid
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_all uuid[] := identity.journal_with_later(p_tenant, p_journal);
BEGIN
    RETURN v_all[cardinality(v_all)];
END
$$;

-- Called within identity only: the same, and until the transaction ends nobody puts another in its place. Whoever is
-- about to is waited for; whoever comes later finds what was written in its name, and takes it along. Only the last is
-- held: whoever opens a journal may hold an earlier one and wait for it.
CREATE FUNCTION identity.journal_last_kept(p_tenant uuid, p_journal uuid) RETURNS uuid
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_last uuid := p_journal;
    v_next uuid;
BEGIN
    LOOP
        SELECT j.replaced_by INTO v_next FROM identity.journal j
        WHERE j.tenant_id = p_tenant AND j.journal_id = v_last;
        IF v_next IS NULL THEN
            SELECT j.replaced_by INTO v_next FROM identity.journal j
            WHERE j.tenant_id = p_tenant AND j.journal_id = v_last
            FOR SHARE;
            EXIT WHEN v_next IS NULL;
        END IF;
        v_last := v_next;
    END LOOP;
    RETURN v_last;
END
$$;

-- As before (0120), and: the journal in whose name is written, which is the last in the place of the one that is named.
-- Where that one was taken out of service, so are those before it.
DROP FUNCTION identity.callers(bytea[], boolean[], uuid[], bigint[]);
CREATE FUNCTION identity.callers(p_hashes bytea[], p_are_keys boolean[], p_journals uuid[], p_now bigint[])
    RETURNS TABLE (n integer, account_id uuid, roles integer, active boolean, last_seq bigint, writes_as uuid)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant uuid := app.tenant();
BEGIN
    RETURN QUERY
        SELECT x.n::integer, a.account_id, a.roles,
               a.disabled_at IS NULL AND j.revoked_at IS NULL AND l.revoked_at IS NULL, j.last_seq,
               COALESCE(l.journal_id, j.journal_id)
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
        LEFT JOIN LATERAL (
            SELECT * FROM identity.journal i
            WHERE j.replaced_by IS NOT NULL AND i.tenant_id = v_tenant
              AND i.journal_id = identity.journal_last(v_tenant, j.replaced_by) LIMIT 1) l ON true
        -- A session of HQ has no journal; whoever names one must own it.
        WHERE x.journal IS NULL OR j.journal_id IS NOT NULL;
END
$$;

-- As before (0120), and a visit is written by the last journal, whichever was replaced since the batch asked.
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
    v_writers uuid[];
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
    -- All of them before the first visit is changed: whoever opens a journal takes the two in that order.
    v_writers := ARRAY(
        SELECT identity.journal_last_kept(v_tenant, x.journal)
        FROM unnest(p_writer_journals) WITH ORDINALITY AS x (journal, n) ORDER BY x.n);
    FOR v_changed IN
        SELECT x.visit, x.journal FROM unnest(p_writer_visits, v_writers) AS x (visit, journal)
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

REVOKE EXECUTE ON FUNCTION
    identity.journal_last(uuid, uuid),
    identity.journal_last_kept(uuid, uuid),
    identity.callers(bytea[], boolean[], uuid[], bigint[])
FROM PUBLIC;
GRANT EXECUTE ON FUNCTION identity.callers(bytea[], boolean[], uuid[], bigint[]) TO mingcha_serve;

-- What was recorded before this step.
UPDATE identity.assignee m SET writer = identity.journal_last(m.tenant_id, m.writer)
FROM identity.journal j
WHERE j.tenant_id = m.tenant_id AND j.journal_id = m.writer AND j.replaced_by IS NOT NULL;

-- Whether a head that we signed stands in the log of another company than the one at hand. Whoever showed the head of one
-- company to another on the same server opened an epoch there, for what is signed does not say whose it is. All that is
-- signed of it must be named, so it says of a head that is known already that it is somebody's, and never whose. Each
-- company's log is asked by its key.
CREATE FUNCTION identity.head_of_another(p_epoch bigint, p_number bigint, p_previous bytea, p_root bytea, p_time bigint)
    RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant uuid := app.tenant();
BEGIN
    RETURN EXISTS (
        SELECT FROM app.tenant t
        CROSS JOIN LATERAL (
            SELECT * FROM app.batch_head i WHERE i.tenant_id = t.tenant_id AND i.number = p_number LIMIT 1) b
        WHERE t.tenant_id <> v_tenant AND b.epoch = p_epoch AND b.previous = p_previous AND b.root = p_root
          AND b.committed_at = p_time);
END
$$;
REVOKE EXECUTE ON FUNCTION identity.head_of_another(bigint, bigint, bytea, bytea, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION identity.head_of_another(bigint, bigint, bytea, bytea, bigint) TO mingcha_serve;

RESET ROLE;
