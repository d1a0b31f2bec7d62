//! What an older build wrote is read after its step of the schema.

use sqlx::{Connection as _, Executor as _, PgConnection};

use crate::database::database;

/// Step 130 packs what comes from then on, and keeps what is there as its text.
#[tokio::test]
async fn documents_and_payloads_of_before_they_were_packed_are_kept() {
    let url = database("before_130").await;
    let mut before = PgConnection::connect(&url).await.expect("the database");
    let rows = "
        CREATE SCHEMA app;
        CREATE TABLE app.visit (tenant_id uuid, visit_id uuid, checklist_id uuid NOT NULL);
        CREATE TABLE app.visit_revision (tenant_id uuid, visit_id uuid, submission integer, document jsonb NOT NULL);
        CREATE TABLE app.op_log (tenant_id uuid, rev bigint, payload jsonb);
        INSERT INTO app.visit SELECT tenant, visit, list FROM (VALUES
            ('00000000-0000-0000-0000-000000000001'::uuid, '00000000-0000-0000-0000-000000000002'::uuid,
             '00000000-0000-0000-0000-000000000003'::uuid)) AS x (tenant, visit, list);
        INSERT INTO app.visit_revision SELECT tenant_id, visit_id, 1, '{\"b\": [1, \"\\\\ 明察\"]}' FROM app.visit;
        INSERT INTO app.op_log SELECT tenant_id, 1, '{\"n\": 3}' FROM app.visit;
        INSERT INTO app.op_log SELECT tenant_id, 2, NULL FROM app.visit;";
    before.execute(rows).await.expect("rows of before");
    before.execute(include_str!("../../migrations/0130_documents_packed.sql")).await.expect("the step");
    let (list, document): (uuid::Uuid, Vec<u8>) =
        sqlx::query_as("SELECT checklist_id, document FROM app.visit_revision")
            .fetch_one(&mut before)
            .await
            .expect("it");
    assert_eq!((list.as_u128(), store::payload(&document).expect("text")), (3, r#"{"b": [1, "\\ 明察"]}"#.to_owned()));
    let payloads: Vec<Option<Vec<u8>>> = sqlx::query_scalar("SELECT payload FROM app.op_log ORDER BY rev")
        .fetch_all(&mut before)
        .await
        .expect("payloads");
    let texts: Vec<_> =
        payloads.iter().map(|packed| packed.as_ref().map(|packed| store::payload(packed).ok())).collect();
    assert_eq!(texts, [Some(Some(r#"{"n": 3}"#.to_owned())), None]);
    before.close().await.expect("closed");
}

/// Step 145 puts visits that were handed in again where they wait since they came again.
#[tokio::test]
async fn visits_that_came_again_before_their_step_wait_since_then() {
    let url = database("before_145").await;
    let mut before = PgConnection::connect(&url).await.expect("the database");
    let rows = "
        CREATE SCHEMA app;
        CREATE TABLE app.visit (tenant_id uuid, visit_id uuid, state smallint, submission integer, listed_at bigint,
                                decided_at bigint);
        CREATE TABLE app.visit_revision (tenant_id uuid, visit_id uuid, submission integer, received_at bigint);
        INSERT INTO app.visit SELECT md5('tenant')::uuid, md5(n::text)::uuid, 2, n, 100 + n, NULL
            FROM generate_series(0, 3) n;
        INSERT INTO app.visit_revision SELECT v.tenant_id, v.visit_id, s, v.listed_at + 10 * (s - 1)
            FROM app.visit v CROSS JOIN generate_series(1, 3) s WHERE s <= v.submission;";
    before.execute(rows).await.expect("rows of before");
    before.execute(include_str!("../../migrations/0145_waits_since_it_came_last.sql")).await.expect("the step");
    let listed: Vec<i64> = sqlx::query_scalar("SELECT listed_at FROM app.visit ORDER BY submission")
        .fetch_all(&mut before)
        .await
        .expect("them");
    // Under way, once, twice, three times.
    assert_eq!(listed, [100, 101, 112, 123]);
    before.close().await.expect("closed");
}
