//! Three restores, and planted bugs that they must catch.

use drills::{
    restores::{Restores, run},
    settings::Common,
};
use mutants::Mutant;
use tokio::sync::Mutex;

/// A bug of the phones is awake in the whole process: one test at a time.
static TURN: Mutex<()> = Mutex::const_new(());

/// One in traffic, one with phones at rest, one from the backup of the round before; of a seed that copies the keys before
/// the last: without them a server cannot know what phones show it from after that backup.
fn few(common: Common) -> Restores {
    Restores { common, restores: 3, phones: 4, patience: 60 }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_server_gets_everything_back_from_its_phones() {
    let _turn = TURN.lock().await;
    run(&few(Common { seed: 1, ..Common::default() })).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_does_not_say_that_it_was_restored_is_caught() {
    let _turn = TURN.lock().await;
    let restores = Restores { restores: 1, ..few(Common::with_mutant("opens-no-epoch")) };
    let found = run(&restores).await.unwrap_err().to_string();
    assert!(found.contains("no epoch began"), "{found}");
}

#[tokio::test(flavor = "multi_thread")]
async fn phones_that_do_not_show_what_they_were_given_or_keep_their_photos_to_themselves_are_caught() {
    let _turn = TURN.lock().await;
    for (mutant, says) in
        [(Mutant::HidesItsWitness, "did not bring back"), (Mutant::ForgetsPhotosAfterEpoch, "counts and is not there")]
    {
        mutants::wake(Some(mutant));
        let found = run(&Restores { restores: 2, patience: 12, ..few(Common::default()) }).await;
        mutants::wake(None);
        let found = found.unwrap_err().to_string();
        assert!(found.contains(says), "{mutant:?}: {found}");
    }
}
