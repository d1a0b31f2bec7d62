//! P20: accounts hold. Guessing, fixed sessions, forms of other sites, and what ends when somebody leaves.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use axum::http::Method;
use domain::role::Role;
use protocol::session::{SignIn, SignedIn};

use crate::{
    company::{Company, PASSWORD, uuid},
    desk::{self, Desk},
    extent::{Dice, progress, report, seed, times},
    house::{House, send},
    phone::{Phone, Shows, from_app, sign_in},
    web::{Answer, Ask, HOST, ORIGIN},
};

fn address(n: u32) -> IpAddr {
    IpAddr::V4(Ipv4Addr::from(0x0a00_0000 + n))
}

/// A try at the phone's door or at HQ's; the status alone.
async fn try_at(house: &House, company: &Company, login: &str, password: &str, from: IpAddr, hq: bool) -> u16 {
    if hq {
        let fields = [("tenant", company.code.as_str()), ("login", login), ("password", password), ("to", "/hq")];
        return house.ask(desk::form("/hq/act/sign-in", &fields).from(from)).await.status;
    }
    let ask = from_app(Ask::post("/api/v1/session")).json(&sign_in(company, login, password));
    house.ask(ask.from(from)).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn who_guesses_is_stopped_and_nobody_else_is() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let victim = company.person(&house, &[Role::Visitor, Role::Reviewer]).await;
    let other = company.person(&house, &[Role::Visitor, Role::Reviewer]).await;
    for hq in [false, true] {
        let (mut checked, mut stopped) = (0, 0);
        let from = address(1 + u32::from(hq));
        for n in 0..30 {
            match try_at(&house, &company, &victim.login, &format!("wrong {n}"), from, hq).await {
                401 => checked += 1,
                429 => stopped += 1,
                status => panic!("{status}"),
            }
        }
        assert_eq!((checked, stopped), (10, 20), "hq: {hq}");
        // Not with the right password either, from there; from elsewhere at once, and another person from there.
        assert_eq!(try_at(&house, &company, &victim.login, PASSWORD, from, hq).await, 429);
        assert!(try_at(&house, &company, &victim.login, PASSWORD, address(99), hq).await < 400);
        assert!(try_at(&house, &company, &other.login, PASSWORD, from, hq).await < 400);
    }
    house.pass(std::time::Duration::from_secs(16 * 60));
    assert_eq!(try_at(&house, &company, &victim.login, PASSWORD, address(1), false).await, 200);
}

/// Tries were counted when their password had been found wrong: whoever sent all of them at once was never stopped.
#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_guesses_at_once_are_a_thousand_guesses() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let victim = company.person(&house, &[Role::Visitor]).await;
    let passwords: Vec<String> = (0..60).map(|n| format!("guess {n}")).collect();
    let tries = passwords.iter().map(|password| try_at(&house, &company, &victim.login, password, address(7), false));
    let statuses = futures_util::future::join_all(tries).await;
    assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 10, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 50);
    // Ten who are right at once are ten, and none of them counts afterwards.
    let tries = (0..10).map(|_| try_at(&house, &company, &victim.login, PASSWORD, address(8), false));
    assert_eq!(futures_util::future::join_all(tries).await, [200; 10]);
    for _ in 0..20 {
        assert_eq!(try_at(&house, &company, &victim.login, PASSWORD, address(8), false).await, 200);
    }
}

/// Without the caller's address all the world shared one throttle: a hundred wrong passwords shut everybody out.
#[tokio::test(flavor = "multi_thread")]
async fn a_spray_from_one_address_stops_that_address_alone() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let somebody = company.person(&house, &[Role::Visitor]).await;
    let mut stopped = 0;
    for n in 0..120 {
        let login = format!("guess-{n}");
        stopped += u32::from(try_at(&house, &company, &login, "x", address(5), false).await == 429);
    }
    assert_eq!(stopped, 20);
    assert_eq!(try_at(&house, &company, &somebody.login, PASSWORD, address(5), false).await, 429);
    assert_eq!(try_at(&house, &company, &somebody.login, PASSWORD, address(6), false).await, 200);
    // A network of one subscriber has more addresses than anybody can count.
    let v6 = |n: u16| IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 1, 1, n, n, n, n));
    let mut stopped = 0;
    for n in 0..120 {
        let login = format!("guess6-{n}");
        stopped += u32::from(try_at(&house, &company, &login, "x", v6(n), false).await == 429);
    }
    assert_eq!(stopped, 20, "a /64 is one caller");
}

