//! What the database itself can do on this machine, for benchmarks to be measured against, and what they ask
//! about it. Needs the owner's login; works on tables of its own, and on the tenant that a benchmark made.

use std::{collections::BTreeMap, fmt::Write as _};

use domain::{
    assignment::Window,
    checklist::{Answer, ChecklistVersion, Item, Value},
    evidence::Sha256,
    ids::{AssignmentId, TenantId, VenueId},
    op::canonical,
    time::Moment,
    visit::{Impressions, VisitDocument},
};
use futures_util::TryStreamExt as _;
use sqlx::{Connection as _, PgConnection, Row as _, postgres::PgRow};
use uuid::Uuid;

use crate::{error::Result, packed::Packer, rows::json};

/// A connection of the owner.
#[derive(Debug)]
pub struct Yardstick {
    connection: PgConnection,
}

/// Bytes of a tenant's tables with their indexes and what lies beside them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// Documents.
    pub documents: i64,
    /// The log.
    pub log: i64,
    /// Visits.
    pub visits: i64,
    /// Findings.
    pub findings: i64,
    /// Evidence.
    pub evidence: i64,
    /// Everything else, `identity` included.
    pub rest: i64,
}

/// Rows that a replay must not add to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Ops in the log.
    pub ops: i64,
    /// Batches.
    pub batches: i64,
    /// Documents.
    pub documents: i64,
    /// Evidence that counts.
    pub verified: i64,
}

impl Counts {
    /// How many rows came or went since `before`, of all kinds.
    #[must_use]
    pub fn since(self, before: Self) -> u64 {
        let pairs = [
            (self.ops, before.ops),
            (self.batches, before.batches),
            (self.documents, before.documents),
            (self.verified, before.verified),
        ];
        pairs.into_iter().map(|(now, before)| now.abs_diff(before)).sum()
    }
}

impl Yardstick {
    /// Signs in as the owner, and makes the tables to be measured by.
    ///
    /// # Errors
    /// The database failed.
    pub async fn open(owner_url: &str) -> Result<Self> {
        let mut connection = PgConnection::connect(owner_url).await?;
        sqlx::raw_sql(
            "CREATE SCHEMA IF NOT EXISTS yardstick;
             DROP TABLE IF EXISTS yardstick.answer;
             CREATE TABLE yardstick.answer (
                 tenant_id uuid NOT NULL, visit_id uuid NOT NULL, item_id uuid NOT NULL, answered_at bigint NOT NULL,
                 value text NOT NULL, note text NOT NULL, PRIMARY KEY (tenant_id, visit_id, item_id)
             );
             CREATE INDEX ON yardstick.answer (tenant_id, item_id, answered_at);
             CREATE INDEX ON yardstick.answer (tenant_id, answered_at);
             CREATE INDEX ON yardstick.answer (tenant_id, value, answered_at);",
        )
        .execute(&mut connection)
        .await?;
        Ok(Self { connection })
    }

