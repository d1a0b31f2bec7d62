//! The phone: what the screens look at, and what they can do.
//!
//! Signals hold what is on the disk (or about to be); every change goes through
//! [`crate::keeper`], which is the only one that writes.

mod capture;
mod duties;
mod session;

use std::ops::Deref;

use domain::{
    evidence::Sha256,
    ids::AssignmentId,
    sorted::{self, Map},
    text::Lang,
    time::Moment,
    visit::{Edit, EditRecord, apply_edit},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use ui::Theme;

use crate::{keeper::Keeper, me::Me, ready::Ready, route::Router, row::Row, status::SyncStatus};
pub(crate) use capture::{Shot, ShotError};

/// What is true of the last tap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Saved {
    /// Nothing was tapped yet.
    Nothing,
    /// Not on the disk yet.
    Saving,
    /// On the disk since then.
    At(Moment),
    /// Not saved.
    Not(Why),
}

/// Why something is not on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// The phone is full; it is saved once there is room.
    Full,
    /// The phone is full, and it is not in memory any more: a photo's bytes, an op.
    Dropped,
    /// The disk refused it.
    Refused,
    /// The store has not answered for [`PATIENCE`] beats, and is asked on.
    Slow,
}

/// For how many beats 正在存 may stand there; after that it is no answer. Stores that stand still are asked again for
/// minutes.
const PATIENCE: u32 = 8;

/// What this phone should have and has not.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Lost {
    /// The ids of the tasks whose drafts are gone.
    pub drafts: sorted::Set<String>,
    /// Photos and memos of open drafts whose bytes are gone.
    pub files: sorted::Set<Sha256>,
    /// Something was missing, and came back from the second copy.
    pub recovered: bool,
}

/// Where to come back to when the camera has killed the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Intent {
    /// The visit.
    pub visit: AssignmentId,
    /// The item, by its code.
    pub code: String,
}

/// The phone. Copy it into handlers: it is a place, and lasts as long as the page.
#[derive(Clone, Copy)]
pub(crate) struct Phone(&'static Parts);

impl Deref for Phone {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        self.0
    }
}

/// What a phone consists of.
pub(crate) struct Parts {
    /// Where one is.
    pub router: Router,
    /// Who signed in on this phone.
    pub me: RwSignal<Option<Me>>,
    /// Every task that this phone knows.
    pub rows: RwSignal<Map<AssignmentId, Row>>,
    /// Stopwatches that run, by their key, with their start.
    pub watches: RwSignal<Map<String, Moment>>,
    /// The store was mended under an open screen: fields that were filled before show what is there now.
    pub mended: Trigger,
    /// Ticks once a second while something on screen needs it.
    pub beat: Trigger,
    /// What is true of the last tap.
    pub saved: RwSignal<Saved>,
    /// What is missing.
    pub lost: RwSignal<Lost>,
    /// What sync does.
    pub sync: RwSignal<SyncStatus>,
    /// 出发前检查.
    pub ready: RwSignal<Ready>,
    /// The innocent screen covers everything.
    pub hidden: RwSignal<bool>,
    /// The language; whoever changes it builds the view anew.
    pub lang: RwSignal<Lang>,
    /// How bright the screen is.
    pub theme: RwSignal<Theme>,
    keeper: StoredValue<Keeper, LocalStorage>,
    beating: StoredValue<u32>,
    pending: StoredValue<u32>,
    silence: StoredValue<u32>,
    position: StoredValue<Option<device::position::Watch>, LocalStorage>,
    form_open: StoredValue<Option<device::lock::Shared>, LocalStorage>,
}

impl Phone {
    /// The phone with what its store holds.
    #[must_use]
    pub(crate) fn new(router: Router, keeper: Keeper, lang: Lang, theme: Theme) -> Self {
        Self(Box::leak(Box::new(Parts {
            router,
            me: RwSignal::new(None),
            rows: RwSignal::new(Map::new()),
            watches: RwSignal::new(Map::new()),
            mended: Trigger::new(),
            beat: Trigger::new(),
            saved: RwSignal::new(Saved::Nothing),
            lost: RwSignal::new(Lost::default()),
            sync: RwSignal::new(SyncStatus::default()),
            ready: RwSignal::new(Ready::default()),
            hidden: RwSignal::new(false),
            lang: RwSignal::new(lang),
            theme: RwSignal::new(theme),
            keeper: StoredValue::new_local(keeper),
            beating: StoredValue::new(0),
            pending: StoredValue::new(0),
            silence: StoredValue::new(0),
            position: StoredValue::new_local(None),
            form_open: StoredValue::new_local(None),
        })))
    }

