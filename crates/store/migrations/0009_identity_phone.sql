-- What a phone may ask: for itself, by its own token or key.
SET LOCAL ROLE mingcha_identity;

-- The idle poll: one round trip, and no transaction of ours around it, so the tenant is a parameter here.
-- No row: no such session.
CREATE FUNCTION identity.poll(p_tenant uuid, p_token_hash bytea, p_now bigint, p_rev bigint, p_task uuid)
    RETURNS TABLE (account_id uuid, active boolean, epoch integer, fresh boolean, expires_at bigint,
                   idle_ms bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT s.account_id, a.disabled_at IS NULL, h.epoch,
           EXISTS (SELECT FROM identity.inbox i
                   WHERE i.tenant_id = p_tenant AND i.account_id = s.account_id
                     AND (i.rev, i.assignment_id) > (p_rev, p_task)),
           s.expires_at, s.idle_ms
    FROM identity.session s
    JOIN identity.account a ON a.tenant_id = p_tenant AND a.account_id = s.account_id
    JOIN app.tenant_head h ON h.tenant_id = p_tenant
    WHERE s.tenant_id = p_tenant AND s.token_hash = p_token_hash AND s.revoked_at IS NULL AND s.expires_at > p_now
      AND s.front <> 2;
END;

-- The next subjects after the cursor. elsewhere: another journal of the same person writes the visit.
CREATE FUNCTION identity.inbox_after(p_token_hash bytea, p_now bigint, p_rev bigint, p_task uuid, p_limit integer)
    RETURNS TABLE (assignment_id uuid, visit_id uuid, rev bigint, granted_rev bigint, kind smallint, elsewhere boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT i.assignment_id, m.visit_id, i.rev, i.granted_rev, i.kind,
           m.writer IS NOT NULL AND m.writer IS DISTINCT FROM s.journal_id
    FROM identity.session s
    JOIN identity.account a ON a.tenant_id = s.tenant_id AND a.account_id = s.account_id AND a.disabled_at IS NULL
    JOIN identity.inbox i ON i.tenant_id = s.tenant_id AND i.account_id = s.account_id
    JOIN identity.assignee m ON m.tenant_id = i.tenant_id AND m.assignment_id = i.assignment_id
    WHERE s.tenant_id = app.tenant() AND s.token_hash = p_token_hash AND s.revoked_at IS NULL AND s.expires_at > p_now
      AND (i.rev, i.assignment_id) > (p_rev, p_task)
    ORDER BY i.rev, i.assignment_id
    LIMIT p_limit;
END;

-- What the caller's own ops named: it alone may upload it. Stored by whichever journal of this person.
CREATE FUNCTION identity.claim_of(p_hash bytea, p_is_key boolean, p_visit uuid, p_sha256 bytea, p_now bigint)
    RETURNS TABLE (size bigint, mime text, stored boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT min(c.size), min(c.mime), bool_or(c.stored_at IS NOT NULL)
    FROM identity.evidence_claim c
    JOIN identity.journal j ON j.tenant_id = c.tenant_id AND j.journal_id = c.journal_id
    WHERE c.tenant_id = app.tenant() AND c.visit_id = p_visit AND c.sha256 = p_sha256
      AND j.account_id = (
          SELECT s.account_id FROM identity.session s
          WHERE NOT p_is_key AND s.tenant_id = app.tenant() AND s.token_hash = p_hash
            AND s.revoked_at IS NULL AND s.expires_at > p_now
          UNION ALL
          SELECT k.account_id FROM identity.journal k
          WHERE p_is_key AND k.tenant_id = app.tenant() AND k.key_hash = p_hash)
    HAVING count(*) > 0;
END;

-- The server has hashed the whole: the bytes are there. Upload progress, outside the door.
CREATE FUNCTION identity.claim_stored(p_hash bytea, p_is_key boolean, p_visit uuid, p_sha256 bytea, p_now bigint)
    RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE identity.evidence_claim c SET stored_at = COALESCE(c.stored_at, p_now)
    FROM identity.journal j
    WHERE c.tenant_id = app.tenant() AND c.visit_id = p_visit AND c.sha256 = p_sha256
      AND j.tenant_id = c.tenant_id AND j.journal_id = c.journal_id
      AND j.account_id = (
          SELECT s.account_id FROM identity.session s
          WHERE NOT p_is_key AND s.tenant_id = app.tenant() AND s.token_hash = p_hash
            AND s.revoked_at IS NULL AND s.expires_at > p_now
          UNION ALL
          SELECT k.account_id FROM identity.journal k
          WHERE p_is_key AND k.tenant_id = app.tenant() AND k.key_hash = p_hash);
    RETURN FOUND;
END
$$;

-- Which of these bytes of a visit were uploaded by a journal that named them: what was not is never served.
CREATE FUNCTION identity.stored_claims(p_visits uuid[], p_hashes bytea[]) RETURNS TABLE (visit_id uuid, sha256 bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT DISTINCT c.visit_id, c.sha256
    FROM unnest(p_visits, p_hashes) AS x (visit, hash)
    JOIN identity.evidence_claim c ON c.tenant_id = app.tenant() AND c.visit_id = x.visit AND c.sha256 = x.hash
    WHERE c.stored_at IS NOT NULL;
END;

-- Whether the caller may see the bytes of this visit: its own visitor, or a role
-- that reads raw visits (8 reviewer, 1024 arbiter, 2048 custodian, 8192 auditor).
CREATE FUNCTION identity.may_see_bytes(p_token_hash bytea, p_visit uuid, p_now bigint) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT COALESCE((
        SELECT (a.roles & (8 | 1024 | 2048 | 8192)) <> 0 OR EXISTS (
            SELECT FROM identity.assignee m
            WHERE m.tenant_id = app.tenant() AND m.visit_id = p_visit AND m.account_id = a.account_id)
        FROM identity.actor(p_token_hash, p_now) a), false);
END;

GRANT EXECUTE ON FUNCTION
    identity.poll(uuid, bytea, bigint, bigint, uuid),
    identity.inbox_after(bytea, bigint, bigint, uuid, integer),
    identity.claim_of(bytea, boolean, uuid, bytea, bigint),
    identity.claim_stored(bytea, boolean, uuid, bytea, bigint),
    identity.stored_claims(uuid[], bytea[]),
    identity.may_see_bytes(bytea, uuid, bigint)
TO mingcha_serve;

RESET ROLE;
