//! iOS: a tab signs in, reads and explains; a visit is made in the app on the home screen.

use leptos::prelude::*;
use ui::{Banner, Glyph, Tone};

use crate::words::t;

/// How the app gets onto the home screen, where it is not started from there.
pub(crate) fn home_screen() -> Option<impl IntoView> {
    device::door::is_ios_tab().then(|| {
        view! {
            <div data-state="ios-tab">
                <Banner
                    tone=Tone::Violet
                    glyph=Glyph::PHONE
                    title=t("请从主屏幕打开后再走访", "Open it from the home screen before a visit")
                >
                    <p>
                        {t(
                            "iOS 会清掉浏览器标签页里的草稿。点「分享」→「添加到主屏幕」,从「随记」图标打开,再登录一次。",
                            "iOS clears what a browser tab holds. Tap Share, then Add to Home Screen, open the Notes icon and sign in once more.",
                        )}
                    </p>
                </Banner>
            </div>
        }
    })
}
