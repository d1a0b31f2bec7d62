//! Handles of values in the arena: copied freely, gone with the owner that they were made under.

use std::{
    cell::{Ref, RefCell},
    fmt,
    marker::PhantomData,
    ops::Deref,
    rc::Rc,
};

use crate::graph::{self, Id};

/// What a node of the arena holds for its handles.
enum Held<T> {
    /// A value; a computation that never ran has none.
    Kept(RefCell<Option<T>>),
    /// Worked out at each look.
    Derived(Box<dyn Fn() -> T>),
}

/// A value that is being looked at.
enum Seen<'a, T> {
    There(Ref<'a, Option<T>>),
    Made(T),
}

impl<T> Deref for Seen<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        match self {
            Self::There(value) => value.as_ref().expect("a value that was computed"),
            Self::Made(value) => value,
        }
    }
}

impl<T: 'static> Held<T> {
    fn new(value: Option<T>) -> Rc<Self> {
        Rc::new(Self::Kept(RefCell::new(value)))
    }

    fn see(&self, id: Id) -> Seen<'_, T> {
        match self {
            Self::Kept(value) => {
                graph::refresh(id);
                Seen::There(value.borrow())
            }
            Self::Derived(make) => Seen::Made(make()),
        }
    }

    /// Changes a kept value.
    fn change<U>(&self, change: impl FnOnce(&mut T) -> U) -> Option<U> {
        match self {
            Self::Kept(value) => value.borrow_mut().as_mut().map(change),
            Self::Derived(_) => None,
        }
    }
}

fn held<T: 'static>(id: Id) -> Option<Rc<Held<T>>> {
    graph::value(id)?.downcast().ok()
}

fn keep<T: 'static>(value: T) -> Id {
    graph::create(Some(Held::new(Some(value))))
}

/// The message of a look at what is gone; the phone's build drops it.
const GONE: &str = "a value is looked at after its view is gone";

macro_rules! handle {
    ($($(#[$doc:meta])* $name:ident,)*) => {$(
        $(#[$doc])*
        pub struct $name<T> {
            id: Id,
            of: PhantomData<fn() -> T>,
        }

        impl<T> $name<T> {
            const fn at(id: Id) -> Self {
                Self { id, of: PhantomData }
            }
        }

        impl<T> Clone for $name<T> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<T> Copy for $name<T> {}

        impl<T> PartialEq for $name<T> {
            fn eq(&self, other: &Self) -> bool {
                self.id == other.id
            }
        }

        impl<T> Eq for $name<T> {}

        impl<T> fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }
        }

        impl<T: 'static> $name<T> {
            /// Looks at the value and follows it.
            pub fn with<U>(&self, look: impl FnOnce(&T) -> U) -> U {
                let held = held::<T>(self.id).expect(GONE);
                let seen = held.see(self.id);
                graph::track(self.id);
                look(&seen)
            }

            /// Looks at the value without following it.
            pub fn with_untracked<U>(&self, look: impl FnOnce(&T) -> U) -> U {
                self.try_with_untracked(look).expect(GONE)
            }

            /// The same; `None` if it is gone.
            pub fn try_with_untracked<U>(&self, look: impl FnOnce(&T) -> U) -> Option<U> {
                let held = held::<T>(self.id)?;
                let seen = graph::untrack(|| held.see(self.id));
                Some(look(&seen))
            }

            /// Follows the value without looking.
            pub fn track(&self) {
                graph::track(self.id);
            }

            /// The value; follows it.
            #[must_use]
            pub fn get(&self) -> T
            where
                T: Clone,
            {
                self.with(T::clone)
            }

            /// The value, not followed.
            #[must_use]
            pub fn get_untracked(&self) -> T
            where
                T: Clone,
            {
                self.with_untracked(T::clone)
            }

            /// The same; `None` if it is gone.
            #[must_use]
            pub fn try_get_untracked(&self) -> Option<T>
            where
                T: Clone,
            {
                self.try_with_untracked(T::clone)
            }
        }
    )*};
}

handle! {
    /// A value that can be read and set.
    RwSignal,
    /// A value that can be read.
    Signal,
    /// A value that is worked out when what it follows has changed.
    Memo,
}

