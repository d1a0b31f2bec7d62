//! Two power cuts, where loop mounts work; and databases that may lie are not served on.

use drills::{
    power::{Cuts, refuses_unsafe_settings, run},
    settings::Common,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_power_cut_loses_nothing_that_was_acknowledged() {
    run(&Cuts { common: Common::default(), cuts: 2 }).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_may_lie_is_refused_at_the_start() {
    refuses_unsafe_settings().await.unwrap();
}
