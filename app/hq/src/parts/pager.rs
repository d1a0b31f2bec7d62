//! Lists by keyset: newer and older instead of page numbers.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use ui::Pager;

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