    /// Whoever writes.
    #[must_use]
    pub(crate) fn keeper(self) -> Keeper {
        self.keeper.get_value()
    }

    /// The build of this page.
    #[must_use]
    pub(crate) fn build(self) -> String {
        crate::page_meta("mingcha:build")
    }

    /// Changes a draft, and puts the change on the disk.
    pub(crate) fn edit(self, id: AssignmentId, edit: Edit) {
        self.edit_with(id, edit, None);
    }

    /// Changes a draft together with the bytes that the change names.
    pub(crate) fn edit_with(self, id: AssignmentId, edit: Edit, file: Option<(String, js_sys::Uint8Array)>) {
        let record = EditRecord { at: device::clock::now(), edit };
        let before = self.rows.with_untracked(|rows| rows.get(&id).and_then(|row| row.draft.clone()));
        let mut changed = false;
        self.rows.update(|rows| {
            let Some(row) = rows.get_mut(&id) else { return };
            let mut next = row.draft_or_new();
            if apply_edit(&mut next, &record).is_ok() {
                row.kept.draft = Some(next);
                changed = true;
            }
        });
        if !changed {
            return;
        }
        self.saved.set(Saved::Saving);
        self.keeper.with_value(|keeper| keeper.edit(self, id, record, before, file));
    }

    /// What the disk said about the last write. 已存本机 only if no edit is left that it does not have.
    pub(crate) fn heard(self, written: Result<(), device::Failure>) {
        self.silence.set_value(0);
        self.say(written);
    }

    fn say(self, written: Result<(), device::Failure>) {
        let now = device::clock::now();
        self.saved.update(|saved| match written {
            Err(failure) if !failure.is_quota() => *saved = Saved::Not(Why::Refused),
            // What is in memory still is saved by itself later, and nothing else is.
            Err(_) if self.keeper.with_value(Keeper::has_refused) => *saved = Saved::Not(Why::Full),
            Err(_) => *saved = Saved::Not(Why::Dropped),
            Ok(()) if self.keeper.with_value(Keeper::all_saved) && self.pending.get_value() == 0 => {
                *saved = Saved::At(now);
            }
            // An earlier one is still refused, and the screen goes on saying so.
            Ok(()) if self.keeper.with_value(Keeper::has_refused) => {}
            Ok(()) => *saved = Saved::Saving,
        });
    }

    /// A key was pressed that is not an edit yet, or has become one: until then nothing is called saved.
    pub(crate) fn wait_for_key(self, waits: bool) {
        if waits {
            self.await_write();
            return;
        }
        self.end_await();
        if self.saved.get_untracked() == Saved::Saving {
            // What was typed may change nothing: then there is nothing to wait for.
            self.say(Ok(()));
        }
    }

    /// Something was done that no edit stands for yet: a key, or an op to be cut. Nothing is called saved until
    /// [`Self::end_await`], whatever else reaches the disk meanwhile.
    pub(crate) fn await_write(self) {
        self.pending.update_value(|pending| *pending += 1);
        self.saved.set(Saved::Saving);
    }

    /// One of those is over; [`Self::heard`] says how.
    pub(crate) fn end_await(self) {
        self.pending.update_value(|pending| *pending = pending.saturating_sub(1));
    }

    /// The person has seen what is missing.
    pub(crate) fn seen_lost(self) {
        self.keeper.with_value(|keeper| keeper.seen(self));
    }

    /// The person has seen what the server said of a task's ops, or of all tasks'.
    pub(crate) fn seen_trouble(self, task: Option<AssignmentId>) {
        let keeper = self.keeper();
        leptos::task::spawn_local(async move {
            keeper.seen_trouble(self, task).await;
        });
    }

    /// Starts a stopwatch.
    pub(crate) fn start_watch(self, key: String) {
        self.keeper.with_value(|keeper| keeper.keep_watch(self, key, Some(device::clock::now())));
    }

    /// Stops it.
    pub(crate) fn stop_watch(self, key: String) {
        self.keeper.with_value(|keeper| keeper.keep_watch(self, key, None));
    }

