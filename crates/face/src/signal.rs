//! leptos' signals, all of one type within.
//!
//! The graph, its owners and effects are those of `reactive_graph`. Each type of value would bring all of it into the
//! bundle once more; so the graph holds [`Held`], and what stands here knows which type that is.

use std::{any::Any, marker::PhantomData, sync::Arc};

use reactive_graph::{
    computed,
    effect::Effect as AnyEffect,
    owner::{LocalStorage, StoredValue},
    signal,
    traits::{
        Get as _, GetUntracked as _, GetValue as _, IsDisposed as _, Notify as _, Update as _, UpdateUntracked as _,
    },
};

/// A value as the graph holds it.
type Held = Arc<dyn Any + Send + Sync>;

/// What may be held.
pub trait Hold: Send + Sync + 'static {}

impl<T: Send + Sync + 'static> Hold for T {}

fn hold<T: Hold>(value: T) -> Held {
    Arc::new(value)
}

#[inline(never)]
fn see<T: Hold>(held: &Held) -> &T {
    held.downcast_ref().expect("what was put in")
}

/// Where a value comes from.
#[derive(Clone, Copy)]
enum Source {
    Signal(signal::RwSignal<Held>),
    Memo(computed::Memo<Held>),
    Derived(StoredValue<Derive>),
    Stored(StoredValue<Held>),
}

type Derive = Arc<dyn Fn() -> Held + Send + Sync>;

impl Source {
    #[inline(never)]
    fn get(self) -> Option<Held> {
        match self {
            Self::Signal(signal) => signal.try_get(),
            Self::Memo(memo) => memo.try_get(),
            Self::Derived(derive) => derive.try_get_value().map(|derive| derive()),
            Self::Stored(held) => held.try_get_value(),
        }
    }

    #[inline(never)]
    fn get_untracked(self) -> Option<Held> {
        match self {
            Self::Signal(signal) => signal.try_get_untracked(),
            Self::Memo(memo) => memo.try_get_untracked(),
            Self::Derived(_) => reactive_graph::graph::untrack(|| self.get()),
            Self::Stored(held) => held.try_get_value(),
        }
    }
}

macro_rules! readable {
    ($name:ident) => {
        impl<T> Clone for $name<T> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<T> Copy for $name<T> {}

        impl<T> std::fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(stringify!($name))
            }
        }

        impl<T: Hold> $name<T> {
            /// Looks at the value; follows it.
            pub fn with<R>(&self, look: impl FnOnce(&T) -> R) -> R {
                look(see(&self.source().get().expect("a signal that is there")))
            }

            /// Looks at the value.
            pub fn with_untracked<R>(&self, look: impl FnOnce(&T) -> R) -> R {
                look(see(&self.source().get_untracked().expect("a signal that is there")))
            }

            /// Looks at the value, if the signal is still there.
            pub fn try_with_untracked<R>(&self, look: impl FnOnce(&T) -> R) -> Option<R> {
                self.source().get_untracked().map(|held| look(see(&held)))
            }

            /// The value; follows it.
            #[must_use]
            #[inline(never)]
            pub fn get(&self) -> T
            where
                T: Clone,
            {
                self.with(T::clone)
            }

            /// The value.
            #[must_use]
            #[inline(never)]
            pub fn get_untracked(&self) -> T
            where
                T: Clone,
            {
                self.with_untracked(T::clone)
            }

            /// The value, if the signal is still there.
            #[must_use]
            pub fn try_get_untracked(&self) -> Option<T>
            where
                T: Clone,
            {
                self.try_with_untracked(T::clone)
            }

            /// Follows it.
            pub fn track(&self) {
                drop(self.source().get());
            }
        }
    };
}

/// A value that is read and written.
pub struct RwSignal<T>(signal::RwSignal<Held>, PhantomData<fn() -> T>);

readable!(RwSignal);

impl<T: Hold> RwSignal<T> {
    /// Holds a value.
    #[must_use]
    pub fn new(value: T) -> Self {
        Self(signal::RwSignal::new(hold(value)), PhantomData)
    }

    const fn source(self) -> Source {
        Source::Signal(self.0)
    }

    /// Writes another.
    #[inline(never)]
    pub fn set(&self, value: T) {
        put(self.0, hold(value));
    }

    /// Writes another; gives it back if the signal is gone.
    #[inline(never)]
    pub fn try_set(&self, value: T) -> Option<T> {
        if self.0.is_disposed() {
            return Some(value);
        }
        self.set(value);
        None
    }

