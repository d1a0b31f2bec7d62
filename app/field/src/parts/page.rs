//! The frame of a screen: bar, page, foot.

use leptos::prelude::*;
use ui::{Glyph, IconButton, Tab, TabBar, TopBar};

use crate::{phone::Phone, route::Route, words::t};

/// What a screen puts into the frame.
pub(crate) struct Page {
    /// The heading.
    pub title: Signal<String>,
    /// A lighter line below it.
    pub sub: Signal<String>,
    /// Where the way back leads.
    pub back: Option<Route>,
    /// Whether the bar shows the button that hides everything.
    pub private: bool,
    /// At the end of the bar.
    pub end: AnyView,
    /// Below the bar's row.
    pub below: Option<ViewFn>,
    /// The page.
    pub body: AnyView,
    /// The actions under the thumb.
    pub actions: Option<AnyView>,
    /// Whether the four tabs show.
    pub tabs: bool,
}

impl Page {
    /// A page with a heading and a body.
    #[must_use]
    pub(crate) fn new(title: impl Into<Signal<String>>, body: impl IntoView + 'static) -> Self {
        Self {
            title: title.into(),
            sub: Signal::stored(String::new()),
            back: None,
            private: false,
            end: ().into_any(),
            below: None,
            body: body.into_any(),
            actions: None,
            tabs: false,
        }
    }
}

/// A screen.
pub(crate) fn page(phone: Phone, page: Page) -> impl IntoView {
    let back = page.back.map(|route| ui::Label::from(route.path()));
    let private = page.private.then(|| {
        view! {
            <IconButton
                glyph=Glyph::EYE_OFF
                label=t("收起,显示记事页", "Hide behind a page of notes")
                on_click=move |()| phone.hidden.set(true)
            />
        }
    });
    let end = page.end;
    view! {
        <div class="phone">
            <TopBar
                title=page.title
                sub=page.sub
                back
                back_label=t("返回", "Back")
                below=page.below.unwrap_or_else(|| ViewFn::from(|| ()))
            >
                {end}
                {private}
            </TopBar>
            <main class="phone__main" id="main">
                {page.body}
            </main>
            <footer class="foot">{page.actions} {page.tabs.then(|| tabs(phone))}</footer>
        </div>
    }
}

fn tabs(phone: Phone) -> impl IntoView {
    let at = move |route: Route| Signal::derive(move || phone.router.current() == route);
    let waiting = Signal::derive(move || phone.sync.with(super::super::status::SyncStatus::waiting));
    view! {
        <TabBar label=t("主导航", "Main")>
            <Tab href="/field" glyph=Glyph::TODAY label=t("今日", "Today") current=at(Route::Today) />
            <Tab href="/field/visits" glyph=Glyph::VISITS label=t("走访", "Visits") current=at(Route::Visits) />
            <Tab
                href="/field/sync"
                glyph=Glyph::SYNC
                label=t("同步", "Sync")
                current=at(Route::Sync)
                count=waiting
                count_label=t("项待传", "waiting")
            />
            <Tab href="/field/me" glyph=Glyph::ME label=t("我", "Me") current=at(Route::Me) />
        </TabBar>
    }
}
