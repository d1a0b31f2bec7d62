//! Signing in.

pub(crate) mod api;

use leptos::{prelude::*, server_fn::ServerFn as _};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use ui::{Glyph, Icon};

use crate::{
    context::page,
    parts::FormFailure,
    settings::language_form,
    words::{Word, t, w},
};
use api::SignIn;

/// The page. A plain form: it works before and without any script, and the whole
/// page is loaded anew once somebody has signed in.
#[component]
pub(crate) fn SignInPage() -> impl IntoView {
    let to = use_query_map().with_untracked(|query| query.get("to").unwrap_or_default());
    let ask_tenant = !page().tenant_by_host;
    view! {
        <Title text=t(w("登录", "Sign in")) />
        <main class="gate" id="main">
            <div class="gate__head">
                <span class="gate__mark">
                    <Icon glyph=Glyph::MARK />
                </span>
                <h1 tabindex="-1">{t(w("明察 · 行风办", "Mingcha · HQ"))}</h1>
                <p class="muted">
                    {t(w("监督员请用手机上的「随记」。", "Supervisors: please use the app on your phone."))}
                </p>
            </div>
            <FormFailure />
            <form method="post" action=SignIn::url() class="form">
                <input type="hidden" name="to" value=to />
                {if ask_tenant {
                    field("tenant", w("单位代码", "Company code"), "text", "organization").into_any()
                } else {
                    view! { <input type="hidden" name="tenant" value="" /> }.into_any()
                }}
                {field("login", w("登录名", "Login"), "text", "username")}
                {field("password", w("密码", "Password"), "password", "current-password")}
                <button type="submit" class="button button--primary button--wide">
                    {t(w("登录", "Sign in"))}
                </button>
            </form>
            {language_form()}
        </main>
    }
}

fn field(name: &'static str, word: Word, kind: &'static str, autocomplete: &'static str) -> impl IntoView {
    view! {
        <div class="field">
            <label class="field__label" for=name>{t(word)}</label>
            <input
                class="input"
                id=name
                name=name
                type=kind
                required
                autocomplete=autocomplete
                autocapitalize="none"
                spellcheck="false"
            />
        </div>
    }
}
