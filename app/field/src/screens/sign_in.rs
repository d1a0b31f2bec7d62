//! Signing in: login and password, or a one-time link.

use leptos::{ev::SubmitEvent, prelude::*};
use protocol::session::Credentials;
use ui::{Banner, Button, ButtonKind, ButtonLink, Field, Glyph, Icon, TextInput, Tone};

use crate::{
    parts::{copy, lost},
    phone::Phone,
    route::Route,
    words::{say, t},
};

/// Login and password.
pub(crate) fn sign_in(phone: Phone) -> impl IntoView {
    let login = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let tenant = RwSignal::new(String::new());
    let way = Way::new(phone);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        way.go(
            tenant.get_untracked(),
            Credentials::Password {
                login: login.get_untracked().trim().to_owned(),
                password: password.get_untracked(),
            },
        );
    };
    let again = phone.me.with_untracked(Option::is_some);
    view! {
        <main class="gate" data-state="sign-in">
            <div class="gate__head">
                <span class="gate__mark"><Icon glyph=Glyph::CHECKLIST /></span>
                <h1 id="page-title" tabindex="-1">{t("登录", "Sign in")}</h1>
                <p class="muted">
                    {if again {
                        t("登录已过期。本机的内容都在,登录后接着传。", "You were signed out. Everything is still on this phone and goes on after signing in.")
                    } else {
                        t("登录一次,以后没有网络也能用。", "Sign in once; after that it works without a network.")
                    }}
                </p>
            </div>
            {lost(phone)}
            <form class="stack" on:submit=submit>
                {way.trouble()}
                {move || {
                    way.tenant
                        .get()
                        .then(|| {
                            view! {
                                <Field id="tenant" label=t("单位代码", "Company code")>
                                    <TextInput name="tenant" value=tenant autocomplete="organization" on_input=move |text| tenant.set(text) />
                                </Field>
                            }.into_any()
                        })
                }}
                <Field id="login" label=t("账号", "Login")>
                    <TextInput name="login" value=login autocomplete="username" required=true on_input=move |text| login.set(text) />
                </Field>
                <Field id="password" label=t("密码", "Password")>
                    <TextInput name="password" value=password kind="password" autocomplete="current-password" required=true on_input=move |text| password.set(text) />
                </Field>
                <Button submit=true wide=true busy=way.busy>
                    {t("登录", "Sign in")}
                </Button>
                {move || {
                    (!way.tenant.get())
                        .then(|| {
                            view! {
                                <Button kind=ButtonKind::Link on_click=move |()| way.tenant.set(true)>
                                    {t("有单位代码?", "A company code?")}
                                </Button>
                            }.into_any()
                        })
                }}
            </form>
            {pasted(phone)}
            {go_on(phone)}
        </main>
    }
}

/// Where a one-time link is pasted: the app on the home screen is never opened by one.
fn pasted(phone: Phone) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let secret = move || text.with(|text| secret_of(text).to_owned());
    view! {
        <details class="field">
            <summary class="button button--plain">{t("粘贴一次性链接", "Paste a one-time link")}</summary>
            <div class="stack">
                <Field id="one-time" label=t("管理员发的链接", "The link that your administrator sent")>
                    <TextInput name="link" value=text autocomplete="off" on_input=move |typed| text.set(typed) />
                </Field>
                <Button
                    kind=ButtonKind::Quiet
                    wide=true
                    disabled=Signal::derive(move || secret().is_empty())
                    on_click=move |()| phone.router.go(Route::Link(untrack(secret)))
                >
                    {t("继续", "Go on")}
                </Button>
            </div>
        </details>
    }
}

/// What stands behind `#` in a link, or all of it where somebody copied no more.
fn secret_of(link: &str) -> &str {
    link.rsplit_once('#').map_or(link, |(_, secret)| secret).trim()
}

/// The way past signing in, for whom this phone knows: nothing of what is filled in waits for it.
fn go_on(phone: Phone) -> Option<impl IntoView> {
    phone.me.with_untracked(Option::is_some).then(|| {
        view! {
            <ButtonLink kind=ButtonKind::Link href=Route::Today.path()>
                {t("先不登录,继续填写", "Go on without signing in")}
            </ButtonLink>
        }
    })
}

