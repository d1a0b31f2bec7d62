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
    // The file is read before a database is opened; what is wrong with it by itself is told with what the company says.
    match command {
        ImportCommand::Org { csv, of } => {
            let list = org::read(&records(&csv)?);
            let known_faults = list.faults().clone();
            let done = owner::with(settings, async |owner| {
                let tenant = owner.tenant(of.tenant.as_deref()).await?;
                let known = store::command::units(owner.url(), tenant.id).await.map_err(|error| broken(&error))?;
                apply(owner, &tenant, org::resolve(known, owner.op_id().0, list)).await
            });
            told(&csv, known_faults, done.await)
        }
        ImportCommand::Venues { csv, of } => {
            let list = venues::read(&records(&csv)?);
            let known_faults = list.faults().clone();
            let done = owner::with(settings, async |owner| {
                let tenant = owner.tenant(of.tenant.as_deref()).await?;
                let units = store::command::units(owner.url(), tenant.id).await.map_err(|error| broken(&error))?;
                let known = store::command::venue_ids(owner.url(), tenant.id).await.map_err(|error| broken(&error))?;
                apply(owner, &tenant, venues::resolve(units, &known, owner.op_id().0, list)).await
            });
            told(&csv, known_faults, done.await)
        }
    }
}

/// What came of a list: it is taken, or all that is wrong with it.
type Told = core::result::Result<(), Faults>;

/// Ends with what came of it. Where nobody could ask the company, what is wrong with the list by itself is told all the same.
fn told(file: &Path, known: Faults, done: Result<Told>) -> Result<()> {
    let faults = match done {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(faults)) => faults,
        Err(failure) if known.0.is_empty() => return Err(failure),
        Err(failure) => {
            eprintln!("{failure}");
            known
        }
    };
    let (zh, en) = faults.told(&file.display().to_string());
    Err(Failure::new(Exit::Usage, zh, en))
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

async fn apply(owner: &Owner, tenant: &Tenant, list: core::result::Result<Import, Faults>) -> Result<Told> {
    let Import { payload, added, replaced, without_position } = match list {
        Ok(import) => import,
        Err(faults) => return Ok(Err(faults)),
    };
    let id = owner.op_id();
    let asked = Asked { id, subject: id.0, salt: owner.salt(), payload, private: Private::None };
    owner.writing(async |store| owner.act(store, tenant, asked, |_| None).await).await?;
    let code = &tenant.code;
    say(&format!("{code}:新增 {added},替换 {replaced}。"), &format!("{code}: {added} added, {replaced} replaced."));
    if let Some(count) = without_position.filter(|count| *count > 0) {
        say(&format!("其中 {count} 个无坐标。"), &format!("{count} of them have no position."));
    }
    Ok(Ok(()))
}
