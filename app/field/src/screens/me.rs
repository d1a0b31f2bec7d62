//! 我: who, how it looks, what is stored, the way out.

use domain::text::Lang;
use leptos::prelude::*;
use ui::{Banner, Button, ButtonKind, Card, Fact, Glyph, LanguageSwitch, Theme, ThemeSwitch, Tone};

use crate::{
    parts::{Page, page},
    phone::Phone,
    route::Route,
    words::{say, size, t, tf},
};

/// The screen.
pub(crate) fn me(phone: Phone) -> impl IntoView {
    let body = view! {
        {who(phone)}
        {looks(phone)}
        {stored(phone)}
        <Button kind=ButtonKind::Quiet wide=true icon=Glyph::EYE_OFF on_click=move |()| phone.hidden.set(true)>
            {t("一键收起(显示记事页)", "Hide behind a page of notes")}
        </Button>
        {out(phone)}
        <p class="muted small">{tf("版本 {}", "Build {}", &[&phone.build()])}</p>
    };
    let title = Signal::stored(t("我", "Me").to_owned());
    page(phone, Page { tabs: true, ..Page::new(title, body) })
}

fn who(phone: Phone) -> impl IntoView {
    move || {
        phone.me.get().map(|me| {
            view! {
                <Card title=me.name.clone()>
                    <p class="muted">{say(&me.tenant_name)}</p>
                </Card>
            }
        })
    }
}

fn looks(phone: Phone) -> impl IntoView {
    view! {
        <Card title=t("语言和亮度", "Language and brightness")>
            <LanguageSwitch
                label=t("语言", "Language")
                lang=Signal::stored(crate::words::lang())
                on_change=move |lang: Lang| phone.set_lang(lang)
            />
            <ThemeSwitch
                label=t("亮度", "Brightness")
                choices=vec![
                    (Theme::Auto, t("自动", "Auto")),
                    (Theme::Light, t("浅色", "Light")),
                    (Theme::Dark, t("深色", "Dark")),
                    (Theme::Sun, t("强光", "Sun")),
                ]
                theme=phone.theme
                on_change=move |theme: Theme| phone.set_theme(theme)
            />
        </Card>
    }
}

fn stored(phone: Phone) -> impl IntoView {
    view! {
        <Card title=t("本机存储", "Storage")>
            <dl class="facts">
                <Fact term=t("已用", "Used")>
                    {move || phone.ready.with(|ready| ready.space.map_or_else(|| "–".to_owned(), |space| size(space.used)))}
                </Fact>
                <Fact term=t("还有", "Free")>
                    {move || phone.ready.with(|ready| ready.space.map_or_else(|| "–".to_owned(), |space| size(space.free)))}
                </Fact>
                <Fact term=t("浏览器清理", "Clearing by the browser")>
                    {move || {
                        if phone.ready.with(|ready| ready.kept) {
                            t("已答应不清", "It promised not to")
                        } else {
                            t("没有答应,请常同步", "No promise: sync often")
                        }
                    }}
                </Fact>
            </dl>
            <Button kind=ButtonKind::Quiet icon=Glyph::DOWNLOAD on_click=move |()| phone.export()>
                {t("导出草稿到文件", "Export drafts to a file")}
            </Button>
            <p class="muted small">
                {t("文件不加密,含您填的内容,请放在安全的地方。", "The file is not encrypted and holds what you filled in. Keep it safe.")}
            </p>
        </Card>
    }
}

fn out(phone: Phone) -> impl IntoView {
    let waiting = Memo::new(move |_| phone.sync.with(super::super::status::SyncStatus::waiting) + phone.open_drafts());
    view! {
        <div data-sign-out=move || { if waiting.get() > 0 { "blocked" } else { "free" } } class="stack stack--tight">
            {move || {
                (waiting.get() > 0)
                    .then(|| {
                        view! {
                            <Banner
                                tone=Tone::Violet
                                glyph=Glyph::LOCK
                                title=tf("还有 {} 项没传完", "{} things are not on the server yet", &[&waiting.get().to_string()])
                            >
                                <p>
                                    {t("传完再退出,免得丢失。", "Sign out once they are, so that nothing is lost.")} " "
                                    <a href=Route::Sync.path()>{t("去同步", "Sync")}</a>
                                </p>
                            </Banner>
                        }.into_any()
                    })
            }}
            <Button
                kind=ButtonKind::Danger
                wide=true
                icon=Glyph::LOGOUT
                disabled=Signal::derive(move || waiting.get() > 0)
                on_click=move |()| phone.sign_out()
            >
                {t("退出并清除本机内容", "Sign out and clear this phone")}
            </Button>
            {move || {
                phone.sync.with(|sync| sync.stays)
                    .then(|| {
                        view! {
                            <p role="alert">
                                {t(
                                    "没有退出:服务器还没有确认收齐。有网络时再试,内容都在。",
                                    "Not signed out: the server has not confirmed that it has everything. Try again on a network; nothing is lost.",
                                )}
                            </p>
                        }
                    })
            }}
        </div>
    }
}