impl<T: 'static> RwSignal<T> {
    /// With a first value.
    #[must_use]
    pub fn new(value: T) -> Self {
        Self::at(keep(value))
    }

    /// Sets the value; who follows it hears.
    pub fn set(&self, value: T) {
        drop(self.try_set(value));
    }

    /// The same; gives the value back if the signal is gone.
    pub fn try_set(&self, value: T) -> Option<T> {
        let Some(held) = held::<T>(self.id) else { return Some(value) };
        // What was there is dropped when nothing is borrowed.
        let before = held.change(|place| std::mem::replace(place, value));
        graph::notify(self.id);
        drop(before);
        None
    }

    /// Changes the value; who follows it hears.
    pub fn update(&self, change: impl FnOnce(&mut T)) {
        self.try_update(change);
    }

    /// The same; `None` if the signal is gone.
    pub fn try_update<U>(&self, change: impl FnOnce(&mut T) -> U) -> Option<U> {
        let result = held::<T>(self.id)?.change(change);
        graph::notify(self.id);
        result
    }
}

impl<T: 'static> Signal<T> {
    /// Worked out at each look.
    pub fn derive(make: impl Fn() -> T + 'static) -> Self {
        Self::derived(Box::new(make))
    }

    fn derived(make: Box<dyn Fn() -> T>) -> Self {
        Self::at(graph::create(Some(Rc::new(Held::Derived(make)))))
    }

    /// A value that never changes.
    #[must_use]
    pub fn stored(value: T) -> Self {
        Self::at(keep(value))
    }
}

/// Works a value out from the one before.
type Make<T> = Box<dyn Fn(Option<&T>) -> T>;

impl<T: PartialEq + 'static> Memo<T> {
    /// Worked out by `make`, which gets the value before.
    pub fn new(make: impl Fn(Option<&T>) -> T + 'static) -> Self {
        Self::made(Box::new(make))
    }

    fn made(make: Make<T>) -> Self {
        let held = Held::new(None);
        let own = Rc::clone(&held);
        let work = move || {
            let Held::Kept(place) = &*own else { return false };
            let value = make(place.borrow().as_ref());
            if place.borrow().as_ref() == Some(&value) {
                return false;
            }
            let before = place.replace(Some(value));
            drop(before);
            true
        };
        Self::at(graph::compute(held, Rc::new(work)))
    }
}

impl<T: Default + 'static> Default for RwSignal<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: Default + 'static> Default for Signal<T> {
    fn default() -> Self {
        Self::stored(T::default())
    }
}

impl<T: 'static> From<T> for Signal<T> {
    fn from(value: T) -> Self {
        Self::stored(value)
    }
}

impl From<&str> for Signal<String> {
    fn from(value: &str) -> Self {
        Self::stored(value.to_owned())
    }
}

impl<T> From<RwSignal<T>> for Signal<T> {
    fn from(signal: RwSignal<T>) -> Self {
        Self::at(signal.id)
    }
}

impl<T> From<Memo<T>> for Signal<T> {
    fn from(memo: Memo<T>) -> Self {
        Self::at(memo.id)
    }
}

/// Something that happens, without a value.
#[derive(Clone, Copy, Debug)]
pub struct Trigger(Id);

impl Trigger {
    /// It has not happened yet.
    #[must_use]
    pub fn new() -> Self {
        Self(graph::create(None))
    }

    /// Follows it.
    pub fn track(&self) {
        graph::track(self.0);
    }

    /// It happens.
    pub fn notify(&self) {
        graph::notify(self.0);
    }
}

impl Default for Trigger {
    fn default() -> Self {
        Self::new()
    }
}

/// Where values are kept that stay in their thread; on a phone there is one.
#[derive(Clone, Copy, Debug)]
pub struct LocalStorage;

/// A value that nobody follows.
pub struct StoredValue<T, S = ()> {
    id: Id,
    of: PhantomData<fn() -> (T, S)>,
}

impl<T, S> Clone for StoredValue<T, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, S> Copy for StoredValue<T, S> {}

