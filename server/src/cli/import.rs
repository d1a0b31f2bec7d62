//! `mingcha import`: a list, whole or not at all, as one op.

mod csv;
mod org;
mod table;
mod venues;

use std::path::Path;

use domain::op::Payload;
use store::{Private, Tenant};

use super::{
    arguments::ImportCommand,
    owner::{self, Asked, Owner},
    say::say,
};
use crate::{
    config::Settings,
    failure::{Exit, Failure, Result},
};

pub(super) async fn run(settings: &Settings, command: ImportCommand) -> Result<()> {
    // The file is read before a database is opened: its faults need none.
    match command {
        ImportCommand::Org { csv, of } => {
            let rows = org::read(&csv::read(&csv)?).map_err(|faults| faults.failure(&csv))?;
            owner::with(settings, async |owner| {
                let tenant = owner.tenant(of.tenant.as_deref()).await?;
                let payload = org::payload(owner, &tenant, rows).await?.map_err(|faults| faults.failure(&csv))?;
                apply(owner, &tenant, payload).await
            })
            .await
        }
        ImportCommand::Venues { csv, of } => {
            let rows = venues::read(&csv::read(&csv)?).map_err(|faults| faults.failure(&csv))?;
            owner::with(settings, async |owner| {
                let tenant = owner.tenant(of.tenant.as_deref()).await?;
                let payload = venues::payload(owner, &tenant, rows).await?.map_err(|faults| faults.failure(&csv))?;
                apply(owner, &tenant, payload).await
            })
            .await
        }
    }
}

/// An import and what is said of it.
#[derive(Debug)]
struct Import {
    payload: Payload,
    added: usize,
    replaced: usize,
    without_position: Option<usize>,
}

async fn apply(owner: &Owner, tenant: &Tenant, import: Import) -> Result<()> {
    let id = owner.op_id();
    let Import { payload, added, replaced, without_position } = import;
    let asked = Asked { id, subject: id.0, salt: owner.salt(), payload, private: Private::None };
    owner.writing(async |store| owner.act(store, tenant, asked, |_| None).await).await?;
    let code = &tenant.code;
    say(&format!("{code}:新增 {added},替换 {replaced}。"), &format!("{code}: {added} added, {replaced} replaced."));
    if let Some(count) = without_position.filter(|count| *count > 0) {
        say(&format!("其中 {count} 个无坐标。"), &format!("{count} of them have no position."));
    }
    Ok(())
}

/// What is wrong with a file: every place, not the first one.
#[derive(Debug, Default)]
struct Faults(Vec<Fault>);

/// One thing that is wrong.
#[derive(Debug)]
struct Fault {
    line: usize,
    column: String,
    zh: String,
    en: String,
}

/// The most faults that are listed; the rest is counted.
const LISTED: usize = 200;

impl Faults {
    fn add(&mut self, line: usize, column: &str, zh: impl Into<String>, en: impl Into<String>) {
        self.0.push(Fault { line, column: column.to_owned(), zh: zh.into(), en: en.into() });
    }

    fn or<T>(self, value: T) -> core::result::Result<T, Self> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }

    fn failure(mut self, file: &Path) -> Failure {
        self.0.sort_by_key(|fault| fault.line);
        let (count, name) = (self.0.len(), file.display());
        let list = |say: fn(&Fault) -> String| {
            let mut lines: Vec<String> = self.0.iter().take(LISTED).map(say).collect();
            if count > LISTED {
                lines.push(format!("… {}", count - LISTED));
            }
            lines.join("\n  ")
        };
        let zh = list(|fault| format!("第 {} 行,{}:{}", fault.line, fault.column, fault.zh));
        let en = list(|fault| format!("line {}, {}: {}", fault.line, fault.column, fault.en));
        Failure::new(
            Exit::Usage,
            format!("{name} 有 {count} 处错误,什么都没有导入:\n  {zh}"),
            format!("{name} has {count} faults; nothing was imported:\n  {en}"),
        )
    }
}
