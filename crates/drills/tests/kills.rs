//! A few kills.

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
