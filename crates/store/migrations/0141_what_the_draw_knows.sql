-- What the draw knows of a supervisor is said by an op (supervisor.set), as everything else that is written; a tie that
-- somebody steps aside for keeps them away from that venue; and whoever has a tie is not sent by handle either.
SET LOCAL ROLE mingcha_identity;

-- 回避: they know somebody there. It holds for good, where a lock-out ends.
ALTER TABLE identity.assignee ADD COLUMN tied boolean NOT NULL DEFAULT false;

CREATE FUNCTION identity.stepped_aside(p_assignment uuid) RETURNS text
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    UPDATE identity.assignee m SET tied = true
    WHERE m.tenant_id = app.tenant() AND m.assignment_id = p_assignment;
    SELECT '';
END;

-- Whether somebody is to stay away from a venue of these units.
CREATE FUNCTION identity.is_tied_(p_account uuid, p_units uuid[], p_venues uuid[]) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT EXISTS (SELECT FROM identity.supervisor_tie t
                   WHERE t.tenant_id = app.tenant() AND t.account_id = p_account AND t.unit_id = ANY (p_units))
        OR EXISTS (SELECT FROM identity.assignee m
                   WHERE m.tenant_id = app.tenant() AND m.account_id = p_account AND m.venue_id = ANY (p_venues)
                     AND m.tied);
END;

DROP FUNCTION identity.supervisor_set(bytea, uuid, boolean, smallint, uuid[], bigint);

-- '' or what stands in the way: 'account' (nobody who makes visits).
-- p_private: {pooled, free_days, ties}
CREATE FUNCTION identity.supervisor_set_(p_account uuid, p_private jsonb) RETURNS text
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant uuid := app.tenant();
BEGIN
    UPDATE identity.supervisor s
    SET pooled = (p_private ->> 'pooled')::boolean, free_days = (p_private ->> 'free_days')::smallint
    WHERE s.tenant_id = v_tenant AND s.account_id = p_account;
    IF NOT FOUND THEN
        RETURN 'account';
    END IF;
    DELETE FROM identity.supervisor_tie t WHERE t.tenant_id = v_tenant AND t.account_id = p_account;
    INSERT INTO identity.supervisor_tie (tenant_id, account_id, unit_id)
    SELECT DISTINCT v_tenant, p_account, t::uuid FROM jsonb_array_elements_text(p_private -> 'ties') t;
    RETURN '';
END
$$;

CREATE FUNCTION identity.supervisor_set(p_token_hash bytea, p_account uuid, p_private jsonb, p_now bigint) RETURNS text
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT CASE WHEN identity.may(p_token_hash, p_now, 1)
        THEN identity.supervisor_set_(p_account, p_private) ELSE 'role' END;
END;

-- Whether the draw may take somebody is said by supervisor.set alone. Who is closed is not drawn anyway: closing took
-- them out of the pool besides, and opening put them back, whoever had been taken out before as well.
UPDATE identity.supervisor s SET pooled = true
FROM identity.account a
WHERE a.tenant_id = s.tenant_id AND a.account_id = s.account_id AND a.disabled_at IS NOT NULL;

CREATE OR REPLACE FUNCTION identity.account_disable_(p_account uuid, p_now bigint) RETURNS text
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
    RETURN '';
END
$$;

CREATE OR REPLACE FUNCTION identity.account_reopen_(p_account uuid, p_private jsonb, p_now bigint) RETURNS text
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
    RETURN identity.account_reset_(p_account, p_private, p_now);
END
$$;

-- As in 0008, and '' or what stands in the way may also be 'tie' (who was chosen by handle is to stay away).
CREATE OR REPLACE FUNCTION identity.plan_(p_actor uuid, p_op uuid, p_tasks jsonb, p_seed bytea, p_lock_out_ms bigint,
                                          p_now bigint) RETURNS text
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
            IF identity.is_tied_(v_account, ARRAY[v_task.unit, v_task.county], ARRAY[v_task.venue]) THEN
                RAISE EXCEPTION USING ERRCODE = 'MC001', MESSAGE = 'tie';
            END IF;
        ELSE
            -- Who could be drawn, and why the others could not.
            WITH judged AS (
                SELECT s.account_id, CASE
                    WHEN identity.is_tied_(s.account_id, ARRAY[v_task.unit, v_task.county], ARRAY[v_task.venue]) THEN 'tie'
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

-- The pool as one dialogue sees it: a handle each, no name. The handles are made here, random, and are good for this
-- caller until p_expires_at. What somebody's visits have left behind (how many, where, and where they stepped aside) is not
-- said any more: asked venue by venue, and before and after each plan, it would show which visits are one person's.
DROP FUNCTION identity.handles(bytea, uuid[], uuid[], bigint, bigint, bigint, bigint, bigint);
CREATE FUNCTION identity.handles(p_token_hash bytea, p_units uuid[], p_from bigint, p_until bigint, p_now bigint,
                                 p_expires_at bigint)
    RETURNS TABLE (handle_id uuid, free_days smallint, free boolean, tied boolean)
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
                   WHERE t.tenant_id = v_tenant AND t.account_id = o.account_id AND t.unit_id = ANY (p_units))
    FROM offered o JOIN identity.supervisor s ON s.tenant_id = v_tenant AND s.account_id = o.account_id
    -- Random ids: their order says nothing about people.
    ORDER BY o.handle_id;
END
$$;
-- Each asking takes away what has expired.
CREATE INDEX handle_by_end ON identity.handle (tenant_id, expires_at);

REVOKE EXECUTE ON FUNCTION
    identity.stepped_aside(uuid),
    identity.is_tied_(uuid, uuid[], uuid[]),
    identity.supervisor_set_(uuid, jsonb),
    identity.supervisor_set(bytea, uuid, jsonb, bigint),
    identity.handles(bytea, uuid[], bigint, bigint, bigint, bigint)
FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    identity.stepped_aside(uuid),
    identity.supervisor_set(bytea, uuid, jsonb, bigint),
    identity.handles(bytea, uuid[], bigint, bigint, bigint, bigint)
TO mingcha_serve;

RESET ROLE;

-- Who stepped aside for a tie before this step. (A task that went on afterwards no longer shows that.)
UPDATE identity.assignee m SET tied = true
FROM app.assignment a
WHERE a.tenant_id = m.tenant_id AND a.assignment_id = m.assignment_id AND a.state = 3;
