//! What a screen consists of, as one type: a tree that `live` puts into the document and later compares with the next.

use std::{borrow::Cow, rc::Rc};

use oco_ref::Oco;
use web_sys::Event;

use reactive_graph::{
    owner::{LocalStorage, Owner},
    signal,
    traits::{Get as _, GetUntracked as _},
};

use crate::{
    html::ElementType,
    signal::{Memo, RwSignal, Signal},
};

/// Anything that can be shown.
#[derive(Default)]
pub enum View {
    /// Nothing, in a place where something may come.
    #[default]
    Nothing,
    /// Text.
    Text(Cow<'static, str>),
    /// An element.
    Element(Element),
    /// Several, one after the other.
    Many(Vec<View>),
    /// Shown anew when what it looks at changes.
    Follow(Box<dyn FnMut() -> View>),
    /// An element without anything that moves, as HTML; or within SVG.
    Html(&'static str, bool),
    /// Put into the document under an owner of its own.
    Owned(Box<(Owner, View)>),
    /// Never taken for one with another number.
    Apart(Box<(u32, View)>),
}

/// Any view: there is one type of them.
pub type AnyView = View;

impl std::fmt::Debug for View {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("View")
    }
}

impl View {
    /// What `view!` calls.
    pub fn new(view: impl IntoView) -> Self {
        view.into_view()
    }

    /// What `view!` calls in development, for who reloads templates.
    #[must_use]
    pub fn with_view_marker(self, _marker: &'static str) -> Self {
        self
    }
}

/// A view that is never taken for one with another number: nothing of the one stays in the document for the other.
pub fn apart(number: u32, view: impl IntoView) -> View {
    View::Apart(Box::new((number, view.into_view())))
}

/// What an attribute, a property or a class is set to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// It is not there.
    Absent,
    /// It is there or not, without a text.
    Flag(bool),
    /// A text.
    Text(Cow<'static, str>),
}

/// What a [`Part`] of an element is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An attribute.
    Attribute,
    /// A property of the object.
    Property,
    /// A class.
    Class,
    /// Hears an event.
    Listener,
    /// Says where the element is.
    Node,
}

/// What hears an event.
pub(crate) type Hear = Box<dyn FnMut(Event)>;

/// What a part is set to, or does.
pub(crate) enum What {
    Still(Value),
    Follow(Box<dyn FnMut() -> Value>),
    Hear(Hear, Option<Owner>),
    Node(signal::RwSignal<Option<web_sys::Element>, LocalStorage>),
}

/// One thing that an element has besides its children.
pub(crate) struct Part {
    pub(crate) kind: Kind,
    pub(crate) name: &'static str,
    pub(crate) what: What,
}

/// An element.
pub struct Element(pub(crate) Box<Parts>);

pub(crate) struct Parts {
    pub(crate) tag: &'static str,
    pub(crate) svg: bool,
    pub(crate) parts: Vec<Part>,
    pub(crate) children: Vec<View>,
}

impl std::fmt::Debug for Element {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.tag)
    }
}

impl Element {
    pub(crate) fn new(tag: &'static str, svg: bool) -> Self {
        Self(Box::new(Parts { tag, svg, parts: Vec::new(), children: Vec::new() }))
    }

    #[inline(never)]
    fn put(mut self, kind: Kind, name: &'static str, what: What) -> Self {
        self.0.parts.push(Part { kind, name, what });
        self
    }

    #[inline(never)]
    fn put_text(self, name: &'static str, text: &'static str) -> Self {
        self.put(Kind::Attribute, name, What::Still(Value::Text(Cow::Borrowed(text))))
    }

    #[inline(never)]
    fn add(mut self, child: View) -> Self {
        match child {
            View::Many(children) if self.0.children.is_empty() => self.0.children = children,
            child => self.0.children.push(child),
        }
        self
    }

    /// Adds a child or several.
    #[must_use]
    pub fn child(self, child: impl IntoView) -> Self {
        self.add(child.into_view())
    }

    /// Sets an attribute.
    #[must_use]
    pub fn attr(self, name: &'static str, value: impl IntoValue) -> Self {
        value.put(self, Kind::Attribute, name)
    }

    /// Sets the classes, or one of them.
    #[must_use]
    pub fn class(self, class: impl IntoClass) -> Self {
        class.put_class(self)
    }

    /// Sets a property.
    #[must_use]
    pub fn prop(self, name: &'static str, value: impl IntoValue) -> Self {
        value.put(self, Kind::Property, name)
    }

    /// Its content as HTML.
    #[must_use]
    pub fn inner_html(self, value: impl IntoValue) -> Self {
        self.prop("innerHTML", value)
    }

    /// Hears an event.
    #[must_use]
    pub fn on<E: crate::ev::EventKind>(self, event: E, mut hear: impl FnMut(E::Event) + 'static) -> Self {
        self.hear(event.name(), Box::new(move |event| hear(E::of(event))))
    }

