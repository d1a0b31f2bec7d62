//! P9: the server is lost in the middle of traffic and put back from a backup that lacks the newest work. Everything that
//! was acknowledged comes back from the phones, photos too, and the log says where it was cut off.
//!
//! The backup is made by `mingcha backup` while phones work. After it they hand in more, some of it for tasks that were
//! planned since; then server and database are killed and `mingcha restore` fills an empty folder, half of the time with
//! the old `keys/` in it. Nobody helps the phones but that people sign in again, for no backup holds sessions. In one round
//! of three the phones have nothing left to send when the server goes: then only the heads that they show bring it back. In
//! another the backup is that of the round before, which knows none of the journals that phones have opened since.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use domain::{evidence::Sha256, ids::TenantId};
use protocol::session::Credentials;
use serde_json::{Value, json};
use sync::End;
use tokio::task::JoinSet;
use virtual_phone::{Dice, Phone, Photos, Standard, Wire};

use crate::{
    Figures,
    city::{CODE, City, PASSWORD, login},
    history::{Left, Recorder},
    load::Load,
    rig::{Published, Rig},
    settings::Common,
    turns::{MOMENT, SHOWS, is_settled, rest, visit},
};

const PHOTOS: Photos = Photos { count: 1, size: 20_000 };

/// Tasks of each phone for each round.
const TASKS: usize = 16;

/// How many restores.
#[derive(Clone, Debug, clap::Args)]
pub struct Restores {
    /// What is common to all suites.
    #[command(flatten)]
    pub common: Common,
    /// Restores, each from a backup of the server as the one before left it.
    #[arg(long, default_value_t = 30)]
    pub restores: usize,
    /// Phones at work.
    #[arg(long, default_value_t = 8)]
    pub phones: usize,
    /// How long nothing may come forward before the drill gives up, seconds.
    #[arg(long, default_value_t = 60)]
    pub patience: u64,
}

/// What the phones share with the drill.
#[derive(Default)]
struct Office {
    /// How many visits may be begun.
    visits: AtomicI64,
    /// Nothing new; whoever has nothing left, and has heard so, ends.
    closing: AtomicBool,
    /// How often it was asked who waits for nothing.
    asked: AtomicU64,
    /// The last such question at which a phone had begun a turn that left it with nothing, by the phone's number.
    settled: Vec<AtomicU64>,
    sign_ins: AtomicU64,
}

/// What came of it.
#[derive(Default)]
struct Found {
    broken: Vec<String>,
    backups: Vec<Duration>,
    restores: Vec<Duration>,
    /// The server of now knows the key of the one before: a backup from before a restore without `keys/` does not.
    last_known: bool,
    unknown_keys: u32,
    /// Acknowledged ops that the last restore took, and all of them together.
    last_taken: usize,
    ops_taken: usize,
    photos_taken: usize,
    late_tasks: usize,
    quiet: u32,
    revealed: u32,
}

struct Drill {
    rig: Rig,
    city: City,
    recorder: Arc<Recorder>,
    office: Arc<Office>,
    dice: Dice,
    phones: usize,
    patience: Duration,
    /// The keys that the server of now knows.
    keys: Published,
    found: Found,
}

