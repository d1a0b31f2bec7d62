-- tenant_id leads every key and every index, so that rows can be spread by tenant.
-- Moments are bigint milliseconds since 1970 UTC, as everywhere else.
-- Texts in two languages are jsonb {"zh": …, "en"?: …}.

CREATE TABLE app.tenant (
    tenant_id uuid PRIMARY KEY,
    -- What people type at sign-in where the host does not name the tenant.
    code text NOT NULL,
    name jsonb NOT NULL,
    -- Minutes east of UTC: shown times are the tenant's.
    zone_offset integer NOT NULL,
    created_at bigint NOT NULL
);
-- The one unique index that no tenant leads: the code is how a tenant is found.
CREATE UNIQUE INDEX tenant_code_key ON app.tenant (code);

-- One row a tenant, locked first by every write: commit order is rev order.
CREATE TABLE app.tenant_head (
    tenant_id uuid PRIMARY KEY REFERENCES app.tenant,
    -- Grows when the server finds that it was restored.
    epoch integer NOT NULL DEFAULT 1,
    -- The last place in the log.
    rev bigint NOT NULL DEFAULT 0,
    -- The last batch, and the hash of its head (zeros before the first).
    batch bigint NOT NULL DEFAULT 0,
    head bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex')
);

CREATE TABLE app.org_unit (
    tenant_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    parent_id uuid,
    kind text NOT NULL,
    code text NOT NULL,
    name jsonb NOT NULL,
    PRIMARY KEY (tenant_id, unit_id)
);
CREATE INDEX org_unit_by_code ON app.org_unit (tenant_id, code, unit_id);

CREATE TABLE app.venue (
    tenant_id uuid NOT NULL,
    venue_id uuid NOT NULL,
    kind text NOT NULL,
    code text NOT NULL,
    name jsonb NOT NULL,
    unit_id uuid NOT NULL,
    county_id uuid NOT NULL,
    address text NOT NULL,
    -- WGS-84, 1e-7 degrees; both or neither.
    lat integer,
    lon integer,
    -- {crs, position} as imported, where that was another system.
    original jsonb,
    hours text NOT NULL,
    agent boolean NOT NULL,
    rural boolean NOT NULL,
    PRIMARY KEY (tenant_id, venue_id)
);
CREATE INDEX venue_by_code ON app.venue (tenant_id, code, venue_id);
CREATE INDEX venue_by_county ON app.venue (tenant_id, county_id, code, venue_id);

-- Immutable: written once, read whole.
CREATE TABLE app.checklist_version (
    tenant_id uuid NOT NULL,
    version_id uuid NOT NULL,
    topic text NOT NULL,
    document jsonb NOT NULL,
    PRIMARY KEY (tenant_id, version_id)
);
CREATE INDEX checklist_version_by_topic ON app.checklist_version (tenant_id, topic, version_id);

ALTER TABLE app.tenant ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.tenant_head ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.org_unit ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.venue ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.checklist_version ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON app.tenant USING (tenant_id = app.tenant());
CREATE POLICY tenant ON app.tenant_head USING (tenant_id = app.tenant());
CREATE POLICY tenant ON app.org_unit USING (tenant_id = app.tenant());
CREATE POLICY tenant ON app.venue USING (tenant_id = app.tenant());
CREATE POLICY tenant ON app.checklist_version USING (tenant_id = app.tenant());

-- Sign-in must find the tenant before any transaction can name it.
CREATE POLICY sign_in ON app.tenant FOR SELECT TO mingcha_identity USING (true);
CREATE POLICY poll ON app.tenant_head FOR SELECT TO mingcha_identity USING (true);
GRANT SELECT ON app.tenant, app.tenant_head TO mingcha_identity;

GRANT SELECT ON app.tenant TO mingcha_serve;
GRANT SELECT, UPDATE ON app.tenant_head TO mingcha_serve;
GRANT SELECT, INSERT, UPDATE ON app.org_unit, app.venue TO mingcha_serve;
GRANT SELECT, INSERT ON app.checklist_version TO mingcha_serve;
