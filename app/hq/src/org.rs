//! 机构: the units and what can be visited.

pub(crate) mod api;
pub(crate) mod shape;

use core::str::FromStr as _;

use domain::{
    ids::OrgUnitId,
    org::{OrgKind, Venue},
};
use leptos::prelude::*;
use leptos_router::{hooks::use_query_map, params::ParamsMap};
use ui::{Badge, ButtonKind, ButtonLink, Column, DataTable, FilterChip, Glyph, Tone};

use crate::{
    context::page,
    labels,
    parts::{Screen, loading},
    paths,
    words::{t, w},
};
use api::read_org;
use shape::Org;

/// The page.
#[component]
pub(crate) fn OrgPage() -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| {
        query.with(|query| (query.get("county").and_then(|id| OrgUnitId::from_str(&id).ok()), query.get("after")))
    });
    let org = Resource::new(move || asked.get(), |(county, after)| read_org(county, after));
    view! {
        <Screen title=t(w("机构", "Units"))>
            {loading(org, move |loaded| shown(&loaded.data, asked.get_untracked().0))}
        </Screen>
    }
}

fn shown(org: &Org, county: Option<OrgUnitId>) -> impl IntoView + use<> {
    let lang = page().lang;
    let counties = org
        .units
        .iter()
        .filter(|unit| unit.kind == OrgKind::County)
        .map(|unit| {
            let href = [paths::ORG, "?county=", &unit.id.to_string()].concat();
            view! { <FilterChip href label=unit.name.get(lang).to_owned() active=county == Some(unit.id) /> }
        })
        .collect_view();
    let others = org
        .units
        .iter()
        .filter(|unit| unit.kind != OrgKind::County)
        .map(|unit| {
            let (kind, name) = (t(labels::org_kind(unit.kind)), unit.name.get(lang).to_owned());
            view! { <li><span class="lines__name">{name}</span><span class="muted">{kind}</span></li> }
        })
        .collect_view();
    let rows = org.venues.iter().map(|venue| line(venue, org)).collect_view();
    let next = org.more.then(|| org.venues.last()).flatten().map(|last| {
        let mut query = ParamsMap::new();
        query.insert("after", last.code.clone());
        if let Some(county) = county {
            query.insert("county", county.to_string());
        }
        [paths::ORG, &query.to_query_string()].concat()
    });
    let columns = vec![
        Column::text(t(w("代码", "Code"))),
        Column::text(t(w("名称", "Name"))),
        Column::text(t(w("类型", "Kind"))),
        Column::text(t(w("县分", "County"))).wide_only(),
        Column::text(t(w("地址", "Address"))).wide_only(),
        Column::text(t(w("位置", "Position"))),
    ];
    view! {
        <div class="toolbar">
            <nav class="chips chips--line" aria-label=t(w("县分", "County"))>
                <FilterChip href=paths::ORG label=t(w("全部", "All")) active=county.is_none() /> {counties}
            </nav>
        </div>
        <DataTable caption=t(w("对象", "Venues")) columns>{rows}</DataTable>
        {next
            .map(|href| view! { <p><ButtonLink href kind=ButtonKind::Quiet>{t(w("更多", "More"))}</ButtonLink></p> })}
        <details class="panel">
            <summary class="panel__head"><h2>{t(w("其他单位", "Other units"))}</h2></summary>
            <ul class="lines panel__body">{others}</ul>
        </details>
    }
}

fn line(venue: &Venue, org: &Org) -> impl IntoView + use<> {
    let lang = page().lang;
    let (glyph, kind) = labels::venue_kind(venue.kind);
    let county = org.units.iter().find(|unit| unit.id == venue.county).map(|unit| unit.name.get(lang).to_owned());
    let place = match venue.position {
        Some(_) => {
            view! { <Badge tone=Tone::Jade icon=Glyph::CHECK bare=true>{t(w("有坐标", "Known"))}</Badge> }.into_any()
        }
        None if venue.kind.has_place() => {
            view! { <Badge tone=Tone::Amber icon=Glyph::WARNING bare=true>{t(w("无坐标", "Unknown"))}</Badge> }
                .into_any()
        }
        None => ().into_any(),
    };
    view! {
        <tr>
            <td class="nowrap">{venue.code.clone()}</td>
            <td class="name">{venue.name.get(lang).to_owned()}</td>
            <td><Badge icon=glyph bare=true>{t(kind)}</Badge></td>
            <td class="wide-only">{county}</td>
            <td class="wide-only">{venue.address.clone()}</td>
            <td>{place}</td>
        </tr>
    }
}
