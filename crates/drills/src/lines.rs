//! P10 and P11: evidence over lines that damage, break and die. Never complete with something missing or altered, and
//! a large photo gets through without being sent over and over.

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use domain::{evidence::Sha256, ids::VisitId};
use serde_json::json;
use virtual_phone::{Ask, Dice, Phone, Photos, Wire};

use crate::{
    Figures,
    chaos::{Chaos, Plan},
    city::City,
    load::Load,
    mangle::Mangle,
    rig::Rig,
    settings::Common,
};

/// How much is sent.
#[derive(Clone, Debug, clap::Args)]
pub struct Lines {
    /// What is common to all suites.
    #[command(flatten)]
    pub common: Common,
    /// Photos over the line that damages chunks.
    #[arg(long, default_value_t = 2_000)]
    pub uploads: usize,
    /// Photos over that line of which there are few different ones: visits of all phones name the same bytes.
    #[arg(long, default_value_t = 200)]
    pub equal: usize,
    /// Attempts to overwrite what is kept.
    #[arg(long, default_value_t = 200)]
    pub overwrites: usize,
    /// Photos of 5 MB over the line that breaks.
    #[arg(long, default_value_t = 200)]
    pub large: usize,
}

/// How many pictures there are where they are equal.
const PICTURES: u64 = 6;
/// Bytes of a large photo.
const LARGE: usize = 5_000_000;

/// Sends, and lets the checker decide.
///
/// # Errors
/// A promise is broken, or the drill itself failed.
pub async fn run(lines: &Lines) -> Result<()> {
    if lines.uploads > 0 {
        damaged(lines, lines.uploads, None).await?;
    }
    if lines.equal > 0 {
        damaged(lines, lines.equal, Some(PICTURES)).await?;
    }
    if lines.large > 0 {
        large(lines).await?;
    }
    Ok(())
}

async fn started(lines: &Lines, people: usize, tasks: usize, dice: &Dice) -> Result<(Rig, City)> {
    let mut rig = Rig::new(lines.common.mutant.as_deref())?;
    rig.start().await?;
    let mut city = City::found(&rig, people, dice).await?;
    city.plan(tasks).await?;
    city.leave().await;
    // The server learns of a company when it starts.
    rig.kill().await?;
    rig.start().await?;
    Ok((rig, city))
}