    /// Whether something on screen must move each second.
    pub(crate) fn keep_beating(self, on: bool) {
        self.beating.update_value(|count| *count = if on { *count + 1 } else { count.saturating_sub(1) });
    }

    /// Ticks once a second as long as the page lives; screens hear it only while something moves.
    pub(crate) fn start_beat(self) {
        leptos::task::spawn_local(async move {
            loop {
                device::clock::sleep(1_000).await;
                self.mind_silence();
                let moving = self.beating.get_value() > 0
                    || self.watches.with_untracked(|watches| !watches.is_empty())
                    || self.just_arrived();
                if moving {
                    self.beat.notify();
                }
            }
        });
    }

    /// Says that nothing is saved where the store says nothing at all.
    fn mind_silence(self) {
        let silence = match self.saved.get_untracked() {
            Saved::Saving => self.silence.get_value() + 1,
            // The next tap is in no better case.
            Saved::Not(Why::Slow) => return,
            _ => 0,
        };
        self.silence.set_value(silence);
        if silence >= PATIENCE {
            self.saved.set(Saved::Not(Why::Slow));
        }
    }

    fn just_arrived(self) -> bool {
        let now = device::clock::now();
        self.rows.with_untracked(|rows| {
            rows.values().any(|row| {
                row.draft
                    .as_ref()
                    .and_then(|draft| draft.arrived.as_ref().filter(|_| !draft.arrival_cut))
                    .is_some_and(|arrived| now.since(arrived.at) < domain::visit::ARRIVAL_UNDO_MS + 2_000)
            })
        })
    }

    /// Where to come back to after a kill; `None` once the capture is over.
    pub(crate) fn set_intent(self, intent: Option<Intent>) {
        self.keeper.with_value(|keeper| keeper.note(self, "intent", &intent));
    }

    /// The same, and waits until it is on the disk.
    pub(crate) async fn keep_intent(self, intent: Option<Intent>) {
        let keeper = self.keeper();
        keeper.note_now(self, "intent", &intent).await;
    }

    /// How many drafts hold what nobody else has.
    #[must_use]
    pub(crate) fn open_drafts(self) -> u32 {
        self.rows.with(|rows| rows.values().filter(|row| row.holds_work()).count()) as u32
    }

    /// Changes the language: the view is built anew.
    pub(crate) fn set_lang(self, lang: Lang) {
        device::mirror::set_preference("mc.lang", if lang == Lang::En { "en" } else { "zh" });
        crate::words::set_lang(lang);
        crate::set_root("lang", Some(lang.tag()));
        self.lang.set(lang);
    }

    /// Changes the brightness.
    pub(crate) fn set_theme(self, theme: Theme) {
        device::mirror::set_preference("mc.theme", theme.name().unwrap_or("auto"));
        crate::set_root("data-theme", theme.name());
        self.theme.set(theme);
    }

    /// While a form is open no update takes over, and the newest position is kept while on site.
    pub(crate) fn follow_route(self) {
        let visit = self.router.current().visit();
        let under_way = self.rows.with(|rows| {
            visit.and_then(|id| rows.get(&id)).map(|row| (row.stage().is_under_way(), row.stage(), row.task.venue.kind))
        });
        let is_form = under_way.is_some_and(|(under_way, ..)| under_way);
        self.form_open.update_value(|held| match (is_form, held.is_some()) {
            (true, false) => *held = Some(device::lock::share("form-open")),
            (false, true) => *held = None,
            _ => {}
        });
        let watch = under_way.is_some_and(|(_, stage, kind)| {
            kind.has_place() && matches!(stage, crate::row::Stage::OnSite | crate::row::Stage::Ready)
        });
        self.position.update_value(|held| match (watch, held.is_some()) {
            (true, false) => *held = Some(device::position::Watch::start()),
            (false, true) => *held = None,
            _ => {}
        });
    }

    /// The newest position, if one is being watched.
    pub(crate) fn fix(self) -> Option<domain::place::Fix> {
        self.position.with_value(|watch| watch.as_ref().and_then(device::position::Watch::fix))
    }

    /// The newest position, or why there is none.
    pub(crate) fn whereabouts(self) -> domain::place::Whereabouts {
        self.position.with_value(|watch| {
            watch.as_ref().map_or(
                domain::place::Whereabouts::None(domain::place::NoFix::Unavailable),
                device::position::Watch::whereabouts,
            )
        })
    }
}
