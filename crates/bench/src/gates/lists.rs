//! Gate 12: HQ's lists over 250,000 visits and 750,000 findings, each filter with common, rare and absent values.

use std::time::Instant;

use anyhow::Result;
use domain::{
    finding::{FindingState, Severity},
    ids::OrgUnitId,
    visit::VisitState,
};
use store::{
    Settings, Store,
    hq::{self, Stretch, findings, visits},
};

use super::{Bench, row};
use crate::{
    meter::{ms, percentile},
    report::{Bound, Row},
};

/// How often each list is read.
const TIMES: usize = 200;
/// The page that must cost what the first does.
const DEEP: usize = 1_000;

#[derive(Clone)]
enum List {
    Visits(visits::Filter),
    Findings(findings::Filter),
}

pub(super) async fn run(bench: &mut Bench<'_>) -> Result<Vec<Row>> {
    let city = bench.city().await?;
    let size = if bench.short { 2_000 } else { 250_000 };
    bench.yardstick.fill_lists(city.tenant, size).await?;
    let (common, rare) = city.counties();
    let settings = Settings { serve_url: bench.urls.1.clone(), unit_url: None, connections: 2 };
    let signer: std::sync::Arc<dyn store::Signer> = crate::city::signer();
    let store = Store::open(&settings, signer).await?;
    let mut floor = Vec::new();
    for _ in 0..200 {
        let start = Instant::now();
        bench.yardstick.nothing().await?;
        floor.push(ms(start.elapsed()));
    }
    let (mut p50, mut p99, mut worst) = (0.0_f64, 0.0_f64, String::new());
    let times = if bench.short { 3 } else { TIMES };
    for (name, list) in lists(common, rare) {
        let mut took = Vec::new();
        for _ in 0..times {
            let start = Instant::now();
            let mut tx = store.read_planned(city.tenant).await?;
            read(&mut tx, &list, Stretch::Newest).await?;
            tx.rollback().await?;
            took.push(ms(start.elapsed()));
        }
        let (half, most) = (percentile(&mut took, 0.5), percentile(&mut took, 0.99));
        println!("  {name:<44} p50 {half:.2} ms  p99 {most:.2} ms");
        if half > p50 {
            (p50, worst) = (half, name.to_owned());
        }
        p99 = p99.max(most);
    }
    println!("  the slowest is: {worst}");
    let (shallow, deep) = deep(&store, &city, times).await?;
    Ok(vec![row(
        12,
        "HQ's lists of 50 rows over 250,000 visits and 750,000 findings, the slowest of 27",
        "p50 at most 1 ms, p99 at most 5 ms, page 1,000 at most 1.2 of page 1",
        vec![
            Bound::at_most(1.0, "p50 of the slowest list, ms", p50),
            Bound::at_most(5.0, "p99 of the slowest list, ms", p99),
            Bound::at_most(1.2, "page 1,000 against page 1", deep / shallow),
        ],
        vec![
            ("visits in the lists", size as f64),
            ("a statement that does nothing, p50 ms", percentile(&mut floor, 0.5)),
        ],
    )])
}

async fn read(tx: &mut store::Tx, list: &List, stretch: Stretch) -> Result<Option<hq::Cursor>> {
    Ok(match list {
        List::Visits(filter) => visits::read(tx, filter, stretch).await?.older,
        List::Findings(filter) => findings::read(tx, filter, stretch).await?.older,
    })
}

/// The times of the first and of a deep page of all visits, ms.
async fn deep(store: &Store, city: &crate::city::City, times: usize) -> Result<(f64, f64)> {
    let all = List::Visits(visits::Filter { state: Some(VisitState::Accepted), ..visits::Filter::default() });
    let mut tx = store.read_planned(city.tenant).await?;
    let mut at = Stretch::Newest;
    for _ in 1..DEEP {
        let Some(older) = read(&mut tx, &all, at).await? else { break };
        at = Stretch::OlderThan(older);
    }
    let (mut shallow, mut deep) = (Vec::new(), Vec::new());
    for _ in 0..times {
        for (stretch, took) in [(Stretch::Newest, &mut shallow), (at, &mut deep)] {
            let start = Instant::now();
            read(&mut tx, &all, stretch).await?;
            took.push(ms(start.elapsed()));
        }
    }
    Ok((percentile(&mut shallow, 0.5), percentile(&mut deep, 0.5)))
}

fn lists(common: OrgUnitId, rare: OrgUnitId) -> Vec<(&'static str, List)> {
    let absent = OrgUnitId(uuid::Uuid::nil());
    let v = visits::Filter::default;
    let f = findings::Filter::default;
    let topic = |topic: &str| Some(topic.to_owned());
    let visits = [
        ("visits", v()),
        ("visits, state common", visits::Filter { state: Some(VisitState::Accepted), ..v() }),
        ("visits, state rare", visits::Filter { state: Some(VisitState::Voided), ..v() }),
        ("visits, state absent", visits::Filter { state: Some(VisitState::UnderWay), ..v() }),
        ("visits, county common", visits::Filter { county: Some(common), ..v() }),
        ("visits, county rare", visits::Filter { county: Some(rare), ..v() }),
        ("visits, county absent", visits::Filter { county: Some(absent), ..v() }),
        ("visits, topic common", visits::Filter { topic: topic("hall"), ..v() }),
        ("visits, topic rare", visits::Filter { topic: topic("billing"), ..v() }),
        ("visits, topic absent", visits::Filter { topic: topic("none"), ..v() }),
        ("visits, red line", visits::Filter { red_line: true, ..v() }),
        ("visits, incomplete", visits::Filter { incomplete: true, ..v() }),
        ("visits, one hall by its code", visits::Filter { text: "H0007".to_owned(), ..v() }),
        ("visits, no hall", visits::Filter { text: "无此厅".to_owned(), ..v() }),
    ];
    let findings = [
        ("findings", f()),
        ("findings, state common", findings::Filter { state: Some(FindingState::Confirmed), ..f() }),
        ("findings, state rare", findings::Filter { state: Some(FindingState::Withdrawn), ..f() }),
        ("findings, severity common", findings::Filter { severity: Some(Severity::Minor), ..f() }),
        ("findings, severity rare", findings::Filter { severity: Some(Severity::Critical), ..f() }),
        ("findings, topic common", findings::Filter { topic: topic("hall"), ..f() }),
        ("findings, topic rare", findings::Filter { topic: topic("billing"), ..f() }),
        ("findings, topic absent", findings::Filter { topic: topic("none"), ..f() }),
        ("findings, county common", findings::Filter { county: Some(common), ..f() }),
        ("findings, county rare", findings::Filter { county: Some(rare), ..f() }),
        ("findings, county absent", findings::Filter { county: Some(absent), ..f() }),
        ("findings, unit common", findings::Filter { unit: Some(common), ..f() }),
        ("findings, unit rare", findings::Filter { unit: Some(rare), ..f() }),
    ];
    let visits = visits.into_iter().map(|(name, filter)| (name, List::Visits(filter)));
    visits.chain(findings.into_iter().map(|(name, filter)| (name, List::Findings(filter)))).collect()
}
