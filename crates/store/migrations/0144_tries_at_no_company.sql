-- Who tries to sign in where there is no such company counts too, for nobody's company: each try takes one of the few turns
-- at a password, and that the eleventh was stopped nowhere else told which companies there are. Whoever is stopped there is
-- stopped in every company, or what they hear afterwards would still tell it. And an address that is stopped leaves no row
-- for each login that it makes up.
SET LOCAL ROLE mingcha_identity;

-- Whether an address has tried too often within 15 minutes, to either side (0137).
CREATE FUNCTION identity.is_stopped_(p_tenant uuid, p_address text, p_now bigint) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT EXISTS (SELECT FROM identity.throttle t
                   WHERE t.tenant_id = p_tenant AND t.key = 'address:' || p_address AND t.failures > 100
                     AND abs(t.since - p_now) < 900000);
END;
REVOKE EXECUTE ON FUNCTION identity.is_stopped_(uuid, text, bigint) FROM PUBLIC;

-- As before (0010), but that it looks at the address first, here and in nobody's company.
CREATE OR REPLACE FUNCTION identity.sign_in_begin(p_attempt uuid, p_login text, p_address text, p_now bigint,
                                                  OUT password_hash text, OUT throttled boolean)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant uuid := app.tenant();
    v_nobodys CONSTANT uuid := '00000000-0000-0000-0000-000000000000';
    v_account uuid;
BEGIN
    IF identity.is_stopped_(v_tenant, p_address, p_now) THEN
        -- It goes on counting, as it does where it is stopped by this very try.
        PERFORM identity.count_try(v_tenant, 'address:' || p_address, p_now);
        throttled := true;
        RETURN;
    END IF;
    throttled := identity.is_stopped_(v_nobodys, p_address, p_now);
    IF throttled THEN
        RETURN;
    END IF;
    -- A pair that is stopped does not go on counting against its address.
    throttled := identity.count_try(v_tenant, 'pair:' || p_login || '@' || p_address, p_now) > 10;
    throttled := throttled OR identity.count_try(v_tenant, 'address:' || p_address, p_now) > 100;
    IF throttled THEN
        RETURN;
    END IF;
    SELECT a.account_id, a.password_hash INTO v_account, password_hash
    FROM identity.account a
    WHERE a.tenant_id = v_tenant AND a.login = p_login AND a.disabled_at IS NULL;
    INSERT INTO identity.attempt (tenant_id, attempt_id, account_id, login, address, begun_at)
    VALUES (v_tenant, p_attempt, v_account, p_login, p_address, p_now);
END
$$;

RESET ROLE;
