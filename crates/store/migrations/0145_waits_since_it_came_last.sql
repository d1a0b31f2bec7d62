-- What lists order by, and since when a visit waits for its review: when it was handed in last, or before that when the
-- server learned of it. It was the first handing-in, and a visit that was given back, mended and handed in again looked
-- as if HQ had let it lie all the while.
UPDATE app.visit v SET listed_at = r.received_at
FROM app.visit_revision r
WHERE v.submission > 1 AND r.tenant_id = v.tenant_id AND r.visit_id = v.visit_id AND r.submission = v.submission
  AND v.listed_at <> r.received_at;

-- What was given back longest ago.
CREATE INDEX visit_returned ON app.visit (tenant_id, decided_at, visit_id) WHERE state = 3;
