//! `mingcha user`: people, without anybody at HQ who could make them.

use domain::{
    evidence::Sha256,
    ids::AccountId,
    op::{
        Payload,
        payload::{AccountCreate, AccountDisable, AccountReopen, AccountReset},
    },
    role::{Role, RoleSet},
};
use store::{Private, PrivateAccount, PrivateSupervisor, Tenant, WayIn, command::KnownAccount};

use super::{
    arguments::UserCommand,
    owner::{self, Asked, Owner, broken},
    password,
    say::say,
};
use crate::{
    config::Settings,
    failure::{Exit, Failure, Result},
    passwords::Passwords,
};

/// A person to be added, as the command line names them.
struct NewPerson {
    login: String,
    name: String,
    roles: Vec<Role>,
    unit: Option<String>,
    password: String,
}

pub(super) async fn run(settings: &Settings, command: UserCommand) -> Result<()> {
    match command {
        UserCommand::Add { login, name, roles, unit, of } => {
            let (login, name) = (checked(&login)?, checked(&name)?);
            let password = password::read(&login)?;
            let person = NewPerson { login, name, roles, unit, password };
            owner::with(settings, async |owner| add(owner, of.tenant.as_deref(), person).await).await
        }
        UserCommand::Passwd { login, of } => {
            let password = password::read(&login)?;
            owner::with(settings, async |owner| passwd(owner, of.tenant.as_deref(), &login, password).await).await
        }
        UserCommand::Revoke { login, reason, of } => {
            owner::with(settings, async |owner| revoke(owner, of.tenant.as_deref(), &login, reason).await).await
        }
        UserCommand::Reopen { login, of } => {
            let password = password::read(&login)?;
            owner::with(settings, async |owner| reopen(owner, of.tenant.as_deref(), &login, password).await).await
        }
    }
}

fn checked(text: &str) -> Result<String> {
    let text = text.trim();
    if (1..=60).contains(&text.chars().count()) && !text.contains(char::is_control) {
        return Ok(text.to_owned());
    }
    Err(Failure::new(Exit::Usage, "登录名和姓名要有 1 到 60 个字", "login and name have 1 to 60 characters each"))
}

async fn hash(owner: &Owner, password: String) -> Result<String> {
    let hash = Passwords::new(owner.random.clone()).hash(password).await;
    hash.ok_or_else(|| Failure::unexpected("password", &"it could not be hashed"))
}

async fn add(owner: &Owner, code: Option<&str>, person: NewPerson) -> Result<()> {
    let tenant = owner.tenant(code).await?;
    let unit = match &person.unit {
        None => None,
        Some(code) => {
            let units = store::command::units(owner.url(), tenant.id).await.map_err(|error| broken(&error))?;
            let unit = units.into_iter().find(|unit| unit.code == *code).map(|unit| unit.id);
            Some(unit.ok_or_else(|| {
                Failure::new(
                    Exit::Usage,
                    format!("没有代码为 {code} 的单位"),
                    format!("there is no unit with the code {code}"),
                )
            })?)
        }
    };
    let makes_visits = person.roles.iter().any(|role| matches!(role, Role::Visitor | Role::Inspector));
    let private = PrivateAccount {
        login: person.login.clone(),
        name: person.name,
        way_in: WayIn { password_hash: Some(hash(owner, person.password).await?), link: None },
        supervisor: makes_visits.then(PrivateSupervisor::default),
    };
    let (id, salt) = (owner.op_id(), owner.salt());
    let create = AccountCreate { roles: RoleSet::of(&person.roles), unit, commitment: private.commitment(&salt) };
    let asked = Asked {
        id,
        subject: AccountId::derive(id.0, 0).0,
        salt,
        payload: Payload::AccountCreate(create),
        private: Private::Account(private),
    };
    let login = &person.login;
    let taken = |detail: &str| {
        (detail == "login").then(|| {
            Failure::new(
                Exit::Usage,
                format!("登录名 {login} 已被使用"),
                format!("the login name {login} is taken already"),
            )
        })
    };
    owner.writing(async |store| owner.act(store, &tenant, asked, taken).await).await?;
    let (company, roles) = (&tenant.code, person.roles.iter().map(|role| role.code()).collect::<Vec<_>>().join(", "));
    say(
        &format!("{login} 可以登录了(公司 {company};{roles})。"),
        &format!("{login} can sign in (company {company}; {roles})."),
    );
    Ok(())
}

