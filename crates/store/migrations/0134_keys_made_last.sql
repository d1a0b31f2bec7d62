-- Of indexes that cost the same PostgreSQL takes the one that was made last. While a table is empty all of them cost the
-- same, and what a connection plans then it keeps until there are statistics: of a company that was minutes old every
-- visit was found by walking `visit_by_venue` from end to end. So the key is made last, and stays last: whoever adds an
-- index to a table that is asked by key makes its key anew after it. A test looks at the plans of an empty database.
ALTER TABLE app.visit DROP CONSTRAINT visit_pkey, ADD PRIMARY KEY (tenant_id, visit_id);
ALTER TABLE app.venue DROP CONSTRAINT venue_pkey, ADD PRIMARY KEY (tenant_id, venue_id);
ALTER TABLE app.assignment DROP CONSTRAINT assignment_pkey, ADD PRIMARY KEY (tenant_id, assignment_id);
ALTER TABLE app.finding DROP CONSTRAINT finding_pkey, ADD PRIMARY KEY (tenant_id, finding_id);
