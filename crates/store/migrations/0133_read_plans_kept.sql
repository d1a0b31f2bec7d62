-- What every request of HQ, every pull with news and every search by name asks: as in 0120, in PL/pgSQL, so that the
-- plan is kept for as long as its connection lives, and each row asked for by its key.
SET LOCAL ROLE mingcha_identity;

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
    FROM identity.session s
    JOIN identity.account a ON a.tenant_id = v_tenant AND a.account_id = s.account_id AND a.disabled_at IS NULL
    WHERE s.tenant_id = v_tenant AND s.token_hash = p_token_hash AND s.revoked_at IS NULL AND s.expires_at > p_now;
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
        FROM identity.session s
        JOIN identity.account a ON a.tenant_id = v_tenant AND a.account_id = s.account_id
        WHERE s.tenant_id = v_tenant AND s.token_hash = p_token_hash AND s.revoked_at IS NULL AND s.expires_at > p_now
          AND (a.disabled_at IS NULL OR s.front <> 2);
END
$$;

RESET ROLE;

-- Case is folded letter by letter, which costs a fifth of folding by the language of the database; names that are
-- searched are Chinese, with Latin letters in between.
CREATE OR REPLACE FUNCTION app.find_venues(p_text text, p_limit integer) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant uuid := app.tenant();
    v_text text := lower(p_text COLLATE "C");
BEGIN
    RETURN QUERY
        SELECT v.venue_id FROM app.venue v
        WHERE v.tenant_id = v_tenant
          AND (strpos(lower((v.name ->> 'zh') COLLATE "C"), v_text) > 0
               OR strpos(lower(COALESCE(v.name ->> 'en', '') COLLATE "C"), v_text) > 0
               OR lower(v.code COLLATE "C") = v_text)
        ORDER BY v.code, v.venue_id
        LIMIT p_limit;
END
$$;
