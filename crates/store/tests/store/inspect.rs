//! What a test asks the database itself, as its owner: how much there is, and who may do what.

use std::collections::BTreeMap;

use sqlx::{Connection as _, PgConnection, Row as _};
use uuid::Uuid;

/// As the owner of a database.
pub(crate) struct Inspector(PgConnection);

impl Inspector {
    pub(crate) async fn new(owner_url: &str) -> Self {
        Self(PgConnection::connect(owner_url).await.expect("connected"))
    }

    /// Rows of every table that a company has rows in, but for sessions, throttles and what else lies outside the door.
    pub(crate) async fn counts(&mut self, tenant: Uuid) -> BTreeMap<String, i64> {
        let tables = sqlx::query(
            "SELECT n.nspname::text AS room, c.relname::text AS name
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname IN ('app', 'identity', 'unit') AND c.relkind = 'r'
               AND c.relname NOT IN ('session', 'attempt', 'throttle', 'visit_open', 'handle')
               AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id')",
        )
        .fetch_all(&mut self.0)
        .await
        .expect("tables");
        let mut counts = BTreeMap::new();
        for table in tables {
            let (room, name): (String, String) = (table.get("room"), table.get("name"));
            let sql = format!("SELECT count(*) FROM {room}.{name} WHERE tenant_id = $1");
            let count: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
                .bind(tenant)
                .fetch_one(&mut self.0)
                .await
                .expect("a count");
            counts.insert(format!("{room}.{name}"), count);
        }
        counts
    }

    /// The place in the log, and the hash of its head.
    pub(crate) async fn head(&mut self, tenant: Uuid) -> (i64, Vec<u8>) {
        let row = sqlx::query("SELECT rev, head FROM app.tenant_head WHERE tenant_id = $1")
            .bind(tenant)
            .fetch_one(&mut self.0)
            .await
            .expect("a head");
        (row.get("rev"), row.get("head"))
    }

    /// Holds the head of a company for as long as this lasts, as somebody who writes and comes to no end.
    pub(crate) async fn hold(&mut self, tenant: Uuid) {
        sqlx::raw_sql("BEGIN").execute(&mut self.0).await.expect("begun");
        sqlx::query("SELECT FROM app.tenant_head WHERE tenant_id = $1 FOR UPDATE")
            .bind(tenant)
            .execute(&mut self.0)
            .await
            .expect("held");
    }

    /// Takes down what keeps the companies' rows of a table apart, or puts it up again: for tests of what then is noticed.
    pub(crate) async fn wall(&mut self, table: &str, up: bool) {
        let what = if up { "ENABLE" } else { "DISABLE" };
        let sql = format!("ALTER TABLE app.{table} {what} ROW LEVEL SECURITY");
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut self.0).await.expect("done");
    }

    /// The functions of `identity` that the serving role may call, with the names of what they take.
    pub(crate) async fn open_functions(&mut self) -> Vec<(String, Vec<String>)> {
        let rows = sqlx::query(
            "SELECT p.proname::text AS name, COALESCE(p.proargnames[1:p.pronargs], '{}')::text[] AS takes
             FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
             WHERE n.nspname IN ('identity', 'app', 'unit')
               AND has_function_privilege('mingcha_serve', p.oid, 'EXECUTE') ORDER BY 1",
        )
        .fetch_all(&mut self.0)
        .await
        .expect("functions");
        rows.iter().map(|row| (row.get("name"), row.get("takes"))).collect()
    }
}