    #[inline(never)]
    fn hear(self, name: &'static str, hear: Hear) -> Self {
        self.put(Kind::Listener, name, What::Hear(hear, Owner::current()))
    }

    /// Says where the element is once it stands.
    #[must_use]
    pub fn node_ref<E: ElementType>(self, node: NodeRef<E>) -> Self {
        self.put(Kind::Node, "", What::Node(node.0))
    }
}

/// Where an element is that stands in the document.
pub struct NodeRef<E>(signal::RwSignal<Option<web_sys::Element>, LocalStorage>, std::marker::PhantomData<fn() -> E>);

impl<E> Clone for NodeRef<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for NodeRef<E> {}

impl<E: ElementType> NodeRef<E> {
    /// It does not stand yet.
    #[must_use]
    pub fn new() -> Self {
        Self(signal::RwSignal::new_local(None), std::marker::PhantomData)
    }

    /// The element; follows it.
    #[must_use]
    pub fn get(&self) -> Option<E::Output> {
        self.0.get().map(E::of)
    }

    /// The element.
    #[must_use]
    pub fn get_untracked(&self) -> Option<E::Output> {
        self.0.get_untracked().map(E::of)
    }
}

impl<E: ElementType> Default for NodeRef<E> {
    fn default() -> Self {
        Self::new()
    }
}

/// A plain value of an attribute.
pub trait ToValue {
    /// The value.
    fn to_value(self) -> Value;
}

impl ToValue for &'static str {
    fn to_value(self) -> Value {
        Value::Text(Cow::Borrowed(self))
    }
}

impl ToValue for String {
    fn to_value(self) -> Value {
        Value::Text(Cow::Owned(self))
    }
}

impl ToValue for Oco<'static, str> {
    fn to_value(self) -> Value {
        Value::Text(cow(self))
    }
}

impl ToValue for bool {
    fn to_value(self) -> Value {
        Value::Flag(self)
    }
}

impl<T: ToValue> ToValue for Option<T> {
    fn to_value(self) -> Value {
        self.map_or(Value::Absent, T::to_value)
    }
}

fn cow(text: Oco<'static, str>) -> Cow<'static, str> {
    match text {
        Oco::Borrowed(text) => Cow::Borrowed(text),
        text => Cow::Owned(text.into_owned()),
    }
}

/// A value of an attribute, that may change.
pub trait IntoValue {
    /// Puts it on an element.
    fn put(self, element: Element, kind: Kind, name: &'static str) -> Element;
}

/// What `class=` and `class:name=` take.
pub trait IntoClass {
    /// Puts it on an element.
    fn put_class(self, element: Element) -> Element;
}

impl IntoValue for &'static str {
    fn put(self, element: Element, kind: Kind, name: &'static str) -> Element {
        match kind {
            Kind::Attribute => element.put_text(name, self),
            kind => element.put(kind, name, What::Still(self.to_value())),
        }
    }
}

impl<T: ToValue, F: FnMut() -> T + 'static> IntoValue for F {
    fn put(mut self, element: Element, kind: Kind, name: &'static str) -> Element {
        element.put(kind, name, What::Follow(Box::new(move || self().to_value())))
    }
}

impl<V: IntoValue> IntoClass for (&'static str, V) {
    fn put_class(self, element: Element) -> Element {
        self.1.put(element, Kind::Class, self.0)
    }
}

impl<T: ToValue, F: FnMut() -> T + 'static> IntoClass for F {
    fn put_class(self, element: Element) -> Element {
        self.put(element, Kind::Attribute, "class")
    }
}

macro_rules! still {
    ($($type:ty,)*) => {$(
        impl IntoValue for $type {
            fn put(self, element: Element, kind: Kind, name: &'static str) -> Element {
                element.put(kind, name, What::Still(self.to_value()))
            }
        }
    )*};
}

still! {
    String,
    Oco<'static, str>,
    bool,
}

impl<T: ToValue> IntoValue for Option<T> {
    fn put(self, element: Element, kind: Kind, name: &'static str) -> Element {
        element.put(kind, name, What::Still(self.to_value()))
    }
}

macro_rules! class {
    ($($type:ty,)*) => {$(
        impl IntoClass for $type {
            fn put_class(self, element: Element) -> Element {
                self.put(element, Kind::Attribute, "class")
            }
        }
    )*};
}

class! {
    &'static str,
    String,
    Option<&'static str>,
    Oco<'static, str>,
}

macro_rules! number {
    ($($type:ty)*) => {$(
        impl ToValue for $type {
            fn to_value(self) -> Value {
                self.to_string().to_value()
            }
        }

        impl IntoValue for $type {
            fn put(self, element: Element, kind: Kind, name: &'static str) -> Element {
                element.put(kind, name, What::Still(self.to_value()))
            }
        }

        impl IntoView for $type {
            fn into_view(self) -> View {
                self.to_string().into_view()
            }
        }
    )*};
}

