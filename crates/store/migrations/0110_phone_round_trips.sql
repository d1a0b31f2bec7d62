-- What phones ask most often, in one round trip each: no transaction of ours around
-- it, so the tenant is a parameter here, as with identity.poll.
SET LOCAL ROLE mingcha_identity;

-- Whose session or hand-in key this is; no row: nobody's.
CREATE FUNCTION identity.whose(p_tenant uuid, p_hash bytea, p_is_key boolean, p_now bigint) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT s.account_id FROM identity.session s
    WHERE NOT p_is_key AND s.tenant_id = p_tenant AND s.token_hash = p_hash
      AND s.revoked_at IS NULL AND s.expires_at > p_now
    UNION ALL
    SELECT k.account_id FROM identity.journal k
    WHERE p_is_key AND k.tenant_id = p_tenant AND k.key_hash = p_hash;
END;

-- As identity.claim_of, which it replaces.
CREATE FUNCTION identity.claim(p_tenant uuid, p_hash bytea, p_is_key boolean, p_visit uuid, p_sha256 bytea,
                               p_now bigint)
    RETURNS TABLE (size bigint, mime text, stored boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT min(c.size), min(c.mime), bool_or(c.stored_at IS NOT NULL)
    FROM identity.evidence_claim c
    JOIN identity.journal j ON j.tenant_id = c.tenant_id AND j.journal_id = c.journal_id
    WHERE c.tenant_id = p_tenant AND c.visit_id = p_visit AND c.sha256 = p_sha256
      AND j.account_id = identity.whose(p_tenant, p_hash, p_is_key, p_now)
    HAVING count(*) > 0;
END;

-- As identity.claim_stored, which it replaces, for many at once: photos that end together share a flush.
-- Returns those that the caller had named.
CREATE FUNCTION identity.claims_stored(p_tenant uuid, p_hashes bytea[], p_are_keys boolean[], p_visits uuid[],
                                       p_sha256s bytea[], p_now bigint[])
    RETURNS TABLE (n integer)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE identity.evidence_claim c SET stored_at = x.now
    FROM unnest(p_hashes, p_are_keys, p_visits, p_sha256s, p_now) AS x (hash, is_key, visit, sha256, now),
         identity.journal j
    WHERE c.tenant_id = p_tenant AND c.visit_id = x.visit AND c.sha256 = x.sha256 AND c.stored_at IS NULL
      AND j.tenant_id = p_tenant AND j.journal_id = c.journal_id
      AND j.account_id = identity.whose(p_tenant, x.hash, x.is_key, x.now);
    RETURN QUERY
        SELECT x.n::integer
        FROM unnest(p_hashes, p_are_keys, p_visits, p_sha256s, p_now) WITH ORDINALITY
             AS x (hash, is_key, visit, sha256, now, n)
        WHERE EXISTS (SELECT FROM identity.claim(p_tenant, x.hash, x.is_key, x.visit, x.sha256, x.now));
END
$$;

DROP FUNCTION identity.claim_of(bytea, boolean, uuid, bytea, bigint);
DROP FUNCTION identity.claim_stored(bytea, boolean, uuid, bytea, bigint);
DROP FUNCTION identity.hand_in_of(bytea);

GRANT EXECUTE ON FUNCTION
    identity.whose(uuid, bytea, boolean, bigint),
    identity.claim(uuid, bytea, boolean, uuid, bytea, bigint),
    identity.claims_stored(uuid, bytea[], boolean[], uuid[], bytea[], bigint[])
TO mingcha_serve;

RESET ROLE;