/// P10: four photos a visit, of one to three chunks each, and every chunk may be damaged.
async fn damaged(lines: &Lines, uploads: usize, pictures: Option<u64>) -> Result<()> {
    let seed = lines.common.seed;
    let of = pictures.map_or_else(String::new, |pictures| format!(" of {pictures} pictures"));
    println!("lines: seed {seed}, {uploads} uploads{of} through damage");
    let dice = Dice::new(seed);
    let people = 8;
    let tasks = uploads.div_ceil(4 * people);
    let (rig, city) = started(lines, people, tasks, &dice).await?;
    let mangle = Mangle::before(rig.address, &dice, 10).await?;
    let direct = Arc::new(Wire::new(rig.address, people, Duration::from_secs(20)));
    let through = Arc::new(Wire::new(mangle.address, people, Duration::from_secs(20)));
    let mut load = Load::sign_in(&city, &direct, Photos { count: 4, size: 300_000 }, &dice).await?;
    for phone in load.phones() {
        phone.use_wire(Arc::clone(&through));
    }
    if let Some(pictures) = pictures {
        load.of_few(pictures);
    }
    load.begin();
    let begun = Instant::now();
    let goal = tasks * people;
    let mut honest = Honest::default();
    while load.visits() < goal as u64 {
        ensure!(begun.elapsed() < Duration::from_secs(60 + uploads as u64 * 4), "the uploads do not come through");
        honest.look(&rig, &city).await?;
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    ensure!(load.end().await?, "the phones do not drain");
    // However often a chunk was damaged: what a visit names arrives, once for each visit.
    let (named, stored) = (load.recorder.named(), load.recorder.stored());
    let arrived = named.intersection(&stored).count();
    let missing = named.difference(&stored).map(|(visit, sha256)| format!("{sha256} of visit {visit} never arrived"));
    let missing: Vec<String> = missing.collect();
    let recorder = Arc::clone(&load.recorder);
    let tampered = overwrite(&rig, &city, load.phones(), lines.overwrites, &dice).await?;
    // Everything that was said to be there comes to count by itself.
    let begun = Instant::now();
    while honest.look(&rig, &city).await? < stored.len() {
        ensure!(begun.elapsed() < Duration::from_secs(120), "what is there does not come to count");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let (mut broken, counts) = recorder.judge(&rig, city.tenant, Vec::new()).await?;
    broken.extend(honest.broken);
    broken.extend(tampered);
    broken.extend(missing);
    let damage = &mangle.damage;
    let count = |of: &std::sync::atomic::AtomicU64| of.load(Ordering::Relaxed);
    Figures {
        promise: "P10",
        suite: "lines",
        seed,
        figures: json!({
            "uploads": goal * 4, "named": named.len(), "arrived": arrived, "chunks": count(&damage.chunks), "dropped": count(&damage.dropped),
            "cut": count(&damage.cut), "doubled": count(&damage.doubled), "reordered": count(&damage.reordered),
            "flipped": count(&damage.flipped), "forged": count(&damage.forged),
            "unanswered": count(&damage.unanswered), "overwrites_tried": lines.overwrites,
            "looks": honest.looks, "evidence": counts.evidence, "broken": broken.len(),
        }),
        broken,
    }
    .publish()
}

/// Looks while it runs: whatever counts as verified is there, whole and right, at that very moment.
#[derive(Default)]
struct Honest {
    looks: u64,
    broken: Vec<String>,
}

impl Honest {
    /// How many hashes count now.
    async fn look(&mut self, rig: &Rig, city: &City) -> Result<usize> {
        let report = store::verify(&rig.owner_url()?, city.tenant, &rig.published().await?).await?;
        self.looks += 1;
        for media in &report.media {
            let right = std::fs::read(rig.evidence(city.tenant, media.sha256))
                .is_ok_and(|bytes| bytes.len() as u64 == media.size && Sha256::of(&bytes) == media.sha256);
            if !right {
                self.broken.push(format!("{} of visit {} counts and is not there", media.sha256, media.visit));
            }
        }
        Ok(report.media.len())
    }
}

/// Attempts to put other bytes under a hash that is kept, and to upload what nobody named.
async fn overwrite(rig: &Rig, city: &City, phones: &[Phone], times: usize, dice: &Dice) -> Result<Vec<String>> {
    let wire = Wire::new(rig.address, 4, Duration::from_secs(20));
    let mut dice = dice.fork(0x0e4);
    let mut broken = Vec::new();
    for n in 0..times {
        let phone = &phones[n % phones.len()];
        let Some(pass) = phone.pass() else { continue };
        let files: Vec<(VisitId, Sha256)> =
            phone.engine().into_iter().flat_map(sync::Engine::files).map(|file| (file.visit(), file.sha256)).collect();
        let files: Vec<(VisitId, Sha256)> =
            files.into_iter().filter(|(_, sha256)| rig.evidence(city.tenant, *sha256).exists()).collect();
        ensure!(!files.is_empty(), "a phone without files");
        let (visit, sha256) = files[dice.below(files.len() as u64) as usize];
        let before = std::fs::read(rig.evidence(city.tenant, sha256))?;
        let mut other = before[..100_000.min(before.len())].to_vec();
        let place = dice.below(other.len() as u64) as usize;
        other[place] ^= 0x40;
        let (visit, digest) = (visit.to_string(), Sha256::of(&other).to_string());
        let offset = if n % 3 == 0 { before.len().to_string() } else { "0".to_owned() };
        let headers = [
            ("authorization", pass.bearer.as_str()),
            ("mingcha-protocol", "1"),
            (protocol::evidence::VISIT_HEADER, visit.as_str()),
            (protocol::evidence::OFFSET_HEADER, offset.as_str()),
            (protocol::evidence::CHUNK_HEADER, digest.as_str()),
        ];
        let named = if n % 2 == 0 { sha256 } else { Sha256::of(&other) };
        let path = format!("/api/v1/evidence/{named}");
        let answer = wire.ask(&Ask { method: "PATCH", path: &path, headers: &headers, body: &other }).await?;
        if n % 2 == 1 && answer.status == 200 {
            broken.push(format!("bytes that nobody named were taken: {named}"));
        }
        if std::fs::read(rig.evidence(city.tenant, sha256))? != before {
            broken.push(format!("{sha256} was overwritten"));
        }
    }
    Ok(broken)
}

/// P11: resets at random offsets (400 kB on average), outages, and a line that carries little.
async fn large(lines: &Lines) -> Result<()> {
    let seed = lines.common.seed;
    println!("lines: seed {seed}, {} photos of 5 MB over a line that breaks", lines.large);
    let mut dice = Dice::new(seed);
    let people = 4.min(lines.large);
    let tasks = lines.large.div_ceil(people);
    let (rig, city) = started(lines, people, tasks, &dice).await?;
    let chaos = Chaos::before(rig.address, &dice, |dice| Plan {
        delay: Duration::from_micros(200),
        bandwidth: 8_000_000,
        // Uniform from 0 to twice the mean.
        reset_after: Some(1 + dice.below(800_000)),
        swallow_after: (dice.below(50) == 0).then(|| dice.below(400_000)),
        deaf_after: (dice.below(50) == 0).then_some(600),
    })
    .await?;
    let direct = Arc::new(Wire::new(rig.address, people, Duration::from_secs(20)));
    // What takes longer than this was taken by a black hole.
    let through = Arc::new(Wire::new(chaos.address, people, Duration::from_secs(4)));
    let mut load = Load::sign_in(&city, &direct, Photos { count: 1, size: LARGE }, &dice).await?;
    for phone in load.phones() {
        phone.use_wire(Arc::clone(&through));
    }
    load.begin();
    let (begun, goal) = (Instant::now(), tasks * people);
    let mut outages = 0;
    let mut shown = 0;
    let sent = || chaos.traffic.up.load(Ordering::Relaxed);
    // Twice the size is broken whatever comes after it.
    while load.recorder.stored().len() < goal && sent() < 2 * (goal * LARGE) as u64 {
        ensure!(
            begun.elapsed() < Duration::from_secs(120 + lines.large as u64 * 60),
            "{} of {goal} photos came through",
            load.recorder.stored().len()
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
        // Thirty seconds of a day, scaled to the line.
        if dice.below(40) == 0 {
            chaos.outage(Duration::from_millis(300)).await;
            outages += 1;
        }
        let stored = load.recorder.stored().len();
        if stored / 20 > shown {
            shown = stored / 20;
            println!("lines: {stored} of {goal} photos");
        }
    }
    if load.recorder.stored().len() < goal {
        load.leave();
    } else {
        ensure!(load.end().await?, "the phones do not drain");
    }
    let sent = sent();
    let ratio = sent as f64 / (goal * LARGE) as f64;
    let gone = if load.recorder.stored().len() < goal { load.recorder.all_died() } else { Vec::new() };
    let (mut broken, counts) = load.recorder.judge(&rig, city.tenant, gone).await?;
    // Of a few photos luck decides more than the promise allows.
    let most = if goal < 40 { 1.5 } else { 1.25 };
    if ratio > most {
        broken.push(format!("{ratio:.3} times the size was sent"));
    }
    let resets = chaos.traffic.resets.load(Ordering::Relaxed);
    let figures: BTreeMap<&str, serde_json::Value> = BTreeMap::from([
        ("photos", json!(goal)),
        ("evidence", json!(counts.evidence)),
        ("resets", json!(resets)),
        ("outages", json!(outages)),
        ("sent_bytes", json!(sent)),
        ("sent_by_size", json!((ratio * 1000.0).round() / 1000.0)),
        ("broken", json!(broken.len())),
    ]);
    Figures { promise: "P11", suite: "lines", seed, figures: json!(figures), broken }.publish()
}

/// The last chunk is taken and then the store fails: when it works again the phone has nothing left to send, and its
/// photo arrives all the same.
///
/// # Errors
/// It does not.
pub async fn whole_but_unfinished() -> Result<()> {
    let lines = Lines { common: Common::default(), uploads: 0, equal: 0, overwrites: 0, large: 0 };
    let dice = Dice::new(7);
    let (rig, city) = started(&lines, 1, 1, &dice).await?;
    let wire = Arc::new(Wire::new(rig.address, 1, Duration::from_secs(20)));
    let mut load = Load::sign_in(&city, &wire, Photos { count: 1, size: 200_000 }, &dice).await?;
    let mut phone = load.phones().remove(0);
    let task = phone.open_tasks()[0];
    phone.accept(task)?;
    phone.visit(task, &virtual_phone::Standard::with(Photos { count: 1, size: 200_000 }))?;
    // A file where the folder of finished evidence should be.
    let folder = rig.data.join("media/evidence");
    std::fs::write(&folder, b"in the way")?;
    ensure!(phone.pass_once().await.is_err(), "the store did not fail");
    std::fs::remove_file(&folder)?;
    phone.pass_once().await?;
    ensure!(phone.is_drained(), "the photo waits on");
    let (broken, counts) = load.recorder.judge(&rig, city.tenant, Vec::new()).await?;
    ensure!(broken.is_empty() && counts.evidence == 1, "{broken:?}");
    Ok(())
}
