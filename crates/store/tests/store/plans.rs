//! Every list of HQ is a walk over an index, under row-level security, as the serving role: whatever is filtered by.

use std::sync::Arc;

use domain::{
    finding::{FindingState, Severity},
    ids::{OrgUnitId, TenantId},
    visit::VisitState,
};
use sqlx::{Connection as _, PgConnection};
use store::{
    Settings, Store,
    hq::{Cursor, Stretch, findings, visits},
    plans_by_key,
};

use crate::{
    cluster::cluster,
    world::{TestSigner, World, uuid},
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

/// Benchmark of the reconnect storm: of a company that was minutes old each visit was found by walking another index from
/// end to end, for its plan was made while there were no visits, and all indexes cost the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_was_made_while_its_tables_were_empty_reads_by_key() {
    // The other database of the cluster: migrated, and nobody has ever written into it.
    let plain = |login: &str| login.replace("/postgres", "/plain");
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
