//! P15: companies and roles are kept apart: rows, bytes, downloads, counts, errors.

mod functions;
mod interleaved;
mod probe;
pub(crate) mod routes;
mod stage;
mod timing;

pub(crate) use probe::probe;
pub(crate) use stage::{Actor, Ids, Side, let_in};

use axum::http::Method;
use domain::role::{Action, Role};

use crate::{
    extent::{Dice, progress, report, seed, times},
    house::House,
    inspect::Inspector,
};
use probe::{Needs, leaks};

/// Whose ids a probe names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    Ours,
    Theirs,
    Nobodys,
}

/// Every address with its method.
pub(crate) fn addresses() -> Vec<(Method, String)> {
    let mut all = routes::documented();
    all.extend(routes::functions());
    all.extend(hq::paths::PAGES.iter().map(|path| (Method::GET, (*path).to_owned())));
    all.extend([hq::paths::VISITS_CSV, hq::paths::FINDINGS_CSV].map(|path| (Method::GET, path.to_owned())));
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reaches_what_is_not_theirs_by_any_address() {
    let house = House::new().await;
    let (ours, theirs) = (Side::new(&house, "a").await, Side::new(&house, "b").await);
    let mut inspector = Inspector::new(&house.owner_url).await;
    let addresses = addresses();
    assert!(addresses.len() > 50, "{}", addresses.len());
    let mut dice = Dice::new(seed("probes"));
    let mut plan = Vec::new();
    for own in [true, false] {
        for actor in 0..=Role::ALL.len() {
            for address in 0..addresses.len() {
                for whose in [Whose::Ours, Whose::Theirs, Whose::Nobodys] {
                    for english in [false, true] {
                        plan.push((dice.next(), own, actor, address, whose, english));
                    }
                }
            }
        }
    }
    let all = plan.len();
    plan.sort_unstable_by_key(|(order, ..)| *order);
    plan.truncate(times(1_500, all));
    let actors = [ours.actors(&house).await, theirs.actors(&house).await];
    // Nothing of the other company may change, whatever is tried: each side is counted while the other one asks.
    plan.sort_by_key(|(_, own, ..)| *own);
    let (mut probes, mut refused, mut same) = (0, 0, 0);
    let mut counted = None;
    for (n, (_, own, actor, address, whose, english)) in plan.iter().enumerate() {
        progress("probes", n, plan.len());
        let (here, there) = if *own { (&ours, &theirs) } else { (&theirs, &ours) };
        if counted.as_ref().is_none_or(|(side, _)| side != own) {
            if let Some((_, before)) = counted.take() {
                assert_eq!(state(&mut inspector, here).await, before, "the other company is as it was");
            }
            counted = Some((*own, state(&mut inspector, there).await));
        }
        let actor = &actors[usize::from(!own)][*actor];
        let (method, path) = &addresses[*address];
        let nobodys = Ids::of_nothing(&mut dice);
        let ids = match whose {
            Whose::Ours => here.ids,
            Whose::Theirs => there.ids,
            Whose::Nobodys => nobodys,
        };
        let sent = probe(method, path, &ids, actor);
        let what = format!("{} asks {method} {path}, ids {whose:?}", actor.name);
        let ask = |ask: crate::web::Ask| if *english { ask.header("accept-language", "en") } else { ask };
        let before = if sent.is_for(actor) { None } else { Some(inspector.head(here.company.tenant.0).await) };
        let asked = ask(sent.by(actor));
        let answer = house.ask(asked.clone()).await;
        probes += 1;
        assert!(answer.status < 500, "{what}: {} {:.300}", answer.status, answer.text());
        let leaked = leaks(&asked, &answer, actor, here, there);
        assert!(leaked.is_empty(), "{what}: {} leaks {leaked:?}", answer.status);
        if let Some(before) = before {
            refused += 1;
            let expected: &[u16] = if actor.hq.is_some() { &[403] } else { &[401, 303] };
            assert!(expected.contains(&answer.status), "{what}: {}", answer.status);
            assert_eq!(inspector.head(here.company.tenant.0).await, before, "{what} changed something");
        }
        // Another company's thing looks like nothing at all.
        if *whose == Whose::Theirs && sent.names_one {
            same += 1;
            let nothing = probe(method, path, &nobodys, actor);
            let nothing = house.ask(ask(nothing.by(actor))).await;
            assert_eq!(answer.status, nothing.status, "{what}: it is not as if there were none");
            if sent.needs == Needs::Api {
                assert_eq!(answer.body, nothing.body, "{what}");
            }
        }
    }
    let figures = serde_json::json!({ "probes": probes + same, "addresses": addresses.len(),
        "roles": Role::ALL.len() + 1, "without_right": refused, "compared_with_nothing": same, "leaks": 0,
        "possible": all });
    report("P15", &figures);
}

async fn state(inspector: &mut Inspector, side: &Side) -> (Vec<(String, i64)>, (i64, Vec<u8>)) {
    let tenant = side.company.tenant.0;
    (inspector.counts(tenant).await.into_iter().collect(), inspector.head(tenant).await)
}

/// The probes have teeth: with the database's own wall taken down, they find what comes through.
#[tokio::test(flavor = "multi_thread")]
async fn a_table_without_its_policy_is_noticed() {
    let house = House::apart("spoiled").await;
    let (ours, theirs) = (Side::new(&house, "a").await, Side::new(&house, "b").await);
    let actors = ours.actors(&house).await;
    let mut inspector = Inspector::new(&house.owner_url).await;
    let look = async || {
        let mut found = Vec::new();
        for (method, path) in addresses().into_iter().filter(|(method, _)| *method == Method::GET) {
            for actor in &actors {
                let asked = probe(&method, &path, &theirs.ids, actor).by(actor);
                let answer = house.ask(asked.clone()).await;
                found.extend(leaks(&asked, &answer, actor, &ours, &theirs));
            }
        }
        found
    };
    assert_eq!(look().await, Vec::<String>::new());
    for tables in [&["venue"] as &[&str], &["org_unit"], &["visit", "venue"]] {
        for table in tables {
            inspector.wall(table, false).await;
        }
        assert_ne!(look().await, Vec::<String>::new(), "{tables:?}");
        for table in tables {
            inspector.wall(table, true).await;
        }
    }
}

/// A list could be taken away by whoever could read it on the screen.
#[tokio::test(flavor = "multi_thread")]
async fn lists_leave_the_house_only_with_who_may_take_them() {
    let house = House::new().await;
    let side = Side::new(&house, "a").await;
    for actor in side.actors(&house).await {
        for path in [hq::paths::VISITS_CSV, hq::paths::ANSWERS_CSV, hq::paths::FINDINGS_CSV] {
            let sent = probe(&Method::GET, path, &side.ids, &actor);
            let status = house.ask(sent.by(&actor)).await.status;
            let expected = match (sent.is_for(&actor), actor.hq.is_some()) {
                (true, _) => 200,
                (false, true) => 403,
                (false, false) => 401,
            };
            assert_eq!(status, expected, "{} {path}", actor.name);
        }
    }
}

/// The board named waiting visits to everybody at HQ, with links that ended in a refusal.
#[tokio::test(flavor = "multi_thread")]
async fn the_board_names_visits_and_leads_on_for_who_may_open_what_is_there() {
    let house = House::new().await;
    let side = Side::new(&house, "a").await;
    let visit = side.ids.visit.to_string();
    for actor in side.actors(&house).await {
        if !probe(&Method::GET, hq::paths::BOARD, &side.ids, &actor).is_for(&actor) {
            continue;
        }
        let may = |action| actor.roles.may(action);
        for path in [hq::paths::BOARD, "/hq/read/board"] {
            let answer = house.ask(probe(&Method::GET, path, &side.ids, &actor).by(&actor)).await.expect(200);
            assert_eq!(answer.text().contains(&visit), may(Action::ReadRawVisit), "{} {path}", actor.name);
        }
        let page = house.ask(probe(&Method::GET, hq::paths::BOARD, &side.ids, &actor).by(&actor)).await.text();
        for (path, needs) in [
            (hq::paths::VISITS, Action::ReadRawVisit),
            (hq::paths::FINDINGS, Action::ReadFindings),
            (hq::paths::TASKS, Action::Assign),
            (hq::paths::HELD, Action::DecideHeld),
        ] {
            assert_eq!(page.contains(&format!("href=\"{path}")), may(needs), "{} {path}", actor.name);
        }
    }
}
