//! P2 at HQ: a form that is sent again is the op that it was, and its answer is the first one; other content under its id is
//! refused.

use std::time::Duration;

use domain::{
    ids::VisitId,
    op::{Payload, Verdict},
    role::Role,
};
use protocol::session::{Credentials, SignIn};

use crate::{
    company::{Company, PASSWORD, uuid},
    desk::{self, Desk},
    house::House,
    inspect::Inspector,
    phone::{Phone, sign_in, verdicts},
    web::{Answer, Ask},
};

/// The days of a plan: whenever these tests run, they have not ended.
const DAYS: [(&str, &str); 2] = [("form[from]", "2026-11-24"), ("form[until]", "2099-12-31")];

fn outcome(answer: &Answer) -> (u16, String, Option<String>) {
    (answer.status, answer.header("location").to_owned(), answer.cookie("mc_link"))
}

#[track_caller]
fn is_other_content(answer: &Answer) {
    assert_eq!(answer.status, 422, "{:.300}", answer.text());
    assert!(answer.text().contains("conflicting_retry"), "{:.300}", answer.text());
}

/// The salt was drawn anew at each sending: the second one was refused as another content, and the office, told to load the
/// page anew, planned every hall twice.
#[tokio::test(flavor = "multi_thread")]
async fn tasks_of_a_form_that_is_sent_twice_are_planned_once() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    company.person(&house, &[Role::Visitor]).await;
    let office = company.person(&house, &[Role::Office]).await;
    let desk = Desk::sign_in(&house, &company, &office).await;
    let (op, list) = (uuid().to_string(), company.hall().id.to_string());
    let (one, two) = (company.venues[0].id.to_string(), company.venues[1].id.to_string());
    let mut fields = vec![("op_id", op.as_str()), ("form[checklist]", &list), ("form[mode]", "covert")];
    fields.extend(DAYS);
    fields.extend([("form[venues][0]", one.as_str()), ("form[venues][1]", two.as_str())]);
    let first = desk.post(&house, "/hq/act/tasks/plan", &fields).await;
    assert!(first.status < 400, "{} {:.300}", first.status, first.text());
    assert_eq!(first.header("location"), hq::paths::TASKS);

    let mut inspector = Inspector::new(&house.owner_url).await;
    let before = (inspector.counts(company.tenant.0).await, inspector.head(company.tenant.0).await);
    assert_eq!(before.0["app.assignment"], 2);
    let again = desk.post(&house, "/hq/act/tasks/plan", &fields).await;
    assert_eq!(outcome(&again), outcome(&first));
    // Nor does another session of the same person make another form of it.
    let elsewhere = Desk::sign_in(&house, &company, &office).await;
    assert_eq!(outcome(&elsewhere.post(&house, "/hq/act/tasks/plan", &fields).await), outcome(&first));
    assert_eq!((inspector.counts(company.tenant.0).await, inspector.head(company.tenant.0).await), before);

    fields.pop();
    is_other_content(&desk.post(&house, "/hq/act/tasks/plan", &fields).await);
    assert_eq!(inspector.counts(company.tenant.0).await["app.assignment"], 2);
}