/// Backs up, kills, restores, and lets the checker decide.
///
/// # Errors
/// The promise is broken, or the drill itself failed.
pub async fn run(restores: &Restores) -> Result<()> {
    let seed = restores.common.seed;
    println!("restores: seed {seed}, {} restores, {} phones", restores.restores, restores.phones);
    let dice = Dice::new(seed);
    let mut rig = Rig::new(restores.common.mutant.as_deref())?;
    rig.start().await?;
    let mut city = City::found(&rig, restores.phones, &dice).await?;
    city.plan(TASKS * (restores.restores + 1)).await?;
    // The server learns of a company when it starts.
    rig.kill().await?;
    rig.start().await?;
    let wire = Arc::new(Wire::new(rig.address, restores.phones, Duration::from_secs(20)));
    let mut load = Load::sign_in(&city, &wire, PHOTOS, &dice).await?;
    let office = Office { settled: (0..restores.phones).map(|_| AtomicU64::default()).collect(), ..Office::default() };
    let keys = rig.published().await?;
    let mut drill = Drill {
        rig,
        city,
        recorder: Arc::clone(&load.recorder),
        office: Arc::new(office),
        dice: dice.fork(0x9e5),
        phones: restores.phones,
        patience: Duration::from_secs(restores.patience),
        keys,
        found: Found::default(),
    };
    let mut at_work = JoinSet::new();
    for phone in load.phones().drain(..) {
        let dice = dice.fork(1_000 + phone.number());
        at_work.spawn(work(phone, Arc::clone(&drill.office), dice));
    }
    for round in 0..restores.restores {
        if !drill.round(round).await.with_context(|| format!("restore {}", round + 1))? {
            break;
        }
        if (round + 1) % 5 == 0 {
            println!("restores: {} restores, {} ops acknowledged", round + 1, drill.recorder.receipts().len());
        }
    }
    drill.end(at_work, seed).await
}

impl Drill {
    /// A backup, more traffic, a loss and a restore. `false`: nothing comes forward any more.
    async fn round(&mut self, round: usize) -> Result<bool> {
        let (quiet, old) = (round % 3 == 1, round % 3 == 2);
        let backup = self.rig.data.with_extension("backup");
        // Whoever has opened a journal since the backup must sign in, and offers everything again: phones whose journals it
        // knows, and that have nothing to send, have only their heads to show.
        if quiet && !(self.brought_back().await? && self.settled().await) {
            return Ok(false);
        }
        self.hand_out(1);
        if !old && !self.back_up(&backup).await? {
            return Ok(false);
        }
        // The backup knows nothing of these.
        if self.dice.below(2) == 0 {
            self.city.more(2).await?;
            self.found.late_tasks += 2 * self.phones;
        }
        self.hand_out(2);
        let more = 8 + self.dice.below(60);
        if !self.progress(more).await || (quiet && !self.settled().await) {
            return Ok(false);
        }
        tokio::time::sleep(Duration::from_millis(self.dice.below(if quiet { 1 } else { 300 }))).await;
        self.look_at_forks().await?;
        self.lose_and_restore(&backup).await?;
        if quiet {
            self.found.quiet += 1;
        } else {
            self.hand_out(1);
        }
        Ok(!(quiet || old || self.dice.below(2) == 0) || self.brought_back().await?)
    }

    /// Backs the server up while phones work: one time in three before they have brought back what the restore before took.
    /// `false`: nothing comes forward any more.
    async fn back_up(&mut self, backup: &Path) -> Result<bool> {
        if self.dice.below(3) == 0 {
            tokio::time::sleep(Duration::from_millis(self.dice.below(600))).await;
        } else {
            let more = 10 + self.dice.below(40);
            if !self.progress(more).await {
                return Ok(false);
            }
        }
        if backup.exists() {
            fs::remove_dir_all(backup)?;
        }
        self.hand_out(1);
        let begun = Instant::now();
        self.rig.operate("backup", Some(backup)).await?;
        self.found.backups.push(begun.elapsed());
        Ok(true)
    }

    /// Hands out visits for a part of a round: `most` a phone, or fewer.
    fn hand_out(&mut self, most: usize) {
        let visits = 1 + self.dice.below((self.phones * most) as u64);
        self.office.visits.store(visits.cast_signed(), Ordering::SeqCst);
    }

