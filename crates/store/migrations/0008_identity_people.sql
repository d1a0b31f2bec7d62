-- People, as HQ's admin keeps them, and the draw. These functions do take a
-- person's id, and therefore check the caller's session and role themselves.
-- Roles are bits in the order of domain::role::Role::ALL: 1 admin, 4 office,
-- 8 reviewer, 8192 auditor; 32 visitor, 64 inspector.
--
-- The ones that end in _ do the work and check nobody; they are open to no
-- role: the owner's commands (demo, user add) call them.
SET LOCAL ROLE mingcha_identity;

CREATE FUNCTION identity.may(p_token_hash bytea, p_now bigint, p_roles integer) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT COALESCE((SELECT (a.roles & p_roles) <> 0 FROM identity.actor(p_token_hash, p_now) a), false);
END;

-- '' or what stands in the way: 'login', 'account'.
-- p_private: {login, name, password_hash?, link_hash?, link_expires_at?, pooled?, free_days?, ties?}
CREATE FUNCTION identity.account_create_(p_account uuid, p_roles integer, p_unit uuid, p_private jsonb, p_now bigint)
    RETURNS text
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant uuid := app.tenant();
BEGIN
    IF EXISTS (SELECT FROM identity.account a WHERE a.tenant_id = v_tenant AND a.account_id = p_account) THEN
        RETURN 'account';
    END IF;
    IF EXISTS (SELECT FROM identity.account a WHERE a.tenant_id = v_tenant AND a.login = p_private ->> 'login') THEN
        RETURN 'login';
    END IF;
    INSERT INTO identity.account (tenant_id, account_id, login, name, roles, unit_id, password_hash, created_at)
    VALUES (v_tenant, p_account, p_private ->> 'login', p_private ->> 'name', p_roles, p_unit,
            p_private ->> 'password_hash', p_now);
    IF (p_roles & (32 | 64)) <> 0 THEN
        INSERT INTO identity.supervisor (tenant_id, account_id, pooled, free_days)
        VALUES (v_tenant, p_account, COALESCE((p_private ->> 'pooled')::boolean, true),
                COALESCE((p_private ->> 'free_days')::smallint, 127::smallint));
        INSERT INTO identity.supervisor_tie (tenant_id, account_id, unit_id)
        SELECT DISTINCT v_tenant, p_account, t::uuid
        FROM jsonb_array_elements_text(COALESCE(p_private -> 'ties', '[]')) t;
    END IF;
    PERFORM identity.link_make_(p_account, p_private);
    RETURN '';
END
$$;

CREATE FUNCTION identity.link_make_(p_account uuid, p_private jsonb) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF p_private ? 'link_hash' THEN
        INSERT INTO identity.one_time_link (tenant_id, link_hash, account_id, expires_at)
        VALUES (app.tenant(), decode(p_private ->> 'link_hash', 'hex'), p_account,
                (p_private ->> 'link_expires_at')::bigint);
    END IF;
END
$$;

-- A new way in: the old password, links and sessions end; hand-in keys stay good for what is still to come.
CREATE FUNCTION identity.account_reset_(p_account uuid, p_private jsonb, p_now bigint) RETURNS text
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant uuid := app.tenant();
BEGIN
    UPDATE identity.account a SET password_hash = p_private ->> 'password_hash'
    WHERE a.tenant_id = v_tenant AND a.account_id = p_account;
    IF NOT FOUND THEN
        RETURN 'account';
    END IF;
    UPDATE identity.session s SET revoked_at = p_now
    WHERE s.tenant_id = v_tenant AND s.account_id = p_account AND s.revoked_at IS NULL;
    UPDATE identity.one_time_link l SET used_at = p_now
    WHERE l.tenant_id = v_tenant AND l.account_id = p_account AND l.used_at IS NULL;
    PERFORM identity.link_make_(p_account, p_private);
    RETURN '';
END
$$;

CREATE FUNCTION identity.account_disable_(p_account uuid, p_now bigint) RETURNS text
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant uuid := app.tenant();
BEGIN
    UPDATE identity.account a SET disabled_at = COALESCE(a.disabled_at, p_now)
    WHERE a.tenant_id = v_tenant AND a.account_id = p_account;
    IF NOT FOUND THEN
        RETURN 'account';
    END IF;
    UPDATE identity.one_time_link l SET used_at = p_now
    WHERE l.tenant_id = v_tenant AND l.account_id = p_account AND l.used_at IS NULL;
    UPDATE identity.supervisor s SET pooled = false WHERE s.tenant_id = v_tenant AND s.account_id = p_account;
    RETURN '';
