//! 设置: language, colours, keys. Kept in cookies of this browser.

pub(crate) mod api;

use leptos::{prelude::*, server_fn::ServerFn as _};
use ui::{LanguageSwitch, Theme, ThemeSwitch};

use crate::{
    context::page,
    parts::Screen,
    words::{Word, t, w},
};
use api::{SetKeys, SetLanguage, SetTheme};

/// The page.
#[component]
pub(crate) fn SettingsPage() -> impl IntoView {
    view! {
        <Screen title=t(w("设置", "Settings"))>
            <section class="panel">
                <div class="panel__body">
                    <h2>{t(w("语言", "Language"))}</h2>
                    {language_form()}
                    <h2>{t(w("颜色", "Colours"))}</h2>
                    {theme_form()}
                    <h2>{t(w("快捷键", "Keyboard shortcuts"))}</h2>
                    {keys_form()}
                    <Keys />
                </div>
            </section>
        </Screen>
    }
}

/// The two languages as buttons of a form.
pub(crate) fn language_form() -> impl IntoView {
    view! {
        <form method="post" action=SetLanguage::url()>
            <LanguageSwitch label=t(w("语言", "Language")) lang=page().lang />
        </form>
    }
}

fn theme_form() -> impl IntoView {
    let choices = vec![
        (Theme::Auto, t(w("跟随系统", "System"))),
        (Theme::Light, t(w("浅色", "Light"))),
        (Theme::Dark, t(w("深色", "Dark"))),
    ];
    view! {
        <form method="post" action=SetTheme::url()>
            <ThemeSwitch label=t(w("颜色", "Colours")) choices theme=page().theme />
        </form>
    }
}

fn keys_form() -> impl IntoView {
    let on = page().shortcuts;
    let button = |value: &'static str, pressed: bool, word: Word| {
        view! {
            <button type="submit" name="keys" value=value aria-pressed=pressed.to_string()>
                {t(word)}
            </button>
        }
    };
    view! {
        <form method="post" action=SetKeys::url() class="switch" aria-label=t(w("快捷键", "Keyboard shortcuts"))>
            {button("on", on, w("开", "On"))} {button("off", !on, w("关", "Off"))}
        </form>
    }
}

/// What each key does.
#[component]
pub(crate) fn Keys() -> impl IntoView {
    let rows = [
        ("j / k", w("下一条 / 上一条", "Next / previous row")),
        ("Enter", w("打开", "Open")),
        ("a", w("通过(10 秒内可撤回)", "Accept (can be taken back for 10 s)")),
        ("r", w("退回", "Return")),
        ("/", w("搜索", "Search")),
        ("n / p", w("大图:下一张 / 上一张", "Photo: next / previous")),
        ("?", w("显示这些键", "Show these keys")),
    ]
    .map(|(key, word)| view! { <dt><kbd class="key">{key}</kbd></dt><dd>{t(word)}</dd> })
    .collect_view();
    view! { <dl class="keys">{rows}</dl> }
}