    /// Waits until so many ops have been acknowledged that never were before, handing out work. `false`: that took too long.
    async fn progress(&mut self, more: u64) -> bool {
        let (begun, goal) = (Instant::now(), self.recorder.receipts().len() as u64 + more);
        while (self.recorder.receipts().len() as u64) < goal {
            if begun.elapsed() >= self.patience {
                self.found.broken.push("nothing is acknowledged any more".to_owned());
                return false;
            }
            if self.office.visits.load(Ordering::SeqCst) <= 0 {
                self.office.visits.store(self.phones as i64 / 2, Ordering::SeqCst);
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        true
    }

    /// Waits until every phone has taken a turn from now on that left it with nothing. `false`: that took too long.
    async fn settled(&mut self) -> bool {
        self.office.visits.store(0, Ordering::SeqCst);
        let (begun, asked) = (Instant::now(), self.office.asked.fetch_add(1, Ordering::SeqCst) + 1);
        while !self.office.settled.iter().all(|settled| settled.load(Ordering::SeqCst) == asked) {
            if begun.elapsed() >= self.patience {
                self.found.broken.push("phones with nothing new to do do not come to rest".to_owned());
                return false;
            }
            tokio::time::sleep(MOMENT).await;
        }
        true
    }

    /// Server and database die with whatever is under way; another folder becomes what the backup holds.
    async fn lose_and_restore(&mut self, backup: &Path) -> Result<()> {
        let key = self.rig.signer()?.sign(Sha256([0; 32])).key;
        self.rig.crash().await?;
        let left = left(backup, self.city.tenant)?;
        self.found.last_taken = self.recorder.restored(left);
        self.found.ops_taken += self.found.last_taken;
        let aside = self.rig.data.with_extension("lost");
        fs::rename(&self.rig.data, &aside)?;
        if self.dice.below(2) == 0 {
            copy_keys(&aside, &self.rig.data).await?;
        }
        let begun = Instant::now();
        self.rig.operate("restore", Some(backup)).await?;
        self.found.restores.push(begun.elapsed());
        let stored = self.recorder.stored();
        let gone = stored.iter().filter(|(_, sha256)| !self.rig.evidence(self.city.tenant, *sha256).exists());
        self.found.photos_taken += gone.count();
        self.rig.start().await?;
        self.keys = self.rig.published().await?;
        self.found.last_known = self.keys.has(&key);
        self.found.unknown_keys += u32::from(!self.found.last_known);
        self.city.reopen(&self.rig).await?;
        fs::remove_dir_all(&aside)?;
        Ok(())
    }

    /// Waits until all that was ever acknowledged is in the log again. `false`: that took too long.
    async fn brought_back(&mut self) -> Result<bool> {
        let (begun, owner) = (Instant::now(), self.rig.owner_url()?);
        loop {
            // In this order: what is acknowledged meanwhile need not be in what was read.
            let receipts = self.recorder.receipts();
            let recorded = store::recorded(&owner, self.city.tenant).await?;
            let there: BTreeSet<String> = recorded.ops.iter().map(|op| op.op.to_string()).collect();
            let missing = receipts.difference(&there).count();
            if missing == 0 {
                self.must_be_told();
                return Ok(true);
            }
            if begun.elapsed() >= self.patience {
                self.found.broken.push(format!("phones did not bring back {missing} ops that were acknowledged"));
                return Ok(false);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Whoever brings back an op has its receipt, and shows that head or a newer one: the server must have learnt from it.
    fn must_be_told(&mut self) {
        let taken = self.found.last_taken;
        if taken > 0 && self.found.last_known && !self.recorder.is_revealed(&self.keys) {
            self.found.broken.push(format!("{taken} ops came back and nobody showed the server their receipts"));
        }
    }

    /// The server was told by a head that it had been restored, and wrote that down: then, and only then.
    async fn look_at_forks(&mut self) -> Result<Vec<store::Fork>> {
        let told = self.recorder.is_revealed(&self.keys);
        let forks = store::forks(&self.rig.owner_url()?, self.city.tenant).await?;
        self.found.revealed += u32::from(told);
        let found = self.recorder.forked(&forks, told);
        self.found.broken.extend(found);
        Ok(forks)
    }

    async fn end(mut self, mut at_work: JoinSet<Result<Phone>>, seed: u64) -> Result<()> {
        self.office.closing.store(true, Ordering::SeqCst);
        // Where something is broken already nobody waits for more of it.
        let patience = if self.found.broken.is_empty() { self.patience } else { Duration::from_secs(2) };
        if !rest(&mut at_work, patience, drop).await? {
            self.found.broken.push("some phones never got rid of their work".to_owned());
        }
        if self.found.broken.is_empty() {
            self.must_be_told();
        }
        let forks = self.look_at_forks().await?;
        let (broken, counts) = self.recorder.judge(&self.rig, self.city.tenant, Vec::new()).await?;
        self.found.broken.extend(broken);
        let (named, stored) = (self.recorder.named(), self.recorder.stored());
        let never = named.difference(&stored).map(|(visit, sha256)| format!("{sha256} of visit {visit} never arrived"));
        self.found.broken.extend(never);
        self.city.leave().await;
        self.rig.stop().await?;
        let slowest = |times: &[Duration]| times.iter().max().map_or(0, |time| time.as_millis() as u64);
        Figures {
            promise: "P9",
            suite: "restores",
            seed,
            figures: json!({
                "restores": counts.restores, "quiet": self.found.quiet, "phones": self.phones,
                "acknowledged": counts.acknowledged, "photos": counts.evidence, "unknown": counts.unknown,
                "ops_taken_back": self.found.ops_taken, "photos_taken_back": self.found.photos_taken,
                "late_tasks": self.found.late_tasks, "unknown_keys": self.found.unknown_keys, "revealed": self.found.revealed, "forks": forks.len(),
                "epoch": forks.last().map_or(1, |fork| fork.epoch),
                "sign_ins": self.office.sign_ins.load(Ordering::Relaxed), "broken": self.found.broken.len(),
                "backup_max_ms": slowest(&self.found.backups), "restore_max_ms": slowest(&self.found.restores),
            }),
            broken: self.found.broken,
        }
        .publish()
    }
}

/// Where the log of the backup in `folder` ends.
fn left(folder: &Path, tenant: TenantId) -> Result<Left> {
    let manifest: Value = serde_json::from_str(&fs::read_to_string(folder.join("manifest.json"))?)?;
    let branches = manifest["tenants"].as_array().context("the manifest's companies")?;
    let branch = branches.iter().find(|branch| branch["tenant"] == tenant.to_string()).context("the company")?;
    let number = |name: &str| branch[name].as_i64().with_context(|| name.to_owned());
    Ok(Left { epoch: u32::try_from(number("epoch")?)?, rev: number("ops")?, batch: number("batches")? })
}

/// Puts the old keys into the new data folder, as whoever kept a copy of them would.
async fn copy_keys(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir(to)?;
    crate::rig::open(to)?;
    let copied = tokio::process::Command::new("cp").arg("-a").arg(from.join("keys")).arg(to).status().await?;
    ensure!(copied.success(), "the keys cannot be copied");
    Ok(())
}

/// A phone and the person who carries it.
async fn work(mut phone: Phone, office: Arc<Office>, mut dice: Dice) -> Result<Phone> {
    let number = usize::try_from(phone.number())?;
    let standard = Standard::with(PHOTOS);
    let mut visited = BTreeSet::new();
    let mut shown = Instant::now();
    loop {
        let closing = office.closing.load(Ordering::SeqCst);
        if !closing && phone.is_drained() {
            visit(&mut phone, &office.visits, &standard, &mut visited)?;
        }
        let asked = office.asked.load(Ordering::SeqCst);
        let witness = closing || shown.elapsed() >= SHOWS;
        let end = phone.turn(witness).await?;
        let settled = end == End::Done && is_settled(&phone);
        office.settled[number].store(if settled { asked } else { 0 }, Ordering::SeqCst);
        if settled && closing {
            return Ok(phone);
        }
        if end == End::Done && witness {
            shown = Instant::now();
        }
        if end == End::SignIn {
            tokio::time::sleep(Duration::from_millis(dice.below(600))).await;
            // Whoever is not let in tries again after the next turn.
            if sign_in(&mut phone).await {
                office.sign_ins.fetch_add(1, Ordering::Relaxed);
            }
        }
        tokio::time::sleep(MOMENT).await;
    }
}

async fn sign_in(phone: &mut Phone) -> bool {
    let Ok(number) = usize::try_from(phone.number()) else { return false };
    let with = Credentials::Password { login: login(number), password: PASSWORD.to_owned() };
    phone.sign_in(CODE, with).await.is_ok()
}
