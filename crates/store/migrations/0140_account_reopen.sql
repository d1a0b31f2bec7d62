-- An account that was closed may act again. Only by a new way in: why it was closed may have been a phone in other hands,
-- so the password, links and sessions from before stay over. Hand-in keys stay good, and what was held waits for HQ still.
SET LOCAL ROLE mingcha_identity;

CREATE FUNCTION identity.account_reopen_(p_account uuid, p_private jsonb, p_now bigint) RETURNS text
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant uuid := app.tenant();
BEGIN
    UPDATE identity.account a SET disabled_at = NULL
    WHERE a.tenant_id = v_tenant AND a.account_id = p_account AND a.disabled_at IS NOT NULL;
    IF NOT FOUND THEN
        RETURN CASE WHEN EXISTS (SELECT FROM identity.account a
                                 WHERE a.tenant_id = v_tenant AND a.account_id = p_account)
            THEN 'open' ELSE 'account' END;
    END IF;
    UPDATE identity.supervisor s SET pooled = true WHERE s.tenant_id = v_tenant AND s.account_id = p_account;
    RETURN identity.account_reset_(p_account, p_private, p_now);
END
$$;
REVOKE EXECUTE ON FUNCTION identity.account_reopen_(uuid, jsonb, bigint) FROM PUBLIC;

-- As with a new way in (0132): no admin alone opens an account that reads visits.
CREATE FUNCTION identity.account_reopen(p_token_hash bytea, p_account uuid, p_private jsonb, p_now bigint) RETURNS text
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT CASE WHEN identity.may(p_token_hash, p_now, 1) AND NOT EXISTS (
            SELECT FROM identity.account a
            WHERE a.tenant_id = app.tenant() AND a.account_id = p_account
              AND (a.roles & identity.guarded_roles()) <> 0)
        THEN identity.account_reopen_(p_account, p_private, p_now) ELSE 'role' END;
END;
REVOKE EXECUTE ON FUNCTION identity.account_reopen(bytea, uuid, jsonb, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION identity.account_reopen(bytea, uuid, jsonb, bigint) TO mingcha_serve;

RESET ROLE;