    /// Changes it, as [`RwSignal::try_update`] does.
    pub fn update(&self, change: impl FnOnce(&mut T)) {
        self.try_update(change);
    }

    /// Changes it, if the signal is still there and nobody is looking.
    pub fn try_update<R>(&self, change: impl FnOnce(&mut T) -> R) -> Option<R> {
        let result = self.update_untracked(change);
        if result.is_some() {
            self.0.notify();
        }
        result
    }

    /// Changes it, and tells nobody.
    pub fn update_untracked<R>(&self, change: impl FnOnce(&mut T) -> R) -> Option<R> {
        let mut change = Some(change);
        let mut result = None;
        work_on(self.0, &mut |any| {
            if let (Some(change), Some(value)) = (change.take(), any.downcast_mut()) {
                result = Some(change(value));
            }
        });
        result
    }
}

#[inline(never)]
fn put(signal: signal::RwSignal<Held>, held: Held) {
    signal.update(|old| *old = held);
}

#[inline(never)]
fn work_on(signal: signal::RwSignal<Held>, work: &mut dyn FnMut(&mut (dyn Any + Send + Sync))) {
    // Nobody changes a value that somebody looks at.
    signal.try_update_untracked(|held| Arc::get_mut(held).map(work));
}

/// A value that is worked out from others, and told on only when it differs.
pub struct Memo<T>(computed::Memo<Held>, PhantomData<fn() -> T>);

readable!(Memo);

impl<T: Hold + PartialEq> Memo<T> {
    /// From how it is worked out.
    #[must_use]
    pub fn new(work: impl Fn(Option<&T>) -> T + Send + Sync + 'static) -> Self {
        let work: Work = Box::new(move |old| {
            let new = work(old.as_ref().map(see));
            match old {
                Some(old) if *see::<T>(&old) == new => (old, false),
                _ => (hold(new), true),
            }
        });
        Self(memo(work), PhantomData)
    }
}

impl<T> Memo<T> {
    const fn source(self) -> Source {
        Source::Memo(self.0)
    }
}

type Work = Box<dyn Fn(Option<Held>) -> (Held, bool) + Send + Sync>;

#[inline(never)]
fn memo(work: Work) -> computed::Memo<Held> {
    computed::Memo::new_owning(work)
}

/// A value that is read, wherever it comes from.
pub struct Signal<T>(Source, PhantomData<fn() -> T>);

readable!(Signal);

impl<T: Hold> Signal<T> {
    const fn source(self) -> Source {
        self.0
    }

    /// Worked out whenever it is read.
    #[must_use]
    pub fn derive(work: impl Fn() -> T + Send + Sync + 'static) -> Self {
        Self(derive(Arc::new(move || hold(work()))), PhantomData)
    }

    /// Always the same.
    #[must_use]
    #[inline(never)]
    pub fn stored(value: T) -> Self {
        Self(stored(hold(value)), PhantomData)
    }
}

#[inline(never)]
fn derive(work: Derive) -> Source {
    Source::Derived(StoredValue::new(work))
}

#[inline(never)]
fn stored(held: Held) -> Source {
    Source::Stored(StoredValue::new(held))
}

impl<T: Hold> From<T> for Signal<T> {
    fn from(value: T) -> Self {
        Self::stored(value)
    }
}

impl From<&str> for Signal<String> {
    fn from(text: &str) -> Self {
        Self::stored(text.to_owned())
    }
}

impl<T> From<RwSignal<T>> for Signal<T> {
    fn from(signal: RwSignal<T>) -> Self {
        Self(Source::Signal(signal.0), PhantomData)
    }
}

impl<T> From<Memo<T>> for Signal<T> {
    fn from(memo: Memo<T>) -> Self {
        Self(Source::Memo(memo.0), PhantomData)
    }
}

impl<T: Hold + Default> Default for Signal<T> {
    fn default() -> Self {
        Self::stored(T::default())
    }
}

/// Work that is done again when what it looked at has changed.
#[derive(Debug)]
pub struct Effect;

impl Effect {
    /// Begins on the next turn.
    #[expect(clippy::new_ret_no_self, reason = "nobody stops one: it goes with its owner")]
    pub fn new(mut work: impl FnMut(Option<()>) + 'static) {
        effect(Box::new(move || work(None)));
    }
}

#[inline(never)]
fn effect(work: Box<dyn FnMut()>) {
    let _: AnyEffect<LocalStorage> = AnyEffect::new(work);
}
