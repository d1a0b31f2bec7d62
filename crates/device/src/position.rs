//! Where the phone is, while somebody is on site and looks at it.

use std::{cell::Cell, rc::Rc};

use domain::{
    place::{Fix, NoFix, Whereabouts},
    time::Moment,
};
use wasm_bindgen::{JsCast as _, closure::Closure};
use web_sys::{Geolocation, GeolocationPosition, GeolocationPositionError, PositionOptions};

use crate::clock;

type Found = Closure<dyn FnMut(GeolocationPosition)>;
type Failed = Closure<dyn FnMut(GeolocationPositionError)>;

#[derive(Clone, Copy, Debug)]
struct Newest {
    fix: Option<(Fix, Moment)>,
    trouble: NoFix,
}

/// Keeps the newest fix until it is dropped. There is one `watchPosition` at a time.
#[derive(Debug)]
pub struct Watch {
    newest: Rc<Cell<Newest>>,
    running: Option<(Geolocation, i32)>,
    // The browser calls these until the watch is cleared.
    _callbacks: Option<(Found, Failed)>,
}

impl Watch {
    /// Starts to watch. The browser asks for permission where it has not yet.
    #[must_use]
    pub fn start() -> Self {
        let newest = Rc::new(Cell::new(Newest { fix: None, trouble: NoFix::Timeout }));
        let Some(geolocation) = web_sys::window().and_then(|window| window.navigator().geolocation().ok()) else {
            newest.set(Newest { fix: None, trouble: NoFix::Unavailable });
            return Self { newest, running: None, _callbacks: None };
        };
        let slot = Rc::clone(&newest);
        let found = Closure::<dyn FnMut(GeolocationPosition)>::new(move |position: GeolocationPosition| {
            slot.set(Newest { fix: Some((fix(&position), Moment(position.timestamp() as i64))), ..slot.get() });
        });
        let slot = Rc::clone(&newest);
        let failed = Closure::<dyn FnMut(GeolocationPositionError)>::new(move |error: GeolocationPositionError| {
            let trouble = match error.code() {
                GeolocationPositionError::PERMISSION_DENIED => NoFix::Refused,
                GeolocationPositionError::TIMEOUT => NoFix::Timeout,
                _ => NoFix::Unavailable,
            };
            slot.set(Newest { trouble, ..slot.get() });
        });
        let options = PositionOptions::new();
        options.set_enable_high_accuracy(true);
        options.set_maximum_age(10_000);
        options.set_timeout(30_000);
        let id = geolocation.watch_position_with_error_callback_and_options(
            found.as_ref().unchecked_ref(),
            Some(failed.as_ref().unchecked_ref()),
            &options,
        );
        Self { newest, running: Some((geolocation, id)), _callbacks: Some((found, failed)) }
    }

    /// The newest fix with its age, if there is one.
    #[must_use]
    pub fn fix(&self) -> Option<Fix> {
        self.newest.get().fix.map(|(fix, at)| Fix { age_ms: clock::now().since(at).max(0), ..fix })
    }

    /// The newest fix, or why there is none.
    #[must_use]
    pub fn whereabouts(&self) -> Whereabouts {
        self.fix().map_or_else(|| Whereabouts::None(self.newest.get().trouble), Whereabouts::Fix)
    }

    /// Whether the person or the system has refused.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.newest.get().trouble == NoFix::Refused
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some((geolocation, id)) = &self.running {
            geolocation.clear_watch(*id);
        }
    }
}

fn fix(position: &GeolocationPosition) -> Fix {
    let coords = position.coords();
    Fix {
        lat: (coords.latitude() * 1e7).round() as i32,
        lon: (coords.longitude() * 1e7).round() as i32,
        accuracy_m: coords.accuracy().round() as u32,
        age_ms: 0,
    }
}
