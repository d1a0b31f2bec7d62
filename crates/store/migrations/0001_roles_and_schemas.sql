-- Three rooms and three roles.
--
--   app       a tenant's rows: what HQ reads, what the writer writes
--   identity  who people are and who does what; reached through functions only
--   unit      copies for inspected units; nothing leads from there back
--
-- Roles belong to the cluster, not to the database, and on a PostgreSQL that
-- somebody else runs they may have been made by hand: make only what is missing.
-- Passwords are set by the server process, never here.
DO $$
DECLARE
    wanted record;
BEGIN
    FOR wanted IN SELECT * FROM (VALUES
        ('mingcha_serve', 'LOGIN'),
        ('mingcha_unit', 'LOGIN'),
        ('mingcha_identity', 'NOLOGIN')
    ) AS role (name, login) LOOP
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted.name) THEN
                EXECUTE format('CREATE ROLE %I %s NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS', wanted.name, wanted.login);
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            -- Another database of the same cluster is being migrated at this moment.
            NULL;
        END;
    END LOOP;
    -- Whoever migrates makes things in the name of mingcha_identity. A superuser needs no membership.
    IF NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)
       AND NOT pg_catalog.pg_has_role(current_user, 'mingcha_identity', 'MEMBER') THEN
        EXECUTE format('GRANT mingcha_identity TO %I', current_user);
    END IF;
END
$$;

CREATE SCHEMA app;
CREATE SCHEMA identity;
CREATE SCHEMA unit;

GRANT USAGE ON SCHEMA app TO mingcha_serve, mingcha_identity;
GRANT USAGE ON SCHEMA identity TO mingcha_serve;
GRANT USAGE, CREATE ON SCHEMA identity TO mingcha_identity;
GRANT USAGE ON SCHEMA unit TO mingcha_unit;
-- The portal's copies are read by mingcha_unit and by nobody else but their owner.
ALTER DEFAULT PRIVILEGES IN SCHEMA unit GRANT SELECT ON TABLES TO mingcha_unit;

-- Functions are open to PUBLIC by default; those of identity must be opened one by one.
SET LOCAL ROLE mingcha_identity;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
RESET ROLE;

-- The tenant of the transaction at hand. After a transaction that set it the
-- setting is '' and not NULL: without NULLIF the next one would fail on ''::uuid.
CREATE FUNCTION app.tenant() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN NULLIF(pg_catalog.current_setting('mingcha.tenant', true), '')::uuid;
