//! A company that has just been filled, of whose rows the database has no statistics yet.

use domain::evidence::Sha256;
use sqlx::{Connection as _, PgConnection};

use crate::{
    cluster::cluster,
    world::{NOW, World},
};

/// People of the company.
const PEOPLE: i32 = 3_000;
/// Callers of one batch.
const CALLERS: i32 = 200;

/// Benchmark of receipts: 2,000 phones of a company that was minutes old waited 47 seconds. For each caller of a batch
/// all sessions of the company were read.
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_reads_its_own_rows_and_not_the_whole_company_that_has_just_been_made() {
    let world = World::new().await;
    let mut owner = PgConnection::connect(&cluster().owner).await.unwrap();
    for fill in [
        "INSERT INTO identity.account (tenant_id, account_id, login, name, roles, created_at, batch)
         SELECT $1, md5('a' || n)::uuid, 'u' || n, 'x', 32, 1, 1 FROM generate_series(1, $2) n",
        "INSERT INTO identity.session (tenant_id, token_hash, account_id, front, journal_id, created_at, expires_at,
                                       idle_ms, ends_at, device)
         SELECT $1, sha256(('t' || n)::bytea), md5('a' || n)::uuid, 1, md5('j' || n)::uuid, 1, 9999999999999, 1, 1, ''
         FROM generate_series(1, $2) n",
        "INSERT INTO identity.journal (tenant_id, journal_id, account_id, key_hash, epoch, opened_at)
         SELECT $1, md5('j' || n)::uuid, md5('a' || n)::uuid, sha256(('k' || n)::bytea), 1, 1
         FROM generate_series(1, $2) n",
        "INSERT INTO identity.assignee (tenant_id, assignment_id, visit_id, account_id, venue_id, assigned_at, batch)
         SELECT $1, md5('s' || n)::uuid, md5('v' || n)::uuid, md5('a' || n)::uuid, md5('h')::uuid, 1, 1
         FROM generate_series(1, $2) n",
    ] {
        sqlx::query(fill).bind(world.tenant.0).bind(PEOPLE).execute(&mut owner).await.unwrap();
    }
    let hashes: Vec<Vec<u8>> = (1..=CALLERS).map(|n| Sha256::of(format!("t{n}").as_bytes()).0.to_vec()).collect();
    let mut tx = world.store.read(world.tenant).await.unwrap();
    let callers: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM identity.callers($1, array_fill(false, ARRAY[$3]),
             ARRAY(SELECT md5('j' || n)::uuid FROM generate_series(1, $3) n), array_fill($2, ARRAY[$3]))",
    )
    .bind(&hashes)
    .bind(NOW.0)
    .bind(CALLERS)
    .fetch_one(&mut *tx)
    .await
    .unwrap();
    assert_eq!(callers, i64::from(CALLERS));
    let facts: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM identity.visit_facts(
             ARRAY(SELECT md5('v' || n)::uuid FROM generate_series(1, $2) n), $1, array_fill(false, ARRAY[$2]),
             ARRAY(SELECT md5('j' || n)::uuid FROM generate_series(1, $2) n)) WHERE holds",
    )
    .bind(&hashes)
    .bind(CALLERS)
    .fetch_one(&mut *tx)
    .await
    .unwrap();
    assert_eq!(facts, i64::from(CALLERS));
    let read: i64 = sqlx::query_scalar(
        "SELECT sum(seq_tup_read + COALESCE(idx_tup_fetch, 0))::bigint FROM pg_stat_xact_all_tables
         WHERE schemaname = 'identity'",
    )
    .fetch_one(&mut *tx)
    .await
    .unwrap();
    // A session, an account and a journal each; a task and a session each.
    assert!((1..=i64::from(CALLERS) * 6).contains(&read), "{read} rows were read for {CALLERS} callers");
}
