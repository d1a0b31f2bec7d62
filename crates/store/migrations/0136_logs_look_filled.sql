-- Of a table without statistics PostgreSQL takes a tenant for one row, and then the narrowest index is the cheapest,
-- whatever it is asked for: once its other index had a second level the log was asked for an op by walking it from end
-- to end, and a connection that keeps its plans went on so until the statistics came. So they are there from the
-- beginning: one tenant, ids that are all different. What they are taken from is gone in the same step.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM app.op_log) THEN
        INSERT INTO app.op_log (tenant_id, rev, batch, received_at, op_id, digest, roles, facts)
            SELECT '00000000-0000-0000-0000-000000000000', n, n / 8, n, gen_random_uuid(), '\x', 0, 0
            FROM generate_series(1, 1000) n;
        ANALYZE app.op_log;
        TRUNCATE app.op_log;
    END IF;
    IF NOT EXISTS (SELECT FROM app.finding) THEN
        INSERT INTO app.finding (tenant_id, finding_id, source, visit_id, item_code, topic, venue_id, unit_id, county_id,
                                 severity, title, note, reason, found_at, state, revision)
            SELECT '00000000-0000-0000-0000-000000000000', gen_random_uuid(), 1, md5((n / 4)::text)::uuid, 'A1', 'hall',
                   md5((n % 60)::text)::uuid, md5((n % 60)::text)::uuid, md5((n % 10)::text)::uuid,
                   1 + n % 3, '{}', '', '', n, 1 + n % 4, 0
            FROM generate_series(1, 1000) n;
        ANALYZE app.finding;
        TRUNCATE app.finding;
    END IF;
END
$$;
