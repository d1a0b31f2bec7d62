//! Whatever a superuser changes, `verify` finds; and it finds nothing where nobody changed anything.

use domain::{
    evidence::Sha256,
    ids::{TenantId, VisitId},
    op::{Conclusion, Payload, payload::VisitReturn},
    role::Role,
    text::Text,
    time::ZoneOffset,
    visit::ReturnedItem,
};
use sqlx::{Connection as _, PgConnection};
use store::{Caller, Fault, NewTenant, Private};

use crate::{
    cluster::cluster,
    database::database,
    world::{NOW, TestSigner, World, uuid},
};

/// An edit, and what `verify` must call it.
const EDITS: &[(&str, Fault)] = &[
    ("UPDATE app.op_log SET payload = '\\x007b7d' WHERE tenant_id = $1 AND kind = 'visit.arrive@1'", Fault::Digest),
    ("UPDATE app.op_log SET actor = tenant_id WHERE tenant_id = $1 AND kind = 'visit.leave@1'", Fault::Digest),
    ("UPDATE app.op_log SET verdict = '{\"is\":\"duplicate\"}' WHERE tenant_id = $1 AND rev = 3", Fault::Root),
    ("DELETE FROM app.op_log WHERE tenant_id = $1 AND rev = 4", Fault::Gap),
    (
        "INSERT INTO app.op_log SELECT tenant_id, -828, batch, received_at, gen_random_uuid(), digest, kind, subject,
             actor, base, salt, payload, extra, verdict, roles, facts
         FROM app.op_log WHERE tenant_id = $1 AND rev = 4",
        Fault::Gap,
    ),
    ("UPDATE app.visit_revision SET document = '\\x007b7d' WHERE tenant_id = $1", Fault::Digest),
    (
        "UPDATE app.visit_revision SET document = set_bit(document, 99, 1 - get_bit(document, 99)) WHERE tenant_id = $1",
        Fault::Digest,
    ),
    ("UPDATE app.visit_revision SET checklist_id = gen_random_uuid() WHERE tenant_id = $1", Fault::Digest),
    ("UPDATE app.visit SET score = 9900 WHERE tenant_id = $1", Fault::Row),
    ("UPDATE app.visit SET arrived_at = arrived_at - 3600000 WHERE tenant_id = $1", Fault::Row),
    ("UPDATE app.visit SET state = 4 WHERE tenant_id = $1", Fault::Row),
    ("DELETE FROM app.finding WHERE tenant_id = $1", Fault::Missing),
    ("UPDATE app.finding SET severity = 1, note = 'x' WHERE tenant_id = $1", Fault::Row),
    ("UPDATE app.assignment SET window_until = window_until + 1 WHERE tenant_id = $1", Fault::Row),
    ("UPDATE app.venue SET address = 'x' WHERE tenant_id = $1", Fault::Row),
    ("UPDATE app.org_unit SET name = '{\"zh\": \"x\"}' WHERE tenant_id = $1", Fault::Row),
    ("UPDATE app.evidence SET verified = false WHERE tenant_id = $1", Fault::Row),
    (
        "INSERT INTO app.org_unit (tenant_id, unit_id, kind, code, name)
         SELECT $1, gen_random_uuid(), kind, 'X', name FROM app.org_unit WHERE tenant_id = $1",
        Fault::Alien,
    ),
    ("UPDATE app.batch_head SET committed_at = committed_at + 1 WHERE tenant_id = $1 AND number = 2", Fault::Signature),
    ("UPDATE app.batch_head SET previous = root WHERE tenant_id = $1 AND number = 3", Fault::Chain),
    ("DELETE FROM app.batch_head WHERE tenant_id = $1 AND number = 5", Fault::Chain),
    ("UPDATE app.tenant_head SET rev = rev + 1 WHERE tenant_id = $1", Fault::Head),
    // What cannot be read at all.
    ("UPDATE app.op_log SET digest = '\\x00' WHERE tenant_id = $1 AND rev = 5", Fault::Digest),
    ("UPDATE app.op_log SET verdict = 'applied' WHERE tenant_id = $1 AND rev = 3", Fault::Row),
    ("UPDATE app.batch_head SET root = '\\x00' WHERE tenant_id = $1 AND number = 3", Fault::Root),
    ("UPDATE app.batch_head SET previous = '\\x' WHERE tenant_id = $1 AND number = 1", Fault::Chain),
    ("UPDATE app.batch_head SET epoch = -1 WHERE tenant_id = $1 AND number = 2", Fault::Signature),
    ("UPDATE app.batch_head SET facts = '\\x00' WHERE tenant_id = $1 AND number = 2", Fault::Facts),
    ("DELETE FROM app.tenant_head WHERE tenant_id = $1", Fault::Missing),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_edit_of_a_superuser_is_found() {
    let world = World::new().await;
    let (visitor, reviewer) = (world.person(&[Role::Visitor]).await, world.person(&[Role::Reviewer]).await);
    let task = world.task(&visitor).await;
    let mut phone = world.phone(&visitor).await;
    phone.visit(&world, task, &[1]).await;
    let caller = Caller::Token(phone.token);
    assert!(world.store.evidence_stored(world.tenant, caller, VisitId::of(task), Sha256::of(&[1]), NOW).await.unwrap());
    for pending in world.store.pending_verifications(world.tenant, Some(&[VisitId::of(task)]), 10).await.unwrap() {
        let op = Conclusion::from(pending).op().unwrap();
        world.store.act_as_server(world.tenant, op, Private::None, NOW).await.unwrap();
    }
    let items = vec![ReturnedItem { item: None, reason: "补".into() }];
    world.hq(&reviewer, task, 3, Payload::VisitReturn(VisitReturn { items })).await;
    assert_eq!(world.verify().await.differences, [], "no false alarm");

    let mut owner = PgConnection::connect(&cluster().owner).await.unwrap();
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT relname::text FROM pg_class WHERE relnamespace = 'app'::regnamespace AND relkind = 'r'
           AND relname NOT IN ('tenant', 'visit_open')",
    )
    .fetch_all(&mut owner)
    .await
    .unwrap();
    for (edit, fault) in EDITS {
        for table in &tables {
            let keep = format!(
                "CREATE TEMP TABLE kept_{table} AS SELECT * FROM app.{table} WHERE tenant_id = '{}'",
                world.tenant.0
            );
            sqlx::query(sqlx::AssertSqlSafe(keep)).execute(&mut owner).await.unwrap();
        }
        let changed = sqlx::query(*edit).bind(world.tenant.0).execute(&mut owner).await.unwrap().rows_affected();
        assert!(changed > 0, "{edit}");
        let found = world.verify().await.differences;
        assert!(found.iter().any(|difference| difference.what == *fault), "{edit}: {found:?}");
        for table in &tables {
            let back = format!(
                "DELETE FROM app.{table} WHERE tenant_id = '{}'; INSERT INTO app.{table} SELECT * FROM kept_{table}; DROP TABLE kept_{table}",
                world.tenant.0
            );
            sqlx::raw_sql(sqlx::AssertSqlSafe(back)).execute(&mut owner).await.unwrap();
        }
        assert_eq!(world.verify().await.differences, [], "put back after {edit}");
    }
}

