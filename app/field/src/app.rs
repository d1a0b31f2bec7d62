//! The app: opens the store, then shows the screen of the address.

use domain::text::Lang;
use leptos::prelude::*;
use ui::{EmptyState, Glyph, LiveRegion, Theme};

use crate::{
    keeper::Keeper,
    phone::{Phone, Saved},
    route::{Route, Router},
    screens,
    words::{self, t},
};

/// How far the start is.
#[derive(Clone)]
enum Start {
    Opening,
    Open(Box<Phone>),
    Failed(String),
}

/// The root.
pub(crate) fn app() -> impl IntoView {
    let lang = device::mirror::preference("mc.lang")
        .map_or_else(|| Lang::from_tag(&device::door::language()), |tag| Lang::from_tag(&tag));
    words::set_lang(lang);
    crate::set_root("lang", Some(lang.tag()));
    let theme = Theme::from_name(&device::mirror::preference("mc.theme").unwrap_or_default());
    crate::set_root("data-theme", theme.name());
    if let Some(why) = device::door::shut() {
        take_skeleton_away();
        return screens::door(why).into_any();
    }
    // The shell has the symbols in it.
    ui::icon::provide_sprite("#i-");
    let start = RwSignal::new(Start::Opening);
    leptos::task::spawn_local(async move {
        let router = Router::start();
        let opened = match open(router, lang, theme).await {
            Ok(phone) => Start::Open(Box::new(phone)),
            Err(failure) => Start::Failed(failure.to_string()),
        };
        take_skeleton_away();
        start.set(opened);
    });
    (move || match start.get() {
        // The document's skeleton stands there still: another one would be laid out and painted for a tenth of a second.
        Start::Opening => ().into_any(),
        Start::Open(phone) => shown(*phone).into_any(),
        Start::Failed(why) => view! {
            <main class="phone__main" data-state="no-store">
                <EmptyState
                    glyph=Glyph::WARNING
                    title=t("打不开本机存储", "The store of this phone does not open")
                    text=t("无痕模式下不能使用。关掉无痕,或重启浏览器再试。", "Private mode has no store. Leave it, or restart the browser and try again.")
                />
                <p class="muted small">{why}</p>
            </main>
        }
        .into_any(),
    })
    .into_any()
}

fn take_skeleton_away() {
    if let Some(skeleton) = document().get_element_by_id("skeleton") {
        skeleton.remove();
    }
}

async fn open(router: Router, lang: Lang, theme: Theme) -> Result<Phone, device::Failure> {
    let phone = Phone::new(router, Keeper::open().await?, lang, theme);
    phone.keeper().load(phone).await?;
    run(phone);
    Ok(phone)
}

/// What goes on for as long as the page lives.
fn run(phone: Phone) {
    phone.start_beat();
    Effect::new(move |_| phone.follow_route());
    phone.keeper().keep_going(phone);
}

fn shown(phone: Phone) -> impl IntoView {
    Effect::new(move |_| {
        let _route = phone.router.current();
        let place = if phone.hidden.get() { screens::NOTES } else { "page-title" };
        leptos::task::spawn_local(async move {
            // It is built by the time the next turn of the loop begins.
            device::clock::sleep(0).await;
            device::door::focus(place);
        });
    });
    let said = Signal::derive(move || match phone.saved.get() {
        Saved::At(_) => t("已存本机", "Saved on this phone").to_owned(),
        Saved::Not(_) => t("没有存下", "Not saved").to_owned(),
        Saved::Nothing | Saved::Saving => String::new(),
    });
    let signed_in = Memo::new(move |_| phone.me.with(Option::is_some));
    // The task that the address names may have just come; that others came is nothing to build a screen anew for.
    let is_known = Memo::new(move |_| {
        let named = phone.router.current().visit();
        phone.rows.with(|rows| named.is_none_or(|id| rows.contains_key(&id)))
    });
    view! {
        // Under the page of notes nothing is reached: not by a key, and not by what reads the screen aloud.
        <div prop:inert=move || phone.hidden.get()>
            {move || {
                // Who switches the language builds the view anew.
                phone.lang.track();
                phone.mended.track();
                is_known.track();
                let (route, signed_in) = (phone.router.current(), signed_in.get());
                // What a screen shows it follows by itself: a tap must not build the screen anew
                // under the finger, or take away the camera and the keyboard.
                untrack(|| screen(phone, route, signed_in))
            }}
        </div>
        {move || phone.hidden.get().then(|| screens::cover(phone).into_any())}
        <LiveRegion text=said />
    }
}

fn screen(phone: Phone, route: Route, signed_in: bool) -> AnyView {
    // Each by its number: no field of one screen becomes a field of another.
    let (number, shown) = match route {
        Route::Link(secret) => (0, screens::link(phone, secret).into_any()),
        Route::SignIn => (1, screens::sign_in(phone).into_any()),
        _ if !signed_in => (1, screens::sign_in(phone).into_any()),
        Route::Today => (2, screens::today(phone).into_any()),
        Route::Visits => (3, screens::visits(phone).into_any()),
        Route::Visit(id) => (4, screens::task(phone, id).into_any()),
        Route::Item(id, code) => (5, screens::item(phone, id, &code).into_any()),
        Route::List(id) => (6, screens::list(phone, id).into_any()),
        Route::Missing(id) => (7, screens::missing(phone, id).into_any()),
        Route::Debrief(id) => (8, screens::debrief(phone, id).into_any()),
        Route::Sync => (9, screens::sync(phone).into_any()),
        Route::Me => (10, screens::me(phone).into_any()),
    };
    leptos::apart(number, shown)
}
