//! 出发前检查: what must be true before one goes where there is no network.

use leptos::prelude::*;
use ui::{Glyph, Icon, IconSize};

use crate::{
    phone::Phone,
    words::{size, t, tf},
};

/// The card of checks. `data-offline-ready` is `yes` only when it is true.
pub(crate) fn checks(phone: Phone) -> impl IntoView {
    let ready = move || phone.ready.get();
    let line = move |ok: bool, word: &'static str, end: String| {
        let (tone, glyph) = if ok { ("jade", Glyph::CHECK) } else { ("violet", Glyph::DOT) };
        view! {
            <li data-tone=tone>
                <Icon glyph size=IconSize::Small />
                <span>{word}</span>
                <span class="muted small">{end}</span>
            </li>
        }
    };
    view! {
        <section class="card" data-offline-ready=move || if ready().is_ready() { "yes" } else { "no" }>
            <div class="card__head">
                <h2>{t("出发前检查", "Before you go")}</h2>
                {move || {
                    ready()
                        .is_ready()
                        .then(|| {
                            view! {
                                <ui::Badge tone=ui::Tone::Jade icon=Glyph::CHECK>
                                    {t("可离线", "Works offline")}
                                </ui::Badge>
                            }.into_any()
                        })
                }}
            </div>
            <ul class="checks">
                {move || {
                    let now = ready();
                    let room = now.space.map(|space| tf("还有 {}", "{} left", &[&size(space.free)])).unwrap_or_default();
                    [
                        Some(line(
                            now.app,
                            if now.app {
                                t("程序已存本机", "The app is on this phone")
                            } else {
                                t("程序还没存完,先别离开网络", "The app is not stored yet; stay online")
                            },
                            String::new(),
                        )),
                        Some(line(
                            now.tasks,
                            if now.tasks {
                                t("任务和检查表已存本机", "Tasks and checklists are here")
                            } else {
                                t("任务还没取到", "Tasks are not here yet")
                            },
                            String::new(),
                        )),
                        Some(line(
                            now.has_room(),
                            if now.has_room() { t("空间够用", "Enough space") } else { t("空间不够,先清理手机", "Too little space; clear some first") },
                            room,
                        )),
                        (!now.copy)
                            .then(|| {
                                line(
                                    true,
                                    t("此浏览器没有第二份备份,请勤同步", "This browser keeps no second copy; sync often"),
                                    String::new(),
                                )
                            }),
                    ]
                        .into_iter()
                        .flatten()
                        .collect_view()
                }}
            </ul>
        </section>
    }
}