/// The company of a code that nobody has.
fn nobodys(company: &Company, code: String) -> Company {
    Company { code, tenant: company.tenant, county: company.county, venues: Vec::new(), lists: Vec::new() }
}

/// Where there was no such company every try was looked at: the eleventh told which codes there are, and one address that
/// tried hundreds a second kept everybody from their turn.
#[tokio::test(flavor = "multi_thread")]
async fn who_guesses_where_there_is_no_company_is_stopped_as_in_any_other() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let somebody = company.person(&house, &[Role::Visitor]).await;
    let none = nobodys(&company, format!("none-{}", uuid().simple()));
    for hq in [false, true] {
        for (n, company) in (21..).zip([&company, &none]) {
            let from = address(n + 2 * u32::from(hq));
            let mut statuses = Vec::new();
            for n in 0..13 {
                statuses.push(try_at(&house, company, "nobody", &format!("guess {n}"), from, hq).await);
            }
            assert_eq!(statuses, [&[401_u16; 10][..], &[429; 3][..]].concat(), "{} hq: {hq}", company.code);
        }
    }
    // Another code each time: it is the address that is stopped, and what it hears of a company that exists is no other.
    let from = address(25);
    let mut stopped = 0;
    for n in 0..105 {
        let none = nobodys(&company, format!("none-{n}-{}", uuid().simple()));
        stopped += u32::from(try_at(&house, &none, "nobody", "x", from, false).await == 429);
    }
    assert_eq!(stopped, 5);
    assert_eq!(try_at(&house, &company, &somebody.login, PASSWORD, from, false).await, 429);
    assert_eq!(try_at(&house, &company, &somebody.login, PASSWORD, address(26), false).await, 200);
    house.pass(std::time::Duration::from_secs(16 * 60));
    assert_eq!(try_at(&house, &company, &somebody.login, PASSWORD, from, false).await, 200);
}

/// A proxy may add a line of its own below the caller's: by the first line whoever guesses was another one each time.
#[tokio::test(flavor = "multi_thread")]
async fn behind_a_proxy_the_last_line_says_who_guesses() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let victim = company.person(&house, &[Role::Visitor]).await;
    let behind = house.with(|server| server.proxied = true);
    let mut stopped = 0;
    for n in 0..12 {
        let mut ask = from_app(Ask::post("/api/v1/session")).json(&sign_in(&company, &victim.login, "wrong"));
        for line in [format!("198.51.100.{n}"), format!("198.51.100.{n}, 203.0.113.7")] {
            ask.headers.append("x-forwarded-for", line.parse().expect("a header's value"));
        }
        stopped += u32::from(send(&behind, ask).await.expect("an answer").status == 429);
    }
    assert_eq!(stopped, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_guesses_from_many_places_at_many_accounts_find_nothing() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let mut people = Vec::new();
    for _ in 0..20 {
        people.push(company.person(&house, &[Role::Visitor, Role::Reviewer]).await);
    }
    let mut dice = Dice::new(seed("guesses"));
    let tries = times(400, 10_000);
    let (mut checked, mut stopped) = (0, 0);
    for n in 0..tries {
        progress("guesses", n, tries);
        let who = dice.of(&people).login.clone();
        let from = address(1_000 + dice.below(tries / 40) as u32);
        let password = ["123456", "password", "mingcha", "明察秋毫", PASSWORD.trim_end_matches('6'), ""];
        let password = format!("{}{}", dice.of(&password), dice.below(1_000));
        let hq = dice.below(2) == 0;
        match try_at(&house, &company, &who, &password, from, hq).await {
            401 => checked += 1,
            429 => stopped += 1,
            status => panic!("try {n}: {status}"),
        }
    }
    for person in &people {
        assert_eq!(
            try_at(&house, &company, &person.login, PASSWORD, address(1), false).await,
            200,
            "nobody is shut out"
        );
    }
    let figures = serde_json::json!({ "tries": tries, "checked": checked, "stopped": stopped, "let_in": 0 });
    report("P20", &figures);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_never_the_one_that_somebody_brought() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let person = company.person(&house, &[Role::Visitor, Role::Reviewer]).await;
    let other = company.person(&house, &[Role::Visitor, Role::Reviewer]).await;
    let planted = Phone::sign_in(&house, &company, &other).await;
    let Shows::Cookie(planted) = planted.shows else { unreachable!("a browser's phone") };
    for brought in [planted.as_str(), &"0".repeat(96), "x", ""] {
        let ask = from_app(Ask::post("/api/v1/session")).json(&sign_in(&company, &person.login, PASSWORD));
        let answer = house.ask(ask.cookie("mc_field", brought)).await.expect(200);
        let given = answer.cookie("mc_field").expect("a cookie");
        assert!(given != brought && given.len() == 96);
        let fields = [("tenant", company.code.as_str()), ("login", &person.login), ("password", PASSWORD), ("to", "")];
        let answer = house.ask(desk::form("/hq/act/sign-in", &fields).cookie("mc_hq", brought)).await;
        let given = answer.cookie("mc_hq").expect("a cookie");
        assert!(given != brought && given.len() == 96);
    }
    // What was brought still is whose it was, or nobody's.
    let answer = house.ask(from_app(Ask::get("/api/v1/session")).cookie("mc_field", &"0".repeat(96))).await;
    assert_eq!(answer.code(), "sign_in");
}

