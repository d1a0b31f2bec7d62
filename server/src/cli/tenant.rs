//! `mingcha tenant`: the company itself, which everything else belongs to.

use domain::{
    checklist::builtin,
    ids::TenantId,
    op::{Payload, payload::ChecklistPublish},
    text::Text,
    time::ZoneOffset,
};
use store::{NewTenant, Private, Store};

use super::{
    arguments::TenantCommand,
    owner::{self, Asked, Owner, broken},
    say::say,
};
use crate::{
    config::Settings,
    failure::{Exit, Failure, Result},
};

pub(super) async fn run(settings: &Settings, command: TenantCommand) -> Result<()> {
    match command {
        TenantCommand::Add { code, name, name_en, zone } => {
            let code = checked_code(&code)?;
            let name = Text { zh: checked_name(&name)?, en: name_en.as_deref().map(checked_name).transpose()? };
            owner::with(settings, async |owner| add(owner, code, name, ZoneOffset(zone)).await).await
        }
        TenantCommand::List => owner::with(settings, list).await,
    }
}

fn checked_code(code: &str) -> Result<String> {
    let fits = (2..=30).contains(&code.len())
        && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if fits {
        return Ok(code.to_owned());
    }
    Err(Failure::new(
        Exit::Usage,
        "公司代码由 2 到 30 个小写字母、数字或 - 组成,例如 yunchuan",
        "a company's code has 2 to 30 of a-z, 0-9 and -, like yunchuan",
    ))
}

fn checked_name(name: &str) -> Result<String> {
    let name = name.trim();
    if (1..=60).contains(&name.chars().count()) && !name.contains(char::is_control) {
        return Ok(name.to_owned());
    }
    Err(Failure::new(Exit::Usage, "名称要有 1 到 60 个字", "a name has 1 to 60 characters"))
}

async fn add(owner: &Owner, code: String, name: Text, zone: ZoneOffset) -> Result<()> {
    let count = owner.writing(async |store| make(owner, store, &code, name, zone).await).await?;
    say(
        &format!("公司 {code} 已建立,含 {count} 份检查表。下一步:mingcha user add admin --name <姓名> --role admin"),
        &format!(
            "The company {code} is there, with {count} checklists. Next: mingcha user add admin --name <NAME> --role admin"
        ),
    );
    Ok(())
}

/// Makes the company; gives the number of its checklists.
async fn make(owner: &Owner, store: &Store, code: &str, name: Text, zone: ZoneOffset) -> Result<usize> {
    let now = owner.clock.now();
    let new = NewTenant { id: TenantId(owner.random.uuid_v7(now)), code: code.to_owned(), name, zone, at: now };
    match store::create_tenant(owner.url(), &new).await {
        Ok(()) => {}
        Err(store::Error::Constraint(_)) => {
            return Err(Failure::new(
                Exit::Usage,
                format!("已有代码为 {code} 的公司"),
                format!("there is a company with the code {code} already"),
            ));
        }
        Err(error) => return Err(broken(&error)),
    }
    let tenant = owner.tenant(Some(code)).await?;
    let lists = builtin().map_err(|error| Failure::unexpected("checklists", &error))?;
    let count = lists.len();
    for version in lists {
        let id = owner.op_id();
        let payload = Payload::ChecklistPublish(ChecklistPublish { version });
        let asked = Asked { id, subject: id.0, salt: owner.salt(), payload, private: Private::None };
        owner.act(store, &tenant, asked, |_| None).await?;
    }
    Ok(count)
}

async fn list(owner: &Owner) -> Result<()> {
    owner.needs_schema().await?;
    let all = store::command::companies(owner.url()).await.map_err(|error| broken(&error))?;
    if all.is_empty() {
        say("还没有公司。", "There is no company yet.");
    }
    for tenant in all {
        println!("{}\t{}\t{}", tenant.code, tenant.name.zh, tenant.id);
    }
    Ok(())
}
