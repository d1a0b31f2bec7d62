//! Two restores, and a planted bug that they must catch.

use drills::{
    restores::{Restores, run},
    settings::Common,
};

fn few(common: Common) -> Restores {
    Restores { common, restores: 2, phones: 4, patience: 60 }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_server_gets_everything_back_from_its_phones() {
    run(&few(Common::default())).await.unwrap();
}
