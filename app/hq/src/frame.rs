//! The rail on the left and the room for a screen on the right.

use domain::role::Action;
use leptos::{prelude::*, server_fn::ServerFn as _};
use leptos_router::hooks::use_location;
use ui::{Button, ButtonKind, Glyph, Rail, RailLink};

use crate::{
    context::page,
    decisions::{Decisions, DecisionsMade},
    keys::Shortcuts,
    paths,
    settings::api::SignOut,
    words::{Word, t, w},
};

/// One place that the rail leads to.
struct Place {
    path: &'static str,
    glyph: Glyph,
    word: Word,
    /// Who sees it; `None` for everybody who has signed in.
    needs: Option<Action>,
}

const PLACES: [Place; 9] = [
    Place { path: paths::BOARD, glyph: Glyph::BOARD, word: w("总览", "Overview"), needs: None },
    Place { path: paths::VISITS, glyph: Glyph::VISITS, word: w("走访", "Visits"), needs: Some(Action::ReadRawVisit) },
    Place {
        path: paths::FINDINGS,
        glyph: Glyph::ISSUE,
        word: w("问题", "Findings"),
        needs: Some(Action::ReadFindings),
    },
    Place { path: paths::TASKS, glyph: Glyph::PLAN, word: w("派访", "Tasks"), needs: Some(Action::Assign) },
    Place {
        path: paths::CHECKLISTS,
        glyph: Glyph::CHECKLIST,
        word: w("检查表", "Checklists"),
        needs: Some(Action::ReadChecklist),
    },
    Place { path: paths::ORG, glyph: Glyph::ORG, word: w("机构", "Units"), needs: Some(Action::ReadOrg) },
    Place { path: paths::PEOPLE, glyph: Glyph::USERS, word: w("人员", "People"), needs: Some(Action::ManageOrg) },
    Place { path: paths::HELD, glyph: Glyph::LOCK, word: w("收件", "Held"), needs: Some(Action::DecideHeld) },
    Place { path: paths::SETTINGS, glyph: Glyph::SETTINGS, word: w("设置", "Settings"), needs: None },
];

/// The frame of every screen; a bare room for whoever has not signed in.
#[component]
pub(crate) fn Frame(children: Children) -> impl IntoView {
    if page().person.is_none() {
        return children().into_any();
    }
    provide_context(Decisions::new());
    // Only in a browser does an effect run: the page answers from then on.
    let alive = RwSignal::new(false);
    Effect::new(move |_| alive.set(true));
    view! {
        <a class="skip" href="#main">
            {t(w("跳到内容", "Skip to content"))}
        </a>
        <div class="hq" data-state=move || if alive.get() { "alive" } else { "served" }>
            <Places />
            <main class="hq__main" id="main">
                {children()}
            </main>
        </div>
        <DecisionsMade />
        <Shortcuts />
    }
    .into_any()
}

#[component]
fn Places() -> impl IntoView {
    let page = page();
    let places = PLACES
        .iter()
        .filter(|place| place.needs.is_none_or(|action| page.may(action)))
        .map(|place| {
            let at = use_location().pathname;
            let current = Signal::derive(move || {
                let at = at.get();
                at == place.path || (place.path != paths::BOARD && at.starts_with(place.path))
            });
            view! { <RailLink href=place.path glyph=place.glyph label=t(place.word) current /> }
        })
        .collect_view();
    let person = page.person.clone();
    let foot = move || {
        let (name, tenant) = person
            .as_ref()
            .map(|person| (person.name.clone(), person.tenant.get(page.lang).to_owned()))
            .unwrap_or_default();
        view! {
            <p class="small muted">{name} <br /> {tenant}</p>
            <form method="post" action=SignOut::url()>
                <Button kind=ButtonKind::Link icon=Glyph::LOGOUT submit=true>
                    {t(w("退出", "Sign out"))}
                </Button>
            </form>
        }
    };
    view! {
        <Rail label=t(w("主导航", "Main")) brand=t(w("明察", "Mingcha")) home=paths::BOARD foot>
            {places}
        </Rail>
    }
}
