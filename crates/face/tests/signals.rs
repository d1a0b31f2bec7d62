//! The phone's signals are leptos' with one type of value within: they behave as leptos' do.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use face::{prelude::*, reactive::owner::Owner};

#[test]
fn a_signal_gives_what_was_put_in_and_says_when_it_is_gone() {
    let owner = Owner::new();
    let number = owner.with(|| RwSignal::new(1));
    number.set(2);
    number.update(|number| *number += 1);
    assert_eq!(number.get_untracked(), 3);
    assert_eq!(
        number.try_update(|number| {
            *number += 1;
            *number
        }),
        Some(4)
    );
    assert_eq!(number.try_set(5), None);
    assert_eq!(number.try_with_untracked(|number| number * 2), Some(10));

    owner.cleanup();
    assert_eq!(number.try_set(6), Some(6));
    assert_eq!(number.try_get_untracked(), None);
    assert_eq!(number.try_update(|number| *number += 1), None);
}

#[test]
fn nobody_changes_a_value_that_somebody_looks_at() {
    let owner = Owner::new();
    let text = owner.with(|| RwSignal::new("as it is".to_owned()));
    let changed = text.with_untracked(|seen| (text.try_update(String::clear), seen.clone()));
    assert_eq!(changed, (None, "as it is".to_owned()));
    assert_eq!(text.get_untracked(), "as it is");
}

#[test]
fn a_memo_is_worked_out_when_it_must_and_told_on_when_it_differs() {
    let owner = Owner::new();
    owner.with(|| {
        let works = Arc::new(AtomicU32::new(0));
        let number = RwSignal::new(3);
        let half = Memo::new(move |_| number.get() / 2);
        let told = Memo::new({
            let works = Arc::clone(&works);
            move |before: Option<&i32>| {
                works.fetch_add(1, Ordering::Relaxed);
                half.get() + before.copied().unwrap_or_default() * 10
            }
        });
        assert_eq!(told.get_untracked(), 1);
        number.set(2);
        assert_eq!((half.get_untracked(), told.get_untracked()), (1, 1));
        assert_eq!(works.load(Ordering::Relaxed), 1);
        number.set(4);
        assert_eq!((half.get_untracked(), told.get_untracked()), (2, 12));
        assert_eq!(works.load(Ordering::Relaxed), 2);
    });
}

#[test]
fn what_is_read_comes_from_anywhere() {
    let owner = Owner::new();
    owner.with(|| {
        let number = RwSignal::new(1);
        let doubled = Memo::new(move |_| number.get() * 2);
        let all: [Signal<i32>; 5] = [
            number.into(),
            doubled.into(),
            Signal::derive(move || number.get() * 3),
            Signal::stored(7),
            Signal::from(8),
        ];
        assert_eq!(all.map(|one| one.get_untracked()), [1, 2, 3, 7, 8]);
        let sum = Memo::new(move |_| all.iter().map(Signal::get).sum::<i32>());
        assert_eq!(sum.get_untracked(), 21);
        number.set(2);
        assert_eq!(sum.get_untracked(), 2 + 4 + 6 + 7 + 8);
        assert_eq!(Signal::<String>::from("text").with(String::len), 4);
    });
}
