//! The names under which `view!`, `#[component]` and our own code look for things.

pub use oco_ref as oco;
pub use reactive_graph as reactive;
#[doc(hidden)]
pub use {typed_builder, typed_builder_macro};

/// How a component is called.
pub mod component {
    /// What is called with properties `P`.
    pub trait Component<P> {}

    impl<P: Props, R, F: FnOnce(P) -> R> Component<P> for F {}

    impl<R, F: FnOnce() -> R> Component<NoProps> for F {}

    /// The properties of a component.
    pub trait Props {
        /// What puts them together.
        type Builder;
        /// Begins.
        fn builder() -> Self::Builder;
    }

    /// Properties, or none.
    pub trait PropsOrNone {
        /// What puts them together.
        type Builder;
        /// Begins.
        fn begin() -> Self::Builder;
    }

    impl<P: Props> PropsOrNone for P {
        type Builder = P::Builder;
        fn begin() -> P::Builder {
            P::builder()
        }
    }

    /// No properties.
    #[derive(Debug)]
    pub struct NoProps;

    impl PropsOrNone for NoProps {
        type Builder = Self;
        fn begin() -> Self {
            Self
        }
    }

    impl NoProps {
        /// Done.
        pub const fn build(self) {}
    }

    /// Begins the properties of a component.
    pub fn component_props_builder<P: PropsOrNone>(_component: &impl Component<P>) -> P::Builder {
        P::begin()
    }

    /// Whatever can be called with `P`.
    pub trait Call<P, R> {
        /// Calls it.
        fn call(self, props: P) -> R;
    }

    impl<R, F: FnOnce() -> R> Call<(), R> for F {
        fn call(self, (): ()) -> R {
            self()
        }
    }

    impl<P: PropsOrNone, R, F: FnOnce(P) -> R> Call<P, R> for F {
        fn call(self, props: P) -> R {
            self(props)
        }
    }

    /// Calls a component.
    pub fn component_view<P, R>(component: impl Call<P, R>, props: P) -> R {
        component.call(props)
    }
}

/// What leptos' macros put around a closure; here it stays as it is.
#[doc(hidden)]
pub const fn __as_shared_reactive_fn<F>(closure: F) -> F {
    closure
}

/// Everything that a file with views needs.
pub mod prelude {
    pub use super::{
        children::*,
        ev::{event_target_checked, event_target_value},
    };
    pub use crate::{
        live::document,
        signal::{Effect, Memo, RwSignal, Signal},
        view::{
            AnyView, CollectView, IntoAny, IntoAttributeValue, IntoMaybeErased, IntoRender, IntoView, NodeRef, View,
        },
    };
    pub use leptos_macro::{component, view};
    pub use reactive_graph::{
        callback::{Callable, Callback},
        graph::untrack,
        owner::{LocalStorage, Owner, StoredValue, on_cleanup, provide_context, use_context},
        prelude::*,
        signal::Trigger,
    };
}

/// What stands among the children of a component.
pub mod children {
    pub use crate::view::{Children, ChildrenFn, ViewFn};
    use crate::view::{IntoView, View};
    use std::rc::Rc;

    /// What `view!` makes of children.
    pub trait ToChildren<F> {
        /// Makes it.
        fn to_children(children: F) -> Self;
    }

    /// Children that are one text.
    #[derive(Debug)]
    pub struct ChildrenOptContainer<T>(pub T);

    impl<T: IntoView, F: FnOnce() -> T + 'static> ToChildren<F> for Children {
        fn to_children(children: F) -> Self {
            Box::new(move || children().into_view())
        }
    }

    impl<T: IntoView, F: Fn() -> T + 'static> ToChildren<F> for ChildrenFn {
        fn to_children(children: F) -> Self {
            Rc::new(move || children().into_view())
        }
    }

    impl ToChildren<ChildrenOptContainer<&'static str>> for Children {
        fn to_children(children: ChildrenOptContainer<&'static str>) -> Self {
            Box::new(move || View::new(children.0))
        }
    }

    impl ToChildren<ChildrenOptContainer<&'static str>> for ChildrenFn {
        fn to_children(children: ChildrenOptContainer<&'static str>) -> Self {
            Rc::new(move || View::new(children.0))
        }
    }
}

/// A value that the views below find by its type.
pub mod context {
    use reactive_graph::owner::{Owner, provide_context};

    use crate::{children::Children, component::Props, view::View};

    /// What [`Provider`] takes.
    pub struct ProviderProps<T> {
        value: Option<T>,
        children: Option<Children>,
    }

