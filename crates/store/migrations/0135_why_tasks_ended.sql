-- Why a task ended is read from the log, by task: the few ops that say so have an index of their own.
CREATE INDEX op_log_ends_tasks ON app.op_log (tenant_id, subject, rev)
    WHERE kind IN ('assignment.decline@1', 'assignment.recall@1');