/// Who was chosen stands beside the op and not in it.
#[tokio::test(flavor = "multi_thread")]
async fn a_plan_with_somebody_elses_handle_is_another_content() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    company.person(&house, &[Role::Visitor]).await;
    company.person(&house, &[Role::Visitor]).await;
    let office = company.person(&house, &[Role::Office]).await;
    let desk = Desk::sign_in(&house, &company, &office).await;
    let (op, list, hall) = (uuid().to_string(), company.hall().id.to_string(), company.venues[0].id.to_string());
    let asked = [("venues[0]", hall.as_str()), ("from", DAYS[0].1), ("until", DAYS[1].1)];
    let offered: serde_json::Value = desk.post(&house, "/hq/read/tasks/handles", &asked).await.expect(200).json();
    let offered = offered["data"].as_array().expect("handles");
    let handles: Vec<&str> = offered.iter().filter_map(|one| one["id"].as_str()).collect();
    assert_eq!(handles.len(), 2);
    let plan = async |handle: &str| {
        let mut fields = vec![("op_id", op.as_str()), ("form[checklist]", &list), ("form[mode]", "covert")];
        fields.extend(DAYS);
        fields.extend([("form[venues][0]", hall.as_str()), ("form[handle]", handle)]);
        desk.post(&house, "/hq/act/tasks/plan", &fields).await
    };
    let first = plan(handles[0]).await;
    assert!(first.status < 400, "{} {:.300}", first.status, first.text());
    assert_eq!(outcome(&plan(handles[0]).await), outcome(&first));
    is_other_content(&plan(handles[1]).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_of_a_form_that_is_sent_twice_is_made_once_and_its_link_shown_both_times() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let admin = company.person(&house, &[Role::Admin]).await;
    let desk = Desk::sign_in(&house, &company, &admin).await;
    let (op, login) = (uuid().to_string(), format!("s{}", uuid().simple()));
    let fields = [("op_id", op.as_str()), ("login", &login), ("name", "苏晴"), ("roles[0]", "visitor")];
    let first = desk.post(&house, "/hq/act/people/create", &fields).await;
    assert!(first.status < 400, "{} {:.300}", first.status, first.text());
    assert_eq!(first.header("location"), hq::paths::PEOPLE_LINK);
    let link = first.cookie("mc_link").expect("a link");

    // Later, when a new link would end later.
    house.pass(Duration::from_secs(60));
    let mut inspector = Inspector::new(&house.owner_url).await;
    let before = (inspector.counts(company.tenant.0).await, inspector.head(company.tenant.0).await);
    let again = desk.post(&house, "/hq/act/people/create", &fields).await;
    assert_eq!(outcome(&again), outcome(&first));
    assert_eq!((inspector.counts(company.tenant.0).await, inspector.head(company.tenant.0).await), before);
    let cookies = format!("mc_hq={}; mc_link={link}", desk.cookie);
    for _ in 0..2 {
        let page = house.ask(Ask::get(hq::paths::PEOPLE_LINK).header("cookie", &cookies)).await.expect(200);
        assert!(page.text().contains(&link));
    }
    let with = SignIn { with: Credentials::Link { secret: link.clone() }, ..sign_in(&company, "", "") };
    let phone = Phone::sign_in_with(&house, with, "phone").await;

    let other = [("op_id", op.as_str()), ("login", &login), ("name", "别人"), ("roles[0]", "visitor")];
    let refused = desk.post(&house, "/hq/act/people/create", &other).await;
    is_other_content(&refused);
    assert_eq!(refused.cookie("mc_link"), None);

    // A new link of a form of its own is another one, and the same each time as well.
    let (op, account) = (uuid().to_string(), phone.me.account.to_string());
    let fields = [("op_id", op.as_str()), ("account", account.as_str())];
    let reset = desk.post(&house, "/hq/act/people/reset", &fields).await;
    let next = reset.cookie("mc_link").expect("a link");
    assert_ne!(next, link);
    assert_eq!(outcome(&desk.post(&house, "/hq/act/people/reset", &fields).await), outcome(&reset));
    let with = SignIn { with: Credentials::Link { secret: next }, ..sign_in(&company, "", "") };
    Phone::sign_in_with(&house, with, "phone").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_is_sent_twice_is_the_same_and_another_one_is_another_content() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let admin = company.person(&house, &[Role::Admin]).await;
    let desk = Desk::sign_in(&house, &company, &admin).await;
    let (op, login) = (uuid().to_string(), format!("s{}", uuid().simple()));
    let create = async |password: &str| {
        let fields = [
            ("op_id", op.as_str()),
            ("login", &login),
            ("name", "方远"),
            ("roles[0]", "office"),
            ("password", password),
        ];
        desk.post(&house, "/hq/act/people/create", &fields).await
    };
    let first = create(PASSWORD).await;
    assert!(first.status < 400, "{} {:.300}", first.status, first.text());
    assert_eq!(outcome(&create(PASSWORD).await), outcome(&first));
    is_other_content(&create("另一个也足够长的密码").await);
    let answer = desk::sign_in(&house, &company, &login, PASSWORD).await;
    assert!(answer.cookie("mc_hq").is_some(), "{}", answer.status);
}

/// Handing in again takes a decision back: whoever decided about what was there before was told that there is no such visit.
#[tokio::test(flavor = "multi_thread")]
async fn a_decision_about_what_was_handed_in_again_meanwhile_says_so() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let visitor = company.person(&house, &[Role::Visitor]).await;
    let reviewer = company.person(&house, &[Role::Reviewer]).await;
    let desk = Desk::sign_in(&house, &company, &reviewer).await;
    let mut phone = Phone::sign_in(&house, &company, &visitor).await;
    let task = company.task(&house, &visitor).await;
    let document = company.document(&house, task);
    phone.visit(&house, task, document.clone()).await;
    let visit = VisitId::of(task).to_string();
    let decide = async |what: &str| {
        let op = uuid().to_string();
        let mut fields = vec![("op_id", op.as_str()), ("base", "3"), ("visit", &visit)];
        fields.extend((what == "return").then_some(("items[0][reason]", "看不清")));
        desk.post(&house, &format!("/hq/act/visit/{what}"), &fields).await
    };
    let returned = decide("return").await;
    assert!(returned.status < 400, "{} {:.300}", returned.status, returned.text());
    let second = decide("accept").await;
    assert_eq!(second.status, 422);
    assert!(second.text().contains("decided"), "{:.300}", second.text());
    let again = phone.cut(task, 4, Payload::VisitSubmit(document));
    assert_eq!(verdicts(&phone.push(&house, &[again]).await), [Verdict::Applied]);
    let late = decide("accept").await;
    assert_eq!(late.status, 422);
    assert!(late.text().contains("handed_in_again"), "{:.300}", late.text());
}