    impl<T: 'static> Props for ProviderProps<T> {
        type Builder = Self;
        fn builder() -> Self {
            Self { value: None, children: None }
        }
    }

    impl<T> ProviderProps<T> {
        /// The value.
        #[must_use]
        pub fn value(mut self, value: T) -> Self {
            self.value = Some(value);
            self
        }

        /// The views that find it.
        #[must_use]
        pub fn children(mut self, children: Children) -> Self {
            self.children = Some(children);
            self
        }

        /// Done.
        #[must_use]
        pub fn build(self) -> Self {
            self
        }
    }

    impl<T> std::fmt::Debug for ProviderProps<T> {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("ProviderProps")
        }
    }

    /// Provides a value to its children, under an owner of its own.
    #[expect(non_snake_case, reason = "a component")]
    pub fn Provider<T: Send + Sync + 'static>(props: ProviderProps<T>) -> View {
        let owner = Owner::current().map_or_else(Owner::new, |above| above.child());
        let children = owner.with(|| {
            if let Some(value) = props.value {
                provide_context(value);
            }
            props.children.map_or(View::Nothing, |children| children())
        });
        View::Owned(Box::new((owner, children)))
    }
}

/// Work that goes on beside the views.
pub mod task {
    pub use wasm_bindgen_futures::spawn_local;
}

/// How it all begins.
pub mod mount {
    use crate::view::IntoView;

    /// Puts a view into an element, for as long as the page lives.
    pub fn mount_to<V: IntoView>(place: &web_sys::Element, view: impl FnOnce() -> V) {
        let _ = any_spawner::Executor::init_wasm_bindgen();
        crate::live::mount(place, || view().into_view());
    }
}

/// Events.
pub mod ev {
    pub use web_sys::{Event, FocusEvent, MouseEvent, SubmitEvent};

    use wasm_bindgen::JsCast;
    use web_sys::{EventTarget, HtmlInputElement};

    /// A kind of event.
    pub trait EventKind {
        /// What its listeners get.
        type Event;
        /// Its name.
        fn name(&self) -> &'static str;
        /// What its listeners get, of what the browser gives.
        fn of(event: Event) -> Self::Event;
    }

    macro_rules! events {
        ($($name:ident: $type:ty,)*) => {$(
            #[doc = concat!("`", stringify!($name), "`.")]
            #[expect(non_camel_case_types, reason = "the browser's name")]
            #[derive(Clone, Copy, Debug)]
            pub struct $name;

            impl EventKind for $name {
                type Event = $type;
                fn name(&self) -> &'static str {
                    stringify!($name)
                }
                fn of(event: Event) -> $type {
                    event.unchecked_into()
                }
            }
        )*};
    }

    events! {
        blur: FocusEvent,
        change: Event,
        click: MouseEvent,
        close: Event,
        input: Event,
        playing: Event,
        submit: SubmitEvent,
    }

    /// One that leptos has no name for.
    #[derive(Clone, Copy, Debug)]
    pub struct Custom(&'static str);

    impl Custom {
        /// By its name.
        #[must_use]
        pub const fn new(name: &'static str) -> Self {
            Self(name)
        }
    }

    impl EventKind for Custom {
        type Event = Event;
        fn name(&self) -> &'static str {
            self.0
        }
        fn of(event: Event) -> Event {
            event
        }
    }

    fn input_of(event: &Event) -> Option<HtmlInputElement> {
        event.target().map(EventTarget::unchecked_into)
    }

    /// The text of the input, area or list that an event comes from.
    #[must_use]
    pub fn event_target_value(event: &Event) -> String {
        input_of(event).map(|from| from.value()).unwrap_or_default()
    }

    /// Whether the box that an event comes from is ticked.
    #[must_use]
    pub fn event_target_checked(event: &Event) -> bool {
        input_of(event).is_some_and(|from| from.checked())
    }
}

/// Kinds of elements that a [`NodeRef`](prelude::NodeRef) can be of.
pub mod html {
    use wasm_bindgen::JsCast;

    /// A kind of element.
    pub trait ElementType {
        /// Its object.
        type Output;
        /// Its object, of an element that is one.
        fn of(element: web_sys::Element) -> Self::Output;
    }

    macro_rules! kinds {
        ($($name:ident: $type:ty,)*) => {$(
            #[doc = concat!("`", stringify!($name), "`.")]
            #[derive(Debug)]
            pub struct $name;

            impl ElementType for $name {
                type Output = $type;
                fn of(element: web_sys::Element) -> $type {
                    element.unchecked_into()
                }
            }
        )*};
    }

    kinds! {
        Dialog: web_sys::HtmlDialogElement,
        Input: web_sys::HtmlInputElement,
        Video: web_sys::HtmlVideoElement,
    }
}