/// A one-time link. It is used by a press, not by opening: previews open links too.
pub(crate) fn link(phone: Phone, secret: String) -> impl IntoView {
    let way = Way::new(phone);
    view! {
        <main class="gate" data-state="link">
            <div class="gate__head">
                <span class="gate__mark"><Icon glyph=Glyph::LINK /></span>
                <h1 id="page-title" tabindex="-1">{t("一次性登录", "One-time sign-in")}</h1>
                <p class="muted">{t("这个链接只能用一次,用在要随身带的这台手机上。", "This link works once. Use it on the phone that you carry.")}</p>
            </div>
            {way.trouble()}
            {if secret.is_empty() {
                view! {
                    <Banner tone=Tone::Cinnabar glyph=Glyph::LINK title=t("链接不完整", "The link is not complete")>
                        <p>{t("请完整复制管理员发的链接。", "Copy the whole link that your administrator sent.")}</p>
                    </Banner>
                }
                    .into_any()
            } else if device::door::is_ios_tab() {
                carried(&secret).into_any()
            } else {
                view! {
                    <Button
                        wide=true
                        busy=way.busy
                        on_click=move |()| {
                            way.go(String::new(), Credentials::Link { secret: secret.clone() });
                        }
                    >
                        {t("在这台手机上登录", "Sign in on this phone")}
                    </Button>
                }
                    .into_any()
            }}
            <ButtonLink kind=ButtonKind::Quiet href=Route::SignIn.path()>{t("用账号登录", "Sign in with a login")}</ButtonLink>
            {go_on(phone)}
        </main>
    }
}

/// A tab of iOS has a store of its own: used up here, the link leads to no visit. It is carried to the app.
fn carried(secret: &str) -> impl IntoView + use<> {
    let origin = web_sys::window().and_then(|window| window.location().origin().ok()).unwrap_or_default();
    let address = [origin.as_str(), &Route::Link(String::new()).path(), "#", secret].concat();
    view! {
        <div class="stack" data-state="ios-tab">
            <Banner
                tone=Tone::Violet
                glyph=Glyph::PHONE
                title=t("请在主屏幕的应用里登录", "Sign in in the app on the home screen")
            >
                <p>
                    {t(
                        "先别在这里登录:链接用掉后,主屏幕上的应用就登录不了。复制链接,点「分享」→「添加到主屏幕」,从「随记」图标打开,在登录页粘贴。",
                        "Do not use the link up in this tab: the app on the home screen could not sign in then. Copy it, tap Share, then Add to Home Screen, open the Notes icon and paste it on the sign-in screen.",
                    )}
                </p>
            </Banner>
            {copy(ButtonKind::Primary, t("复制链接", "Copy the link"), address)}
        </div>
    }
}

/// An attempt to sign in.
#[derive(Clone, Copy)]
struct Way {
    phone: Phone,
    busy: RwSignal<bool>,
    wrong: RwSignal<Option<String>>,
    tenant: RwSignal<bool>,
}

impl Way {
    fn new(phone: Phone) -> Self {
        Self { phone, busy: RwSignal::new(false), wrong: RwSignal::new(None), tenant: RwSignal::new(false) }
    }

    fn go(self, tenant: String, with: Credentials) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.wrong.set(None);
        leptos::task::spawn_local(async move {
            let done = self.phone.sign_in(tenant, with).await;
            self.busy.try_set(false);
            match done {
                Ok(()) => self.phone.router.replace(Route::Today),
                Err(text) => {
                    self.wrong.try_set(Some(say(&text)));
                }
            }
        });
    }

    /// Why it did not succeed.
    fn trouble(self) -> impl IntoView {
        move || {
            self.wrong.get().map(|words| {
                view! {
                    <Banner tone=Tone::Cinnabar glyph=Glyph::WARNING title=t("没有登录成功", "Not signed in") alert=true>
                        <p>{words}</p>
                    </Banner>
                }
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::secret_of;

    #[test]
    fn the_secret_of_a_link_is_found_in_what_was_copied() {
        for copied in
            ["https://hall.example/field/link#s3cret", " https://hall.example/field/link#s3cret\n", "#s3cret", "s3cret"]
        {
            assert_eq!(secret_of(copied), "s3cret", "{copied:?}");
        }
        assert_eq!(secret_of("https://hall.example/field/link#"), "");
        assert_eq!(secret_of(""), "");
    }
}