END
$$;

-- Weekdays (bit 0 Monday) between two moments, by the tenant's clock.
CREATE FUNCTION identity.weekdays_(p_from bigint, p_until bigint, p_zone integer) RETURNS smallint
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    -- Day 0 of the epoch was a Thursday. Seven days hold every weekday.
    SELECT COALESCE(bit_or((1 << ((d + 3) % 7)::integer)::smallint), 0::smallint)
    FROM generate_series((p_from + p_zone * 60000) / 86400000,
                         LEAST((p_until + p_zone * 60000) / 86400000, (p_from + p_zone * 60000) / 86400000 + 6)) d;
END;

-- Gives each task to somebody: as told, by handle, or by lot. All or none.
-- p_tasks: [{assignment, visit, venue, unit, county, from, until, handle?, account?}]
-- '' or what stands in the way: 'handle' (expired, or another's), 'supervisor' (nobody can be drawn), 'task' (given already).
CREATE FUNCTION identity.plan_(p_actor uuid, p_op uuid, p_tasks jsonb, p_seed bytea, p_lock_out_ms bigint, p_now bigint)
    RETURNS text
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant uuid := app.tenant();
    v_zone integer;
    v_task record;
    v_account uuid;
    v_candidates uuid[];
    v_excluded jsonb;
    v_hash bytea;
BEGIN
    SELECT t.zone_offset INTO v_zone FROM app.tenant t WHERE t.tenant_id = v_tenant;
    FOR v_task IN
        SELECT x.*, o.n FROM jsonb_array_elements(p_tasks) WITH ORDINALITY AS o (task, n),
            jsonb_to_record(o.task) AS x (assignment uuid, visit uuid, venue uuid, unit uuid, county uuid,
                                          "from" bigint, until bigint, handle uuid, account uuid)
    LOOP
        IF v_task.account IS NOT NULL AND p_actor IS NULL THEN
            SELECT a.account_id INTO v_account FROM identity.account a
            WHERE a.tenant_id = v_tenant AND a.account_id = v_task.account AND a.disabled_at IS NULL;
            IF v_account IS NULL THEN
                RAISE EXCEPTION USING ERRCODE = 'MC001', MESSAGE = 'supervisor';
            END IF;
        ELSIF v_task.handle IS NOT NULL THEN
            SELECT h.account_id INTO v_account FROM identity.handle h
            JOIN identity.account a USING (tenant_id, account_id)
            WHERE h.tenant_id = v_tenant AND h.handle_id = v_task.handle AND h.offered_to = p_actor
              AND h.expires_at > p_now AND a.disabled_at IS NULL;
            IF v_account IS NULL THEN
                RAISE EXCEPTION USING ERRCODE = 'MC001', MESSAGE = 'handle';
            END IF;
        ELSE
            -- Who could be drawn, and why the others could not.
            WITH judged AS (
                SELECT s.account_id, CASE
                    WHEN EXISTS (SELECT FROM identity.supervisor_tie t
                                 WHERE t.tenant_id = v_tenant AND t.account_id = s.account_id
                                   AND t.unit_id IN (v_task.unit, v_task.county)) THEN 'tie'
                    WHEN (s.free_days & identity.weekdays_(v_task."from", v_task.until, v_zone)) = 0 THEN 'busy'
                    WHEN EXISTS (SELECT FROM identity.assignee m
                                 WHERE m.tenant_id = v_tenant AND m.venue_id = v_task.venue
                                   AND m.account_id = s.account_id AND m.assigned_at > p_now - p_lock_out_ms) THEN 'lock_out'
                END AS why
                FROM identity.supervisor s JOIN identity.account a USING (tenant_id, account_id)
                WHERE s.tenant_id = v_tenant AND s.pooled AND a.disabled_at IS NULL
            )
            SELECT COALESCE(array_agg(j.account_id ORDER BY j.account_id) FILTER (WHERE j.why IS NULL), '{}'),
                   COALESCE(jsonb_agg(jsonb_build_object('account', j.account_id, 'why', j.why) ORDER BY j.account_id)
                            FILTER (WHERE j.why IS NOT NULL), '[]')
            INTO v_candidates, v_excluded FROM judged j;
            IF cardinality(v_candidates) = 0 THEN
                RAISE EXCEPTION USING ERRCODE = 'MC001', MESSAGE = 'supervisor';
            END IF;
            -- SHA-256(seed ‖ assignment), its first 56 bits modulo the number of candidates.
            v_hash := sha256(p_seed || uuid_send(v_task.assignment));
            v_account := v_candidates[1 + (('x' || encode(substr(v_hash, 1, 7), 'hex'))::bit(56)::bigint
                                           % cardinality(v_candidates))];
            INSERT INTO identity.draw (tenant_id, assignment_id, op_id, seed, candidates, excluded, picked, drawn_at)
            VALUES (v_tenant, v_task.assignment, p_op, p_seed, v_candidates, v_excluded, v_account, p_now);
        END IF;
        INSERT INTO identity.assignee (tenant_id, assignment_id, visit_id, account_id, venue_id, chosen_by, assigned_at)
        VALUES (v_tenant, v_task.assignment, v_task.visit, v_account, v_task.venue,
                CASE WHEN v_task.handle IS NOT NULL THEN p_actor END, p_now)
        ON CONFLICT DO NOTHING;
        IF NOT FOUND THEN
            RAISE EXCEPTION USING ERRCODE = 'MC001', MESSAGE = 'task';
        END IF;
    END LOOP;
    RETURN '';
EXCEPTION WHEN SQLSTATE 'MC001' THEN
    -- The block is rolled back: no task of this plan was given to anybody.
    RETURN SQLERRM;
END
$$;

CREATE FUNCTION identity.account_create(p_token_hash bytea, p_account uuid, p_roles integer, p_unit uuid,
                                        p_private jsonb, p_now bigint) RETURNS text
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT CASE WHEN identity.may(p_token_hash, p_now, 1)
        THEN identity.account_create_(p_account, p_roles, p_unit, p_private, p_now) ELSE 'role' END;
END;

CREATE FUNCTION identity.account_reset(p_token_hash bytea, p_account uuid, p_private jsonb, p_now bigint) RETURNS text
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT CASE WHEN identity.may(p_token_hash, p_now, 1)
        THEN identity.account_reset_(p_account, p_private, p_now) ELSE 'role' END;
END;

CREATE FUNCTION identity.account_disable(p_token_hash bytea, p_account uuid, p_now bigint) RETURNS text
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT CASE WHEN identity.may(p_token_hash, p_now, 1)
        THEN identity.account_disable_(p_account, p_now) ELSE 'role' END;
END;

CREATE FUNCTION identity.plan(p_token_hash bytea, p_op uuid, p_tasks jsonb, p_seed bytea, p_lock_out_ms bigint,
                              p_now bigint) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_actor uuid;
    v_roles integer;
BEGIN
    SELECT a.account_id, a.roles INTO v_actor, v_roles FROM identity.actor(p_token_hash, p_now) a;
    IF v_actor IS NULL OR (v_roles & (4 | 8)) = 0 THEN
        RETURN 'role';
    END IF;
    RETURN identity.plan_(v_actor, p_op, p_tasks, p_seed, p_lock_out_ms, p_now);
END
$$;

-- Accounts as the admin keeps them: who there is, never what they visited.
CREATE FUNCTION identity.accounts(p_token_hash bytea, p_now bigint)
    RETURNS TABLE (account_id uuid, login text, name text, roles integer, unit_id uuid, created_at bigint,
                   disabled_at bigint, has_password boolean, pooled boolean, free_days smallint, ties uuid[])
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT a.account_id, a.login, a.name, a.roles, a.unit_id, a.created_at, a.disabled_at, a.password_hash IS NOT NULL,
           s.pooled, s.free_days,
           ARRAY(SELECT t.unit_id FROM identity.supervisor_tie t
                 WHERE t.tenant_id = a.tenant_id AND t.account_id = a.account_id ORDER BY t.unit_id)
    FROM identity.account a LEFT JOIN identity.supervisor s USING (tenant_id, account_id)
    WHERE a.tenant_id = app.tenant() AND identity.may(p_token_hash, p_now, 1 | 8192)
    ORDER BY a.login;
END;

-- What the draw is to know of a supervisor.
CREATE FUNCTION identity.supervisor_set(p_token_hash bytea, p_account uuid, p_pooled boolean, p_free_days smallint,
                                        p_ties uuid[], p_now bigint) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant uuid := app.tenant();
BEGIN
    IF NOT identity.may(p_token_hash, p_now, 1) THEN
        RETURN false;
    END IF;
    UPDATE identity.supervisor s SET pooled = p_pooled, free_days = p_free_days
    WHERE s.tenant_id = v_tenant AND s.account_id = p_account;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    DELETE FROM identity.supervisor_tie t WHERE t.tenant_id = v_tenant AND t.account_id = p_account;
    INSERT INTO identity.supervisor_tie (tenant_id, account_id, unit_id)
    SELECT DISTINCT v_tenant, p_account, t FROM unnest(p_ties) t;
    RETURN true;
END
$$;

-- The pool as one dialogue sees it: a handle each, no name. The handles are
-- made here, random, and are good for this caller until p_expires_at.
CREATE FUNCTION identity.handles(p_token_hash bytea, p_units uuid[], p_venues uuid[], p_from bigint, p_until bigint,
                                 p_lock_out_ms bigint, p_now bigint, p_expires_at bigint)
    RETURNS TABLE (handle_id uuid, free_days smallint, free boolean, tied boolean, locked_out boolean, open_tasks bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant uuid := app.tenant();
    v_actor uuid;
    v_roles integer;
    v_zone integer;
BEGIN
    SELECT a.account_id, a.roles INTO v_actor, v_roles FROM identity.actor(p_token_hash, p_now) a;
    IF v_actor IS NULL OR (v_roles & (4 | 8)) = 0 THEN
        RETURN;
    END IF;
    SELECT t.zone_offset INTO v_zone FROM app.tenant t WHERE t.tenant_id = v_tenant;
    DELETE FROM identity.handle h WHERE h.tenant_id = v_tenant AND h.expires_at <= p_now;
    RETURN QUERY
    WITH offered AS (
        INSERT INTO identity.handle AS h (tenant_id, handle_id, account_id, offered_to, expires_at)
        SELECT v_tenant, gen_random_uuid(), s.account_id, v_actor, p_expires_at
        FROM identity.supervisor s JOIN identity.account a USING (tenant_id, account_id)
        WHERE s.tenant_id = v_tenant AND s.pooled AND a.disabled_at IS NULL
        RETURNING h.handle_id, h.account_id
    )
    SELECT o.handle_id, s.free_days,
           (s.free_days & identity.weekdays_(p_from, p_until, v_zone)) <> 0,
           EXISTS (SELECT FROM identity.supervisor_tie t
                   WHERE t.tenant_id = v_tenant AND t.account_id = o.account_id AND t.unit_id = ANY (p_units)),
           EXISTS (SELECT FROM identity.assignee m
                   WHERE m.tenant_id = v_tenant AND m.account_id = o.account_id AND m.venue_id = ANY (p_venues)
                     AND m.assigned_at > p_now - p_lock_out_ms),
           (SELECT count(*) FROM identity.assignee m
            WHERE m.tenant_id = v_tenant AND m.account_id = o.account_id AND m.assigned_at > p_now - 2592000000)
    FROM offered o JOIN identity.supervisor s ON s.tenant_id = v_tenant AND s.account_id = o.account_id
    -- Random ids: their order says nothing about people.
    ORDER BY o.handle_id;
END
$$;

GRANT EXECUTE ON FUNCTION
    identity.account_create(bytea, uuid, integer, uuid, jsonb, bigint),
    identity.account_reset(bytea, uuid, jsonb, bigint),
    identity.account_disable(bytea, uuid, bigint),
    identity.plan(bytea, uuid, jsonb, bytea, bigint, bigint),
    identity.accounts(bytea, bigint),
    identity.supervisor_set(bytea, uuid, boolean, smallint, uuid[], bigint),
    identity.handles(bytea, uuid[], uuid[], bigint, bigint, bigint, bigint, bigint)
TO mingcha_serve;

RESET ROLE;
