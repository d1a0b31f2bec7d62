//! Why the app does not start in this browser, and what to do.

use device::door::Shut;
use leptos::prelude::*;
use ui::{ButtonKind, Glyph, Icon};

use crate::{parts::copy, words::t};

/// The page.
pub(crate) fn door(why: Shut) -> impl IntoView {
    let (title, text, steps): (_, _, Vec<&'static str>) = match why {
        Shut::WeChat => (
            t("请在系统浏览器里打开", "Open this in the system browser"),
            t("微信里存不住草稿,也拍不了照。", "WeChat keeps no drafts and has no camera for us."),
            vec![
                t("点右上角 ···", "Tap ··· at the top right"),
                t("选「在浏览器打开」,或复制链接", "Choose “Open in browser”, or copy the link"),
            ],
        ),
        Shut::Insecure => (
            t("这个地址不安全,不能使用", "This address is not secure"),
            t(
                "没有 https 就没有离线、相机和本机存储。",
                "Without https there is no offline use, no camera and no store.",
            ),
            vec![t("请用管理员给的 https 地址打开", "Use the https address that your administrator gave you")],
        ),
        Shut::TooOld => (
            t("浏览器太旧", "This browser is too old"),
            t("需要 Chrome 111 或 Safari 16.4 以上。", "It takes Chrome 111 or Safari 16.4 or newer."),
            vec![t("更新浏览器后再打开", "Update the browser and open this again")],
        ),
    };
    let address = web_sys::window().and_then(|window| window.location().href().ok()).unwrap_or_default();
    view! {
        <main class="gate" data-state="door">
            <div class="gate__head">
                <Icon glyph=Glyph::EXTERNAL />
                <h1 id="page-title" tabindex="-1">{title}</h1>
                <p class="muted">{text}</p>
            </div>
            <ol class="gate__steps">{steps.into_iter().map(|step| view! { <li><span>{step}</span></li> }).collect_view()}</ol>
            {copy(ButtonKind::Primary, t("复制链接", "Copy the link"), address)}
        </main>
    }
}
