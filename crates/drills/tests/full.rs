//! A disk that runs full, where loop mounts work; and a crowd beside slow clients.

use drills::{
    full::{Full, run},
    settings::Common,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_refused_honestly_and_a_crowd_starves_nobody() {
    run(&Full { common: Common::default(), fills: 2, crowd: 40, slow: 60 }).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_clients_that_hold_the_places_of_others_are_caught() {
    let common = Common::with_mutant("slow-clients-hold-places");
    let error = run(&Full { common, fills: 0, crowd: 40, slow: 60 }).await.unwrap_err().to_string();
    assert!(error.contains("ops acknowledged"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chunk_acknowledged_without_room_is_caught() {
    let common = Common::with_mutant("acknowledges-on-full-disk");
    let full = Full { common, fills: 1, crowd: 0, slow: 0 };
    if drills::full::is_possible() {
        let error = run(&full).await.unwrap_err().to_string();
        assert!(error.contains("broken") || error.contains("does not come back"), "{error}");
    }
}
