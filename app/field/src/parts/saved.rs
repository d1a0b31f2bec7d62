//! 已存本机 10:41.

use leptos::prelude::*;
use ui::{Glyph, Icon, IconSize, Truth, TruthBadge};

use crate::{
    phone::{Phone, Saved},
    words::{self, clock_time, t},
};

/// What is true of the last tap. `data-state` is `saving`, `saved` or `failed`.
pub(crate) fn saved(phone: Phone) -> impl IntoView {
    move || match phone.saved.get() {
        Saved::Nothing => ().into_any(),
        Saved::Saving => {
            view! { <span class="muted small" data-state="saving">{t("正在存…", "Saving…")}</span> }.into_any()
        }
        Saved::At(at) => {
            let detail = clock_time(at);
            view! { <TruthBadge truth=Truth::Saved words=words::truth() detail /> }.into_any()
        }
        Saved::Failed { full } => view! {
            <span class="tone-text small" data-tone="cinnabar" data-state="failed" role="alert">
                <Icon glyph=Glyph::WARNING size=IconSize::Small />
                {if full {
                    t("没有存下:手机空间不够。请先腾出空间。", "Not saved: the phone is full. Free some space first.")
                } else {
                    t("没有存下,请再点一次。", "Not saved. Please tap again.")
                }}
            </span>
        }
        .into_any(),
    }
}
