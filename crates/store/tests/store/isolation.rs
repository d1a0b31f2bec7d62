//! What the database itself does not let anybody see.

use domain::{
    evidence::Sha256,
    ids::VisitId,
    op::{Op, Payload, Verdict, payload::VisitAccept},
    role::Role,
};
use sqlx::{Connection as _, PgConnection, Row as _};
use store::{Caller, Error, Private};

use crate::{
    cluster::cluster,
    world::{NOW, World, salt, uuid},
};

#[tokio::test(flavor = "multi_thread")]
async fn one_tenant_sees_nothing_of_another_whatever_ids_it_names() {
    let (ours, theirs) = (World::new().await, World::new().await);
    let visitor = theirs.person(&[Role::Visitor]).await;
    let task = theirs.task(&visitor).await;
    let mut phone = theirs.phone(&visitor).await;
    phone.visit(&theirs, task, &[1]).await;

    // Every table that a tenant has, read in the name of the other.
    let mut tx = ours.store.read(ours.tenant).await.unwrap();
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = 'app' AND c.relkind = 'r' AND has_table_privilege(c.oid, 'SELECT')",
    )
    .fetch_all(&mut *tx)
    .await
    .unwrap();
    assert!(tables.len() > 10, "{tables:?}");
    for table in tables {
        let sql = format!("SELECT count(*) FROM app.{table} WHERE tenant_id <> $1");
        let others: i64 =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(ours.tenant.0).fetch_one(&mut *tx).await.unwrap();
        assert_eq!(others, 0, "{table}");
    }
    drop(tx);

    // A session, a key, a visit of theirs within ours.
    let (visit, sha256) = (VisitId::of(task), Sha256::of(&[1]));
    assert!(ours.store.session(ours.tenant, phone.token, NOW).await.unwrap().is_none());
    assert!(ours.store.whose(ours.tenant, Caller::Key(phone.key), NOW).await.unwrap().is_none());
    assert!(matches!(ours.store.pull(ours.tenant, phone.token, None, None, NOW).await, Err(Error::Unauthorized)));
    for caller in [Caller::Token(phone.token), Caller::Key(phone.key)] {
        assert_eq!(ours.store.evidence_claim(ours.tenant, caller, visit, sha256, NOW).await.unwrap(), None);
    }
    let reviewer = ours.person(&[Role::Reviewer]).await;
    let readable = ours.store.evidence_readable(ours.tenant, reviewer.token, visit, sha256, NOW).await.unwrap();
    assert!(readable.is_none());
    let accept = Payload::VisitAccept(VisitAccept {});
    let op = Op::new(domain::ids::OpId(uuid()), reviewer.account.0, visit.0, Some(3), salt(), accept).unwrap();
    let result = ours.store.act(ours.tenant, reviewer.token, op, Private::None, NOW).await.unwrap();
    assert!(matches!(result.verdict, Verdict::Refused { .. }), "{result:?}");
    let mut tx = ours.store.read(ours.tenant).await.unwrap();
    assert!(store::hq::visit::read(&mut tx, visit).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_tenant_there_is_nothing() {
    let world = World::new().await;
    drop(world);
    let mut connection = PgConnection::connect(&cluster().serve).await.unwrap();
    let venues: i64 = sqlx::query_scalar("SELECT count(*) FROM app.venue").fetch_one(&mut connection).await.unwrap();
    assert_eq!(venues, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_serving_role_reaches_people_through_functions_only() {
    let mut connection = PgConnection::connect(&cluster().serve).await.unwrap();
    let open: Vec<String> = sqlx::query_scalar(
        "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = 'identity' AND c.relkind IN ('r', 'v', 'm', 'p')
           AND (has_table_privilege(c.oid, 'SELECT') OR has_table_privilege(c.oid, 'INSERT')
                OR has_table_privilege(c.oid, 'UPDATE') OR has_table_privilege(c.oid, 'DELETE'))",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert_eq!(open, Vec::<String>::new());
    assert!(sqlx::query("SELECT * FROM identity.assignee").execute(&mut connection).await.is_err());
    // Functions that take a person's id and check nobody end in _, and are closed.
    let unguarded: Vec<String> = sqlx::query_scalar(
        "SELECT p.proname::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
         WHERE n.nspname = 'identity' AND p.proname LIKE '%\\_' AND has_function_privilege(p.oid, 'EXECUTE')",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert_eq!(unguarded, Vec::<String>::new());
    // The log only grows.
    for statement in ["UPDATE app.op_log SET rev = rev", "DELETE FROM app.op_log", "DELETE FROM app.batch_head"] {
        assert!(sqlx::query(statement).execute(&mut connection).await.is_err(), "{statement}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_portals_role_sees_no_room_but_its_own() {
    let mut connection = PgConnection::connect(&cluster().unit).await.unwrap();
    let rows = sqlx::query(
        "SELECT n.nspname::text AS room, c.relname::text AS name
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname IN ('app', 'identity')
           AND (has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT'))
           AND c.relkind IN ('r', 'v')",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    let seen: Vec<String> = rows.iter().map(|row| row.get("name")).collect();
    assert_eq!(seen, Vec::<String>::new());
}

/// On PostgreSQL 16 and newer whoever makes a role may not act in its name by that alone: the first step was refused.
#[test]
fn an_owner_who_is_no_superuser_makes_the_schema() {
    assert_eq!(cluster().plain_owner, Ok(()));
}
