//! 已存本机 10:41.

use leptos::prelude::*;
use ui::{Glyph, Icon, IconSize, Truth, TruthBadge};

use crate::{
    phone::{Phone, Saved, Why},
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
        Saved::Not(why) => view! {
            <span class="tone-text small" data-tone="cinnabar" data-state="failed" role="alert">
                <Icon glyph=Glyph::WARNING size=IconSize::Small />
                {not_saved(why)}
            </span>
        }
        .into_any(),
    }
}

fn not_saved(why: Why) -> &'static str {
    match why {
        // What a browser does with its stores when it is opened on a full disk is out of our hands.
        Why::Full => t(
            "没有存下:手机空间不够。先别关闭本应用,腾出空间后会自动存下;空间用尽时重开浏览器,可能丢掉本机草稿。",
            "Not saved: the phone is full. Keep this app open and free some space: then it is saved by itself. A browser that is opened on a full phone may lose its drafts.",
        ),
        Why::Dropped => t(
            "没有存下:手机空间不够。请腾出空间后重做这一步。",
            "Not saved: the phone is full. Free some space, then do it again.",
        ),
        Why::Refused => t("没有存下,请再点一次。", "Not saved. Please tap again."),
        Why::Slow => t("还没有存下,仍在尝试。先别关闭本应用。", "Not saved yet, still trying. Keep this app open."),
    }
}