    /// The process that answers here: whose CPU is to be counted.
    ///
    /// # Errors
    /// The database failed.
    pub async fn backend(&mut self) -> Result<u32> {
        let pid: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut self.connection).await?;
        Ok(pid.unsigned_abs())
    }

    /// The version of PostgreSQL and the settings that a figure depends on.
    ///
    /// # Errors
    /// The database failed.
    pub async fn settings(&mut self) -> Result<String> {
        let text = sqlx::query_scalar(
            "SELECT 'PostgreSQL ' || current_setting('server_version') || ', fsync ' || current_setting('fsync')
                    || ', synchronous_commit ' || current_setting('synchronous_commit')
                    || ', full_page_writes ' || current_setting('full_page_writes')
                    || ', shared_buffers ' || current_setting('shared_buffers')",
        );
        Ok(text.fetch_one(&mut self.connection).await?)
    }

    /// Copies rows in, in the text format of COPY, into an empty table with four indexes, durably.
    ///
    /// # Errors
    /// The database failed.
    pub async fn copy_in(&mut self, rows: &[u8]) -> Result<u64> {
        sqlx::raw_sql("TRUNCATE yardstick.answer").execute(&mut self.connection).await?;
        let mut copy = self.connection.copy_in_raw("COPY yardstick.answer FROM STDIN").await?;
        for part in rows.chunks(1 << 18) {
            copy.send(part).await?;
        }
        Ok(copy.finish().await?)
    }

    /// Copies out what was copied in last; how many bytes it was.
    ///
    /// # Errors
    /// The database failed.
    pub async fn copy_out(&mut self) -> Result<u64> {
        let mut rows = self.connection.copy_out_raw("COPY yardstick.answer TO STDOUT").await?;
        let mut bytes = 0;
        while let Some(part) = rows.try_next().await? {
            bytes += part.len() as u64;
        }
        Ok(bytes)
    }

    /// A statement that does nothing: the floor of every other.
    ///
    /// # Errors
    /// The database failed.
    pub async fn nothing(&mut self) -> Result<()> {
        sqlx::query("SELECT 1").execute(&mut self.connection).await?;
        Ok(())
    }

    /// Bytes of log that the database has written since it was made.
    ///
    /// # Errors
    /// The database failed.
    pub async fn wal(&mut self) -> Result<i64> {
        let bytes = sqlx::query_scalar("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint");
        Ok(bytes.fetch_one(&mut self.connection).await?)
    }

    /// How many rows a tenant has.
    ///
    /// # Errors
    /// The database failed.
    pub async fn counts(&mut self, tenant: TenantId) -> Result<Counts> {
        let row = sqlx::query(
            "SELECT (SELECT count(*) FROM app.op_log WHERE tenant_id = $1) AS ops,
                    (SELECT count(*) FROM app.batch_head WHERE tenant_id = $1) AS batches,
                    (SELECT count(*) FROM app.visit_revision WHERE tenant_id = $1) AS documents,
                    (SELECT count(*) FROM app.evidence WHERE tenant_id = $1 AND verified) AS verified",
        );
        let row = row.bind(tenant.0).fetch_one(&mut self.connection).await?;
        Ok(Counts {
            ops: row.try_get("ops")?,
            batches: row.try_get("batches")?,
            documents: row.try_get("documents")?,
            verified: row.try_get("verified")?,
        })
    }

    /// How large the tables are, of all tenants.
    ///
    /// # Errors
    /// The database failed.
    pub async fn sizes(&mut self) -> Result<Sizes> {
        let row = sqlx::query(
            "SELECT COALESCE(sum(size) FILTER (WHERE name = 'app.visit_revision'), 0)::bigint AS documents,
                    COALESCE(sum(size) FILTER (WHERE name = 'app.op_log'), 0)::bigint AS log,
                    COALESCE(sum(size) FILTER (WHERE name = 'app.visit'), 0)::bigint AS visits,
                    COALESCE(sum(size) FILTER (WHERE name = 'app.finding'), 0)::bigint AS findings,
                    COALESCE(sum(size) FILTER (WHERE name = 'app.evidence'), 0)::bigint AS evidence,
                    COALESCE(sum(size) FILTER (WHERE name NOT IN ('app.visit_revision', 'app.op_log', 'app.visit',
                                                                 'app.finding', 'app.evidence')), 0)::bigint AS rest
             FROM (SELECT s.nspname || '.' || c.relname AS name, pg_total_relation_size(c.oid) AS size
                   FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace
                   WHERE c.relkind = 'r' AND s.nspname IN ('app', 'identity')) x",
        );
        let row = row.fetch_one(&mut self.connection).await?;
        Ok(Sizes {
            documents: row.try_get("documents")?,
            log: row.try_get("log")?,
            visits: row.try_get("visits")?,
            findings: row.try_get("findings")?,
            evidence: row.try_get("evidence")?,
            rest: row.try_get("rest")?,
        })
    }

    /// Gives each visit of [`Yardstick::fill_lists`] a document in which every question of `list` is answered, with a note
    /// of 65 bytes.
    ///
    /// # Errors
    /// The database failed.
    pub async fn fill_answers(&mut self, tenant: TenantId, list: &ChecklistVersion) -> Result<u64> {
        let visits = sqlx::query(
            "SELECT visit_id, assignment_id, venue_id, submission, listed_at, score FROM app.visit WHERE tenant_id = $1
             ORDER BY listed_at, visit_id",
        );
        let visits = visits.bind(tenant.0).fetch_all(&mut self.connection).await?;
        let mut packer = Packer::default();
        let mut copy = self
            .connection
            .copy_in_raw(
                "COPY app.visit_revision (tenant_id, visit_id, submission, rev, received_at, checklist_id, document)
                 FROM STDIN",
            )
            .await?;
        for (stretch, visits) in visits.chunks(1_000).enumerate() {
            let mut rows = String::new();
            for (n, row) in visits.iter().enumerate() {
                let document = packer.document(&answered(row, list)?, list);
                let rev = stretch * 1_000 + n + 1;
                let (visit, submission): (Uuid, i32) = (row.try_get("visit_id")?, row.try_get("submission")?);
                let at: i64 = row.try_get("listed_at")?;
                let said = write!(rows, "{}\t{visit}\t{submission}\t{rev}\t{at}\t{}\t\\\\x", tenant.0, list.id.0)
                    .and_then(|()| document.iter().try_for_each(|byte| write!(rows, "{byte:02x}")));
                said.unwrap_or_default();
                rows.push('\n');
            }
            copy.send(rows.as_bytes()).await?;
        }
        let done = copy.finish().await?;
        sqlx::raw_sql("ANALYZE app.visit_revision").execute(&mut self.connection).await?;
        Ok(done)
    }

    /// Fills a tenant's lists with `visits` visits and three findings each, at the tenant's venues: rows for lists
    /// to be read from, without a log behind them. Some values are common, some rare.
    ///
    /// # Errors
    /// The database failed.
    pub async fn fill_lists(&mut self, tenant: TenantId, visits: i64) -> Result<()> {
        sqlx::query(
            "WITH venue AS (SELECT v.*, row_number() OVER (ORDER BY v.code) - 1 AS k, count(*) OVER () AS all_
                            FROM app.venue v WHERE v.tenant_id = $1)
             INSERT INTO app.visit (tenant_id, visit_id, assignment_id, venue_id, unit_id, county_id, checklist_id,
                                    topic, mode, state, revision, submission, received_at, listed_at, score,
                                    score_provisional, score_red_lines, score_formula, evidence_expected,
                                    evidence_verified)
             SELECT $1, md5('visit' || n)::uuid, md5('task' || n)::uuid, v.venue_id, v.unit_id, v.county_id,
                    md5('list')::uuid, CASE WHEN n % 997 = 0 THEN 'billing' WHEN n % 5 = 0 THEN 'network' ELSE 'hall' END,
                    1, CASE WHEN n % 1009 = 0 THEN 5 WHEN n % 40 = 0 THEN 2 WHEN n % 101 = 0 THEN 3 ELSE 4 END, 3, 1,
                    1700000000000 + n * 1000, 1700000000000 + n * 1000, n * 7919 % 10001, false,
                    CASE WHEN n % 503 = 0 THEN 1 ELSE 0 END, 1, 6, CASE WHEN n % 211 = 0 THEN 5 ELSE 6 END
             FROM generate_series(1, $2::bigint) AS n
             JOIN venue v ON v.k = (v.all_ * (n * 2654435761 % 1000) * (n * 2654435761 % 1000)) / 1000000",
        )
        .bind(tenant.0)
        .bind(visits)
        .execute(&mut self.connection)
        .await?;
        sqlx::query(
            "INSERT INTO app.finding (tenant_id, finding_id, source, visit_id, item_id, item_code, topic, venue_id,
                                      unit_id, county_id, severity, title, note, reason, found_at, state, revision)
             SELECT $1, md5('finding' || v.visit_id || m)::uuid, 1, v.visit_id, md5('item' || m)::uuid, 'B-' || m,
                    v.topic, v.venue_id, v.unit_id, v.county_id,
                    CASE WHEN v.score % 1013 = 0 THEN 3 WHEN v.score % 7 = 0 THEN 2 ELSE 1 END,
                    '{\"zh\": \"等候时间过长\", \"en\": \"Waiting too long\"}'::jsonb, 'queue of six, two counters open', '',
                    v.listed_at + m,
                    CASE WHEN v.score % 499 = 0 THEN 4 WHEN v.score % 11 = 0 THEN 1 WHEN v.score % 13 = 0 THEN 3 ELSE 2 END, 1
             FROM app.visit v CROSS JOIN generate_series(1, 3) AS m WHERE v.tenant_id = $1",
        )
        .bind(tenant.0)
        .execute(&mut self.connection)
        .await?;
        sqlx::raw_sql("ANALYZE app.visit; ANALYZE app.finding; ANALYZE app.venue; ANALYZE app.org_unit")
            .execute(&mut self.connection)
            .await?;
        Ok(())
    }
}

