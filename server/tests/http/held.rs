//! Work that is held, and what becomes of it at HQ.

use std::time::Duration;

use domain::{
    op::{HeldCode, Verdict},
    role::Role,
};
use server::{jobs, shutdown::Shutdown};

use crate::{
    company::{Company, uuid},
    desk::Desk,
    house::House,
    phone::{Phone, photo, verdicts},
};

/// Photos of a visit that HQ adopted counted only when the job looked by itself, ten seconds later at the most; until then
/// nobody could accept it.
#[tokio::test(flavor = "multi_thread")]
async fn photos_that_came_before_their_visit_was_adopted_count_at_once() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let (visitor, office) =
        (company.person(&house, &[Role::Visitor]).await, company.person(&house, &[Role::Office, Role::Reviewer]).await);
    let (mut phone, desk) =
        (Phone::bearer(&house, &company, &visitor).await, Desk::sign_in(&house, &company, &office).await);
    let task = company.task(&house, &visitor).await;
    let (op, recalled) = (uuid().to_string(), task.to_string());
    let fields = [("op_id", op.as_str()), ("task", &recalled), ("reason", "改期")];
    assert!(desk.post(&house, "/hq/act/tasks/recall", &fields).await.status < 400);

    let mut document = company.document(&house, task);
    document.evidence = vec![photo(&house, 0, b"the counter")];
    let ops = phone.visit_ops(&house, task, document);
    let held = vec![Verdict::held(HeldCode::Withdrawn); 4];
    assert_eq!(verdicts(&phone.push(&house, &ops).await), held);
    phone.upload(&house, task, b"the counter").await;

    // It never looks by itself within this test.
    let shutdown = Shutdown::default();
    let at_work = tokio::spawn(jobs::run_every(house.server.clone(), shutdown.clone(), Duration::from_secs(3_600)));
    for op in [&ops[1], &ops[3]] {
        let (id, held) = (uuid().to_string(), op.envelope.op_id.to_string());
        let adopted = desk.post(&house, "/hq/act/held/adopt", &[("op_id", &id), ("held", &held)]).await;
        assert!(adopted.status < 400, "{} {:.300}", adopted.status, adopted.text());
    }
    desk.sees_the_photo(&house, domain::ids::VisitId::of(task), Duration::from_secs(60)).await;
    shutdown.set();
    at_work.await.expect("the job ends");
}