async fn known(owner: &Owner, tenant: &Tenant, login: &str) -> Result<KnownAccount> {
    let account = store::command::account(owner.url(), tenant.id, login).await.map_err(|error| broken(&error))?;
    account.ok_or_else(|| {
        let company = &tenant.code;
        Failure::new(
            Exit::Usage,
            format!("公司 {company} 没有登录名 {login}"),
            format!("the company {company} has no login name {login}"),
        )
    })
}

/// Somebody who may act.
async fn active(owner: &Owner, tenant: &Tenant, login: &str) -> Result<KnownAccount> {
    let account = known(owner, tenant, login).await?;
    if account.disabled {
        return Err(Failure::new(
            Exit::Usage,
            format!("{login} 已被停用;恢复请用 mingcha user reopen"),
            format!("{login} was revoked; mingcha user reopen lets them in again"),
        ));
    }
    Ok(account)
}

/// Sends an op that gives `account` a password.
async fn let_in(
    owner: &Owner,
    tenant: &Tenant,
    account: &KnownAccount,
    password: String,
    payload: impl FnOnce(Sha256) -> Payload,
) -> Result<()> {
    let way_in = WayIn { password_hash: Some(hash(owner, password).await?), link: None };
    let salt = owner.salt();
    let payload = payload(way_in.commitment(&salt));
    let asked = Asked { id: owner.op_id(), subject: account.id.0, salt, payload, private: Private::WayIn(way_in) };
    owner.writing(async |store| owner.act(store, tenant, asked, |_| None).await).await
}

async fn passwd(owner: &Owner, code: Option<&str>, login: &str, password: String) -> Result<()> {
    let tenant = owner.tenant(code).await?;
    let account = active(owner, &tenant, login).await?;
    let_in(owner, &tenant, &account, password, |commitment| Payload::AccountReset(AccountReset { commitment })).await?;
    say(
        &format!("{login} 的密码已改;原有会话和链接已失效。"),
        &format!("{login} has a new password; sessions and links from before have ended."),
    );
    Ok(())
}

async fn revoke(owner: &Owner, code: Option<&str>, login: &str, reason: String) -> Result<()> {
    let tenant = owner.tenant(code).await?;
    let account = active(owner, &tenant, login).await?;
    let payload = Payload::AccountDisable(AccountDisable { reason });
    let asked = Asked { id: owner.op_id(), subject: account.id.0, salt: owner.salt(), payload, private: Private::None };
    owner.writing(async |store| owner.act(store, &tenant, asked, |_| None).await).await?;
    say(
        &format!("{login} 已停用:总部会话即刻失效;手机只能上交已有内容,由总部决定是否采用。"),
        &format!(
            "{login} is revoked: sessions at HQ have ended; a phone can only hand in what it holds, and HQ decides about it."
        ),
    );
    Ok(())
}

async fn reopen(owner: &Owner, code: Option<&str>, login: &str, password: String) -> Result<()> {
    let tenant = owner.tenant(code).await?;
    let account = known(owner, &tenant, login).await?;
    if !account.disabled {
        return Err(Failure::new(
            Exit::Usage,
            format!("{login} 没有停用;改密码请用 mingcha user passwd"),
            format!("{login} was not revoked; mingcha user passwd gives a new password"),
        ));
    }
    let_in(owner, &tenant, &account, password, |commitment| Payload::AccountReopen(AccountReopen { commitment }))
        .await?;
    say(
        &format!("{login} 已恢复,用新密码登录;停用期间收到的内容仍由总部决定。"),
        &format!("{login} may act again and signs in with the new password; what came meanwhile still waits for HQ."),
    );
    Ok(())
}
