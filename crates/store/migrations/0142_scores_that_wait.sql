-- What still waits for an answer that comes later, by its age.
CREATE INDEX visit_provisional ON app.visit (tenant_id, received_at, visit_id)
    WHERE score_provisional AND state IN (2, 4);
