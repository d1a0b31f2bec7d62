//! P22: the disk runs full, hundreds come at once, slow clients hold on. The server refuses and never lies, and comes
//! back by itself.

use std::{
    fs::{self, File},
    io::Write as _,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use tokio::{io::AsyncWriteExt as _, net::TcpStream};
use virtual_phone::{Ask, Dice, Photos, Wire};

use crate::{Figures, city::City, disk::Disk, load::Load, rig::Rig, settings::Common};

/// Bytes of the disk: the cluster, its log, and the 128 MB without which nothing is started.
const SIZE: u64 = 420 << 20;

/// The exit code of a data folder that cannot be used.
const DATA: i32 = 5;

/// How often, and how many.
#[derive(Clone, Debug, clap::Args)]
pub struct Full {
    /// What is common to all suites.
    #[command(flatten)]
    pub common: Common,
    /// How often the disk runs full.
    #[arg(long, default_value_t = 20)]
    pub fills: u32,
    /// How many phones come back at once.
    #[arg(long, default_value_t = 500)]
    pub crowd: usize,
    /// How many clients send a byte now and then.
    #[arg(long, default_value_t = 300)]
    pub slow: usize,
}

/// Fills, crowds, and lets the checker decide.
///
/// # Errors
/// The promise is broken, or the drill itself failed.
pub async fn run(full: &Full) -> Result<()> {
    if full.fills > 0 {
        match Disk::why_not() {
            Some(why) => println!("disk: skipped: {why}"),
            None => fill(full).await?,
        }
    }
    if full.crowd > 0 {
        crowd(full).await?;
    }
    Ok(())
}

/// Whether disks of our own can be made here.
#[must_use]
pub fn is_possible() -> bool {
    Disk::why_not().is_none()
}

async fn fill(full: &Full) -> Result<()> {
    let seed = full.common.seed;
    println!("disk: seed {seed}, {} times full", full.fills);
    let mut dice = Dice::new(seed);
    let folder = tempfile::Builder::new().prefix("mcf").tempdir_in("/tmp")?;
    crate::rig::open(folder.path())?;
    // Photos and rows in turn: each has a disk, and either may be the full one. What the phones bring between two times
    // stays there, some four megabytes each time: in the end nothing but the filler may fill it.
    let room = (64 + 8 * full.fills as u64) << 20;
    let (rows, media) = (Disk::new(folder.path(), "p", SIZE)?, Disk::new(folder.path(), "m", room)?);
    let mut rig = Rig::at(&rows.at.join("d"), full.common.mutant.as_deref())?;
    rig.media_at(&media.at.join("m"));
    rig.start().await?;
    let mut city = City::found(&rig, 9, &dice).await?;
    city.plan(200).await?;
    city.leave().await;
    rig.kill().await?;
    rig.start().await?;
    let wire = Arc::new(Wire::new(rig.address, 8, Duration::from_secs(40)));
    let mut load = Load::sign_in(&city, &wire, Photos { count: 1, size: 100_000 }, &dice).await?;
    // One of them does no visits and only asks.
    let asks = load.phones().pop().context("a phone")?;
    let bearer = asks.pass().context("a pass")?.bearer.clone();
    let recorder = Arc::clone(&load.recorder);
    load.begin();
    let (mut refusals, mut broken) = (0, Vec::new());
    let mut recovered = Vec::new();
    for n in 0..full.fills {
        let before = recorder.acknowledged();
        let begun = Instant::now();
        while recorder.acknowledged() < before + 20 {
            ensure!(begun.elapsed() < Duration::from_secs(120), "it does not come back after the {n}th time full");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let disk = if n % 2 == 0 { &media } else { &rows };
        let filler = disk.at.join("filler");
        // Down to a random last bit, so that it is another write each time that finds no room.
        filled(&filler, dice.below(6) * 100_000)?;
        let refused = load.missed();
        let begun = Instant::now();
        while load.missed() < refused + 8 && begun.elapsed() < Duration::from_secs(20) {
            let (status, after) = ask(&wire, &bearer).await;
            // A full disk is no reason for another answer than these.
            if !matches!(status, 0 | 200..=204 | 409 | 503 | 507) {
                broken.push(format!("status {status} on a full disk"));
            }
            if matches!(status, 503 | 507) && !after {
                broken.push(format!("status {status} without Retry-After"));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        refusals += load.missed() - refused;
        fs::remove_file(&filler)?;
        let (begun, before) = (Instant::now(), recorder.acknowledged());
        while recorder.acknowledged() <= before {
            ensure!(begun.elapsed() < Duration::from_secs(90), "it does not come back after the {n}th time full");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        recovered.push(begun.elapsed().as_millis() as u64);
        println!("disk: {} of {} times full, back after {} ms", n + 1, full.fills, begun.elapsed().as_millis());
    }
    if !load.end().await? {
        broken.push("the phones do not drain".to_owned());
    }
    if refusals == 0 {
        broken.push("the disk was never full: this proves nothing".to_owned());
    }
    for (status, times) in load.statuses() {
        if !matches!(status, 0 | 503 | 507) {
            broken.push(format!("{times} requests got status {status}"));
        }
    }
    let (faults, counts) = recorder.judge(&rig, city.tenant, Vec::new()).await?;
    broken.extend(faults);
    rig.kill().await?;
    broken.extend(begin_full(&mut rig, &rows).await?);
    drop(rig);
    recovered.sort_unstable();
    Figures {
        promise: "P22",
        suite: "disk",
        seed,
        figures: json!({
            "times_full": full.fills, "refusals": refusals, "statuses": json!(load.statuses()),
            "acknowledged": counts.acknowledged, "photos": counts.evidence, "broken": broken.len(),
            "recovery_max_ms": recovered.last(),
        }),
        broken,
    }
    .publish()
}

/// A server that finds its disk full says so and ends, before it starts a database that could not write; with room again
/// it begins. Gives what it did instead.
async fn begin_full(rig: &mut Rig, disk: &Disk) -> Result<Vec<String>> {
    let filler = disk.at.join("filler");
    filled(&filler, 0)?;
    let (code, said) = rig.begin_and_end().await?;
    fs::remove_file(&filler)?;
    rig.start().await.context("with room again it does not begin")?;
    rig.kill().await?;
    let is_right = code == Some(DATA) && said.contains("磁盘已满") && said.contains("is full");
    Ok(if is_right { Vec::new() } else { vec![format!("started on a full disk: code {code:?}, {said}")] })
}

/// A file that leaves `spare` bytes.
fn filled(path: &std::path::Path, spare: u64) -> Result<()> {
    let mut file = File::create(path)?;
    let piece = vec![7; 64 * 1024];
    while file.write_all(&piece).is_ok() {}
    while file.write_all(&[7; 512]).is_ok() {}
    let length = file.metadata()?.len();
    file.set_len(length.saturating_sub(spare))?;
    drop(file.sync_all());
    Ok(())
}

/// A write by hand; its status (0: no answer) and whether it says when to try again.
async fn ask(wire: &Wire, bearer: &str) -> (u16, bool) {
    let headers = [("authorization", bearer), ("mingcha-protocol", "1"), ("content-type", "application/json")];
    let ask = Ask { method: "POST", path: "/api/v1/journal", headers: &headers, body: b"{}" };
    match wire.ask(&ask).await {
        Ok(answer) => (answer.status, answer.header("retry-after").is_some()),
        Err(_) => (0, false),
    }
}

/// Hundreds of phones come back at the same moment, beside clients that hold their connections and say nothing.
async fn crowd(full: &Full) -> Result<()> {
    let seed = full.common.seed;
    println!("disk: seed {seed}, {} phones at once beside {} slow clients", full.crowd, full.slow);
    let dice = Dice::new(seed);
    let mut rig = Rig::new(full.common.mutant.as_deref())?;
    rig.start().await?;
    let mut city = City::found(&rig, full.crowd, &dice).await?;
    city.plan(1).await?;
    city.leave().await;
    rig.kill().await?;
    rig.start().await?;
    let wire = Arc::new(Wire::new(rig.address, full.crowd, Duration::from_secs(60)));
    let mut load = Load::sign_in(&city, &wire, Photos { count: 1, size: 5_000 }, &dice).await?;
    let mut slow = Vec::new();
    for n in 0..full.slow {
        let mut socket = TcpStream::connect(rig.address).await?;
        let words: &[u8] = if n % 2 == 0 { b"POST /api/v1/sync/push HTTP/1.1\r\nhost: x\r\n" } else { b"P" };
        socket.write_all(words).await?;
        slow.push(socket);
    }
    let recorder = Arc::clone(&load.recorder);
    let begun = Instant::now();
    load.begin();
    let goal = full.crowd as u64 * 4;
    while recorder.acknowledged() < goal || recorder.stored().len() < full.crowd {
        // Well within what the server grants a head: nobody may have to wait until the slow are shown the door.
        ensure!(
            begun.elapsed() < Duration::from_secs(45 + full.crowd as u64 / 2),
            "{} of {goal} ops acknowledged",
            recorder.acknowledged()
        );
        for socket in &mut slow {
            // Whoever was shown the door has gone.
            let _ = socket.try_write(b"x");
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let took = begun.elapsed();
    let mut broken = Vec::new();
    if !load.end().await? {
        broken.push("the phones do not drain".to_owned());
    }
    for (status, times) in load.statuses() {
        if !matches!(status, 0 | 429 | 503) {
            broken.push(format!("{times} requests got status {status}"));
        }
    }
    let (faults, counts) = recorder.judge(&rig, city.tenant, Vec::new()).await?;
    broken.extend(faults);
    rig.stop().await?;
    Figures {
        promise: "P22",
        suite: "disk",
        seed,
        figures: json!({
            "phones_at_once": full.crowd, "slow_clients": full.slow, "acknowledged": counts.acknowledged,
            "photos": counts.evidence, "turned_away": load.missed(), "seconds": took.as_secs(),
            "broken": broken.len(),
        }),
        broken,
    }
    .publish()
}
