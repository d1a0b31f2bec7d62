//! What the draw is to know of one supervisor: whether it may take them, on which days, and where they are to stay away.

use core::str::FromStr as _;

use domain::{
    ids::{AccountId, OrgUnitId},
    text::Text,
};
use leptos::{prelude::*, server_fn::ServerFn as _};
use leptos_router::hooks::use_params_map;
use ui::{Banner, Button, ButtonKind, ButtonLink, CheckField, Glyph, Tone};

use super::{
    api::{SetSupervisor, read_supervisor},
    shape::{Supervisor, UnitsOf},
};
use crate::{
    context::page,
    loaded::Loaded,
    parts::{ActForm, Screen, loading},
    paths,
    words::{Word, t, w},
};

/// The days of a week, Monday first, in a word each.
const WEEK: [Word; 7] = [
    w("周一", "Mon"),
    w("周二", "Tue"),
    w("周三", "Wed"),
    w("周四", "Thu"),
    w("周五", "Fri"),
    w("周六", "Sat"),
    w("周日", "Sun"),
];

/// The days of a set, one bit each, in words.
pub(crate) fn days(set: u8) -> String {
    let free = WEEK.iter().enumerate().filter(|(n, _)| set >> n & 1 == 1);
    free.map(|(_, word)| t(*word)).collect::<Vec<_>>().join(" ")
}

/// The page.
#[component]
pub(crate) fn SupervisorPage() -> impl IntoView {
    let params = use_params_map();
    // What is no id leads to nobody.
    let id = Memo::new(move |_| {
        let id = params.with(|params| params.get("id"));
        id.and_then(|id| AccountId::from_str(&id).ok()).unwrap_or(AccountId(uuid::Uuid::nil()))
    });
    let supervisor = Resource::new(move || id.get(), read_supervisor);
    view! {
        <Screen title=t(w("抽签与回避", "Draw and ties"))>{loading(supervisor, |loaded| form(&loaded))}</Screen>
    }
}

fn form(loaded: &Loaded<Supervisor>) -> impl IntoView + use<> {
    let one = &loaded.data;
    let days = WEEK
        .iter()
        .enumerate()
        .map(|(n, word)| {
            let name = ["days[", &n.to_string(), "]"].concat();
            let free = one.free_days >> n & 1 == 1;
            view! { <CheckField name label=t(*word) value=n.to_string() checked=free /> }
        })
        .collect_view();
    let mut count = 0;
    let ties = one.counties.iter().map(|county| county_ties(county, &one.ties, &mut count)).collect_view();
    let others = one.others.iter().map(|unit| pick(unit, &one.ties, &mut count)).collect_view();
    let (id, name, pooled, op) = (one.id.to_string(), one.name.clone(), one.pooled, loaded.op(1));
    view! {
        <ActForm action=SetSupervisor::url() op base=None class="form form--wide">
            <input type="hidden" name="account" value=id />
            <section class="panel">
                <header class="panel__head"><h2>{name}</h2></header>
                <div class="panel__body">
                    <CheckField
                        name="pooled"
                        label=t(w("参加抽签", "Takes part in the draw"))
                        value="true"
                        checked=pooled
                    />
                    <fieldset class="picks picks--week">
                        <legend>{t(w("哪几天可以出去", "On which days they can go"))}</legend>
                        {days}
                    </fieldset>
                </div>
            </section>
            <section class="panel">
                <header class="panel__head"><h2>{t(w("回避", "Stays away from"))}</h2></header>
                <div class="panel__body">
                    <p class="small muted">
                        {t(
                            w(
                                "勾选有亲属、旧同事等关系的单位:勾县分即包括它的全部对象。监督员因「回避」退出任务后,系统自己记住不再派去那个对象。",
                                "Units with relatives or former colleagues. A county branch stands for all its venues. Whoever steps aside for a tie is not sent to that venue again: that is remembered without you.",
                            ),
                        )}
                    </p>
                    <div class="picks picks--groups">{ties} {others}</div>
                </div>
            </section>
            <Banner tone=Tone::Neutral glyph=Glyph::EYE_OFF title=t(w("只有管理员看得到", "Only administrators see this"))>
                <p>{t(w("派访的人只看到代号、空闲的日子,和是否合适,看不到为什么。", "Who assigns sees handles, free days and whether somebody suits, but not why."))}</p>
            </Banner>
            <div class="form__end">
                <ButtonLink href=paths::PEOPLE kind=ButtonKind::Quiet>
                    {t(w("不改了", "Back without a change"))}
                </ButtonLink>
                <Button submit=true>{t(w("保存", "Save"))}</Button>
            </div>
        </ActForm>
    }
}

/// A county branch, and behind it its units; open where one of them is chosen.
fn county_ties(county: &UnitsOf, ties: &[OrgUnitId], count: &mut u32) -> impl IntoView + use<> {
    let whole = pick(&county.county, ties, count);
    let open = county.units.iter().any(|(id, _)| ties.contains(id));
    let units = county.units.iter().map(|unit| pick(unit, ties, count)).collect_view();
    let few = (!county.units.is_empty()).then(|| {
        view! {
            <details open=open>
                <summary class="small">{t(w("只是其中几个单位", "Only some of its units"))}</summary>
                <div class="picks">{units}</div>
            </details>
        }
    });
    view! { <div class="picks__group">{whole} {few}</div> }
}

/// A unit to stay away from. `count` names the fields one after another.
fn pick((id, name): &(OrgUnitId, Text), ties: &[OrgUnitId], count: &mut u32) -> impl IntoView + use<> {
    let field = ["ties[", &count.to_string(), "]"].concat();
    *count += 1;
    let label = name.get(page().lang).to_owned();
    view! { <CheckField name=field label value=id.to_string() checked=ties.contains(id) /> }
}
