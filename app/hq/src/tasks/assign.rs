//! 派新任务: kind of venue, checklist, venues, time; drawn by default, by handle on purpose.

use core::str::FromStr as _;
use std::time::Duration;

use domain::{
    assignment::VisitMode,
    ids::{OrgUnitId, VenueId},
    org::VenueKind,
    time::{DAY_MS, Moment, show_date_time},
};
use leptos::{
    html::Div,
    prelude::*,
    server_fn::ServerFn as _,
    wasm_bindgen::JsCast as _,
    web_sys::{HtmlDivElement, HtmlInputElement, HtmlSelectElement, Node},
};
use leptos_router::hooks::use_query_map;
use ui::{Banner, Button, CheckField, Choice, Field, FilterChip, Glyph, Select, TextArea, TextInput, Tone};

use super::{
    api::{PlanTasks, read_ground, read_handles},
    shape::{Ground, HandleChoice},
};
use crate::{
    context::page,
    error::HqError,
    labels,
    loaded::Loaded,
    parts::{ActForm, AutoSelect, Screen, loading},
    paths,
    people::days,
    words::{Word, fill, t, w},
};

/// The page.
#[component]
pub(crate) fn AssignPage() -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| {
        query.with(|query| {
            let kind = query.get("kind").and_then(|code| VenueKind::from_code(&code)).unwrap_or(VenueKind::Hall);
            (kind, query.get("county").and_then(|id| OrgUnitId::from_str(&id).ok()))
        })
    });
    let ground = Resource::new(move || asked.get(), |(kind, county)| read_ground(kind, county));
    view! {
        <Screen title=t(w("派新任务", "New tasks"))>
            {loading(ground, move |loaded| {
                let (kind, county) = asked.get_untracked();
                view! { {narrow(&loaded.data, kind, county)} {form(&loaded)} }
            })}
        </Screen>
    }
}

/// Which venues are offered.
fn narrow(ground: &Ground, kind: VenueKind, county: Option<OrgUnitId>) -> impl IntoView + use<> {
    let lang = page().lang;
    let kinds = VenueKind::ALL
        .map(|one| {
            let href = [paths::ASSIGN, "?kind=", one.code()].concat();
            view! { <FilterChip href label=t(labels::venue_kind(one).1) active=one == kind /> }
        })
        .collect_view();
    let counties = ground.counties.iter().map(|(id, name)| (id.to_string(), name.get(lang).to_owned())).collect();
    view! {
        <div class="toolbar">
            <nav class="chips chips--line" aria-label=t(w("对象类型", "Kind of venue"))>{kinds}</nav>
            <form method="get" action=paths::ASSIGN class="toolbar">
                <input type="hidden" name="kind" value=kind.code() />
                <AutoSelect
                    name="county"
                    label=t(w("县分", "County"))
                    all=t(w("全部县分", "All counties"))
                    options=counties
                    value=county.map(|id| id.to_string()).unwrap_or_default()
                />
                <button type="submit" class="button button--quiet">{t(w("筛选", "Filter"))}</button>
            </form>
        </div>
    }
}

