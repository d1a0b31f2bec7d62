-- What rests on the clock when it goes back. Whoever was stopped for guessing stayed stopped until the time of before the
-- jump had come again and a quarter of an hour more. A session or link that had been refused, for its time was over, was
-- good again. And of two who signed in while the clock went forward, the one that came later took the other's try away.
SET LOCAL ROLE mingcha_identity;

-- As before (0010), but that the window is as long to both sides: a count that began later than that has nothing to do
-- with now. Within it the count goes on from now on, or nodes whose clocks are a little apart would each begin anew.
CREATE OR REPLACE FUNCTION identity.count_try(p_tenant uuid, p_key text, p_now bigint) RETURNS integer
    LANGUAGE sql SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO identity.throttle AS t (tenant_id, key, since, failures) VALUES (p_tenant, p_key, p_now, 1)
    ON CONFLICT (tenant_id, key) DO UPDATE SET
        failures = CASE WHEN abs(t.since - p_now) < 900000 THEN t.failures + 1 ELSE 1 END,
        since = CASE WHEN abs(t.since - p_now) < 900000 THEN LEAST(t.since, p_now) ELSE p_now END
    RETURNING t.failures;
END;

-- As before (0010), but that tries are cleared away after a day: whoever clears has another time than whoever began, where
-- the clock went forward between them.
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
        WHERE o.tenant_id = v_tenant AND o.begun_at < p_now - 86400000 FOR UPDATE SKIP LOCKED) old
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

-- Whoever came with this session or link was refused: if that was for the time, it is over for good. Not where it was over
-- a day ago or more: a clock that stands months ahead for a moment must not sign out every phone that speaks meanwhile.
CREATE FUNCTION identity.over_for_good(p_hash bytea, p_now bigint) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    UPDATE identity.session s SET revoked_at = p_now
    WHERE s.tenant_id = app.tenant() AND s.token_hash = p_hash AND s.revoked_at IS NULL
      AND s.expires_at <= p_now AND s.expires_at > p_now - 86400000;
    UPDATE identity.one_time_link l SET used_at = p_now
    WHERE l.tenant_id = app.tenant() AND l.link_hash = p_hash AND l.used_at IS NULL
      AND l.expires_at <= p_now AND l.expires_at > p_now - 86400000;
END;

GRANT EXECUTE ON FUNCTION identity.over_for_good(bytea, bigint) TO mingcha_serve;

RESET ROLE;
