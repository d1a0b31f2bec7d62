-- Two openings at once by two keys of one phone both found the same journal at the end of its row, and the one that came
-- second put its own in the place of the other's (replaced_by): that one led nowhere, and what its phone wrote in it was
-- another phone's. By two sessions they could wait for each other until one was given up. And a session that went on with a key
-- while the next journal was opened named the one before. Whoever opens or resumes a journal of a person now holds the
-- row of that account first, as do all who close or reset it, and what is read after that stays true until the end.
SET LOCAL ROLE mingcha_identity;

-- As before (0139), one after the other.
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
        SELECT j.account_id INTO v_account FROM identity.journal j
        WHERE j.tenant_id = v_tenant AND j.key_hash = p_hash;
    ELSE
        SELECT s.account_id INTO v_account FROM identity.session s
        WHERE s.tenant_id = v_tenant AND s.token_hash = p_hash;
    END IF;
    PERFORM 1 FROM identity.account a WHERE a.tenant_id = v_tenant AND a.account_id = v_account FOR NO KEY UPDATE;
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

-- As before (0139), and not between what an opening reads and what it writes.
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
    PERFORM 1 FROM identity.account a WHERE a.tenant_id = v_tenant AND a.account_id = v_account FOR NO KEY UPDATE;
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
