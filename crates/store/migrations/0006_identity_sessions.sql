-- Signing in. What is open to the serving role takes what a person brings (a
-- login, a secret's hash), never who a person is: nobody can be looked up.
-- Every function names its schemas, runs with a fixed search_path, and reads
-- the tenant from the transaction. Moments are passed in.
SET LOCAL ROLE mingcha_identity;

CREATE FUNCTION identity.tenant_by_code(p_code text)
    RETURNS TABLE (tenant_id uuid, code text, name text, zone_offset integer, epoch integer)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    -- No code: the only tenant of this installation, if there is one only.
    SELECT t.tenant_id, t.code, t.name::text, t.zone_offset, h.epoch
    FROM app.tenant t JOIN app.tenant_head h USING (tenant_id)
    WHERE t.code = p_code OR (p_code = '' AND (SELECT count(*) FROM app.tenant) = 1);
END;

-- The jobs go over all tenants. Ids only.
CREATE FUNCTION identity.all_tenants() RETURNS TABLE (tenant_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT t.tenant_id FROM app.tenant t ORDER BY t.created_at, t.tenant_id;
END;

-- Counts a failure and says whether a limit is reached. A window of 15 minutes.
CREATE FUNCTION identity.throttled(p_tenant uuid, p_key text, p_limit integer, p_now bigint) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT FROM identity.throttle t
        WHERE t.tenant_id = p_tenant AND t.key = p_key AND t.failures >= p_limit AND t.since > p_now - 900000
    );
END;

CREATE FUNCTION identity.count_failure(p_tenant uuid, p_key text, p_now bigint) RETURNS void
    LANGUAGE sql SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO identity.throttle AS t (tenant_id, key, since, failures) VALUES (p_tenant, p_key, p_now, 1)
    ON CONFLICT (tenant_id, key) DO UPDATE SET
        failures = CASE WHEN t.since > p_now - 900000 THEN t.failures + 1 ELSE 1 END,
        since = CASE WHEN t.since > p_now - 900000 THEN t.since ELSE p_now END;
END;

-- First half: the hash to check the password against. NULL where there is no
-- such login or no password: the server then checks against a dummy, so that
-- both take the same time. The attempt stands in for the account's id.
-- A login from one address is stopped after 10 failures, an address after 100;
-- the login as a whole is not, or anybody could lock anybody out.
CREATE FUNCTION identity.sign_in_begin(p_attempt uuid, p_login text, p_address text, p_now bigint,
                                       OUT password_hash text, OUT throttled boolean)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant uuid := app.tenant();
    v_account uuid;
BEGIN
    throttled := identity.throttled(v_tenant, 'pair:' || p_login || '@' || p_address, 10, p_now)
        OR identity.throttled(v_tenant, 'address:' || p_address, 100, p_now);
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

CREATE FUNCTION identity.open_session(p_tenant uuid, p_account uuid, p_token_hash bytea, p_front smallint,
                                      p_now bigint, p_idle_ms bigint, p_ends_at bigint, p_device text,
                                      p_journal uuid, p_key_hash bytea) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO identity.session (tenant_id, token_hash, account_id, front, journal_id, created_at, expires_at,
                                  idle_ms, ends_at, device)
    VALUES (p_tenant, p_token_hash, p_account, p_front, p_journal, p_now, LEAST(p_now + p_idle_ms, p_ends_at),
            p_idle_ms, p_ends_at, p_device);
    IF p_journal IS NOT NULL THEN
        INSERT INTO identity.journal (tenant_id, journal_id, account_id, key_hash, epoch, opened_at)
        SELECT p_tenant, p_journal, p_account, p_key_hash, h.epoch, p_now
        FROM app.tenant_head h WHERE h.tenant_id = p_tenant;
    END IF;
END
$$;

-- Second half: what the check gave. No row: wrong, or the attempt is older than two minutes or used up.
CREATE FUNCTION identity.sign_in_finish(p_attempt uuid, p_right boolean, p_token_hash bytea, p_front smallint,
                                        p_now bigint, p_idle_ms bigint, p_ends_at bigint, p_device text,
                                        p_journal uuid, p_key_hash bytea)
    RETURNS TABLE (account_id uuid, name text, roles integer)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant uuid := app.tenant();
    v_attempt identity.attempt;
BEGIN
    DELETE FROM identity.attempt a WHERE a.tenant_id = v_tenant AND a.begun_at < p_now - 120000;
    DELETE FROM identity.attempt a WHERE a.tenant_id = v_tenant AND a.attempt_id = p_attempt
        RETURNING a.* INTO v_attempt;
    IF v_attempt.attempt_id IS NULL THEN
        RETURN;
    END IF;
    IF NOT p_right OR v_attempt.account_id IS NULL THEN
        PERFORM identity.count_failure(v_tenant, 'pair:' || v_attempt.login || '@' || v_attempt.address, p_now);
        PERFORM identity.count_failure(v_tenant, 'address:' || v_attempt.address, p_now);
        RETURN;
    END IF;
    DELETE FROM identity.throttle t
    WHERE t.tenant_id = v_tenant AND t.key = 'pair:' || v_attempt.login || '@' || v_attempt.address;
    PERFORM identity.open_session(v_tenant, v_attempt.account_id, p_token_hash, p_front, p_now, p_idle_ms,
                                  p_ends_at, p_device, p_journal, p_key_hash);
    RETURN QUERY SELECT a.account_id, a.name, a.roles FROM identity.account a
        WHERE a.tenant_id = v_tenant AND a.account_id = v_attempt.account_id;
END
$$;

-- A link works once and until it expires. No row: it does not.
CREATE FUNCTION identity.link_redeem(p_link_hash bytea, p_token_hash bytea, p_front smallint, p_now bigint,
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
    FROM identity.account a
    WHERE l.tenant_id = v_tenant AND l.link_hash = p_link_hash AND l.used_at IS NULL AND l.expires_at > p_now
      AND a.tenant_id = v_tenant AND a.account_id = l.account_id AND a.disabled_at IS NULL
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

-- Whose token this is. A field session of a deactivated account is still found
-- (its phone must learn that it is one); one of HQ is not.
CREATE FUNCTION identity.session_of(p_token_hash bytea, p_now bigint)
    RETURNS TABLE (account_id uuid, name text, roles integer, active boolean, front smallint, journal_id uuid,
                   expires_at bigint, idle_ms bigint, seen_rev bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT a.account_id, a.name, a.roles, a.disabled_at IS NULL, s.front, s.journal_id, s.expires_at, s.idle_ms,
           s.seen_rev
    FROM identity.session s JOIN identity.account a USING (tenant_id, account_id)
    WHERE s.tenant_id = app.tenant() AND s.token_hash = p_token_hash
      AND s.revoked_at IS NULL AND s.expires_at > p_now
      AND (a.disabled_at IS NULL OR s.front <> 2);
END;

-- Rolls the expiry on. Called when a good part of the idle time has gone, not at every request.
CREATE FUNCTION identity.session_roll(p_token_hash bytea, p_now bigint) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    UPDATE identity.session s SET expires_at = GREATEST(s.expires_at, LEAST(p_now + s.idle_ms, s.ends_at))
    WHERE s.tenant_id = app.tenant() AND s.token_hash = p_token_hash AND s.revoked_at IS NULL AND s.expires_at > p_now
    RETURNING s.expires_at;
END;

CREATE FUNCTION identity.session_revoke(p_token_hash bytea, p_now bigint) RETURNS boolean
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    UPDATE identity.session s SET revoked_at = p_now
    WHERE s.tenant_id = app.tenant() AND s.token_hash = p_token_hash AND s.revoked_at IS NULL
    RETURNING true;
END;

-- After a write: reads of this session must see at least this rev.
CREATE FUNCTION identity.session_seen(p_token_hash bytea, p_rev bigint) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    UPDATE identity.session s SET seen_rev = p_rev
    WHERE s.tenant_id = app.tenant() AND s.token_hash = p_token_hash AND s.seen_rev < p_rev;
END;

-- A new journal for a store that was recovered, imported or met a new epoch.
CREATE FUNCTION identity.journal_open(p_token_hash bytea, p_journal uuid, p_key_hash bytea, p_now bigint) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant uuid := app.tenant();
    v_account uuid;
    v_before uuid;
BEGIN
    SELECT s.account_id, s.journal_id INTO v_account, v_before FROM identity.session s
    WHERE s.tenant_id = v_tenant AND s.token_hash = p_token_hash AND s.revoked_at IS NULL AND s.expires_at > p_now
    FOR UPDATE;
    IF v_account IS NULL THEN
        RETURN false;
    END IF;
    UPDATE identity.session s SET journal_id = p_journal
    WHERE s.tenant_id = v_tenant AND s.token_hash = p_token_hash;
    INSERT INTO identity.journal (tenant_id, journal_id, account_id, key_hash, epoch, opened_at)
    SELECT v_tenant, p_journal, v_account, p_key_hash, h.epoch, p_now
    FROM app.tenant_head h WHERE h.tenant_id = v_tenant;
    -- It is the same phone: what the journal before it was writing goes on in the new one.
    UPDATE identity.assignee m SET writer = p_journal
    WHERE m.tenant_id = v_tenant AND m.account_id = v_account AND m.writer = v_before;
    RETURN true;
END
$$;

-- A phone that signs in again goes on with the journal that it has. NULL: not this person's, or revoked.
CREATE FUNCTION identity.journal_resume(p_token_hash bytea, p_key_hash bytea, p_now bigint) RETURNS uuid
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    UPDATE identity.session s SET journal_id = j.journal_id
    FROM identity.journal j
    WHERE s.tenant_id = app.tenant() AND s.token_hash = p_token_hash AND s.revoked_at IS NULL AND s.expires_at > p_now
      AND j.tenant_id = s.tenant_id AND j.key_hash = p_key_hash AND j.account_id = s.account_id
      AND j.revoked_at IS NULL
    RETURNING s.journal_id;
END;

-- What a hand-in key opens: push and upload, whatever became of the account.
CREATE FUNCTION identity.hand_in_of(p_key_hash bytea)
    RETURNS TABLE (account_id uuid, journal_id uuid, active boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT j.account_id, j.journal_id, a.disabled_at IS NULL AND j.revoked_at IS NULL
    FROM identity.journal j JOIN identity.account a USING (tenant_id, account_id)
    WHERE j.tenant_id = app.tenant() AND j.key_hash = p_key_hash;
END;

-- A person sets their own password. Their other sessions end.
CREATE FUNCTION identity.password_set(p_token_hash bytea, p_password_hash text, p_now bigint) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant uuid := app.tenant();
    v_account uuid;
BEGIN
    UPDATE identity.account a SET password_hash = p_password_hash
    FROM identity.session s
    WHERE s.tenant_id = v_tenant AND s.token_hash = p_token_hash AND s.revoked_at IS NULL AND s.expires_at > p_now
      AND a.tenant_id = v_tenant AND a.account_id = s.account_id AND a.disabled_at IS NULL
    RETURNING a.account_id INTO v_account;
    IF v_account IS NULL THEN
        RETURN false;
    END IF;
    UPDATE identity.session s SET revoked_at = p_now
    WHERE s.tenant_id = v_tenant AND s.account_id = v_account AND s.token_hash <> p_token_hash AND s.revoked_at IS NULL;
    RETURN true;
END
$$;

-- Called within identity only: a session's account, if it may act.
CREATE FUNCTION identity.actor(p_token_hash bytea, p_now bigint, OUT account_id uuid, OUT roles integer)
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT a.account_id, a.roles
    FROM identity.session s JOIN identity.account a USING (tenant_id, account_id)
    WHERE s.tenant_id = app.tenant() AND s.token_hash = p_token_hash AND s.revoked_at IS NULL
      AND s.expires_at > p_now AND a.disabled_at IS NULL;
END;

GRANT EXECUTE ON FUNCTION
    identity.tenant_by_code(text),
    identity.all_tenants(),
    identity.sign_in_begin(uuid, text, text, bigint),
    identity.sign_in_finish(uuid, boolean, bytea, smallint, bigint, bigint, bigint, text, uuid, bytea),
    identity.link_redeem(bytea, bytea, smallint, bigint, bigint, bigint, text, uuid, bytea),
    identity.session_of(bytea, bigint),
    identity.session_roll(bytea, bigint),
    identity.session_revoke(bytea, bigint),
    identity.session_seen(bytea, bigint),
    identity.journal_open(bytea, uuid, bytea, bigint),
    identity.journal_resume(bytea, bytea, bigint),
    identity.hand_in_of(bytea),
    identity.password_set(bytea, text, bigint)
TO mingcha_serve;

RESET ROLE;
