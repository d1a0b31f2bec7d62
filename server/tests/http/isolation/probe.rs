//! One probe: somebody asks one address with some ids, and every byte of the answer is searched.

use axum::http::Method;
use domain::{op::Payload, op::payload::AssignmentAccept, role::Action};

use super::stage::{Actor, Ids, Side};
use crate::{
    company::uuid,
    desk,
    phone::from_app,
    web::{Answer, Ask},
};

/// What whoever asks must be allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    /// Nothing at all.
    Nothing,
    /// A session of HQ, whatever for.
    Hq,
    /// A session of HQ and these rights, all of them.
    Right(&'static [Action]),
    /// Whatever the API itself asks for.
    Api,
}

/// A request to an address.
pub(crate) struct Probe {
    pub(crate) ask: Ask,
    pub(crate) needs: Needs,
    /// It names one thing: whether that is another company's or nobody's must not be told apart.
    pub(crate) names_one: bool,
}

/// The probe of an address. An address without one fails the suite: think about who may reach it.
pub(crate) fn probe(method: &Method, path: &str, ids: &Ids, actor: &Actor) -> Probe {
    if let Some(probe) = api(method, path, ids, actor) {
        return probe;
    }
    let one = |needs| Probe { ask: Ask::get(path), needs, names_one: false };
    let right = Needs::Right;
    let get = |query: String, needs| Probe { ask: Ask::get(format!("{path}?{query}")), needs, names_one: true };
    let op = uuid().to_string();
    let post = |fields: &[(&str, String)], needs| {
        let mut all = vec![("op_id", op.as_str())];
        all.extend(fields.iter().map(|(name, value)| (*name, value.as_str())));
        Probe { ask: desk::form(path, &all), needs, names_one: true }
    };
    let visit = [("base", "4".to_owned()), ("visit", ids.visit.to_string())];
    let finding = [("base", "1".to_owned()), ("finding", ids.finding.to_string()), ("back", "/hq/findings".to_owned())];
    let with = |fields: &[(&'static str, String)], name, value: &str| {
        fields.iter().cloned().chain([(name, value.to_owned())]).collect::<Vec<_>>()
    };
    let one_of_all = |path: String, needs| Probe { ask: Ask::get(path), needs, names_one: false };
    let page = |path: String, needs| Probe { ask: Ask::get(path), needs, names_one: true };
    match path {
        "/hq/read/board" => one(Needs::Hq),
        "/hq/read/visits" => {
            get(format!("filter[text]=&filter[county]={}", ids.county), right(&[Action::ReadRawVisit]))
        }
        "/hq/read/visit" => get(format!("id={}", ids.visit), right(&[Action::ReadRawVisit])),
        "/hq/read/visit/watch" => get(format!("id={}", ids.visit), right(&[Action::ReadRawVisit])),
        "/hq/read/findings" => get(format!("filter[county]={}", ids.county), right(&[Action::ReadFindings])),
        "/hq/read/checklists" => one(right(&[Action::ReadChecklist])),
        // The lists that come with the product have the same ids everywhere.
        "/hq/read/checklist" => one_of_all(format!("{path}?id={}", ids.checklist), right(&[Action::ReadChecklist])),
        "/hq/read/org" => get(format!("county={}", ids.county), right(&[Action::ReadOrg])),
        "/hq/read/held" => one(right(&[Action::DecideHeld])),
        "/hq/read/people" => one(right(&[Action::ManageOrg])),
        "/hq/read/people/supervisor" => get(format!("id={}", ids.account), right(&[Action::ManageOrg])),
        "/hq/read/people/link" => one(right(&[Action::ManageOrg])),
        "/hq/read/tasks" => get("filter[state]=".to_owned(), right(&[Action::Assign])),
        "/hq/read/tasks/ground" => get(format!("kind=hall&county={}", ids.county), right(&[Action::Assign])),
        "/hq/read/tasks/handles" => {
            let fields = [
                ("venues[0]", ids.venue.to_string()),
                ("from", "2026-11-24".to_owned()),
                ("until", "2026-12-24".to_owned()),
            ];
            post(&fields, right(&[Action::Assign]))
        }
        "/hq/act/visit/accept" => post(&visit, right(&[Action::Review])),
        "/hq/act/visit/return" => post(&with(&visit, "items[0][reason]", "看不清"), right(&[Action::Review])),
        "/hq/act/visit/void" => post(&with(&visit, "reason", "重复"), right(&[Action::Review])),
        "/hq/act/finding/confirm" => post(&with(&finding, "severity", "major"), right(&[Action::DecideFindings])),
        "/hq/act/finding/dismiss" => post(&with(&finding, "reason", "不属实"), right(&[Action::DecideFindings])),
        "/hq/act/held/adopt" => post(&[("held", ids.held.to_string())], right(&[Action::DecideHeld])),
        "/hq/act/held/decline" => {
            post(&[("held", ids.held.to_string()), ("reason", "不用".to_owned())], right(&[Action::DecideHeld]))
        }
        "/hq/act/people/create" => {
            let login = format!("new{}", uuid().simple());
            let fields = [
                ("login", login),
                ("name", "新人".to_owned()),
                ("roles[0]", "visitor".to_owned()),
                ("unit", ids.county.to_string()),
            ];
            post(&fields, right(&[Action::ManageOrg]))
        }
        "/hq/act/people/disable" => post(&[("account", ids.account.to_string())], right(&[Action::ManageOrg])),
        "/hq/act/people/reopen" => post(&[("account", ids.account.to_string())], right(&[Action::ManageOrg])),
        "/hq/act/people/reset" => post(&[("account", ids.account.to_string())], right(&[Action::ManageOrg])),
        "/hq/act/people/supervisor" => {
            let fields =
                [("account", ids.account.to_string()), ("pooled", "true".to_owned()), ("days[0]", "0".to_owned())];
            post(&fields, right(&[Action::ManageOrg]))
        }
        "/hq/act/tasks/plan" => {
            let fields = [
                ("form[checklist]", ids.checklist.to_string()),
                ("form[venues][0]", ids.venue.to_string()),
                ("form[mode]", "covert".to_owned()),
                ("form[from]", "2026-11-24".to_owned()),
                ("form[until]", "2027-11-24".to_owned()),
                ("form[handle]", ids.handle.to_string()),
            ];
            post(&fields, right(&[Action::Assign]))
        }
        "/hq/act/tasks/recall" => {
            post(&[("task", ids.task.to_string()), ("reason", "改期".to_owned())], right(&[Action::Assign]))
        }
        "/hq/act/settings/language" => post(&[("lang", "en".to_owned())], Needs::Nothing),
        "/hq/act/settings/theme" => post(&[("theme", "dark".to_owned())], Needs::Nothing),
        "/hq/act/settings/keys" => post(&[("keys", "off".to_owned())], Needs::Nothing),
        "/hq/act/sign-in" => {
            let fields = [("tenant", String::new()), ("login", "x".to_owned()), ("password", "x".to_owned())];
            // It names none of the ids, and the eleventh is stopped.
            Probe { names_one: false, ..post(&with(&fields, "to", "/hq"), Needs::Nothing) }
        }
        // Without the cookie, or the one who asks would be gone for the probes that follow.
        "/hq/act/sign-out" => post(&[], Needs::Nothing),
        "/hq/export/visits.csv" | "/hq/export/answers.csv" => {
            get(format!("county={}", ids.county), right(&[Action::ReadRawVisit, Action::Export]))
        }
        "/hq/export/findings.csv" => {
            get(format!("county={}", ids.county), right(&[Action::ReadFindings, Action::Export]))
        }
        "/hq" => one(Needs::Hq),
        "/hq/sign-in" | "/hq/settings" => one(Needs::Nothing),
        "/hq/visits" => page(format!("{path}?county={}", ids.county), right(&[Action::ReadRawVisit])),
        "/hq/visits/:id" | "/hq/visits/:id/accept" | "/hq/visits/:id/return" | "/hq/visits/:id/void" => {
            page(path.replace(":id", &ids.visit.to_string()), right(&[Action::ReadRawVisit]))
        }
        "/hq/findings" => page(format!("{path}?county={}", ids.county), right(&[Action::ReadFindings])),
        "/hq/tasks" => page(format!("{path}?venue={}", ids.venue), right(&[Action::Assign])),
        "/hq/tasks/new" => page(format!("{path}?county={}&kind=hall", ids.county), right(&[Action::Assign])),
        "/hq/checklists" => one(right(&[Action::ReadChecklist])),
        "/hq/checklists/:id" => {
            one_of_all(path.replace(":id", &ids.checklist.to_string()), right(&[Action::ReadChecklist]))
        }
        "/hq/org" => page(format!("{path}?county={}", ids.county), right(&[Action::ReadOrg])),
        "/hq/people/:id" => page(path.replace(":id", &ids.account.to_string()), right(&[Action::ManageOrg])),
        "/hq/people" | "/hq/people/link" => one(right(&[Action::ManageOrg])),
        "/hq/held" => one(right(&[Action::DecideHeld])),
        other => panic!("{method} {other} has no probe: say in isolation/probe.rs who may reach it"),
    }
}

fn api(method: &Method, path: &str, ids: &Ids, actor: &Actor) -> Option<Probe> {
    let ask = Ask::new(method.clone(), path.replace("{sha256}", &ids.sha256.to_string()));
    let named = |ask: Ask| from_app(ask).header("mingcha-visit", &ids.visit.to_string());
    let probe = |ask: Ask, names_one| Some(Probe { ask: from_app(ask), needs: Needs::Api, names_one });
    match (method.as_str(), path) {
        ("POST", "/api/v1/session") => {
            let body = serde_json::json!({ "tenant": "x", "with": { "password": { "login": "x", "password": "x" } } });
            probe(ask.json(&body), false)
        }
        ("GET" | "DELETE", "/api/v1/session") | ("POST", "/api/v1/journal") => probe(ask, false),
        ("POST", "/api/v1/sync/push") => {
            let accept = Payload::AssignmentAccept(AssignmentAccept {});
            let op = crate::phone::op_of(domain::ids::OpId(uuid()), ids.task, 0, accept);
            let body = serde_json::json!({ "account": actor.me, "journal": uuid(), "ops": [
                { "envelope": { "op_id": op.id, "journal": uuid(), "seq": 1, "device_time": 1 },
                  "body": serde_json::from_str::<serde_json::Value>(&op.canonical).expect("JSON") } ] });
            probe(ask.json(&body), true)
        }
        ("GET", "/api/v1/sync/pull") => probe(ask, false),
        ("POST", "/api/v1/evidence") => {
            let body = serde_json::json!({ "visit": ids.visit, "sha256": ids.sha256, "size": 10 });
            probe(ask.json(&body), true)
        }
        ("HEAD", "/api/v1/evidence/{sha256}") => probe(named(ask), true),
        ("PATCH", "/api/v1/evidence/{sha256}") => {
            let hash = domain::evidence::Sha256::of(b"x").to_string();
            probe(named(ask).header("upload-offset", "0").header("mingcha-chunk-sha256", &hash).bytes("x"), true)
        }
        ("GET", "/api/v1/evidence/{sha256}") => {
            probe(Ask::get(format!("/api/v1/evidence/{}?visit={}", ids.sha256, ids.visit)), true)
        }
        ("GET", "/api/v1/keys") => probe(ask, false),
        (_, path) if path.starts_with("/api") => {
            panic!("{method} {path} has no probe: say in isolation/probe.rs who may reach it")
        }
        _ => None,
    }
}

impl Probe {
    /// The request in somebody's name.
    pub(crate) fn by(&self, actor: &Actor) -> Ask {
        let ask = self.ask.clone();
        // Whoever signs out is gone for the probes that follow.
        let ends = ask.path == "/hq/act/sign-out" || (ask.path == "/api/v1/session" && ask.method == Method::DELETE);
        match (&actor.hq, &actor.token) {
            _ if ends => ask,
            (_, Some(token)) if self.needs == Needs::Api => ask.header("authorization", &format!("Bearer {token}")),
            (Some(hq), _) if self.needs != Needs::Api => ask.cookie("mc_hq", hq),
            _ => ask,
        }
    }

    /// Whether the rights of `actor` reach so far.
    pub(crate) fn is_for(&self, actor: &Actor) -> bool {
        let hq = actor.hq.is_some()
            && domain::role::Role::ALL[..5]
                .iter()
                .chain(&domain::role::Role::ALL[10..])
                .any(|role| *role != domain::role::Role::Visitor && actor.roles.has(*role));
        match self.needs {
            Needs::Nothing | Needs::Api => true,
            Needs::Hq => hq,
            Needs::Right(actions) => hq && actions.iter().all(|action| actor.roles.may(*action)),
        }
    }
}

/// The planted words that an answer has and should not have.
///
/// What was asked with may come back: it is known already.
pub(crate) fn leaks(asked: &Ask, answer: &Answer, actor: &Actor, own: &Side, other: &Side) -> Vec<String> {
    let mut bytes = answer.body.to_vec();
    for (name, value) in &answer.headers {
        bytes.extend_from_slice(name.as_str().as_bytes());
        bytes.extend_from_slice(value.as_bytes());
        bytes.push(b'\n');
    }
    let mut found = Vec::new();
    for (canary, reaches) in own
        .canaries
        .iter()
        .map(|canary| (canary, canary.reach.includes(actor.roles)))
        .chain(other.canaries.iter().map(|canary| (canary, false)))
    {
        let word = canary.word.as_bytes();
        let known = holds(asked.path.as_bytes(), word) || holds(&asked.body, word);
        if !reaches && !known && holds(&bytes, word) {
            found.push(format!("{:?} {}", canary.reach, canary.word));
        }
    }
    found
}

/// Whether `bytes` hold `word`, in either case of its letters.
fn holds(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word))
}