#[tokio::test(flavor = "multi_thread")]
async fn cookies_tell_scripts_and_plain_lines_nothing() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let person = company.person(&house, &[Role::Visitor, Role::Reviewer]).await;
    let https = house.with(|server| {
        server.public_url = Some("https://mc.example".to_owned());
        server.secure = true;
    });
    let json = from_app(Ask::post("/api/v1/session")).json(&sign_in(&company, &person.login, PASSWORD));
    let fields = [("tenant", company.code.as_str()), ("login", &person.login), ("password", PASSWORD), ("to", "")];
    for (ask, name) in [(json, "mc_field"), (desk::form("/hq/act/sign-in", &fields), "mc_hq")] {
        let plain = house.ask(ask.clone()).await.header("set-cookie").to_owned();
        let secure = send(&https, ask).await.expect("an answer").header("set-cookie").to_owned();
        for cookie in [&plain, &secure] {
            for flag in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age="] {
                assert!(cookie.contains(flag), "{flag}: {cookie}");
            }
            assert!(!cookie.contains("Domain="), "{cookie}");
        }
        assert!(plain.starts_with(&format!("{name}=")) && !plain.contains("Secure"));
        assert!(secure.starts_with(&format!("__Host-{name}=")) && secure.contains("; Secure"), "{secure}");
    }
}

/// Every route that changes something, with the headers of four pages that are not ours.
#[tokio::test(flavor = "multi_thread")]
async fn no_page_of_another_site_changes_anything() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let person = company.person(&house, &[Role::Visitor, Role::Reviewer, Role::Office, Role::Admin]).await;
    let phone = Phone::sign_in(&house, &company, &person).await;
    let desk = Desk::sign_in(&house, &company, &person).await;
    let (Shows::Cookie(field), hq) = (&phone.shows, &desk.cookie) else { unreachable!("a browser's phone") };
    let both = format!("mc_field={field}; mc_hq={hq}");
    let mut routes: Vec<(Method, String)> = crate::isolation::routes::documented()
        .into_iter()
        .filter(|(method, _)| !matches!(*method, Method::GET | Method::HEAD))
        .collect();
    routes.extend(crate::isolation::routes::forms().into_iter().map(|path| (Method::POST, path)));
    assert!(routes.len() > 20, "{routes:?}");
    let sets: [&[(&str, &str)]; 5] = [
        &[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")],
        &[("sec-fetch-site", "same-site"), ("origin", "http://other.mingcha.test")],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("sec-fetch-site", "none")],
    ];
    let mut inspector = crate::inspect::Inspector::new(&house.owner_url).await;
    let before = (inspector.counts(company.tenant.0).await, inspector.head(company.tenant.0).await);
    let mut probes = 0;
    for (method, path) in &routes {
        let path = path.replace("{sha256}", &"0".repeat(64));
        // No header says anything: a form of a page that hides where it is, as far as browsers let it.
        let nothing: &[(&str, &str)] = &[];
        for headers in sets.iter().copied().chain([nothing]) {
            for body in [&sign_in(&company, &person.login, PASSWORD) as &dyn Body, &"a=b"] {
                let mut ask = Ask::new(method.clone(), path.clone()).header("cookie", &both);
                ask.body = body.bytes().into();
                // What a form can send without asking first.
                ask = ask.header("content-type", "text/plain");
                for (name, value) in headers {
                    ask = ask.header(name, value);
                }
                let answer = house.ask(ask).await;
                assert_eq!(answer.header("set-cookie"), "");
                // Signing in must be read before it is known whether a browser or a program asks.
                if path.ends_with("/session") && method == Method::POST && answer.code() == "bad_request" {
                    continue;
                }
                assert_eq!(
                    (answer.status, answer.code().as_str()),
                    (403, "foreign_origin"),
                    "{method} {path} {headers:?}"
                );
                probes += 1;
            }
        }
    }
    assert_eq!((inspector.counts(company.tenant.0).await, inspector.head(company.tenant.0).await), before);
    // The same from a page of ours is heard.
    house.ask(phone.ask(Ask::post("/api/v1/journal")).header("sec-fetch-site", "same-origin")).await.expect(200);
    assert_ne!(desk.post(&house, "/hq/act/settings/keys", &[("keys", "on")]).await.status, 403);
    report("P20", &serde_json::json!({ "routes": routes.len(), "probes": probes, "heard": 0 }));
}

