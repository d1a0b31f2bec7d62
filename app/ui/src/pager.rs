//! 更早 and 更新 instead of page numbers.

use leptos::prelude::*;

use crate::{
    Label,
    button::ButtonKind,
    button_link::ButtonLink,
    icon::{Glyph, Icon},
};

/// Links to the rows before and after these; a side without rows stays empty.
#[component]
pub fn Pager(
    /// What is paged; names the navigation.
    #[prop(into)]
    label: Label,
    /// 更新
    #[prop(into)]
    newer_label: Label,
    /// 更早
    #[prop(into)]
    older_label: Label,
    /// Where the newer rows are.
    #[prop(optional_no_strip, into)]
    newer: Option<String>,
    /// Where the older rows are.
    #[prop(optional_no_strip, into)]
    older: Option<String>,
) -> impl IntoView {
    view! {
        <nav class="pager" aria-label=label>
            <span>
                {newer
                    .map(|href| {
                        view! {
                            <ButtonLink href kind=ButtonKind::Quiet icon=Glyph::CHEVRON_LEFT>
                                {newer_label}
                            </ButtonLink>
                        }
                    })}
            </span>
            <span>
                {older
                    .map(|href| {
                        view! {
                            <ButtonLink href kind=ButtonKind::Quiet>
                                {older_label}
                                <Icon glyph=Glyph::CHEVRON_RIGHT />
                            </ButtonLink>
                        }
                    })}
            </span>
        </nav>
    }
    .into_any()
}
