//! A label, a control, what helps and what is wrong.

use leptos::{context::Provider, prelude::*};

use crate::{
    Label,
    icon::{Glyph, Icon, IconSize},
};

/// What a control inside a [`Field`] must know to be tied to it.
#[derive(Clone)]
pub(crate) struct FieldContext {
    pub(crate) id: Label,
    pub(crate) described_by: Option<String>,
    pub(crate) error: Signal<Option<String>>,
}

impl FieldContext {
    /// The attributes that tie a control to its field: id, `aria-describedby`, `aria-invalid`.
    pub(crate) fn attributes(
        id: Option<Label>,
    ) -> (Option<Label>, Signal<Option<String>>, Signal<Option<&'static str>>) {
        match use_context::<Self>() {
            None => (id, Signal::stored(None), Signal::stored(None)),
            Some(context) => {
                let own = context.id.clone();
                let (hint, error) = (context.described_by, context.error);
                let error_id = [&*own, "-error"].concat();
                let described_by = Signal::derive(move || match (error.with(Option::is_some), &hint) {
                    (true, Some(hint)) => Some([error_id.as_str(), " ", hint].concat()),
                    (true, None) => Some(error_id.clone()),
                    (false, hint) => hint.clone(),
                });
                let invalid = Signal::derive(move || error.with(Option::is_some).then_some("true"));
                (Some(id.unwrap_or(own)), described_by, invalid)
            }
        }
    }
}

/// A field of a form. The control inside takes its id and its description from here.
#[component]
pub fn Field(
    /// The id of the control; hint and error are `{id}-hint` and `{id}-error`.
    #[prop(into)]
    id: Label,
    /// The label.
    #[prop(into)]
    label: Label,
    /// After the label, lighter: 可不填.
    #[prop(optional, into)]
    aside: Option<Label>,
    /// What helps to fill it.
    #[prop(optional, into)]
    hint: Option<Label>,
    /// What is wrong, and what to do.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// The control.
    children: Children,
) -> impl IntoView {
    let hint_id = [&*id, "-hint"].concat();
    let error_id = [&*id, "-error"].concat();
    let described_by = hint.is_some().then(|| hint_id.clone());
    // Within an owner of its own: what a component provides is else there for its siblings too, and gone before them.
    let context = FieldContext { id: id.clone(), described_by, error };
    view! {
        <div class="field">
            <label class="field__label" for=id>
                {label}
                {aside.map(|aside| view! { <span class="field__aside">{aside}</span> })}
            </label>
            {hint.map(|hint| view! { <p class="field__hint" id=hint_id>{hint}</p> })}
            <Provider value=context>{children()}</Provider>
            {move || {
                error
                    .get()
                    .map(|error| {
                        view! {
                            <p class="field__error" id=error_id.clone()>
                                <Icon glyph=Glyph::WARNING size=IconSize::Small />
                                <span>{error}</span>
                            </p>
                        }.into_any()
                    })
            }}
        </div>
    }
    .into_any()
}
