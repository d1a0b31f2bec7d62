//! Where one is in the app: full paths below `/field`, by the History API.
//!
//! An own router, because leptos_router would cost a tenth of the bundle for
//! eight paths. Links are ordinary links; a click on one is caught at the root.

use core::str::FromStr as _;

use domain::ids::AssignmentId;
use leptos::prelude::*;
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};

/// A screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// 今日.
    Today,
    /// 走访: everything that is or was mine.
    Visits,
    /// One task with its visit.
    Visit(AssignmentId),
    /// One item of a visit, by its code.
    Item(AssignmentId, String),
    /// All items of a visit below one another.
    List(AssignmentId),
    /// What is missing, and handing in.
    Missing(AssignmentId),
    /// What is said about the visit as a whole, after leaving.
    Debrief(AssignmentId),
    /// 同步.
    Sync,
    /// 我.
    Me,
    /// Login and password.
    SignIn,
    /// A one-time link; the secret stands behind `#` and never reaches a server's log.
    Link(String),
}

impl Route {
    /// The route of an address.
    #[must_use]
    pub fn parse(path: &str, hash: &str) -> Self {
        let mut parts = path.trim_start_matches('/').trim_end_matches('/').split('/').skip(1);
        match (parts.next().unwrap_or_default(), parts.next(), parts.next(), parts.next()) {
            ("visits", ..) => Self::Visits,
            ("visit", Some(id), rest, code) => match (AssignmentId::from_str(id), rest, code) {
                (Ok(id), Some("item"), Some(code)) => Self::Item(id, code.to_owned()),
                (Ok(id), Some("list"), _) => Self::List(id),
                (Ok(id), Some("missing"), _) => Self::Missing(id),
                (Ok(id), Some("debrief"), _) => Self::Debrief(id),
                (Ok(id), ..) => Self::Visit(id),
                (Err(_), ..) => Self::Visits,
            },
            ("sync", ..) => Self::Sync,
            ("me", ..) => Self::Me,
            ("sign-in", ..) => Self::SignIn,
            ("link", ..) => Self::Link(hash.trim_start_matches('#').to_owned()),
            _ => Self::Today,
        }
    }

    /// The visit that it is about.
    #[must_use]
    pub const fn visit(&self) -> Option<AssignmentId> {
        match self {
            Self::Visit(id) | Self::Item(id, _) | Self::List(id) | Self::Missing(id) | Self::Debrief(id) => Some(*id),
            _ => None,
        }
    }

    /// Its address.
    #[must_use]
    pub fn path(&self) -> String {
        let visit = |id: &AssignmentId, rest: &[&str]| {
            let mut path = String::from("/field/visit/");
            path.push_str(&id.to_string());
            for part in rest {
                path.push('/');
                path.push_str(part);
            }
            path
        };
        match self {
            Self::Today => "/field".to_owned(),
            Self::Visits => "/field/visits".to_owned(),
            Self::Visit(id) => visit(id, &[]),
            Self::Item(id, code) => visit(id, &["item", code]),
            Self::List(id) => visit(id, &["list"]),
            Self::Missing(id) => visit(id, &["missing"]),
            Self::Debrief(id) => visit(id, &["debrief"]),
            Self::Sync => "/field/sync".to_owned(),
            Self::Me => "/field/me".to_owned(),
            Self::SignIn => "/field/sign-in".to_owned(),
            Self::Link(_) => "/field/link".to_owned(),
        }
    }
}

/// The route at hand and the way to another.
#[derive(Clone, Copy, Debug)]
pub struct Router {
    current: RwSignal<Route>,
}

impl Router {
    /// Starts at the address of the page and follows it.
    #[must_use]
    pub fn start() -> Self {
        let router = Self { current: RwSignal::new(here()) };
        let popped = Closure::<dyn FnMut()>::new(move || router.current.set(here()));
        let clicked = Closure::<dyn FnMut(web_sys::MouseEvent)>::new(move |event| router.follow(&event));
        if let Some(window) = web_sys::window() {
            window.set_onpopstate(Some(popped.as_ref().unchecked_ref()));
            drop(window.add_event_listener_with_callback("click", clicked.as_ref().unchecked_ref()));
        }
        // As long as the page.
        popped.forget();
        clicked.forget();
        router
    }

    /// The screen to show.
    #[must_use]
    pub fn current(self) -> Route {
        self.current.get()
    }

    /// The screen to show, without following it.
    #[must_use]
    pub fn now(self) -> Route {
        self.current.get_untracked()
    }

    /// Goes to another screen; the back button leads back.
    pub fn go(self, route: Route) {
        self.change(route, false);
    }

    /// Goes to another screen in place of this one.
    pub fn replace(self, route: Route) {
        self.change(route, true);
    }

    fn change(self, route: Route, replace: bool) {
        let Some(window) = web_sys::window() else {
            return;
        };
        if let Ok(history) = window.history() {
            let path = route.path();
            drop(if replace {
                history.replace_state_with_url(&JsValue::NULL, "", Some(&path))
            } else {
                history.push_state_with_url(&JsValue::NULL, "", Some(&path))
            });
        }
        self.current.set(route);
        window.scroll_to_with_x_and_y(0.0, 0.0);
    }

    /// Catches a plain click on a link of the app.
    fn follow(self, event: &web_sys::MouseEvent) {
        if event.default_prevented() || event.button() != 0 || event.ctrl_key() || event.meta_key() || event.shift_key()
        {
            return;
        }
        let link = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
            .and_then(|element| element.closest("a[href]").ok().flatten());
        let Some(link) = link else { return };
        let href = link.get_attribute("href").unwrap_or_default();
        let ours = href == "/field" || href.starts_with("/field/");
        if ours && link.get_attribute("target").is_none() && link.get_attribute("download").is_none() {
            event.prevent_default();
            self.go(Route::parse(&href, ""));
        }
    }
}

fn here() -> Route {
    let Some(window) = web_sys::window() else {
        return Route::Today;
    };
    let location = window.location();
    Route::parse(&location.pathname().unwrap_or_default(), &location.hash().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_go_there_and_back() {
        let id = AssignmentId(uuid::Uuid::from_u128(7));
        for route in [
            Route::Today,
            Route::Visits,
            Route::Visit(id),
            Route::Item(id, "HALL-02".to_owned()),
            Route::List(id),
            Route::Missing(id),
            Route::Debrief(id),
            Route::Sync,
            Route::Me,
            Route::SignIn,
        ] {
            assert_eq!(Route::parse(&route.path(), ""), route);
        }
        assert_eq!(Route::parse("/field/link", "#s3cret"), Route::Link("s3cret".to_owned()));
        assert_eq!(Route::parse("/field/nowhere", ""), Route::Today);
        assert_eq!(Route::parse("/field/visit/none", ""), Route::Visits);
    }
}