trait Body {
    fn bytes(&self) -> Vec<u8>;
}

impl Body for SignIn {
    fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("JSON")
    }
}

impl Body for &str {
    fn bytes(&self) -> Vec<u8> {
        self.as_bytes().to_vec()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_back_is_gone_with_the_next_request() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let admin = company.person(&house, &[Role::Admin]).await;
    let admin = Desk::sign_in(&house, &company, &admin).await;
    let reads = "/hq/read/visits?filter[text]=";
    // Signing out.
    let person = company.person(&house, &[Role::Reviewer, Role::Visitor]).await;
    let (one, two) = (Desk::sign_in(&house, &company, &person).await, Desk::sign_in(&house, &company, &person).await);
    let phone = Phone::sign_in(&house, &company, &person).await;
    one.post(&house, "/hq/act/sign-out", &[]).await;
    assert_eq!((one.get(&house, reads).await.status, two.get(&house, reads).await.status), (401, 200));
    house.ask(phone.ask(Ask::delete("/api/v1/session"))).await.expect(204);
    assert_eq!(phone.try_pull(&house, None).await.code(), "sign_in");
    // A reset ends every session and the old password.
    let person = company.person(&house, &[Role::Office, Role::Visitor]).await;
    let (two, reads) = (Desk::sign_in(&house, &company, &person).await, "/hq/read/checklists");
    assert_eq!(two.get(&house, reads).await.status, 200);
    let phone = Phone::sign_in(&house, &company, &person).await;
    let (op, account) = (uuid().to_string(), person.account.to_string());
    let reset = admin.post(&house, "/hq/act/people/reset", &[("op_id", &op), ("account", &account)]).await;
    let link = reset.cookie("mc_link").expect("a link");
    assert_eq!(two.get(&house, reads).await.status, 401);
    assert_eq!(phone.try_pull(&house, None).await.code(), "sign_in");
    assert_eq!(try_at(&house, &company, &person.login, PASSWORD, address(1), false).await, 401);
    // The link leads in once.
    let with = SignIn { with: protocol::session::Credentials::Link { secret: link }, ..sign_in(&company, "", "") };
    let by_link = Phone::sign_in_with(&house, with.clone(), "phone").await;
    let again = house.ask(from_app(Ask::post("/api/v1/session")).json(&with)).await;
    assert_eq!(again.code(), "wrong_credentials");
    // Deactivated: HQ at once, the phone pulls nothing any more.
    let gone = company.person(&house, &[Role::Reviewer, Role::Visitor]).await;
    let reads = "/hq/read/visits?filter[text]=";
    let (desk, client) = (Desk::sign_in(&house, &company, &gone).await, Phone::bearer(&house, &company, &gone).await);
    let op = uuid().to_string();
    let fields = [("op_id", op.as_str()), ("account", &gone.account.to_string()), ("reason", "离职")]
        .map(|(k, v)| (k, v.to_owned()));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
    admin.post(&house, "/hq/act/people/disable", &fields).await;
    assert_eq!(desk.get(&house, reads).await.status, 401);
    assert!(client.pull(&house, None).await.expect("the news").deactivated);
    assert_eq!(try_at(&house, &company, &gone.login, PASSWORD, address(1), false).await, 401);
    let me: SignedIn = by_link.me;
    assert_eq!(me.account, person.account);
    assert!(ORIGIN.starts_with("http"));
}

/// An administrator makes accounts with passwords that they know: one of them alone must get nobody to read a visit.
#[tokio::test(flavor = "multi_thread")]
async fn one_admin_alone_gets_nobody_to_read_a_visit() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let admin = company.person(&house, &[Role::Admin]).await;
    let reviewer = company.person(&house, &[Role::Reviewer, Role::Visitor]).await;
    let theirs = Desk::sign_in(&house, &company, &reviewer).await;
    let mut desk = Desk::sign_in(&house, &company, &admin).await;
    let reads = "/hq/read/visits?filter[text]=";
    // With their own account, and with an administrator whom they made themselves.
    for _ in 0..2 {
        let mut puppet = None;
        for role in Role::ALL {
            for with in [None, Some(Role::Office), Some(Role::Admin)] {
                let (op, login) = (uuid().to_string(), format!("p{}", uuid().simple()));
                let mut fields =
                    vec![("op_id", op.as_str()), ("login", &login), ("name", "某人"), ("password", PASSWORD)];
                fields.push(("roles[0]", role.code()));
                fields.extend(with.map(|role| ("roles[1]", role.code())));
                let made = desk.post(&house, "/hq/act/people/create", &fields).await;
                assert_eq!(
                    made.status < 400,
                    !role.is_guarded(),
                    "{role:?} {with:?} {} {:.200}",
                    made.status,
                    made.text()
                );
                // Asked again, the answer is the same, and the account is no more there than before.
                let again = desk.post(&house, "/hq/act/people/create", &fields).await;
                assert!(!role.is_guarded() || again.status >= 400);
                let answer = desk::sign_in(&house, &company, &login, PASSWORD).await;
                let Some(cookie) = answer.cookie("mc_hq") else { continue };
                assert!(!role.is_guarded(), "{role:?} {with:?}");
                let made = Desk { cookie };
                assert_eq!(made.get(&house, reads).await.status, 403, "{role:?} {with:?}");
                if role == Role::Admin {
                    puppet = Some(made);
                }
            }
        }
        // Nor by a new way into an account that may.
        let (op, account) = (uuid().to_string(), reviewer.account.to_string());
        let reset = desk.post(&house, "/hq/act/people/reset", &[("op_id", &op), ("account", &account)]).await;
        assert!(reset.status >= 400 && reset.cookie("mc_link").is_none(), "{}", reset.status);
        // Nor by closing it first and opening it again.
        let closed = company.person(&house, &[Role::Reviewer]).await.account.to_string();
        for (act, goes) in [("disable", true), ("reopen", false)] {
            let op = uuid().to_string();
            let address = format!("/hq/act/people/{act}");
            let answer = desk.post(&house, &address, &[("op_id", &op), ("account", &closed)]).await;
            assert_eq!(answer.status < 400, goes, "{act}: {}", answer.status);
            assert!(answer.cookie("mc_link").is_none());
        }
        assert_eq!(theirs.get(&house, reads).await.status, 200, "the reviewer's own session goes on");
        desk = puppet.expect("an administrator may make another");
    }
}

