//! The one-time link that was just made: shown once, to be scanned or copied.

use leptos::prelude::*;
use ui::{Banner, Glyph, Tone};

use super::{api::read_link, shape::OneTime};
use crate::{
    parts::{Screen, loading},
    words::{t, w},
};

/// The page.
#[component]
pub(crate) fn LinkPage() -> impl IntoView {
    // Read while the page is made, and never again: the browser takes it from there.
    let link = Resource::new_blocking(|| (), |()| read_link());
    view! {
        <Screen title=t(w("一次性链接", "One-time link"))>
            {loading(link, |loaded| {
                let OneTime { address, code } = loaded.data;
                let code = code.map(|code| {
                    let size = code.width.to_string();
                    let view_box = ["-2 -2 ", &(code.width + 4).to_string(), " ", &(code.width + 4).to_string()].concat();
                    view! {
                        <svg class="once__code" viewBox=view_box data-size=size role="img" aria-label=t(w("二维码", "QR code"))>
                            <path d=code.path fill="currentColor" />
                        </svg>
                    }
                });
                view! {
                    <Banner tone=Tone::Jade glyph=Glyph::CHECK title=t(w("已生成", "Made"))>
                        <p>
                            {t(
                                w(
                                    "只显示这一次,3 天内有效,用一次就失效。请当面扫码,用手机自带浏览器打开。",
                                    "Shown once, works within 3 days, and once only. Let the person scan it and open it in the phone's own browser.",
                                ),
                            )}
                        </p>
                    </Banner>
                    <section class="panel">
                        <div class="panel__body once">
                            {code} <p class="once__link" data-link="">{address}</p>
                        </div>
                    </section>
                }
            })}
        </Screen>
    }
}
