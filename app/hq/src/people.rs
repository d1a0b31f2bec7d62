//! 人员: who there is, and how they get in.

pub(crate) mod api;
mod draw;
mod link;
pub(crate) mod shape;

pub(crate) use draw::{SupervisorPage, days};
pub(crate) use link::LinkPage;

use domain::{
    ids::{AccountId, OpId},
    role::Role,
};
use leptos::{prelude::*, server_fn::ServerFn as _};
use ui::{
    Button, ButtonKind, CheckField, Choice, Column, DataTable, Field, Glyph, Select, Status, StatusBadge, TextInput,
};

use crate::{
    context::page,
    labels,
    loaded::Loaded,
    parts::{ActForm, Screen, loading},
    paths,
    words::{Word, fill, t, w},
};
use api::{CreatePerson, DisablePerson, ReopenPerson, ResetPerson, read_people};
use shape::{Account, Draw, People, enters_by_link, enters_by_password};

/// The roles that an administrator gives out, and those that only whoever runs the server does.
const ROLES: [Role; 14] = [
    Role::Visitor,
    Role::Reviewer,
    Role::Office,
    Role::Admin,
    Role::Steering,
    Role::Department,
    Role::Inspector,
    Role::Head,
    Role::Liaison,
    Role::Hall,
    Role::Arbiter,
    Role::Custodian,
    Role::Observer,
    Role::Auditor,
];

/// The page.
#[component]
pub(crate) fn PeoplePage() -> impl IntoView {
    let people = Resource::new(|| (), |()| read_people());
    view! { <Screen title=t(w("人员", "People"))>{loading(people, |loaded| shown(&loaded))}</Screen> }
}

fn shown(loaded: &Loaded<People>) -> impl IntoView + use<> {
    let columns = vec![
        Column::text(t(w("姓名,登录名", "Name, login"))),
        Column::text(t(w("角色", "Roles"))),
        Column::text(t(w("抽签", "Draw"))),
        Column::text(t(w("状态", "State"))),
        Column::text(t(w("操作", "Actions"))),
    ];
    let rows =
        loaded.data.accounts.iter().enumerate().map(|(n, account)| line(n as u32, account, loaded)).collect_view();
    view! {
        <details class="panel">
            <summary class="panel__head"><h2>{t(w("新建账号", "New account"))}</h2></summary>
            <div class="panel__body">{form(loaded)}</div>
        </details>
        <DataTable caption=t(w("人员", "People")) columns>{rows}</DataTable>
    }
}

fn line(n: u32, account: &Account, loaded: &Loaded<People>) -> impl IntoView + use<> {
    let roles = account.roles.iter().map(|role| t(labels::role(role))).collect::<Vec<_>>().join(t(w("、", ", ")));
    let (status, word) = match (account.disabled_at, account.has_password) {
        (Some(_), _) => (Status::Void, w("已停用", "Disabled")),
        (None, true) => (Status::Done, w("可登录", "Active")),
        (None, false) if enters_by_link(account.roles) => (Status::Open, w("一次性链接", "By link only")),
        (None, false) => (Status::Open, w("没有密码,登录不了", "No password: cannot sign in")),
    };
    let [by_password, by_link, out_op] = [10, 11, 12].map(|first| loaded.op(n * 3 + first));
    let own = page().person.is_some_and(|person| person.account == account.id);
    let actions = match account.disabled_at {
        _ if own => {
            let words = w(
                "你自己的账号:由另一位管理员,或管理服务器的人用 mingcha user passwd、mingcha user revoke 处理",
                "Your own account: another administrator deals with it, or whoever runs the server, with mingcha user passwd and mingcha user revoke",
            );
            view! { <p class="small muted">{t(words)}</p> }.into_any()
        }
        Some(_) => {
            let password = (by_password, w("重新启用,设新密码", "Open again, by a new password"));
            let link = (by_link, w("重新启用,发一次性链接", "Open again, by a one-time link"));
            let hint = w(
                "手机丢了或在别人手里的,请另建账号:重新启用后,那台手机上交的内容会直接算数",
                "Where the phone was lost or is in other hands make a new account: once this one is open again, what that phone hands in counts",
            );
            view! {
                {let_in(account, ReopenPerson::url(), password, link)}
                {enters_by_link(account.roles).then(|| view! { <p class="small muted">{t(hint)}</p> })}
            }
            .into_any()
        }
        None => {
            let id = account.id.to_string();
            let password = (by_password, w("设新密码", "Set a new password"));
            let link = (by_link, w("发新的一次性链接", "New one-time link"));
            view! {
                {let_in(account, ResetPerson::url(), password, link)}
                <ActForm action=DisablePerson::url() op=out_op base=None class="toolbar">
                    <input type="hidden" name="account" value=id />
                    <Button submit=true kind=ButtonKind::Danger>{t(w("停用", "Disable"))}</Button>
                </ActForm>
            }
            .into_any()
        }
    };
    view! {
        <tr data-login=account.login.clone()>
            <td class="name nowrap">
                {account.name.clone()}
                <div class="small muted">{account.login.clone()}</div>
            </td>
            <td>{roles}</td>
            <td data-word=t(w("抽签", "Draw"))>{account.draw.map(|draw| drawn(account.id, draw))}</td>
            <td><StatusBadge status label=t(word) bare=true /></td>
            <td>
                <details>
                    <summary class="small">{t(w("操作", "Actions"))}</summary>
                    {actions}
                </details>
            </td>
        </tr>
    }
}

