-- A phone names the journal that it wants: asked for twice (an answer was lost), it is opened once, and the second
-- answer brings another key. A hand-in key opens the next journal too: a person who may not act any more can still
-- hand in what a restored server has lost, held as everything of theirs.
SET LOCAL ROLE mingcha_identity;

CREATE FUNCTION identity.journal_begin(p_hash bytea, p_is_key boolean, p_journal uuid, p_key_hash bytea, p_now bigint)
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
    IF NOT p_is_key THEN
        UPDATE identity.session s SET journal_id = p_journal WHERE s.tenant_id = v_tenant AND s.token_hash = p_hash;
    END IF;
    -- It is the same phone: what the journal before it was writing goes on in the new one.
    UPDATE identity.assignee m SET writer = p_journal
    WHERE m.tenant_id = v_tenant AND m.account_id = v_account AND m.writer = v_before;
    RETURN true;
END
$$;

GRANT EXECUTE ON FUNCTION identity.journal_begin(bytea, boolean, uuid, bytea, bigint) TO mingcha_serve;
REVOKE EXECUTE ON FUNCTION identity.journal_open(bytea, uuid, bytea, bigint) FROM mingcha_serve;

RESET ROLE;
