//! Signing in and out, journals, and whose session it is.

use std::time::Duration;

use domain::role::Role;
use protocol::session::{Credentials, NewJournal, SignIn, SignedIn};

use crate::{
    company::{Company, PASSWORD},
    desk::Desk,
    house::House,
    phone::{Phone, Shows, from_app, sign_in},
    web::Ask,
};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn session(ask: &SignIn) -> Ask {
    from_app(Ask::post("/api/v1/session")).json(ask)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_gets_a_cookie_a_client_a_token_and_both_a_journal() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let visitor = company.person(&house, &[Role::Visitor]).await;
    let answer = house.ask(session(&sign_in(&company, &visitor.login, PASSWORD))).await.expect(200);
    let cookie = answer.header("set-cookie").to_owned();
    for flag in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age="] {
        assert!(cookie.contains(flag), "{cookie}");
    }
    assert_eq!(answer.header("cache-control"), "no-store");
    let me: SignedIn = answer.json();
    assert_eq!((me.account, me.tenant, me.token), (visitor.account, company.tenant, None));

    let phone = Phone::sign_in(&house, &company, &visitor).await;
    assert_ne!(phone.me.journal, me.journal, "a new browser profile writes a journal of its own");
    let client = Phone::bearer(&house, &company, &visitor).await;
    assert!(matches!(client.shows, Shows::Bearer(_)));
    for phone in [&phone, &client] {
        house.ask(phone.ask(Ask::get("/api/v1/session"))).await.expect(204);
    }
    let (first, second): (NewJournal, NewJournal) = (
        house.ask(phone.ask(Ask::post("/api/v1/journal"))).await.expect(200).json(),
        house.ask(phone.ask(Ask::post("/api/v1/journal"))).await.expect(200).json(),
    );
    assert_ne!(first, second, "asked twice, because the answer was lost, it is two; an empty one is no harm");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_wrong_is_told_one_thing_whatever_was_wrong() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let visitor = company.person(&house, &[Role::Visitor]).await;
    let gone = company.person(&house, &[Role::Visitor]).await;
    company.disable(&house, &gone).await;
    let mut answers = Vec::new();
    for wrong in [
        sign_in(&company, &visitor.login, "falsch"),
        sign_in(&company, "nobody", PASSWORD),
        sign_in(&company, &gone.login, PASSWORD),
        SignIn { tenant: "no such".into(), ..sign_in(&company, &visitor.login, PASSWORD) },
        SignIn { with: Credentials::Link { secret: "0".repeat(96) }, ..sign_in(&company, "", "") },
        SignIn { with: Credentials::Link { secret: "nonsense".into() }, ..sign_in(&company, "", "") },
    ] {
        answers.push(house.ask(session(&wrong)).await.expect(401).body);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    // HQ's people have nothing to do on a phone, and get no session there.
    let office = company.person(&house, &[Role::Office]).await;
    let answer = house.ask(session(&sign_in(&company, &office.login, PASSWORD))).await.expect(403);
    assert_eq!((answer.code().as_str(), answer.header("set-cookie")), ("not_allowed", ""));
}

