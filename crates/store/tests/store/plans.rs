//! Every list of HQ is a walk over an index, under row-level security, as the serving role: whatever is filtered by.

use std::sync::Arc;

use domain::{
    finding::{FindingState, Severity},
    ids::{OrgUnitId, TenantId},
    text::Text,
    time::ZoneOffset,
    visit::VisitState,
};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use store::{
    NewTenant, Settings, Store,
    hq::{Cursor, Stretch, findings, visits},
    plans_by_key,
};

use crate::{
    cluster::cluster,
    world::{NOW, TestSigner, World, uuid},
};

/// The walk itself: by an index that begins with the tenant and the state, and carries the order.
fn is_walk(plan: &[String], table: &str, filter: &str) {
    let text = plan.join("\n");
    let scan = plan.iter().position(|line| line.contains("Index") && line.contains(&format!(" on {table}")));
    let scan = scan.unwrap_or_else(|| panic!("{filter}: no index is walked\n{text}"));
    let condition = plan[scan..].iter().find(|line| line.contains("Index Cond")).unwrap_or_else(|| panic!("{text}"));
    assert!(condition.contains("tenant_id = "), "{filter}: {condition}");
    assert!(condition.contains("state = "), "{filter}: {condition}");
    assert!(condition.contains("ROW("), "{filter}: the place is not part of the walk: {condition}\n{text}");
    assert!(!text.contains("Seq Scan"), "{filter}:\n{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_visits_walk_an_index() {
    let world = World::new().await;
    let mut tx = world.store.read_planned(world.tenant).await.unwrap();
    let none = visits::Filter::default;
    let county = Some(OrgUnitId(uuid()));
    let topic = Some("hall".to_owned());
    for (name, filter) in [
        ("all", none()),
        ("state", visits::Filter { state: Some(VisitState::Received), ..none() }),
        ("under way", visits::Filter { state: Some(VisitState::UnderWay), ..none() }),
        ("county", visits::Filter { county, ..none() }),
        ("topic", visits::Filter { topic: topic.clone(), ..none() }),
        ("red line", visits::Filter { red_line: true, ..none() }),
        ("incomplete", visits::Filter { incomplete: true, ..none() }),
        ("the one venue of that name", visits::Filter { text: "清河".to_owned(), ..none() }),
        ("county and state", visits::Filter { county, state: Some(VisitState::Accepted), ..none() }),
    ] {
        for stretch in [Stretch::Newest, Stretch::NewerThan(Cursor { at: 5, id: uuid() })] {
            is_walk(&visits::plan(&mut tx, &filter, stretch).await.unwrap(), "visit", name);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_findings_walk_an_index() {
    let world = World::new().await;
    let mut tx = world.store.read_planned(world.tenant).await.unwrap();
    let none = findings::Filter::default;
    let unit = Some(OrgUnitId(uuid()));
    for (name, filter) in [
        ("all", none()),
        ("state", findings::Filter { state: Some(FindingState::Confirmed), ..none() }),
        ("severity", findings::Filter { severity: Some(Severity::Critical), ..none() }),
        ("topic", findings::Filter { topic: Some("hall".to_owned()), ..none() }),
        ("county", findings::Filter { county: unit, ..none() }),
        ("unit", findings::Filter { unit, ..none() }),
    ] {
        for stretch in [Stretch::Newest, Stretch::NewerThan(Cursor { at: 5, id: uuid() })] {
            is_walk(&findings::plan(&mut tx, &filter, stretch).await.unwrap(), "finding", name);
        }
    }
}

/// Each table is read by an index that holds its whole key, whatever is made of the statement.
fn reads_by_key(plans: &[Vec<String>]) {
    assert!(!plans.is_empty());
    for plan in plans {
        let text = plan.join("\n");
        let scans: Vec<&String> =
            plan.iter().filter(|line| line.contains("Scan using") || line.contains("Seq Scan")).collect();
        assert!(!scans.is_empty(), "{text}");
        for scan in scans {
            let key = if scan.contains(" on op_log") { "_op_key on " } else { "_pkey on " };
            assert!(scan.contains(key), "{scan}\n{text}");
        }
    }
}

/// A login in the other database of the cluster: migrated, and nobody has ever worked there.
fn plain(login: &str) -> String {
    login.replace("/postgres", "/plain")
}

/// Benchmark of the reconnect storm: of a company that was minutes old each visit was found by walking another index from
/// end to end, for its plan was made while there were no visits, and all indexes cost the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_was_made_while_its_tables_were_empty_reads_by_key() {
    let settings = Settings { serve_url: plain(&cluster().serve), unit_url: None, connections: 1 };
    let tenant = TenantId(uuid());
    let plans = async || {
        let store = Store::open(&settings, Arc::new(TestSigner)).await.unwrap();
        plans_by_key(&mut store.read_planned(tenant).await.unwrap()).await.unwrap()
    };
    reads_by_key(&plans().await);

    // Benchmark of the writer: two hundred ops later, and before there were statistics, the narrower index of the log
    // seemed cheaper than the one that holds the id.
    let mut owner = PgConnection::connect(&plain(&cluster().owner)).await.unwrap();
    sqlx::query(
        "INSERT INTO app.op_log (tenant_id, rev, batch, received_at, op_id, digest, roles, facts)
         SELECT $1, n, n, n, gen_random_uuid(), '\\x', 0, 0 FROM generate_series(1, 200) n",
    )
    .bind(tenant.0)
    .execute(&mut owner)
    .await
    .unwrap();
    reads_by_key(&plans().await);
}

/// So many people more, each with a session and a link.
async fn hire(owner: &mut PgConnection, tenant: TenantId, from: i32, until: i32) {
    for statement in [
        "INSERT INTO identity.account (tenant_id, account_id, login, name, roles, created_at, batch)
         SELECT $1, md5($1 || n::text)::uuid, 's' || n, '李明', 1, 0, 0 FROM generate_series($2, $3) n",
        "INSERT INTO identity.session (tenant_id, token_hash, account_id, front, created_at, expires_at, idle_ms, ends_at,
                                       device)
         SELECT $1, sha256(n::text::bytea), md5($1 || n::text)::uuid, 1, 0, 9e15, 9e15, 9e15, ''
         FROM generate_series($2, $3) n",
        "INSERT INTO identity.one_time_link (tenant_id, link_hash, account_id, expires_at)
         SELECT $1, sha256(n::text::bytea), md5($1 || n::text)::uuid, 9e15 FROM generate_series($2, $3) n",
    ] {
        sqlx::query(statement).bind(tenant.0).bind(from).bind(until).execute(&mut *owner).await.unwrap();
    }
}

/// How many rows this transaction has read so far.
async fn rows_read(connection: &mut PgConnection) -> i64 {
    let read = "SELECT COALESCE(sum(seq_tup_read + idx_tup_fetch), 0)::bigint FROM pg_stat_xact_all_tables
                WHERE schemaname IN ('identity', 'app')";
    sqlx::query_scalar(read).fetch_one(connection).await.unwrap()
}

/// Benchmark of the reconnect storm in a database that had served a smaller company: what a connection had asked while there
/// was nobody, or two hundred people, it asked of ten thousand by reading all of them.
#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_was_made_for_a_few_people_reads_no_more_of_many() {
    let tenant = TenantId(uuid());
    let code = format!("t{}", tenant.0.simple());
    let new = NewTenant { id: tenant, code, name: Text::zh("云川市公司"), zone: ZoneOffset::default(), at: NOW };
    store::create_tenant(&plain(&cluster().owner), &new).await.unwrap();
    let mut owner = PgConnection::connect(&plain(&cluster().owner)).await.unwrap();
    let ask = |person: i32| {
        let (who, of) = (format!("sha256('{person}')"), format!("'{tenant}'"));
        [
            format!("SELECT FROM identity.polled({of}, {who}, 1, 0, {of}, 0, '')"),
            format!("SELECT FROM identity.inbox_after({who}, 1, 0, {of}, 50)"),
            format!("SELECT FROM identity.session_of({who}, 1)"),
            format!("SELECT FROM identity.claim({of}, {who}, false, {of}, {who}, 1)"),
            format!("SELECT FROM identity.link_redeem({who}, sha256('new'), 1::int2, 1, 1, 1, '', NULL, NULL)"),
        ]
    };
    // The plan as a connection of ours keeps it by itself after a few calls.
    let begin =
        format!("SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan; SET mingcha.tenant = '{tenant}'");
    let mut asking = Vec::new();
    for (from, until) in [(0, 0), (1, 200)] {
        hire(&mut owner, tenant, from, until).await;
        let mut connection = PgConnection::connect(&plain(&cluster().serve)).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(begin.clone())).execute(&mut connection).await.unwrap();
        for statement in ask(-1) {
            sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await.unwrap();
        }
        asking.push(connection);
    }
    hire(&mut owner, tenant, 201, 8_000).await;
    for mut connection in asking {
        // The one who came last: whoever is looked for from the first on is found after all others.
        for statement in ask(8_000) {
            let mut tx = connection.begin().await.unwrap();
            let before = rows_read(&mut tx).await;
            sqlx::raw_sql(AssertSqlSafe(statement.clone())).execute(&mut *tx).await.unwrap();
            let read = rows_read(&mut tx).await - before;
            assert!(read < 20, "{read} rows were read for {statement}");
        }
    }
}
