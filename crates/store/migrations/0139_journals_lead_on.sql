-- A phone that signs in anew while the answer to its opening of a journal is on its way shows the key of the journal
-- before: the new session named that one for ever, and what its phone wrote was shown to it as another phone's. A
-- journal that was replaced leads on to the one in its place, and a request that comes late replaces nothing.
SET LOCAL ROLE mingcha_identity;

ALTER TABLE identity.journal
    -- The journal that its phone opened in its place.
    ADD COLUMN replaced_by uuid;

-- Called within identity only: a journal, and those that came to stand in its place, one after the other.
CREATE FUNCTION identity.journal_with_later(p_tenant uuid, p_journal uuid) RETURNS uuid[]
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_all uuid[] := '{}';
    v_one uuid := p_journal;
BEGIN
    WHILE v_one IS NOT NULL LOOP
        v_all := v_all || v_one;
        v_one := (SELECT j.replaced_by FROM identity.journal j
                  WHERE j.tenant_id = p_tenant AND j.journal_id = v_one LIMIT 1);
    END LOOP;
    RETURN v_all;
END
$$;
REVOKE EXECUTE ON FUNCTION identity.journal_with_later(uuid, uuid) FROM PUBLIC;

CREATE OR REPLACE FUNCTION identity.journal_begin(p_hash bytea, p_is_key boolean, p_journal uuid, p_key_hash bytea,
                                                  p_now bigint)
    RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant uuid := app.tenant();
    v_account uuid;
    v_before uuid;
    v_revoked bigint;
    v_later uuid;
    v_earlier uuid[];
BEGIN
    IF p_is_key THEN
        SELECT j.account_id, j.journal_id, j.revoked_at INTO v_account, v_before, v_revoked FROM identity.journal j
        WHERE j.tenant_id = v_tenant AND j.key_hash = p_hash
        FOR UPDATE;
    ELSE
        SELECT s.account_id, s.journal_id INTO v_account, v_before FROM identity.session s
        WHERE s.tenant_id = v_tenant AND s.token_hash = p_hash AND s.revoked_at IS NULL AND s.expires_at > p_now
        FOR UPDATE;
    END IF;
    IF v_account IS NULL THEN
        RETURN false;
    END IF;
    INSERT INTO identity.journal AS j (tenant_id, journal_id, account_id, key_hash, epoch, opened_at, revoked_at)
    SELECT v_tenant, p_journal, v_account, p_key_hash, h.epoch, p_now, v_revoked
    FROM app.tenant_head h WHERE h.tenant_id = v_tenant
    -- One that is written already is nobody's to open again.
    ON CONFLICT (tenant_id, journal_id) DO UPDATE SET key_hash = excluded.key_hash
        WHERE j.account_id = v_account AND j.last_seq = 0
    RETURNING j.replaced_by INTO v_later;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF v_later IS NOT NULL THEN
        -- A request that came late: the phone has gone on since.
        RETURN true;
    END IF;
    v_earlier := array_remove(identity.journal_with_later(v_tenant, v_before), p_journal);
    UPDATE identity.journal j SET replaced_by = p_journal
    WHERE j.tenant_id = v_tenant AND j.journal_id = v_earlier[cardinality(v_earlier)];
    UPDATE identity.session s SET journal_id = p_journal
    WHERE s.tenant_id = v_tenant AND s.account_id = v_account
      AND (s.journal_id = ANY (v_earlier) OR (NOT p_is_key AND s.token_hash = p_hash));
    -- It is the same phone: what the journals before it were writing goes on in the new one.
    UPDATE identity.assignee m SET writer = p_journal
    WHERE m.tenant_id = v_tenant AND m.account_id = v_account AND m.writer = ANY (v_earlier);
    RETURN true;
END
$$;

CREATE OR REPLACE FUNCTION identity.journal_resume(p_token_hash bytea, p_key_hash bytea, p_now bigint) RETURNS uuid
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_tenant uuid := app.tenant();
    v_account uuid;
    v_journal uuid;
    v_all uuid[];
    v_last uuid;
BEGIN
    SELECT s.account_id INTO v_account FROM identity.session s
    WHERE s.tenant_id = v_tenant AND s.token_hash = p_token_hash AND s.revoked_at IS NULL AND s.expires_at > p_now;
    SELECT j.journal_id INTO v_journal FROM identity.journal j
    WHERE j.tenant_id = v_tenant AND j.key_hash = p_key_hash AND j.account_id = v_account AND j.revoked_at IS NULL;
    -- The phone may not have heard yet that another is in its place, and writes that one all the same.
    v_all := identity.journal_with_later(v_tenant, v_journal);
    SELECT j.journal_id INTO v_last FROM identity.journal j
    WHERE j.tenant_id = v_tenant AND j.journal_id = v_all[cardinality(v_all)] AND j.revoked_at IS NULL;
    IF v_last IS NULL THEN
        RETURN NULL;
    END IF;
    UPDATE identity.session s SET journal_id = v_last
    WHERE s.tenant_id = v_tenant AND s.token_hash = p_token_hash;
    RETURN v_journal;
END
$$;

RESET ROLE;
