//! The addresses that people type.

use crate::{house::House, web::Ask};

/// `/hq/` was answered by a browser's page about errors.
#[tokio::test(flavor = "multi_thread")]
async fn a_stroke_too_many_leads_to_the_page() {
    let house = House::new().await;
    for (typed, page) in [("/hq/", "/hq"), ("/field/", "/field")] {
        let answer = house.ask(Ask::get(typed)).await.expect(308);
        assert_eq!(answer.header("location"), page);
    }
}
