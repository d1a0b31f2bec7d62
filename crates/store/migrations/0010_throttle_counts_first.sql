-- A try counts when it begins, not when its password was found wrong: a thousand
-- at once are a thousand, however long each is checked. Who is right gets theirs back.
SET LOCAL ROLE mingcha_identity;

-- Counts a try; how many that makes within 15 minutes. Tries of one key wait for one another here.
CREATE FUNCTION identity.count_try(p_tenant uuid, p_key text, p_now bigint) RETURNS integer
    LANGUAGE sql SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO identity.throttle AS t (tenant_id, key, since, failures) VALUES (p_tenant, p_key, p_now, 1)
    ON CONFLICT (tenant_id, key) DO UPDATE SET
        failures = CASE WHEN t.since > p_now - 900000 THEN t.failures + 1 ELSE 1 END,
        since = CASE WHEN t.since > p_now - 900000 THEN t.since ELSE p_now END
    RETURNING t.failures;
END;

-- As before (0006), but for when it counts.
CREATE OR REPLACE FUNCTION identity.sign_in_begin(p_attempt uuid, p_login text, p_address text, p_now bigint,
                                                  OUT password_hash text, OUT throttled boolean)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant uuid := app.tenant();
    v_account uuid;
BEGIN
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

CREATE OR REPLACE FUNCTION identity.sign_in_finish(p_attempt uuid, p_right boolean, p_token_hash bytea,
                                                   p_front smallint, p_now bigint, p_idle_ms bigint,
                                                   p_ends_at bigint, p_device text, p_journal uuid,
                                                   p_key_hash bytea)
    RETURNS TABLE (account_id uuid, name text, roles integer)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant uuid := app.tenant();
    v_attempt identity.attempt;
BEGIN
    DELETE FROM identity.attempt a WHERE a.tenant_id = v_tenant AND a.attempt_id = p_attempt
        RETURNING a.* INTO v_attempt;
    -- What is old goes, but nobody waits for anybody over it.
    DELETE FROM identity.attempt a USING (
        SELECT o.attempt_id FROM identity.attempt o
        WHERE o.tenant_id = v_tenant AND o.begun_at < p_now - 120000 FOR UPDATE SKIP LOCKED) old
    WHERE a.tenant_id = v_tenant AND a.attempt_id = old.attempt_id;
    DELETE FROM identity.throttle t USING (
        SELECT o.key FROM identity.throttle o
        WHERE o.tenant_id = v_tenant AND o.since < p_now - 900000 LIMIT 100 FOR UPDATE SKIP LOCKED) old
    WHERE t.tenant_id = v_tenant AND t.key = old.key;
    IF v_attempt.attempt_id IS NULL OR v_attempt.begun_at < p_now - 120000
       OR NOT p_right OR NOT EXISTS (
           SELECT FROM identity.account a
           WHERE a.tenant_id = v_tenant AND a.account_id = v_attempt.account_id AND a.disabled_at IS NULL) THEN
        RETURN;
    END IF;
    DELETE FROM identity.throttle t
    WHERE t.tenant_id = v_tenant AND t.key = 'pair:' || v_attempt.login || '@' || v_attempt.address;
    UPDATE identity.throttle t SET failures = t.failures - 1
    WHERE t.tenant_id = v_tenant AND t.key = 'address:' || v_attempt.address AND t.failures > 0;
    PERFORM identity.open_session(v_tenant, v_attempt.account_id, p_token_hash, p_front, p_now, p_idle_ms,
                                  p_ends_at, p_device, p_journal, p_key_hash);
    RETURN QUERY SELECT a.account_id, a.name, a.roles FROM identity.account a
        WHERE a.tenant_id = v_tenant AND a.account_id = v_attempt.account_id;
END
$$;

DROP FUNCTION identity.throttled(uuid, text, integer, bigint);
DROP FUNCTION identity.count_failure(uuid, text, bigint);

RESET ROLE;
