//! What HQ takes away as a table: exactly what its list shows, however much it is.

use std::collections::BTreeSet;

use domain::{
    checklist::{Answer as Given, Value},
    ids::VenueId,
    op::{Payload, payload::VenueImport},
    org::Venue,
    role::Role,
    text::Text,
    visit::VisitState,
};

use crate::{
    company::{Company, uuid},
    desk::Desk,
    house::House,
    phone::Phone,
    texts::rows,
};

/// Visits of the company: the first piece of a download holds fewer.
const VISITS: usize = 23;

#[tokio::test(flavor = "multi_thread")]
async fn answers_leave_row_by_row_as_the_list_is_filtered() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let visitor = company.person(&house, &[Role::Visitor]).await;
    let mut phone = Phone::sign_in(&house, &company, &visitor).await;
    let item = company.hall().item_by_code("HALL-02").expect("the item");
    for n in 0..VISITS {
        let task = company.task(&house, &visitor).await;
        let mut document = company.document(&house, task);
        let mut given = Given::of(Value::Choice("none".into()));
        given.note = format!("第 {n} 次,\"排队\"\n六人");
        document.answers.insert(item.id, given);
        phone.visit(&house, task, document).await;
    }
    let begun = company.task(&house, &visitor).await;
    let ops = phone.visit_ops(&house, begun, company.document(&house, begun));
    phone.push(&house, &ops[..2]).await;

    let reviewer = company.person(&house, &[Role::Reviewer, Role::Office]).await;
    let desk = Desk::sign_in(&house, &company, &reviewer).await;
    let answer = desk.get(&house, hq::paths::ANSWERS_CSV).await.expect(200);
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    assert!(answer.header("content-disposition").contains("mingcha-answers.csv"));
    let text = answer.text();
    let table = rows(text.strip_prefix('\u{feff}').expect("a mark for Excel"));
    let (heads, told) = table.split_first().expect("heads");
    assert_eq!((heads.len(), heads[0].as_str(), heads[11].as_str()), (13, "走访", "说明"));
    let of_item: Vec<_> = told.iter().filter(|row| row[7] == "HALL-02").collect();
    assert_eq!(of_item.len(), VISITS, "one row a visit that was handed in, and none of the one that is under way");
    // Newest first, as in the list, and none twice.
    let order: Vec<&str> = of_item.iter().map(|row| row[11].as_str()).collect();
    let mut notes: Vec<&str> = order.clone();
    notes.sort_unstable();
    notes.dedup();
    assert_eq!(notes.len(), VISITS);
    assert!(of_item.iter().all(|row| row[11].contains(",\"排队\"\n六人") && row[8] == item.criterion.zh));
    let visits = desk.get(&house, hq::paths::VISITS_CSV).await.expect(200).text();
    let listed: Vec<String> =
        rows(visits.trim_start_matches('\u{feff}')).into_iter().skip(1).map(|row| row[0].clone()).collect();
    // Past the end of the first piece, each once.
    assert_eq!(listed.iter().collect::<BTreeSet<_>>().len(), VISITS + 1);
    assert_eq!(listed.len(), VISITS + 1);
    let findings = desk.get(&house, hq::paths::FINDINGS_CSV).await.expect(200).text();
    let found = rows(findings.trim_start_matches('\u{feff}'));
    assert_eq!((found[0].len(), found.len()), (12, VISITS + 1), "one a visit, below their heads");
    assert_eq!(found.iter().map(|row| &row[0]).collect::<BTreeSet<_>>().len(), found.len());
    let mut told_visits: Vec<String> = told.iter().map(|row| row[0].clone()).collect();
    told_visits.dedup();
    assert_eq!(told_visits, listed.iter().filter(|id| told_visits.contains(id)).cloned().collect::<Vec<_>>());

    let none = format!("{}?state={}", hq::paths::ANSWERS_CSV, VisitState::Accepted.code());
    let filtered = desk.get(&house, &none).await.expect(200).text();
    assert_eq!(rows(filtered.trim_start_matches('\u{feff}')).len(), 1, "nothing was accepted: {filtered}");
}

/// A search covers so many venues and no more: a file of a wider one lacked visits, and nothing said so.
#[tokio::test(flavor = "multi_thread")]
async fn a_download_of_a_search_that_is_too_wide_is_refused_in_words() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let venues = (0..101).map(|n| {
        let name = format!("长街 {n:03} 号营业厅");
        let (id, code) = (VenueId(uuid()), format!("W{n:03}"));
        Venue { id, code, name: Text::new(&name, &name), ..company.venues[0].clone() }
    });
    company.command(&house, Payload::VenueImport(VenueImport { venues: venues.collect() })).await;
    let reviewer = company.person(&house, &[Role::Reviewer, Role::Office]).await;
    let desk = Desk::sign_in(&house, &company, &reviewer).await;
    let search = |path: &str, text: &str| {
        let query: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
        format!("{path}?q={query}")
    };
    for path in [hq::paths::VISITS_CSV, hq::paths::ANSWERS_CSV] {
        let refused = desk.get(&house, &search(path, "长街")).await.expect(422);
        assert!(refused.header("content-type").starts_with("text/plain"));
        assert!(refused.text().contains("超过 100 个"), "{}", refused.text());
        // Less wide by one, it is all there.
        desk.get(&house, &search(path, "长街 0")).await.expect(200);
    }
    // The list shows what it has, and says that it is not all.
    for (text, says) in [("长街", true), ("长街 0", false), ("", false)] {
        let page = desk.get(&house, &search(hq::paths::VISITS, text)).await.expect(200).text();
        assert_eq!(page.contains("data-cut-short"), says, "{text}");
    }
}
