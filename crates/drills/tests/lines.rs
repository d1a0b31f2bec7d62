//! A few photos over bad lines, and the planted bugs that they must catch.

use drills::{
    lines::{Lines, run},
    settings::Common,
};

#[tokio::test(flavor = "multi_thread")]
async fn evidence_is_never_complete_with_something_missing_or_altered() {
    run(&Lines { common: Common::default(), uploads: 48, equal: 32, overwrites: 20, large: 0 }).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_photo_gets_through_a_line_that_breaks() {
    run(&Lines { common: Common::default(), uploads: 0, equal: 0, overwrites: 0, large: 6 }).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_count_unhashed_are_caught() {
    let lines =
        Lines { common: Common::with_mutant("counts-unhashed-bytes"), uploads: 48, equal: 0, overwrites: 0, large: 0 };
    let error = run(&lines).await.unwrap_err().to_string();
    assert!(error.contains("P10 is broken"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_begins_again_is_caught() {
    let lines =
        Lines { common: Common::with_mutant("forgets-upload-offset"), uploads: 0, equal: 0, overwrites: 0, large: 2 };
    let error = run(&lines).await.unwrap_err().to_string();
    assert!(error.contains("P11 is broken"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_that_was_never_hashed_is_when_its_phone_asks_again() {
    drills::lines::whole_but_unfinished().await.unwrap();
}
