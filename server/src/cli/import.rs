//! `mingcha import`: a list, whole or not at all, as one op.

use std::{fs::File, io::Read as _, path::Path};

use lists::{Faults, Import, Record, csv, org, venues};
use store::{Private, Tenant};

use super::{
    arguments::ImportCommand,
    owner::{self, Asked, Owner, broken},
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
            let rows = org::read(&records(&csv)?).map_err(faulty(&csv))?;
            owner::with(settings, async |owner| {
                let tenant = owner.tenant(of.tenant.as_deref()).await?;
                let known = store::command::units(owner.url(), tenant.id).await.map_err(|error| broken(&error))?;
                let import = org::resolve(known, owner.op_id().0, rows).map_err(faulty(&csv))?;
                apply(owner, &tenant, import).await
            })
            .await
        }
        ImportCommand::Venues { csv, of } => {
            let rows = venues::read(&records(&csv)?).map_err(faulty(&csv))?;
            owner::with(settings, async |owner| {
                let tenant = owner.tenant(of.tenant.as_deref()).await?;
                let units = store::command::units(owner.url(), tenant.id).await.map_err(|error| broken(&error))?;
                let known = store::command::venue_ids(owner.url(), tenant.id).await.map_err(|error| broken(&error))?;
                let import = venues::resolve(units, &known, owner.op_id().0, rows).map_err(faulty(&csv))?;
                apply(owner, &tenant, import).await
            })
            .await
        }
    }
}

/// Reads a file.
///
/// # Errors
/// [`Exit::Usage`]: missing, too large, in no encoding that we know, or no CSV.
fn records(file: &Path) -> Result<Vec<Record>> {
    let name = file.display();
    let wrong = |zh: String, en: String| Failure::new(Exit::Usage, format!("{name}:{zh}"), format!("{name}: {en}"));
    let mut bytes = Vec::new();
    let read = File::open(file).and_then(|file| file.take(csv::LARGEST + 1).read_to_end(&mut bytes));
    read.map_err(|error| wrong(format!("无法读取:{error}"), format!("cannot be read: {error}")))?;
    if bytes.len() as u64 > csv::LARGEST {
        let most = csv::LARGEST / 1024 / 1024;
        return Err(wrong(
            format!("超过 {most} MB;请分成几份,先导入上级"),
            format!("is larger than {most} MB; divide it, and import what stands above first"),
        ));
    }
    csv::records(&bytes).map_err(|no| wrong(no.zh, no.en))
}

fn faulty(file: &Path) -> impl Fn(Faults) -> Failure {
    let name = file.display().to_string();
    move |faults| {
        let (zh, en) = faults.told(&name);
        Failure::new(Exit::Usage, zh, en)
    }
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