/// A form about accounts, under an id of its own.
async fn about_accounts(house: &House, desk: &Desk, act: &str, fields: &[(&str, &str)]) -> Answer {
    let op = uuid().to_string();
    let mut all = vec![("op_id", op.as_str())];
    all.extend_from_slice(fields);
    desk.post(house, &format!("/hq/act/people/{act}"), &all).await
}

#[track_caller]
fn asks_for_a_password(answer: &Answer) {
    assert_eq!(answer.status, 422, "{:.300}", answer.text());
    assert!(answer.text().contains(r#""field":"password""#), "{:.300}", answer.text());
    assert_eq!(answer.cookie("mc_link"), None);
}

/// A link took away the password and led to the phone's app, where who works at HQ gets a 403: they were shut out for good.
#[tokio::test(flavor = "multi_thread")]
async fn who_works_at_hq_is_let_in_by_a_password_and_by_no_link() {
    const NEXT: &str = "下一个也足够长的密码";
    let house = House::new().await;
    let company = Company::new(&house).await;
    let admin = company.person(&house, &[Role::Admin]).await;
    let admin = Desk::sign_in(&house, &company, &admin).await;
    let login = format!("s{}", uuid().simple());
    for (role, with) in [("office", None), ("observer", None), ("hall", None), ("visitor", Some("office"))] {
        let mut fields = vec![("login", login.as_str()), ("name", "方远"), ("roles[0]", role)];
        fields.extend(with.map(|role| ("roles[1]", role)));
        asks_for_a_password(&about_accounts(&house, &admin, "create", &fields).await);
    }
    for role in [Role::Office, Role::Steering, Role::Department, Role::Admin, Role::Observer] {
        let person = company.person(&house, &[role]).await;
        let (theirs, account) = (Desk::sign_in(&house, &company, &person).await, person.account.to_string());
        for password in ["", "kurz"] {
            let fields = [("account", account.as_str()), ("password", password)];
            asks_for_a_password(&about_accounts(&house, &admin, "reset", &fields).await);
        }
        assert_eq!(theirs.get(&house, "/hq/read/board").await.status, 200, "{role:?}: nothing was changed");
        let fields = [("account", account.as_str()), ("password", NEXT)];
        let reset = about_accounts(&house, &admin, "reset", &fields).await;
        assert!(reset.status < 400, "{role:?} {} {:.300}", reset.status, reset.text());
        assert_eq!((reset.header("location"), reset.cookie("mc_link")), (hq::paths::PEOPLE, None));
        assert_eq!(theirs.get(&house, "/hq/read/board").await.status, 401, "{role:?}");
        assert_eq!(try_at(&house, &company, &person.login, PASSWORD, address(1), true).await, 401, "{role:?}");
        assert!(try_at(&house, &company, &person.login, NEXT, address(2), true).await < 400, "{role:?}");
        // The same for who comes back.
        assert!(about_accounts(&house, &admin, "disable", &fields[..1]).await.status < 400);
        asks_for_a_password(&about_accounts(&house, &admin, "reopen", &fields[..1]).await);
        assert!(about_accounts(&house, &admin, "reopen", &fields).await.status < 400);
        assert!(try_at(&house, &company, &person.login, NEXT, address(3), true).await < 400, "{role:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_shuts_themselves_out_and_so_an_administrator_stays() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let (one, two) = (company.person(&house, &[Role::Admin]).await, company.person(&house, &[Role::Admin]).await);
    let desk = Desk::sign_in(&house, &company, &one).await;
    let (own, other) = (one.account.to_string(), two.account.to_string());
    for act in ["disable", "reset"] {
        let fields = [("account", own.as_str()), ("password", PASSWORD)];
        let fields = if act == "reset" { &fields[..] } else { &fields[..1] };
        let answer = about_accounts(&house, &desk, act, fields).await;
        assert_eq!(answer.status, 422, "{act}: {:.300}", answer.text());
        assert!(answer.text().contains(r#""detail":"self""#), "{act}: {:.300}", answer.text());
    }
    // Of two, one may close the other, and is the last.
    assert!(about_accounts(&house, &desk, "disable", &[("account", &other)]).await.status < 400);
    assert_eq!(about_accounts(&house, &desk, "disable", &[("account", &own)]).await.status, 422);
    assert_eq!(desk.get(&house, "/hq/read/people").await.status, 200);
    assert!(try_at(&house, &company, &one.login, PASSWORD, address(1), true).await < 400);
}

/// With a certificate of the server's own and no public address every link began with http, where no phone gets in.
#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_is_shown_over_https_leads_over_https() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let admin = company.person(&house, &[Role::Admin]).await;
    let desk = Desk::sign_in(&house, &company, &admin).await;
    let visitor = company.person(&house, &[Role::Visitor]).await.account.to_string();
    let link =
        about_accounts(&house, &desk, "reset", &[("account", &visitor)]).await.cookie("mc_link").expect("a link");
    let show = |cookie: &str| {
        let cookies = format!("{cookie}={}; mc_link={link}", desk.cookie);
        Ask::get(hq::paths::PEOPLE_LINK).header("cookie", &cookies)
    };
    let page = house.ask(show("mc_hq")).await.expect(200);
    assert!(page.text().contains(&format!("{ORIGIN}/field/link#{link}")));
    let https = house.with(|server| server.secure = true);
    let page = send(&https, show("__Host-mc_hq")).await.expect("an answer").expect(200);
    assert!(page.text().contains(&format!("https://{HOST}/field/link#{link}")));
}