/// `verify` stopped at the first row that it could not read, and said nothing of what else was amiss.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_hides_nothing_that_comes_after_it() {
    let world = World::new().await;
    let visitor = world.person(&[Role::Visitor]).await;
    let task = world.task(&visitor).await;
    world.phone(&visitor).await.visit(&world, task, &[1]).await;
    let mut owner = PgConnection::connect(&cluster().owner).await.unwrap();
    for edit in [
        "UPDATE app.op_log SET digest = '\\x00' WHERE tenant_id = $1 AND rev = 2",
        "UPDATE app.op_log SET verdict = 'applied' WHERE tenant_id = $1 AND rev = 7",
        "UPDATE app.batch_head SET root = '\\x00' WHERE tenant_id = $1 AND number = 4",
        "UPDATE app.visit SET score = 9900 WHERE tenant_id = $1",
    ] {
        let changed = sqlx::query(edit).bind(world.tenant.0).execute(&mut owner).await.unwrap().rows_affected();
        assert_eq!(changed, 1, "{edit}");
    }
    let found = world.verify().await.differences;
    let visit = format!("visit {}", VisitId::of(task).0);
    for (place, what) in
        [("rev 2", Fault::Digest), ("rev 7", Fault::Row), ("batch 4", Fault::Root), (visit.as_str(), Fault::Row)]
    {
        let named = found.iter().any(|difference| difference.place == place && difference.what == what);
        assert!(named, "{place}, {what:?}: {found:?}");
    }
}

/// The same where PostgreSQL itself cannot read a table.
#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_is_damaged_is_named_and_the_next_is_looked_at() {
    let url = database("damaged").await;
    store::migrate(&url).await.unwrap();
    let id = TenantId(uuid());
    let name = Text::zh("云川市公司");
    let new = NewTenant { id, code: "yunchuan".into(), name, zone: ZoneOffset::default(), at: NOW };
    store::create_tenant(&url, &new).await.unwrap();
    assert_eq!(store::verify(&url, id, &TestSigner).await.unwrap().differences, []);

    let mut damaged = PgConnection::connect(&url).await.unwrap();
    // What a page that was overwritten comes to.
    let unreadable = "
        CREATE FUNCTION public.unreadable() RETURNS boolean LANGUAGE plpgsql STABLE AS $$
        BEGIN
            RAISE EXCEPTION 'invalid page in block 7' USING ERRCODE = 'data_corrupted';
        END
        $$;
        ALTER TABLE app.finding RENAME TO finding_whole;
        CREATE VIEW app.finding AS SELECT * FROM app.finding_whole WHERE public.unreadable();";
    sqlx::raw_sql(unreadable).execute(&mut damaged).await.unwrap();
    let held = "INSERT INTO app.held (tenant_id, op_id, rev, code, kind, received_at, state)
                VALUES ($1, $1, 1, 'withdrawn', 'visit.leave@1', 1, 1)";
    sqlx::query(held).bind(id.0).execute(&mut damaged).await.unwrap();
    let found = store::verify(&url, id, &TestSigner).await.unwrap().differences;
    let found: Vec<(&str, Fault)> =
        found.iter().map(|one| (one.place.split([':', ' ']).next().unwrap_or_default(), one.what)).collect();
    assert_eq!(found, [("app.finding", Fault::Damaged), ("held", Fault::Alien)]);
    damaged.close().await.unwrap();
}