number!(u8 u16 u32 u64 usize i32 i64);

macro_rules! signal {
    ($($type:ident)*) => {$(
        impl<T: ToValue + Clone + Send + Sync + 'static> IntoValue for $type<T> {
            fn put(self, element: Element, kind: Kind, name: &'static str) -> Element {
                (move || self.get()).put(element, kind, name)
            }
        }

        impl<T: IntoView + Clone + Send + Sync + 'static> IntoView for $type<T> {
            fn into_view(self) -> View {
                (move || self.get()).into_view()
            }
        }
    )*};
}

signal!(RwSignal Signal Memo);

/// What can be shown.
pub trait IntoView: Sized {
    /// As a view.
    fn into_view(self) -> View;
}

/// What can be shown becomes the one type of views.
pub trait IntoAny {
    /// As a view.
    fn into_any(self) -> View;
}

impl<T: IntoView> IntoAny for T {
    fn into_any(self) -> View {
        self.into_view()
    }
}

/// What `view!` calls on what stands among children.
pub trait IntoMaybeErased {
    /// As a view.
    fn into_maybe_erased(self) -> View;
}

impl<T: IntoView> IntoMaybeErased for T {
    fn into_maybe_erased(self) -> View {
        self.into_view()
    }
}

/// What `view!` calls on a block among children.
pub trait IntoRender {
    /// As a view.
    fn into_render(self) -> View;
}

impl<T: IntoView> IntoRender for T {
    fn into_render(self) -> View {
        self.into_view()
    }
}

/// What `view!` calls on the value of an attribute.
pub trait IntoAttributeValue: Sized {
    /// Itself.
    #[must_use]
    fn into_attribute_value(self) -> Self {
        self
    }
}

impl<T: IntoValue> IntoAttributeValue for T {}

/// Several views from an iterator.
pub trait CollectView {
    /// As one view.
    fn collect_view(self) -> View;
}

impl<T: IntoView, I: Iterator<Item = T>> CollectView for I {
    fn collect_view(self) -> View {
        let mut views = Vec::new();
        for view in self {
            views.push(view.into_view());
        }
        View::Many(views)
    }
}

impl IntoView for View {
    fn into_view(self) -> View {
        self
    }
}

impl IntoView for Element {
    fn into_view(self) -> View {
        View::Element(self)
    }
}

impl IntoView for () {
    fn into_view(self) -> View {
        View::Nothing
    }
}

impl IntoView for &'static str {
    fn into_view(self) -> View {
        View::Text(Cow::Borrowed(self))
    }
}

impl IntoView for String {
    fn into_view(self) -> View {
        View::Text(Cow::Owned(self))
    }
}

impl IntoView for Oco<'static, str> {
    fn into_view(self) -> View {
        View::Text(cow(self))
    }
}

impl<T: IntoView> IntoView for Option<T> {
    fn into_view(self) -> View {
        self.map_or(View::Nothing, T::into_view)
    }
}

impl<T: IntoView> IntoView for Vec<T> {
    fn into_view(self) -> View {
        self.into_iter().collect_view()
    }
}

impl<T: IntoView, F: FnMut() -> T + 'static> IntoView for F {
    fn into_view(mut self) -> View {
        View::Follow(Box::new(move || self().into_view()))
    }
}

macro_rules! tuple {
    ($($name:ident)*) => {
        impl<$($name: IntoView),*> IntoView for ($($name,)*) {
            fn into_view(self) -> View {
                #[expect(non_snake_case, reason = "a value bears the name of its type")]
                let ($($name,)*) = self;
                View::Many(vec![$($name.into_view()),*])
            }
        }
    };
}

tuple!(A B);
tuple!(A B C);
tuple!(A B C D);
tuple!(A B C D E);
tuple!(A B C D E F);

/// What stands among the children of a component.
pub type Children = Box<dyn FnOnce() -> View>;

/// The same, to be shown again and again.
pub type ChildrenFn = Rc<dyn Fn() -> View>;

/// Makes a view whenever it is asked.
#[derive(Clone)]
pub struct ViewFn(ChildrenFn);

impl ViewFn {
    /// The view.
    #[must_use]
    pub fn run(&self) -> View {
        (self.0)()
    }
}

impl Default for ViewFn {
    fn default() -> Self {
        Self::from(|| ())
    }
}

impl std::fmt::Debug for ViewFn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ViewFn")
    }
}

impl<T: IntoView, F: Fn() -> T + 'static> From<F> for ViewFn {
    fn from(view: F) -> Self {
        Self(Rc::new(move || view().into_view()))
    }
}
