-- What HQ's lists need beyond the indexes of the tables themselves.

-- The visits of a hall: the scope of a hall, and the way from a search by name to its visits.
CREATE INDEX visit_by_venue ON app.visit (tenant_id, venue_id, state, listed_at, visit_id);
-- The two filters that few visits pass: without an index of their own a list that finds none would walk all.
CREATE INDEX visit_incomplete ON app.visit (tenant_id, state, listed_at, visit_id)
    WHERE evidence_verified < evidence_expected;
CREATE INDEX visit_red_line ON app.visit (tenant_id, state, listed_at, visit_id) WHERE score_red_lines > 0;

-- LIKE is not leakproof: under row-level security it would be tried on every row
-- after the policy and reach no index. One owner-owned function does it instead;
-- it filters by the tenant itself and gives back ids, which the caller reads under its own rights.
CREATE FUNCTION app.find_venues(p_text text, p_limit integer) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT v.venue_id FROM app.venue v
    WHERE v.tenant_id = app.tenant()
      AND (strpos(lower(v.name ->> 'zh'), lower(p_text)) > 0
           OR strpos(lower(COALESCE(v.name ->> 'en', '')), lower(p_text)) > 0
           OR lower(v.code) = lower(p_text))
    ORDER BY v.code, v.venue_id
    LIMIT p_limit;
END;
REVOKE EXECUTE ON FUNCTION app.find_venues(text, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.find_venues(text, integer) TO mingcha_serve;

-- Who at HQ has a visit open, so that two reviewers see each other. Outside the
-- door: no verdict rests on it, it may be lost at any time, and it names HQ's own people only.
CREATE UNLOGGED TABLE app.visit_open (
    tenant_id uuid NOT NULL,
    visit_id uuid NOT NULL,
    account_id uuid NOT NULL,
    seen_at bigint NOT NULL,
    PRIMARY KEY (tenant_id, visit_id, account_id)
);
ALTER TABLE app.visit_open ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON app.visit_open USING (tenant_id = app.tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON app.visit_open TO mingcha_serve;

-- The names of those who decide: shown beside their decisions. Asked with a session
-- of HQ, never with a person's id, and silent about everybody who makes visits.
SET LOCAL ROLE mingcha_identity;
CREATE FUNCTION identity.colleagues(p_token_hash bytea, p_now bigint)
    RETURNS TABLE (account_id uuid, name text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    -- Roles are bits in the order of domain::role::Role::ALL: 4 office, 8 reviewer,
    -- 1024 arbiter, 8192 auditor; 32 visitor, 64 inspector.
    SELECT a.account_id, a.name
    FROM identity.account a
    WHERE a.tenant_id = app.tenant()
      AND (a.roles & (4 | 8 | 1024)) <> 0
      AND (a.roles & (32 | 64)) = 0
      AND identity.may(p_token_hash, p_now, 4 | 8 | 1024 | 8192);
END;
GRANT EXECUTE ON FUNCTION identity.colleagues(bytea, bigint) TO mingcha_serve;
RESET ROLE;
