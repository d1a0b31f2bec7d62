//! Two runs under a clock that is set to and fro, and a planted bug that they must catch.

use drills::{
    clocks::{Clocks, run},
    settings::Common,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_set_to_and_fro_does_no_harm() {
    run(&Clocks { common: Common::default(), runs: 2, phones: 3, patience: 60 }).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_signs_people_out_when_its_clock_goes_back_is_caught() {
    let common = Common::with_mutant("doubts-sessions-of-tomorrow");
    let found = run(&Clocks { common, runs: 1, phones: 3, patience: 60 }).await.unwrap_err().to_string();
    assert!(found.contains("ended with SignIn"), "{found}");
}