/// Where `view!` looks for elements.
pub mod tachys {
    /// Views.
    pub mod view {
        /// Several at once.
        pub mod iterators {
            use crate::view::{IntoView, View};

            /// The children of an element.
            #[derive(Debug)]
            pub struct StaticVec(Vec<View>);

            impl From<Vec<View>> for StaticVec {
                fn from(views: Vec<View>) -> Self {
                    Self(views)
                }
            }

            impl IntoView for StaticVec {
                fn into_view(self) -> View {
                    View::Many(self.0)
                }
            }
        }
    }

    /// HTML.
    pub mod html {
        pub use crate::ev as event;
        use crate::view::View;

        /// An element without anything that moves.
        #[derive(Debug)]
        pub struct InertElement;

        impl InertElement {
            /// From its HTML.
            #[expect(clippy::new_ret_no_self, reason = "`view!` calls it so")]
            #[must_use]
            pub const fn new(html: &'static str) -> View {
                View::Html(html, false)
            }
        }

        /// Elements by their names.
        pub mod element {
            use crate::view::Element;

            macro_rules! elements {
                ($($name:ident)*) => {$(
                    #[doc = concat!("`", stringify!($name), "`.")]
                    #[must_use]
                    pub fn $name() -> Element {
                        Element::new(stringify!($name), false)
                    }
                )*};
            }

            elements! {
                a article aside audio button caption code dd details dialog div dl dt fieldset figcaption figure footer form h1
                h2 h3 h4 header img input kbd label legend li main meter nav ol optgroup option output p pre progress
                section select small span strong summary table tbody td textarea tfoot th thead time tr ul video
            }
        }
    }

    /// SVG.
    pub mod svg {
        use crate::view::{Element, View};

        /// An element without anything that moves.
        #[derive(Debug)]
        pub struct InertElement;

        impl InertElement {
            /// From its text.
            #[expect(clippy::new_ret_no_self, reason = "`view!` calls it so")]
            #[must_use]
            pub const fn new(html: &'static str) -> View {
                View::Html(html, true)
            }
        }

        macro_rules! elements {
            ($($name:ident $tag:literal,)*) => {$(
                #[doc = concat!("`", $tag, "`.")]
                #[must_use]
                pub fn $name() -> Element {
                    Element::new($tag, true)
                }
            )*};
        }

        elements! {
            circle "circle",
            g "g",
            line "line",
            path "path",
            polyline "polyline",
            rect "rect",
            svg "svg",
            text "text",
            title "title",
            r#use "use",
        }
    }
}

macro_rules! attributes {
    ($($method:ident $name:literal,)*) => {
        impl crate::view::Element {
            $(
                #[doc = concat!("`", $name, "`.")]
                #[must_use]
                pub fn $method(self, value: impl crate::view::IntoValue) -> Self {
                    self.attr($name, value)
                }
            )*
        }
    };
}

attributes! {
    accept "accept",
    alt "alt",
    autocomplete "autocomplete",
    autofocus "autofocus",
    autoplay "autoplay",
    capture "capture",
    checked "checked",
    colspan "colspan",
    controls "controls",
    datetime "datetime",
    disabled "disabled",
    download "download",
    enctype "enctype",
    hidden "hidden",
    high "high",
    href "href",
    id "id",
    inputmode "inputmode",
    lang "lang",
    loading "loading",
    low "low",
    max "max",
    maxlength "maxlength",
    method "method",
    min "min",
    minlength "minlength",
    multiple "multiple",
    muted "muted",
    name "name",
    novalidate "novalidate",
    open "open",
    optimum "optimum",
    pattern "pattern",
    placeholder "placeholder",
    playsinline "playsinline",
    r#for "for",
    r#type "type",
    readonly "readonly",
    rel "rel",
    required "required",
    role "role",
    rows "rows",
    scope "scope",
    selected "selected",
    span "span",
    spellcheck "spellcheck",
    src "src",
    step "step",
    tabindex "tabindex",
    target "target",
    title "title",
    value "value",
    aria_atomic "aria-atomic",
    aria_busy "aria-busy",
    aria_checked "aria-checked",
    aria_controls "aria-controls",
    aria_current "aria-current",
    aria_describedby "aria-describedby",
    aria_expanded "aria-expanded",
    aria_haspopup "aria-haspopup",
    aria_hidden "aria-hidden",
    aria_invalid "aria-invalid",
    aria_label "aria-label",
    aria_labelledby "aria-labelledby",
    aria_live "aria-live",
    aria_modal "aria-modal",
    aria_pressed "aria-pressed",
    aria_selected "aria-selected",
    aria_valuemax "aria-valuemax",
    aria_valuemin "aria-valuemin",
    aria_valuenow "aria-valuenow",
    aria_valuetext "aria-valuetext",
}
