//! The addresses that people type.

use domain::role::Role;

use crate::{company::Company, desk::Desk, house::House, web::Ask};

/// `/hq/` was answered by a browser's page about errors.
#[tokio::test(flavor = "multi_thread")]
async fn a_stroke_too_many_leads_to_the_page() {
    let house = House::new().await;
    for (typed, page) in [("/hq/", "/hq"), ("/field/", "/field")] {
        let answer = house.ask(Ask::get(typed)).await.expect(308);
        assert_eq!(answer.header("location"), page);
    }
}

/// HQ's pages named no time for which a browser may keep them: after signing out, the way back showed people's data.
#[tokio::test(flavor = "multi_thread")]
async fn no_browser_keeps_what_hq_reads() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let reviewer = company.person(&house, &[Role::Reviewer, Role::Office]).await;
    let desk = Desk::sign_in(&house, &company, &reviewer).await;
    for path in ["/hq", "/hq/visits", "/hq/nowhere", hq::paths::ANSWERS_CSV, "/hq/read/visit/watch?id=nothing"] {
        let answer = desk.get(&house, path).await;
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    }
    let stranger = house.ask(Ask::get("/hq/visits")).await;
    assert_eq!(stranger.header("cache-control"), "no-store", "the way to sign in");
}