fn form(loaded: &Loaded<Ground>) -> impl IntoView + use<> {
    let lang = page().lang;
    let ground = &loaded.data;
    let checklists = ground
        .checklists
        .iter()
        .map(|(id, title, _)| Choice::new(id.to_string(), title.get(lang).to_owned()))
        .collect();
    let least = ground.checklists.iter().map(|(_, _, questions)| *questions).max().filter(|least| *least > 0);
    let word = w(
        "检查表要求至少问 {} 个问题:少了,审核时会提示",
        "The checklist wants {} questions asked at least; the reviewer is told of fewer",
    );
    let least = least.map(|least| fill(word, &[&least.to_string()]));
    let first = ground.checklists.first().map(|(id, ..)| id.to_string()).unwrap_or_default();
    let (today, later) = (date(loaded.now), date(loaded.now.plus(7 * DAY_MS)));
    let chosen = RwSignal::new(Chosen::default());
    let venues = ground
        .venues
        .iter()
        .enumerate()
        .map(|(n, venue)| {
            let name = venue_field(n as u32);
            let label = [venue.name.get(lang), " · ", &venue.code].concat();
            view! { <CheckField name label value=venue.id.to_string() /> }
        })
        .collect_view();
    let modes = [VisitMode::Covert, VisitMode::Open, VisitMode::WalkThrough, VisitMode::Recheck]
        .into_iter()
        .zip(["covert", "open", "walk_through", "recheck"])
        .map(|(mode, code)| Choice::new(code, t(labels::mode(mode))))
        .collect();
    let place = NodeRef::<Div>::new();
    let who = who(&ground.handles, place, chosen).into_any();
    let op = loaded.op(1);
    view! {
        <div node_ref=place on:change=move |_| place.with_untracked(|form| chosen.set(ticked(form.as_ref())))>
            <ActForm action=PlanTasks::url() op base=None class="form form--wide">
                {part(
                    w("去哪里", "Where"),
                    view! {
                        <fieldset class="picks" data-list="venues">
                            <legend>{t(w("可多选,每个一项任务", "As many as you like; one task each"))}</legend>
                            {venues}
                        </fieldset>
                    },
                )}
                {part(
                    w("查什么、什么时候", "What and when"),
                    view! {
                        <div class="form__pair">
                            <Field id="checklist" label=t(w("检查表", "Checklist"))>
                                <Select name="form[checklist]" options=checklists value=Signal::stored(first) required=true />
                            </Field>
                            <Field id="mode" label=t(w("方式", "Mode"))>
                                <Select name="form[mode]" options=modes value=Signal::stored("covert".to_owned()) required=true />
                            </Field>
                            <Field id="from" label=t(w("从", "From"))>
                                <input class="input" type="date" id="from" name="form[from]" value=today required />
                            </Field>
                            <Field id="until" label=t(w("到(含当天)", "Until (that day included)"))>
                                <input class="input" type="date" id="until" name="form[until]" value=later required />
                            </Field>
                        </div>
                    },
                )}
                {part(
                    w("情景与承诺", "Scenario and commitments"),
                    view! {
                        <Field
                            id="persona"
                            label=t(w("情景(扮演谁、办什么事)", "Scenario (who to play, and what for)"))
                            aside=t(w("可不填", "optional"))
                        >
                            <TextArea name="form[persona]" rows=2 maxlength=2_000 />
                        </Field>
                        {questions()}
                        {least.map(|least| view! { <p class="small muted">{least}</p> })}
                        <Field
                            id="commitments"
                            label=t(w("公布的承诺,一行一条", "Published commitments, one a line"))
                            aside=t(w("可不填", "optional"))
                        >
                            <TextArea name="form[commitments]" rows=3 maxlength=4_000 />
                        </Field>
                    },
                )}
                {part(w("由谁去", "By whom"), who)}
                <div class="form__end">
                    <Button submit=true>{t(w("派发", "Give out"))}</Button>
                </div>
            </ActForm>
        </div>
    }
}

/// One part of the form under its heading.
fn part(word: Word, body: impl IntoView + 'static) -> impl IntoView {
    view! {
        <section class="panel">
            <header class="panel__head"><h2>{t(word)}</h2></header>
            <div class="panel__body">{body}</div>
        </section>
    }
}

/// Two questions with their right answers.
fn questions() -> impl IntoView {
    let pairs = (0..2)
        .map(|n: u8| {
            let of = |field: &str| ["form[questions][", &n.to_string(), "][", field, "]"].concat();
            let (question, answer) = (of("question"), of("answer"));
            let ids = (["question-", &n.to_string()].concat(), ["answer-", &n.to_string()].concat());
            let number = (n + 1).to_string();
            view! {
                <div class="form__pair">
                    <Field id=ids.0 label=fill(w("要问的第 {} 个问题", "Question {}"), &[&number]) aside=t(w("可不填", "optional"))>
                        <TextInput name=question maxlength=300 />
                    </Field>
                    <Field id=ids.1 label=t(w("标准答案(离场后才显示)", "Right answer (shown after leaving)"))>
                        <TextInput name=answer maxlength=300 />
                    </Field>
                </div>
            }
        })
        .collect::<Vec<_>>();
    view! { <div class="stack stack--tight">{pairs}</div> }
}

/// For what supervisors are looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Chosen {
    venues: Vec<VenueId>,
    /// `2026-11-24`.
    from: String,
    until: String,
}

/// What the form says now: also what was ticked before the page came alive, or what a browser has put back.
fn ticked(form: Option<&HtmlDivElement>) -> Chosen {
    let Some(form) = form else { return Chosen::default() };
    let input = |node: Node| node.dyn_into::<HtmlInputElement>().ok();
    let day = |id| form.query_selector(id).ok().flatten().and_then(|found| input(found.into())).map(|day| day.value());
    let boxes = form.query_selector_all("[data-list=venues] input:checked").ok();
    let boxes = boxes.iter().flat_map(|found| (0..found.length()).filter_map(|n| found.item(n)));
    Chosen {
        venues: boxes.filter_map(input).filter_map(|one| one.value().parse().ok()).collect(),
        from: day("#from").unwrap_or_default(),
        until: day("#until").unwrap_or_default(),
    }
}

/// The name of the `n`-th venue's box.
fn venue_field(n: u32) -> String {
    ["form[venues][", &n.to_string(), "]"].concat()
}

/// How long nothing more is ticked before the pool is asked.
const PAUSE: Duration = Duration::from_millis(300);

