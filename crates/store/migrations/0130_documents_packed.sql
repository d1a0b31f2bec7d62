-- Documents and payloads are read by the programs alone, whole: they are kept packed (docs/adr/0023). What stands here
-- already is kept as plain text, which the first byte says.
ALTER TABLE app.op_log
    ALTER COLUMN payload TYPE bytea USING '\x00'::bytea || convert_to(payload::text, 'UTF8'),
    -- It does not shrink any further.
    ALTER COLUMN payload SET STORAGE EXTERNAL;

ALTER TABLE app.visit_revision
    ALTER COLUMN document TYPE bytea USING '\x00'::bytea || convert_to(document::text, 'UTF8'),
    ALTER COLUMN document SET STORAGE EXTERNAL,
    -- With whose words the document is packed.
    ADD COLUMN checklist_id uuid;
UPDATE app.visit_revision r SET checklist_id = v.checklist_id
    FROM app.visit v WHERE v.tenant_id = r.tenant_id AND v.visit_id = r.visit_id;
ALTER TABLE app.visit_revision ALTER COLUMN checklist_id SET NOT NULL;
