//! A few kills, and the planted bug that they must catch.

use drills::{
    kills::{Kills, run},
    settings::Common,
};

fn few(common: Common) -> Kills {
    Kills { common, servers: 2, postmasters: 2, phones: 8, ops: 200 }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_when_server_or_database_are_killed() {
    run(&few(Common::default())).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_that_answers_before_its_commit_is_caught() {
    let error = run(&few(Common::with_mutant("answers-before-commit"))).await.unwrap_err().to_string();
    assert!(error.contains("is broken"), "{error}");
}