/// Drawn, or chosen by handle: the choice is recorded and has a price.
fn who(handles: &[HandleChoice], place: NodeRef<Div>, chosen: RwSignal<Chosen>) -> impl IntoView + use<> {
    let offered = RwSignal::new(Ok(handles.to_vec()));
    let again = RwSignal::new(false);
    // For how many venues they were asked for.
    let venues = RwSignal::new(0);
    // The handles of the page are for no venue in particular. With script they follow what is chosen; without, the
    // rules refuse who has a tie.
    let mut look = debounce(PAUSE, move |asked: Chosen| {
        look(asked, chosen, move |asked, found| {
            // Said until somebody is chosen again.
            let form = place.try_get_untracked().flatten();
            let had = form.and_then(|form| form.query_selector("select[name='form[handle]']").ok().flatten());
            let had = had.and_then(|select| select.dyn_into::<HtmlSelectElement>().ok());
            if had.is_some_and(|select| !select.value().is_empty()) {
                again.set(true);
            }
            venues.set(asked.venues.len());
            offered.set(found);
        });
    });
    Effect::new(move |before: Option<Option<Chosen>>| {
        // A page that was navigated to is not in the document at once.
        let form = place.get()?;
        let before = before.flatten();
        // At first: what stands in the form already.
        let now = if before.is_some() { chosen.get() } else { ticked(Some(&form)) };
        if before.is_none() {
            chosen.set(now.clone());
        }
        if before.as_ref().map_or_else(|| !now.venues.is_empty(), |before| *before != now) {
            look(now.clone());
        }
        chosen.track();
        Some(now)
    });
    let suiting = move || {
        let count = |all: &Vec<HandleChoice>| all.iter().filter(|one| one.suits).count();
        offered.with(|found| found.as_ref().ok().map(count))
    };
    let count = move || match suiting() {
        Some(suiting) => {
            let all = offered.with(|found| found.as_ref().map_or(0, Vec::len));
            fill(
                w(
                    "那几天有空、没有登记回避的 {} 人,共 {} 人",
                    "{} of {} are free on those days, with no tie on record",
                ),
                &[&suiting.to_string(), &all.to_string()],
            )
        }
        None => {
            t(w("没能查到谁合适,请检查网络", "It could not be found out who suits. Is there a network?")).to_owned()
        }
    };
    view! {
        <div on:change=move |_| again.set(false)>
            <Field id="handle" label=t(w("监督员", "Supervisor"))>
                {move || {
                    view! {
                        <Select
                            name="form[handle]"
                            options=offered.with(|found| found.as_ref().map(|all| options(all)).unwrap_or_default())
                            none=t(w("抽签(推荐)", "Drawn by lot (recommended)"))
                        />
                    }
                }}
            </Field>
        </div>
        <p
            class="small muted"
            data-suiting=move || suiting().map(|count| count.to_string())
            data-for=move || venues.get().to_string()
        >
            {count}
        </p>
        {move || {
            let word = w("对象或日期变了,代号已换:请重新选择", "Venues or days have changed, and so have the handles: choose again");
            again.get().then(|| view! { <p class="small" role="status" data-again="">{t(word)}</p> })
        }}
        <Banner tone=Tone::Amber glyph=Glyph::WARNING title=t(w("按代号指定会留下记录", "Choosing by handle is recorded"))>
            <p>{t(w("指定人选的人不能再审核这次走访。姓名从不显示。", "Whoever chooses may not review the visit. Names are never shown."))}</p>
        </Banner>
    }
}

/// Asks for the pool again. What was chosen meanwhile is asked for by whoever chose it.
fn look(
    asked: Chosen,
    chosen: RwSignal<Chosen>,
    then: impl FnOnce(Chosen, Result<Vec<HandleChoice>, HqError>) + 'static,
) {
    leptos::task::spawn_local(async move {
        let Chosen { venues, from, until } = asked.clone();
        let read = read_handles(venues, from, until).await.map(|loaded| loaded.data);
        if chosen.try_with_untracked(|now| *now == asked) == Some(true) {
            then(asked, read);
        }
    });
}

/// The handles, those first that suit.
fn options(offered: &[HandleChoice]) -> Vec<Choice> {
    let mut all: Vec<(usize, &HandleChoice)> = offered.iter().enumerate().collect();
    all.sort_by_key(|(_, one)| !one.suits);
    let option = |(n, one): (usize, &HandleChoice)| {
        let words = if one.suits {
            w("代号 {} · 可用 {}", "Handle {} · free {}")
        } else {
            w("不宜 · 代号 {} · 可用 {}", "Does not suit · handle {} · free {}")
        };
        Choice::new(one.id.to_string(), fill(words, &[&(n + 1).to_string(), &days(one.free_days)]))
    };
    all.into_iter().map(option).collect()
}

/// `2026-11-24` by the company's clock.
fn date(at: Moment) -> String {
    show_date_time(at, page().zone).chars().take(10).collect()
}