/// A login or company code that the database cannot hold, or could not index, was an error of the server.
#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_nobody_can_have_is_simply_wrong() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let long: String = (0..9_000_u32).map(|n| char::from_u32(0x4e00 + n * 7 % 20_000).unwrap_or('明')).collect();
    for odd in ["a\0b", long.as_str(), "", " ", "\u{202e}", "'; DROP TABLE app.visit; --"] {
        let answer = house.ask(session(&sign_in(&company, odd, PASSWORD))).await;
        assert_eq!(answer.code(), "wrong_credentials", "{odd:.20}");
        let strange = SignIn { tenant: odd.to_owned(), ..sign_in(&company, "x", PASSWORD) };
        if !odd.trim().is_empty() {
            assert_eq!(house.ask(session(&strange)).await.code(), "wrong_credentials", "{odd:.20}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_again_goes_on_with_the_journal_that_the_phone_has() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let (one, two) = (company.person(&house, &[Role::Visitor]).await, company.person(&house, &[Role::Visitor]).await);
    let phone = Phone::sign_in(&house, &company, &one).await;
    let key = phone.me.hand_in_key.clone();
    let again = SignIn { resume: Some(key.clone()), ..sign_in(&company, &one.login, PASSWORD) };
    for _ in 0..3 {
        let me: SignedIn = house.ask(session(&again)).await.expect(200).json();
        assert_eq!((me.journal, &me.hand_in_key), (phone.me.journal, &key));
    }
    // Another person on the same phone does not get it; nor does nonsense get anything.
    for resume in [key, "nonsense".to_owned(), "f".repeat(96)] {
        let other = SignIn { resume: Some(resume), ..sign_in(&company, &two.login, PASSWORD) };
        let me: SignedIn = house.ask(session(&other)).await.expect(200).json();
        assert_ne!(me.journal, phone.me.journal);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_by_signing_out_by_time_and_by_nothing_else() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let visitor = company.person(&house, &[Role::Visitor]).await;
    let phone = Phone::sign_in(&house, &company, &visitor).await;
    let other = Phone::sign_in(&house, &company, &visitor).await;
    let out = house.ask(phone.ask(Ask::delete("/api/v1/session"))).await.expect(204);
    assert_eq!(out.cookie("mc_field").as_deref(), Some(""));
    assert_eq!(house.ask(phone.ask(Ask::get("/api/v1/session"))).await.code(), "sign_in");
    assert_eq!(phone.try_pull(&house, None).await.code(), "sign_in");
    // Signing out twice is no fault, and nobody else was signed out.
    house.ask(phone.ask(Ask::delete("/api/v1/session"))).await.expect(204);
    house.ask(other.ask(Ask::get("/api/v1/session"))).await.expect(204);
    // It rolls on with use, not without.
    house.pass(DAY * 20);
    house.ask(other.ask(Ask::get("/api/v1/session"))).await.expect(204);
    house.pass(DAY * 20);
    house.ask(other.ask(Ask::get("/api/v1/session"))).await.expect(204);
    house.pass(DAY * 31);
    assert_eq!(house.ask(other.ask(Ask::get("/api/v1/session"))).await.code(), "sign_in");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_fronts_in_one_browser_do_not_see_each_others_sessions() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let visitor = company.person(&house, &[Role::Visitor]).await;
    let reviewer = company.person(&house, &[Role::Reviewer]).await;
    let phone = Phone::sign_in(&house, &company, &visitor).await;
    let desk = Desk::sign_in(&house, &company, &reviewer).await;
    let Shows::Cookie(field) = &phone.shows else { unreachable!("a browser's phone") };
    // Each cookie under the other's name opens nothing that is not its own.
    let answer = house.ask(Ask::get("/hq/read/board").cookie("mc_hq", field)).await;
    assert_eq!(answer.status, 401, "a phone's session is none of HQ");
    let answer = house.ask(from_app(Ask::get("/api/v1/sync/pull")).cookie("mc_field", &desk.cookie)).await;
    assert_eq!(answer.code(), "sign_in", "a session of HQ pulls nothing");
    // HQ signs out; the phone does not notice.
    house.ask(desk.ask(crate::desk::form("/hq/act/sign-out", &[]))).await;
    house.ask(phone.ask(Ask::get("/api/v1/session"))).await.expect(204);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_protocol_is_told_to_update_before_anything_is_read() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let visitor = company.person(&house, &[Role::Visitor]).await;
    let phone = Phone::sign_in(&house, &company, &visitor).await;
    for protocol in ["0", "2", "one", "-1", "99999999999999999999"] {
        let ask = phone.ask(Ask::post("/api/v1/sync/push").bytes("not even JSON")).header("mingcha-protocol", protocol);
        let answer = house.ask(ask).await.expect(426);
        assert_eq!(answer.code(), "protocol");
    }
}

/// A phone asks all day whether there is anything new, and there hardly ever is.
#[tokio::test(flavor = "multi_thread")]
async fn the_answer_that_there_is_nothing_new_is_a_few_hundred_bytes() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let visitor = company.person(&house, &[Role::Visitor]).await;
    company.task(&house, &visitor).await;
    let phone = Phone::sign_in(&house, &company, &visitor).await;
    let cursor = phone.pull(&house, None).await.expect("the task").cursor;
    let answer = phone.try_pull(&house, Some(&cursor)).await.expect(204);
    // No length goes over the wire where the status says that there is nothing.
    let sent = answer.headers.iter().filter(|(name, _)| *name != "content-length");
    let headers: usize = sent.map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    let line = "HTTP/1.1 204 No Content\r\n".len() + "date: Wed, 25 Nov 2026 03:00:00 GMT\r\n".len() + "\r\n".len();
    assert!(headers + line <= 300, "{} {:?}", headers + line, answer.headers);
    assert_eq!((answer.header("cache-control"), answer.header("x-content-type-options")), ("no-store", "nosniff"));
    // What can be shown as a document is guarded as one.
    let shown = phone.try_pull(&house, None).await.expect(200);
    assert_eq!((shown.header("x-frame-options"), shown.header("referrer-policy")), ("DENY", "same-origin"));
}