impl<T: 'static> StoredValue<T> {
    /// Keeps a value.
    #[must_use]
    pub fn new(value: T) -> Self {
        Self { id: keep(value), of: PhantomData }
    }
}

impl<T: 'static> StoredValue<T, LocalStorage> {
    /// Keeps a value.
    #[must_use]
    pub fn new_local(value: T) -> Self {
        Self { id: keep(value), of: PhantomData }
    }
}

impl<T: 'static, S> StoredValue<T, S> {
    /// Looks at it; `None` if it is gone.
    pub fn try_with_value<U>(&self, look: impl FnOnce(&T) -> U) -> Option<U> {
        let held = held::<T>(self.id)?;
        Some(look(&held.see(self.id)))
    }

    /// Looks at it.
    pub fn with_value<U>(&self, look: impl FnOnce(&T) -> U) -> U {
        self.try_with_value(look).expect(GONE)
    }

    /// Changes it; `None` if it is gone.
    pub fn try_update_value<U>(&self, change: impl FnOnce(&mut T) -> U) -> Option<U> {
        held::<T>(self.id)?.change(change)
    }

    /// Changes it.
    pub fn update_value<U>(&self, change: impl FnOnce(&mut T) -> U) {
        self.try_update_value(change);
    }

    /// Replaces it.
    pub fn set_value(&self, value: T) {
        drop(self.try_set_value(value));
    }

    /// Replaces it; gives the value back if the place is gone.
    pub fn try_set_value(&self, value: T) -> Option<T> {
        let Some(held) = held::<T>(self.id) else { return Some(value) };
        // What was there is dropped when nothing is borrowed.
        drop(held.change(|place| std::mem::replace(place, value)));
        None
    }

    /// A copy of it.
    #[must_use]
    pub fn get_value(&self) -> T
    where
        T: Clone,
    {
        self.with_value(T::clone)
    }

    /// A copy of it; `None` if it is gone.
    #[must_use]
    pub fn try_get_value(&self) -> Option<T>
    where
        T: Clone,
    {
        self.try_with_value(T::clone)
    }
}

/// Something to call.
pub struct Callback<In, Out = ()> {
    id: Id,
    of: PhantomData<fn(In) -> Out>,
}

impl<In, Out> Clone for Callback<In, Out> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<In, Out> Copy for Callback<In, Out> {}

type Call<In, Out> = Box<dyn Fn(In) -> Out>;

impl<In: 'static, Out: 'static> Callback<In, Out> {
    /// Calls `call`.
    pub fn new(call: impl Fn(In) -> Out + 'static) -> Self {
        Self::boxed(Box::new(call))
    }

    fn boxed(call: Call<In, Out>) -> Self {
        Self { id: graph::create(Some(Rc::new(call))), of: PhantomData }
    }

    /// Calls it.
    pub fn run(&self, with: In) -> Out {
        let call = graph::value(self.id).and_then(|call| call.downcast::<Call<In, Out>>().ok()).expect(GONE);
        call(with)
    }
}

impl<In: 'static, Out: 'static, F: Fn(In) -> Out + 'static> From<F> for Callback<In, Out> {
    fn from(call: F) -> Self {
        Self::new(call)
    }
}

/// Something that is done, and done again when what it looked at has changed.
#[derive(Clone, Copy, Debug)]
pub struct Effect;

impl Effect {
    /// Does `work` first when the view stands that is being built.
    #[expect(clippy::new_ret_no_self, reason = "an effect is not held: it goes with its owner")]
    pub fn new<T: 'static>(mut work: impl FnMut(Option<T>) -> T + 'static) {
        let mut last = None;
        graph::effect(Box::new(move || last = Some(work(last.take()))), false);
    }
}

/// Turns what a component is given into what it wants.
pub trait IntoReactiveValue<T, M> {
    /// Turns it.
    fn into_reactive_value(self) -> T;
}

/// Marks the turning by `Into`.
#[derive(Debug)]
pub struct ByInto;

impl<T, I: Into<T>> IntoReactiveValue<T, ByInto> for I {
    fn into_reactive_value(self) -> T {
        self.into()
    }
}
