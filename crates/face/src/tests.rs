//! Signals without a document: who runs, how often, in which order, and what is left.

use std::{cell::RefCell, rc::Rc};

use crate::{
    graph::{self, clear, create, flush, within},
    prelude::*,
};

/// What happened, in order.
#[derive(Clone, Default)]
struct Log(Rc<RefCell<Vec<String>>>);

impl Log {
    fn say(&self, what: impl ToString) {
        self.0.borrow_mut().push(what.to_string());
    }

    /// What happened since it was last asked.
    fn heard(&self) -> String {
        flush();
        self.0.borrow_mut().drain(..).collect::<Vec<_>>().join(" ")
    }
}

/// An effect that runs at once, as those of views do.
fn follow(work: impl FnMut() + 'static) {
    graph::effect(Box::new(work), true);
}

#[test]
fn an_effect_runs_once_for_all_that_changed_in_a_turn() {
    let log = Log::default();
    let (one, two) = (RwSignal::new(1), RwSignal::new(2));
    let own = log.clone();
    follow(move || own.say(one.get() + two.get()));
    assert_eq!(log.heard(), "3");
    one.set(10);
    two.set(20);
    assert_eq!(log.heard(), "30");
    assert_eq!(log.heard(), "");
}

#[test]
fn an_effect_of_a_component_waits_until_the_view_stands() {
    let log = Log::default();
    let own = log.clone();
    Effect::new(move |last: Option<u32>| {
        own.say("effect");
        last.unwrap_or_default() + 1
    });
    log.say("view");
    assert_eq!(log.heard(), "view effect");
}

#[test]
fn what_is_read_untracked_wakes_nobody() {
    let log = Log::default();
    let (seen, unseen) = (RwSignal::new(0), RwSignal::new(0));
    let derived = Signal::derive(move || unseen.get());
    let own = log.clone();
    follow(move || own.say(seen.get() + unseen.get_untracked() + derived.get_untracked() + untrack(|| unseen.get())));
    assert_eq!(log.heard(), "0");
    unseen.set(1);
    assert_eq!(log.heard(), "");
    seen.set(1);
    assert_eq!(log.heard(), "4");
}

#[test]
fn a_memo_that_comes_to_the_same_wakes_nobody() {
    let log = Log::default();
    let number = RwSignal::new(1);
    let own = log.clone();
    let even = Memo::new(move |_| {
        own.say("memo");
        number.get() % 2 == 0
    });
    let again = Memo::new(move |_| even.get());
    let own = log.clone();
    follow(move || own.say(again.get()));
    assert_eq!(log.heard(), "memo false");
    number.set(3);
    assert_eq!(log.heard(), "memo");
    number.set(4);
    assert_eq!(log.heard(), "memo true");
}

#[test]
fn a_memo_that_nobody_follows_is_right_when_it_is_asked() {
    let number = RwSignal::new(1);
    let double = Memo::new(move |_| number.get() * 2);
    assert_eq!(double.get_untracked(), 2);
    number.set(4);
    assert_eq!(double.get_untracked(), 8);
}

#[test]
fn a_diamond_is_seen_whole() {
    let log = Log::default();
    let number = RwSignal::new(1);
    let (left, right) = (Memo::new(move |_| number.get() + 1), Memo::new(move |_| number.get() * 10));
    let own = log.clone();
    follow(move || own.say(format!("{}/{}", left.get(), right.get())));
    number.set(2);
    assert_eq!(log.heard(), "2/10 3/20");
}

#[test]
fn an_effect_follows_only_what_it_last_looked_at() {
    let log = Log::default();
    let (which, one, two) = (RwSignal::new(true), RwSignal::new(1), RwSignal::new(2));
    let own = log.clone();
    follow(move || own.say(if which.get() { one.get() } else { two.get() }));
    which.set(false);
    assert_eq!(log.heard(), "1 2");
    one.set(9);
    assert_eq!(log.heard(), "");
    two.set(3);
    assert_eq!(log.heard(), "3");
}

#[test]
fn what_an_effect_made_goes_when_it_runs_again() {
    let log = Log::default();
    let (outer, inner) = (RwSignal::new(0), RwSignal::new(0));
    let kept = Rc::new(());
    let (own, held) = (log.clone(), Rc::clone(&kept));
    follow(move || {
        let round = outer.get();
        let inside = StoredValue::new(Rc::clone(&held));
        let (late, own) = (own.clone(), own.clone());
        on_cleanup(move || late.say(format!("end{round}:{}", inside.try_get_value().is_some())));
        follow(move || own.say(format!("{round}.{}", inner.get())));
    });
    assert_eq!(log.heard(), "0.0");
    inner.set(1);
    assert_eq!(log.heard(), "0.1");
    // Whoever cleans up still has what belongs to the view.
    outer.set(1);
    assert_eq!(log.heard(), "end0:true 1.1");
    assert_eq!(Rc::strong_count(&kept), 3);
    // The effect of the first round is gone.
    inner.set(2);
    assert_eq!(log.heard(), "1.2");
}

#[test]
fn a_handle_outlives_what_it_names() {
    let owner = create(None);
    let (signal, stored, called) = within(Some(owner), None, || {
        (RwSignal::new(1), StoredValue::new_local(2), Callback::<u32, u32>::from(|n| n + 1))
    });
    assert_eq!(called.run(1), 2);
    clear(owner);
    assert_eq!(signal.try_set(5), Some(5));
    assert_eq!(signal.try_get_untracked(), None);
    assert_eq!(signal.try_update(|value| *value += 1), None);
    assert_eq!(stored.try_get_value(), None);
    // Its place is given away, and the old handle does not open it.
    within(Some(owner), None, || {
        (0..8).for_each(|_| {
            RwSignal::new(7);
        })
    });
    assert_eq!(signal.try_get_untracked(), None);
}

#[test]
fn an_effect_that_is_queued_when_it_goes_does_not_run() {
    let log = Log::default();
    let owner = create(None);
    let number = RwSignal::new(0);
    let own = log.clone();
    within(Some(owner), None, || follow(move || own.say(number.get())));
    number.set(1);
    clear(owner);
    assert_eq!(log.heard(), "0");
}

#[test]
fn a_context_is_found_below_it_and_not_beside_it() {
    let (above, below, beside) = (create(None), create(None), create(None));
    within(Some(above), None, || {
        provide_context(1_u32);
        let inside = create(None);
        within(Some(inside), None, || {
            assert_eq!(use_context::<u32>(), Some(1));
            provide_context(2_u32);
            assert_eq!(use_context::<u32>(), Some(2));
            follow(|| assert_eq!(use_context::<u32>(), Some(2)));
        });
        assert_eq!(use_context::<u32>(), Some(1));
    });
    for other in [below, beside] {
        within(Some(other), None, || assert_eq!(use_context::<u32>(), None));
    }
}

#[test]
fn places_are_used_again() {
    let owner = create(None);
    let round = || {
        within(Some(owner), None, || {
            let number = RwSignal::new(0);
            let double = Memo::new(move |_| number.get() * 2);
            follow(move || {
                double.get();
            });
            number.set(1);
        });
        flush();
        clear(owner);
    };
    round();
    let places = graph::places();
    (0..100).for_each(|_| round());
    assert_eq!(graph::places(), places);
}