/// The document of a visit of [`Yardstick::fill_lists`], in its canonical form.
fn answered(row: &PgRow, list: &ChecklistVersion) -> Result<String> {
    let at = Moment(row.try_get("listed_at")?);
    let visit: Uuid = row.try_get("visit_id")?;
    let score: Option<i32> = row.try_get("score")?;
    let said = if score.unwrap_or_default() % 10 == 0 { "no" } else { "yes" };
    let note = |item: &Item| {
        let seed = Sha256::of(&[&visit.as_bytes()[..], &item.id.0.as_bytes()[..]].concat()).to_string();
        format!("{} queue counter staff helpful waiting tickets", seed.get(..21).unwrap_or_default())
    };
    let answer = |item: &Item| Answer { note: note(item), ..Answer::of(Value::Choice(said.to_owned())) };
    let document = VisitDocument {
        assignment: AssignmentId(row.try_get("assignment_id")?),
        venue: VenueId(row.try_get("venue_id")?),
        checklist: list.id,
        window: Window { from: at, until: at },
        arrived: None,
        left: None,
        answers: list.items().map(|item| (item.id, answer(item))).collect(),
        answered_at: BTreeMap::new(),
        impressions: Impressions::default(),
        evidence: Vec::new(),
        no_microphone: false,
    };
    let json = json(&document)?;
    Ok(canonical::canonicalise(&json).unwrap_or(json))
}
