//! A company for which nothing can be written, and the others.

use std::time::Duration;

use domain::{
    ids::{AssignmentId, VisitId},
    role::Role,
};
use server::{jobs, shutdown::Shutdown};

use crate::{
    company::Company,
    desk::Desk,
    house::House,
    inspect::Inspector,
    phone::{Phone, photo},
};

/// A visit with a photo that is here and not counted yet.
async fn handed_in(house: &House, company: &Company) -> AssignmentId {
    let visitor = company.person(house, &[Role::Visitor]).await;
    let task = company.task(house, &visitor).await;
    let mut phone = Phone::bearer(house, company, &visitor).await;
    let mut document = company.document(house, task);
    document.evidence = vec![photo(house, 0, b"the counter")];
    phone.visit(house, task, document).await;
    phone.upload(house, task, b"the counter").await;
    task
}

/// The job went from one company to the next, and stood still for all of them where somebody held the head of one.
#[tokio::test(flavor = "multi_thread")]
async fn photos_count_while_another_company_waits() {
    let house = House::new().await;
    let (stuck, company) = (Company::new(&house).await, Company::new(&house).await);
    let reviewer = company.person(&house, &[Role::Reviewer]).await;
    let desk = Desk::sign_in(&house, &company, &reviewer).await;
    handed_in(&house, &stuck).await;
    let task = handed_in(&house, &company).await;
    let mut holder = Inspector::new(&house.owner_url).await;
    holder.hold(stuck.tenant.0).await;

    let shutdown = Shutdown::default();
    let at_work = tokio::spawn(jobs::run_every(house.server.clone(), shutdown.clone(), Duration::from_secs(3_600)));
    // Sooner than the other company's write is given up.
    desk.sees_the_photo(&house, VisitId::of(task), Duration::from_secs(25)).await;
    drop(holder);
    shutdown.set();
    at_work.await.expect("the job ends");
}
