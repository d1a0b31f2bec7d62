//! What the visit found.

use leptos::prelude::*;
use ui::{Badge, StatusBadge};

use super::shape::VisitSheet;
use crate::{
    context::page,
    labels, paths,
    words::{t, w},
};

/// The findings of the visit; they are decided on their own list.
pub(super) fn found(sheet: &VisitSheet) -> Option<impl IntoView + use<>> {
    if sheet.findings.is_empty() {
        return None;
    }
    let lang = page().lang;
    let rows = sheet
        .findings
        .iter()
        .map(|finding| {
            let (tone, glyph, word) = labels::severity(finding.severity);
            let (status, state) = labels::finding_state(finding.state);
            let anchor = ["#", &finding.item_code].concat();
            let code = finding.item_code.clone();
            let title = finding.title.get(lang).to_owned();
            view! {
                <li>
                    <Badge tone icon=glyph>{t(word)}</Badge>
                    <span class="lines__name"><a href=anchor>{code}</a>" "{title}</span>
                    <StatusBadge status label=t(state) bare=true />
                </li>
            }
        })
        .collect_view();
    Some(view! {
        <section class="panel">
            <header class="panel__head">
                <h2>{t(w("发现的问题", "Findings"))}</h2>
                <a href=paths::FINDINGS>{t(w("全部问题", "All findings"))}</a>
            </header>
            <ul class="lines panel__body" data-list="findings">{rows}</ul>
        </section>
    })
}