/// What the draw knows of somebody, in a line that leads to the whole.
fn drawn(id: AccountId, draw: Draw) -> impl IntoView + use<> {
    let when = if draw.free_days == 0b111_1111 { t(w("每天", "any day")).to_owned() } else { days(draw.free_days) };
    let line = if draw.pooled { when } else { t(w("不参加", "Not in it")).to_owned() };
    let ties = (draw.ties > 0).then(|| fill(w(" · 回避 {}", " · {} ties"), &[&draw.ties.to_string()]));
    view! { <a href=paths::supervisor(id) data-draw="">{line} {ties}</a> }
}

/// A way in for an account, by a password and by a link, as far as each leads it anywhere: for one that reads visits only
/// whoever runs the server gives it.
fn let_in(account: &Account, action: &'static str, password: (OpId, Word), link: (OpId, Word)) -> AnyView {
    if account.roles.is_guarded() {
        let words = w(
            "能看走访原文的账号,由管理服务器的人用 mingcha user passwd 重设密码,用 mingcha user reopen 重新启用",
            "This account reads visits: whoever runs the server sets its password, with mingcha user passwd, or opens it again, with mingcha user reopen",
        );
        return view! { <p class="small muted">{t(words)}</p> }.into_any();
    }
    let id = account.id.to_string();
    let by_password = enters_by_password(account.roles).then(|| {
        let ((op, word), id) = (password, id.clone());
        let name = t(w("新密码,至少 10 个字", "New password, 10 characters or more"));
        view! {
            <ActForm action op base=None class="toolbar">
                <input type="hidden" name="account" value=id />
                <TextInput
                    name="password"
                    kind="password"
                    label=name
                    placeholder=name
                    required=true
                    autocomplete="new-password"
                />
                <Button submit=true kind=ButtonKind::Quiet icon=Glyph::KEY>
                    {t(word)}
                </Button>
            </ActForm>
        }
    });
    let by_link = enters_by_link(account.roles).then(|| {
        let (op, word) = link;
        view! {
            <ActForm action op base=None class="toolbar">
                <input type="hidden" name="account" value=id />
                <Button submit=true kind=ButtonKind::Quiet icon=Glyph::KEY>
                    {t(word)}
                </Button>
            </ActForm>
        }
    });
    view! {
        {by_password}
        {by_link}
    }
    .into_any()
}

fn form(loaded: &Loaded<People>) -> impl IntoView + use<> {
    let lang = page().lang;
    let units =
        loaded.data.units.iter().map(|(id, name)| Choice::new(id.to_string(), name.get(lang).to_owned())).collect();
    let guarded = ROLES.iter().filter(|role| role.is_guarded()).map(|role| t(labels::role(*role)));
    let guarded = guarded.collect::<Vec<_>>().join(t(w("、", ", ")));
    let roles = ROLES
        .iter()
        .filter(|role| !role.is_guarded())
        .enumerate()
        .map(|(n, role)| {
            let name = ["roles[", &n.to_string(), "]"].concat();
            view! { <CheckField name label=t(labels::role(*role)) value=role.code() /> }
        })
        .collect_view();
    view! {
        <ActForm action=CreatePerson::url() op=loaded.op(1) base=None>
            <div class="form__pair">
                <Field id="name" label=t(w("姓名", "Name"))>
                    <TextInput name="name" required=true maxlength=60 />
                </Field>
                <Field id="login" label=t(w("登录名", "Login"))>
                    <TextInput name="login" required=true maxlength=60 autocomplete="off" />
                </Field>
            </div>
            <Field id="unit" label=t(w("单位", "Unit"))>
                <Select name="unit" options=units none=t(w("公司外", "Outside the company")) />
            </Field>
            <fieldset class="picks">
                <legend>{t(w("角色", "Roles"))}</legend>
                {roles}
            </fieldset>
            <p class="small muted">
                {guarded}
                {t(
                    w(
                        ":能看走访原文或走访人身份,管理员不能独自给出,由管理服务器的人用 mingcha user add 建立",
                        ": these read visits or who made them. No administrator gives them alone: whoever runs the server does, with mingcha user add",
                    ),
                )}
            </p>
            <Field
                id="password"
                label=t(w("密码", "Password"))
                hint=t(
                    w(
                        "只做走访的人可以留空:发一次性链接,用它在手机上登录。其他角色要有密码,至少 10 个字",
                        "May stay empty for who only makes visits: a one-time link, with which they sign in on their phone. Every other role needs one, of 10 characters or more",
                    ),
                )
            >
                <TextInput name="password" kind="password" autocomplete="new-password" />
            </Field>
            <div class="form__end">
                <Button submit=true>{t(w("建立", "Create"))}</Button>
            </div>
        </ActForm>
    }
}
