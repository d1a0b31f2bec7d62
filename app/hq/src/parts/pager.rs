//! Lists by keyset: newer and older instead of page numbers.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use ui::{ButtonKind, ButtonLink, EmptyState, Glyph, Pager};

use crate::words::{t, w};

/// A stretch of a list, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Slice<T> {
    /// What is in it.
    pub rows: Vec<T>,
    /// Where the stretch before it ends, if there is one.
    pub newer: Option<String>,
    /// Where the stretch after it begins, if there is one.
    pub older: Option<String>,
}

/// 更新 and 更早, as addresses.
#[component]
pub(crate) fn SlicePager(
    /// The address of the newer stretch.
    newer: Option<String>,
    /// The address of the older stretch.
    older: Option<String>,
) -> impl IntoView {
    (newer.is_some() || older.is_some()).then(|| {
        view! {
            <Pager
                label=t(w("翻页", "Pages"))
                newer_label=t(w("更新", "Newer"))
                older_label=t(w("更早", "Older"))
                newer
                older
            />
        }
    })
}

/// In place of a stretch without rows: what was in it when its address was made does not fit any more.
#[component]
pub(crate) fn EmptyStretch(
    /// The address of the newest stretch.
    newest: String,
) -> impl IntoView {
    view! {
        <EmptyState
            glyph=Glyph::CHECK
            title=t(w("这一段已经空了", "Nothing is left in this part of the list"))
            text=t(w("这里的都已处理或变了状态。", "All that was here has been dealt with, or has changed."))
        >
            <ButtonLink href=newest kind=ButtonKind::Quiet>
                {t(w("回到最新", "Back to the newest"))}
            </ButtonLink>
        </EmptyState>
    }
}
