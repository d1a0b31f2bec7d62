-- A cursor carries a mark of the log's newest batch. A database that was put back behind it, and has grown past it
-- again, would skip what lies between: by its mark such a cursor is known to be of a history that was cut off.
CREATE POLICY poll ON app.batch_head FOR SELECT TO mingcha_identity USING (true);
GRANT SELECT ON app.batch_head TO mingcha_identity;

SET LOCAL ROLE mingcha_identity;

-- The idle poll, as before, and: whether the batch of the mark is ours, and the newest batch for the next mark.
CREATE FUNCTION identity.poll_at(p_tenant uuid, p_token_hash bytea, p_now bigint, p_rev bigint, p_task uuid,
                                 p_batch bigint, p_root bytea)
    RETURNS TABLE (active boolean, epoch integer, fresh boolean, expires_at bigint, idle_ms bigint,
                   ours boolean, batch bigint, root bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT p.active, p.epoch, p.fresh, p.expires_at, p.idle_ms,
           p_batch = 0 OR EXISTS (SELECT FROM app.batch_head b
                                  WHERE b.tenant_id = p_tenant AND b.number = p_batch
                                    AND substr(b.root, 1, 8) = p_root),
           h.batch, n.root
    FROM identity.poll(p_tenant, p_token_hash, p_now, p_rev, p_task) p
    JOIN app.tenant_head h ON h.tenant_id = p_tenant
    LEFT JOIN app.batch_head n ON n.tenant_id = p_tenant AND n.number = h.batch;
END;

GRANT EXECUTE ON FUNCTION identity.poll_at(uuid, bytea, bigint, bigint, uuid, bigint, bytea) TO mingcha_serve;
REVOKE EXECUTE ON FUNCTION identity.poll(uuid, bytea, bigint, bigint, uuid) FROM mingcha_serve;

RESET ROLE;
