-- A hand-in key opens the next journal of a phone whose session seemed to have ended. Where it had not, for a server that
-- was put back has it again, that session still named the journal before: what its phone wrote was shown to it as another
-- phone's. Every session of the phone writes the new one, whichever of them, or the key, opened it.
SET LOCAL ROLE mingcha_identity;

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
        WHERE j.account_id = v_account AND j.last_seq = 0;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE identity.session s SET journal_id = p_journal
    WHERE s.tenant_id = v_tenant AND s.account_id = v_account
      AND (s.journal_id = v_before OR (NOT p_is_key AND s.token_hash = p_hash));
    -- It is the same phone: what the journal before it was writing goes on in the new one.
    UPDATE identity.assignee m SET writer = p_journal
    WHERE m.tenant_id = v_tenant AND m.account_id = v_account AND m.writer = v_before;
    RETURN true;
END
$$;

RESET ROLE;
