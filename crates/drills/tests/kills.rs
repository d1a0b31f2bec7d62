//! A few kills.

use drills::{
    kills::{Kills, run},
    settings::Common,
};

fn few(common: Common) -> Kills {
    Kills { common, servers: 2, postmasters: 2, phones: 8, ops: 200, patience: 120 }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_when_server_or_database_are_killed() {
    run(&few(Common::default())).await.unwrap();
}

/// A server that answers before its commit loses what it acknowledged when it is killed: the checker says which.
#[tokio::test(flavor = "multi_thread")]
async fn answers_before_the_commit_are_named_by_the_checker() {
    let kills = Kills { patience: 20, ..few(Common::with_mutant("answers-before-commit")) };
    let found = run(&kills).await.expect_err("it must be noticed");
    assert!(found.to_string().contains("P1: "), "{found:#}");
}
