-- One admin alone gets nobody to read a visit: neither by an account that may, nor by a new way into one that there is.
SET LOCAL ROLE mingcha_identity;

-- The roles of domain::role::Role::is_guarded (a test compares): 8 reviewer, 1024 arbiter, 2048 custodian, 8192 auditor.
CREATE FUNCTION identity.guarded_roles() RETURNS integer
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
    RETURN 8 | 1024 | 2048 | 8192;

CREATE OR REPLACE FUNCTION identity.account_create(p_token_hash bytea, p_account uuid, p_roles integer, p_unit uuid,
                                                   p_private jsonb, p_now bigint) RETURNS text
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT CASE WHEN identity.may(p_token_hash, p_now, 1) AND (p_roles & identity.guarded_roles()) = 0
        THEN identity.account_create_(p_account, p_roles, p_unit, p_private, p_now) ELSE 'role' END;
END;

CREATE OR REPLACE FUNCTION identity.account_reset(p_token_hash bytea, p_account uuid, p_private jsonb, p_now bigint)
    RETURNS text
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT CASE WHEN identity.may(p_token_hash, p_now, 1) AND NOT EXISTS (
            SELECT FROM identity.account a
            WHERE a.tenant_id = app.tenant() AND a.account_id = p_account
              AND (a.roles & identity.guarded_roles()) <> 0)
        THEN identity.account_reset_(p_account, p_private, p_now) ELSE 'role' END;
END;

RESET ROLE;
