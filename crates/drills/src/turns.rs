//! Phones that work turn by turn, as the browser's do, and what the drills around them share.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use anyhow::Result;
use domain::ids::AssignmentId;
use sync::FileNote;
use tokio::task::JoinSet;
use virtual_phone::{Phone, Standard};

/// How long a phone waits between two turns.
pub(crate) const MOMENT: Duration = Duration::from_millis(40);

/// How often a phone shows its newest head: what takes ten minutes outside.
pub(crate) const SHOWS: Duration = Duration::from_millis(500);

/// Whether nothing waits, and every photo counts on the server as far as the phone has heard; for a task that the server
/// has lost nothing counts before somebody at HQ says so, and the phone goes on asking.
pub(crate) fn is_settled(phone: &Phone) -> bool {
    let Some(engine) = phone.engine() else { return true };
    let held = |file: &FileNote| engine.troubles().any(|trouble| trouble.task == file.task);
    phone.is_drained() && !engine.files().any(|file| file.is_unsure() && !held(file))
}

/// Makes a visit that was not made before, if one of `allowed` is left.
pub(crate) fn visit(
    phone: &mut Phone,
    allowed: &AtomicI64,
    standard: &Standard,
    visited: &mut BTreeSet<AssignmentId>,
) -> Result<()> {
    let Some(task) = phone.open_tasks().into_iter().find(|task| !visited.contains(task)) else { return Ok(()) };
    if allowed.fetch_sub(1, Ordering::SeqCst) <= 0 {
        return Ok(());
    }
    phone.accept(task)?;
    phone.visit(task, standard)?;
    visited.insert(task);
    Ok(())
}

/// Waits until all phones have come to their end, and gives each to `take`. `false`: some had not within `patience`, and
/// were left.
pub(crate) async fn rest(
    at_work: &mut JoinSet<Result<Phone>>,
    patience: Duration,
    mut take: impl FnMut(Phone),
) -> Result<bool> {
    let resting = async {
        while let Some(done) = at_work.join_next().await {
            take(done??);
        }
        Ok(true)
    };
    match tokio::time::timeout(patience, resting).await {
        Ok(rested) => rested,
        Err(_) => {
            at_work.abort_all();
            Ok(false)
        }
    }
}
