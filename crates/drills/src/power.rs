//! P1: the power is cut. Database and photos lie on a file system of their own; its image is copied while phones
//! work, the copy is mounted and recovered, and everything that was acknowledged by then is in it.
//!
//! At the cut all processes stand still, so that the copy is one moment: what was only in memory is not in it, what
//! was synced is. Killing processes alone would not show a missing sync: the kernel keeps what was written.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use rustix::process::{Signal, kill_process};
use serde_json::json;
use virtual_phone::{Dice, Photos, Wire};

use crate::{Figures, city::City, disk::Disk, load::Load, rig::Rig, settings::Common};

/// Bytes of the disk; sparse.
const SIZE: u64 = 900 << 20;
/// What is written between one cut and the next, at most. Bytes.
const A_CUT: u64 = 20 << 20;

/// How many cuts.
#[derive(Clone, Debug, clap::Args)]
pub struct Cuts {
    /// What is common to all suites.
    #[command(flatten)]
    pub common: Common,
    /// Power cuts.
    #[arg(long, default_value_t = 100)]
    pub cuts: u32,
}

/// Cuts, recovers, and lets the checker decide. Says why where there are no loop mounts.
///
/// # Errors
/// The promise is broken, or the drill itself failed.
pub async fn run(cuts: &Cuts) -> Result<()> {
    let seed = cuts.common.seed;
    println!("power-cuts: seed {seed}, {} cuts", cuts.cuts);
    if let Some(why) = Disk::why_not() {
        println!("power-cuts: skipped: {why}");
        return Ok(());
    }
    let mut dice = Dice::new(seed);
    let folder = tempfile::Builder::new().prefix("mcp").tempdir_in("/tmp")?;
    crate::rig::open(folder.path())?;
    let disk = Disk::new(folder.path(), "a", SIZE + u64::from(cuts.cuts) * A_CUT)?;
    let mut rig = Rig::at(&disk.at.join("d"), cuts.common.mutant.as_deref())?;
    rig.start().await?;
    let mut city = City::found(&rig, 8, &dice).await?;
    city.plan(40).await?;
    rig.kill().await?;
    rig.start().await?;
    let wire = Arc::new(Wire::new(rig.address, 8, Duration::from_secs(60)));
    let mut load = Load::sign_in(&city, &wire, Photos { count: 1, size: 20_000 }, &dice).await?;
    load.begin();
    let (mut broken, mut recovered, mut planned) = (Vec::new(), Vec::new(), 320);
    let (mut acknowledged, mut photos) = (0, 0);
    for cut in 0..cuts.cuts {
        let before = load.recorder.acknowledged();
        let begun = Instant::now();
        while load.recorder.acknowledged() < before + 12 {
            anyhow::ensure!(begun.elapsed() < Duration::from_secs(120), "nothing was acknowledged for two minutes");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::time::sleep(Duration::from_millis(dice.below(400))).await;
        let copy = folder.path().join("b.img");
        let pids = rig.pids();
        for pid in &pids {
            let _ = kill_process(*pid, Signal::STOP);
        }
        let copied = disk.copy(&copy);
        // Whatever a phone has heard by now was said before the cut.
        let heard = load.recorder.copy();
        for pid in &pids {
            let _ = kill_process(*pid, Signal::CONT);
        }
        copied?;
        let copy = Disk::mount(copy, folder.path().join("b")).context("the copy is mounted")?;
        let mut again = Rig::at(&copy.at.join("d"), None)?;
        let begun = Instant::now();
        again.start().await.context("the copy recovers")?;
        recovered.push(begun.elapsed());
        let gone = heard.all_died();
        let (faults, counts) = heard.judge(&again, city.tenant, gone).await?;
        broken.extend(faults.into_iter().map(|fault| format!("cut {cut}: {fault}")));
        (acknowledged, photos) = (counts.acknowledged, photos + counts.evidence);
        again.kill().await?;
        drop(again);
        drop(copy);
        if load.visits() + 160 > planned {
            city.more(40).await?;
            planned += 320;
        }
        if (cut + 1) % 10 == 0 {
            println!("power-cuts: {} cuts, {acknowledged} ops acknowledged, {} broken", cut + 1, broken.len());
        }
    }
    load.leave();
    city.leave().await;
    rig.kill().await?;
    drop(rig);
    recovered.sort();
    let slowest = recovered.last().map_or(0, |time| time.as_millis() as u64);
    Figures {
        promise: "P1",
        suite: "power-cuts",
        seed,
        figures: json!({
            "cuts": cuts.cuts, "acknowledged": acknowledged, "photos_checked": photos, "broken": broken.len(),
            "recovery_max_ms": slowest,
        }),
        broken,
    }
    .publish()
}

/// The exit code of a server that does not trust its database.
const UNSAFE: i32 = 6;

/// A server whose database was told that it need not keep what it confirms does not serve, and does again when that
/// is taken back.
///
/// # Errors
/// It serves all the same, or refuses for another reason.
pub async fn refuses_unsafe_settings() -> Result<()> {
    let mut rig = Rig::new(None)?;
    rig.start().await?;
    rig.stop().await?;
    let settings = rig.data.join("postgres/postgresql.auto.conf");
    let before = std::fs::read_to_string(&settings)?;
    for line in ["fsync = off", "full_page_writes = off", "synchronous_commit = off"] {
        std::fs::write(&settings, format!("{before}{line}\n"))?;
        let code = rig.refused().await.with_context(|| line.to_owned())?;
        anyhow::ensure!(code == Some(UNSAFE), "{line}: it ended with {code:?}");
    }
    std::fs::write(&settings, before)?;
    rig.start().await?;
    rig.stop().await
}
