-- As before (0006, 0120, 0133), but that each row is asked for by its key, in a subquery of its own. What was joined could be
-- read whole: a connection that had made its plan for two hundred people, of whom there were no statistics yet, looked
-- for the account of a session among all of them, and went on so when there were ten thousand. A poll took ten times as long.
SET LOCAL ROLE mingcha_identity;

CREATE OR REPLACE FUNCTION identity.polled(p_tenant uuid, p_token_hash bytea, p_now bigint, p_rev bigint, p_task uuid,
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
        FROM (SELECT * FROM identity.session i
              WHERE i.tenant_id = p_tenant AND i.token_hash = p_token_hash AND i.revoked_at IS NULL
                AND i.expires_at > p_now AND i.front <> 2 LIMIT 1) s
        CROSS JOIN LATERAL (
            SELECT * FROM identity.account i WHERE i.tenant_id = p_tenant AND i.account_id = s.account_id LIMIT 1) a
        CROSS JOIN LATERAL (SELECT * FROM app.tenant_head i WHERE i.tenant_id = p_tenant LIMIT 1) h
        LEFT JOIN LATERAL (
            SELECT * FROM app.batch_head i WHERE i.tenant_id = p_tenant AND i.number = h.batch LIMIT 1) n ON true;
END
$$;

CREATE OR REPLACE FUNCTION identity.inbox_after(p_token_hash bytea, p_now bigint, p_rev bigint, p_task uuid,
                                                p_limit integer)
    RETURNS TABLE (assignment_id uuid, visit_id uuid, rev bigint, granted_rev bigint, kind smallint, elsewhere boolean)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant uuid := app.tenant();
    v_account uuid;
    v_journal uuid;
BEGIN
    SELECT s.account_id, s.journal_id INTO v_account, v_journal
    FROM (SELECT * FROM identity.session i
          WHERE i.tenant_id = v_tenant AND i.token_hash = p_token_hash AND i.revoked_at IS NULL
            AND i.expires_at > p_now LIMIT 1) s
    CROSS JOIN LATERAL (
        SELECT FROM identity.account i
        WHERE i.tenant_id = v_tenant AND i.account_id = s.account_id AND i.disabled_at IS NULL LIMIT 1) a;
    RETURN QUERY
        SELECT i.assignment_id, m.visit_id, i.rev, i.granted_rev, i.kind,
               m.writer IS NOT NULL AND m.writer IS DISTINCT FROM v_journal
        FROM identity.inbox i
        CROSS JOIN LATERAL (
            SELECT * FROM identity.assignee n
            WHERE n.tenant_id = v_tenant AND n.assignment_id = i.assignment_id LIMIT 1) m
        WHERE i.tenant_id = v_tenant AND i.account_id = v_account AND (i.rev, i.assignment_id) > (p_rev, p_task)
        ORDER BY i.rev, i.assignment_id
        LIMIT p_limit;
END
$$;

CREATE OR REPLACE FUNCTION identity.session_of(p_token_hash bytea, p_now bigint)
    RETURNS TABLE (account_id uuid, name text, roles integer, active boolean, front smallint, journal_id uuid,
                   expires_at bigint, idle_ms bigint, seen_rev bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant uuid := app.tenant();
BEGIN
    RETURN QUERY
        SELECT a.account_id, a.name, a.roles, a.disabled_at IS NULL, s.front, s.journal_id, s.expires_at, s.idle_ms,
               s.seen_rev
        FROM (SELECT * FROM identity.session i
              WHERE i.tenant_id = v_tenant AND i.token_hash = p_token_hash AND i.revoked_at IS NULL
                AND i.expires_at > p_now LIMIT 1) s
        CROSS JOIN LATERAL (
            SELECT * FROM identity.account i WHERE i.tenant_id = v_tenant AND i.account_id = s.account_id LIMIT 1) a
        WHERE a.disabled_at IS NULL OR s.front <> 2;
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
        FROM (SELECT * FROM identity.evidence_claim i
              WHERE i.tenant_id = p_tenant AND i.visit_id = p_visit AND i.sha256 = p_sha256 OFFSET 0) c
        CROSS JOIN LATERAL (
            SELECT FROM identity.journal i
            WHERE i.tenant_id = p_tenant AND i.journal_id = c.journal_id AND i.account_id = v_account LIMIT 1) j
        HAVING count(*) > 0;
END
$$;

CREATE OR REPLACE FUNCTION identity.link_redeem(p_link_hash bytea, p_token_hash bytea, p_front smallint, p_now bigint,
                                                p_idle_ms bigint, p_ends_at bigint, p_device text, p_journal uuid,
                                                p_key_hash bytea)
    RETURNS TABLE (account_id uuid, name text, roles integer)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant uuid := app.tenant();
    v_account uuid;
BEGIN
    UPDATE identity.one_time_link l SET used_at = p_now
    WHERE l.tenant_id = v_tenant AND l.link_hash = p_link_hash AND l.used_at IS NULL AND l.expires_at > p_now
      AND (SELECT a.disabled_at IS NULL FROM identity.account a
           WHERE a.tenant_id = v_tenant AND a.account_id = l.account_id LIMIT 1)
    RETURNING l.account_id INTO v_account;
    IF v_account IS NULL THEN
        RETURN;
    END IF;
    PERFORM identity.open_session(v_tenant, v_account, p_token_hash, p_front, p_now, p_idle_ms, p_ends_at,
                                  p_device, p_journal, p_key_hash);
    RETURN QUERY SELECT a.account_id, a.name, a.roles FROM identity.account a
        WHERE a.tenant_id = v_tenant AND a.account_id = v_account;
END
$$;

RESET ROLE;
