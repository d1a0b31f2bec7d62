//! P14: the clock of the machine that server and database run on is set to and fro, by up to an hour, while phones work.
//! Nothing that was acknowledged is lost or done twice, the log keeps its order, tasks go on coming down, nobody is signed
//! out, and phones know from the next answer on by how much the clocks differ.
//!
//! In each run the clock jumps at moments of the seed, an hour ahead and an hour back among them; under the one that went
//! back the server begins anew. Beside the phones people come to the doors: one signed out, one whose time was over when
//! the clock stood an hour ahead, one who was stopped for guessing. The jump back lets the first two in no more, and does
//! not keep the third out.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use serde_json::json;
use sync::End;
use tokio::task::JoinSet;
use virtual_phone::{Dice, Phone, Photos, Standard, Surroundings, Wire};

use crate::{
    Figures,
    city::City,
    clock::now,
    doors::{DOORS, Doors, Guest, STOPPED_S},
    history::Recorder,
    load::signed_in,
    rig::Rig,
    settings::Common,
    skews::Skews,
    turns::{MOMENT, SHOWS, is_settled, rest, visit},
    wrong_clock::WrongClock,
};

/// Two chunks, between which the clock may jump.
const PHOTOS: Photos = Photos { count: 1, size: 200_000 };

/// Tasks of each phone for each run.
const TASKS: usize = 24;

/// The furthest jump, seconds.
const HOUR_S: i64 = 3_600;

/// How long the session of a phone that nobody uses holds, seconds.
const IDLE_S: i64 = 30 * 24 * HOUR_S;

/// What is left of such a session when the phones begin, seconds: an hour ahead it is over, an hour back it would not be.
const LEFT_S: i64 = 40 * 60;

/// People at the doors: one comes and goes, one guesses.
const PEOPLE: usize = 2;

/// How many runs.
#[derive(Clone, Debug, clap::Args)]
pub struct Clocks {
    /// What is common to all suites.
    #[command(flatten)]
    pub common: Common,
    /// Runs, each of six jumps or seven with one restart or two.
    #[arg(long, default_value_t = 20)]
    pub runs: usize,
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
    /// How many tasks each phone has been told of, by the phone's number.
    tasks: Vec<AtomicUsize>,
    /// Turns that ended as none may.
    accidents: Mutex<Vec<String>>,
}

/// What came of it.
#[derive(Default)]
struct Found {
    broken: Vec<String>,
    jumps: u32,
    restarts: u32,
    /// Sessions that were over and were tried after jumps back.
    over: usize,
    /// People who were stopped for guessing, and those of them who had to wait on after the jump back.
    stopped: u32,
    waited: u32,
}

struct Drill {
    rig: Rig,
    city: City,
    recorder: Arc<Recorder>,
    skews: Arc<Skews>,
    office: Arc<Office>,
    doors: Doors,
    dice: Dice,
    phones: usize,
    patience: Duration,
    /// How far ahead the clock is, seconds.
    ahead_s: i64,
    /// Sessions that nobody has used for almost as long as they hold, one a run.
    idle: Vec<Guest>,
    /// Sessions of this run that were over once.
    over: Vec<Guest>,
    /// How many tasks each phone is to have.
    planned: usize,
    found: Found,
}

/// Sets the clock to and fro, and lets the checker decide.
///
/// # Errors
/// The promise is broken, or the drill itself failed.
pub async fn run(clocks: &Clocks) -> Result<()> {
    let seed = clocks.common.seed;
    println!("clocks: seed {seed}, {} runs, {} phones", clocks.runs, clocks.phones);
    let dice = Dice::new(seed);
    let mut rig = Rig::new(clocks.common.mutant.as_deref())?;
    rig.live_by(WrongClock::new().await?);
    rig.start().await?;
    let mut city = City::found(&rig, clocks.phones + PEOPLE, &dice).await?;
    city.plan(TASKS).await?;
    // The server learns of a company when it starts.
    rig.kill().await?;
    rig.set_clock(LEFT_S - IDLE_S)?;
    rig.start().await?;
    city.reopen(&rig).await?;
    let doors = Doors::of(&rig);
    let mut idle = Vec::new();
    for _ in 0..clocks.runs {
        idle.push(doors.enter(clocks.phones).await?);
    }
    let recorder = Arc::new(Recorder::default());
    let skews = Arc::new(Skews::beside(Arc::clone(&recorder)));
    skews.set(&rig, 0)?;
    let around = Surroundings {
        wire: Arc::new(Wire::new(rig.address, clocks.phones, Duration::from_secs(20))),
        clock: Arc::new(now),
        witness: Arc::<Skews>::clone(&skews),
    };
    let phones = signed_in(&city, clocks.phones, &around, &dice).await?;
    let office = Office { tasks: phones.iter().map(|_| AtomicUsize::default()).collect(), ..Office::default() };
    let mut drill = Drill {
        rig,
        city,
        recorder,
        skews,
        office: Arc::new(office),
        doors,
        dice: dice.fork(0xc10c),
        phones: clocks.phones,
        patience: Duration::from_secs(clocks.patience),
        ahead_s: 0,
        idle,
        over: Vec::new(),
        planned: TASKS,
        found: Found::default(),
    };
    let mut at_work = JoinSet::new();
    for phone in phones {
        at_work.spawn(work(phone, Arc::clone(&drill.office)));
    }
    for run in 0..clocks.runs {
        if !drill.run().await.with_context(|| format!("run {}", run + 1))? {
            break;
        }
        if (run + 1) % 5 == 0 {
            println!("clocks: {} runs, {} ops acknowledged", run + 1, drill.recorder.acknowledged());
        }
    }
    drill.end(at_work, seed).await
}

impl Drill {
    /// Jumps in traffic, and one restart or two under a clock that went back. `false`: nothing comes forward any more.
    async fn run(&mut self) -> Result<bool> {
        let mut again = self.dice.below(2) == 0;
        Ok(self.wander(&mut again).await?
            && self.jump(HOUR_S, false).await?
            && self.come_and_go().await?
            && self.wander(&mut again).await?
            && self.wander(&mut again).await?
            && self.jump(-HOUR_S, true).await?
            && self.has_all_tasks().await)
    }

    /// Jumps anywhere within the hour. `again`: the next jump back is made with a restart.
    async fn wander(&mut self, again: &mut bool) -> Result<bool> {
        let to = self.dice.below(2 * HOUR_S as u64).cast_signed() - HOUR_S;
        let restart = *again && to < self.ahead_s;
        *again &= !restart;
        self.jump(to, restart).await
    }

    /// Sets the clock in the middle of traffic; with a `restart` while the server is down. `false`: nothing comes forward.
    async fn jump(&mut self, to: i64, restart: bool) -> Result<bool> {
        let more = 12 + self.dice.below(36);
        if !self.progress(more).await {
            return Ok(false);
        }
        tokio::time::sleep(Duration::from_millis(self.dice.below(150))).await;
        if restart {
            match self.dice.below(3) {
                0 => self.rig.kill().await?,
                1 => self.rig.crash().await?,
                _ => self.rig.stop().await?,
            }
            self.found.restarts += 1;
        }
        self.set(to)?;
        if restart {
            self.rig.start().await?;
            self.city.reopen(&self.rig).await?;
        }
        Ok(self.is_heard().await && self.stays_over().await?)
    }

    fn set(&mut self, to: i64) -> Result<()> {
        self.skews.set(&self.rig, to)?;
        self.ahead_s = to;
        self.found.jumps += 1;
        Ok(())
    }

    /// With the clock an hour ahead people come to the doors; then it jumps back. `false`: nothing comes forward any more.
    async fn come_and_go(&mut self) -> Result<bool> {
        let (visitor, guesser) = (self.phones, self.phones + 1);
        // Their time is over by this clock, and they are told so.
        self.over = self.idle.pop().into_iter().collect();
        let guest = self.doors.enter(visitor).await?;
        if self.doors.opens(&guest, 0).await?.len() != DOORS {
            self.found.broken.push("whoever has just signed in is nobody".to_owned());
        }
        self.doors.leave(&guest).await?;
        self.over.push(guest);
        self.found.over += self.over.len();
        if !self.stays_over().await? {
            return Ok(false);
        }
        self.city.plan(TASKS).await?;
        self.planned += TASKS;
        // Phones have work meanwhile.
        self.office.visits.store(2 * self.phones as i64, Ordering::SeqCst);
        self.doors.guess(guesser).await?;
        self.found.stopped += 1;
        let back = match self.dice.below(4) {
            0 => 60 + self.dice.below(STOPPED_S as u64 - 120).cast_signed(),
            1 => STOPPED_S + 60 + self.dice.below((HOUR_S - STOPPED_S) as u64 - 60).cast_signed(),
            _ => HOUR_S,
        };
        self.set(self.ahead_s - back)?;
        if !self.doors.is_let_in(guesser).await? {
            // They were stopped a moment ago, and how long ago nobody can say any more.
            self.found.waited += 1;
            if back > STOPPED_S {
                self.found.broken.push(format!("the clock went back by {back} s, and who was stopped is kept out"));
            }
            self.set(self.ahead_s + STOPPED_S + 1)?;
            if !self.doors.is_let_in(guesser).await? {
                self.found.broken.push(format!("the clock went back by {back} s, and who was stopped is for longer"));
            }
        }
        Ok(self.is_heard().await && self.stays_over().await?)
    }

    /// Whoever's session was over once, or whose link was used, is not let in again. `false`: something is broken.
    async fn stays_over(&mut self) -> Result<bool> {
        for guest in &self.over {
            // Whichever door says so first.
            let first = self.dice.below(DOORS as u64) as usize;
            let open = self.doors.opens(guest, first).await?;
            if !open.is_empty() {
                let ahead = self.ahead_s;
                self.found.broken.push(format!("{ahead} s ahead a session that was over opens {open:?}"));
            }
        }
        let used = self.dice.below(self.phones as u64) as usize;
        if self.doors.link_opens(&self.city.links[used]).await? {
            self.found.broken.push("a link led in twice".to_owned());
        }
        Ok(!self.is_broken())
    }

    fn is_broken(&self) -> bool {
        !self.found.broken.is_empty() || !self.office.lock().is_empty()
    }

    /// Waits until so many ops more have been acknowledged, handing out work. `false`: that took too long.
    async fn progress(&mut self, more: u64) -> bool {
        let goal = self.recorder.acknowledged() + more;
        self.comes("nothing is acknowledged any more", |drill| {
            if drill.office.visits.load(Ordering::SeqCst) <= 0 {
                drill.office.visits.store(drill.phones as i64 / 2 + 1, Ordering::SeqCst);
            }
            drill.recorder.acknowledged() >= goal
        })
        .await
    }

    /// Waits until every phone has heard the time since the clock was set. `false`: that took too long, or it was wrong.
    async fn is_heard(&mut self) -> bool {
        let heard = self.comes("not every phone hears the time", |drill| drill.skews.heard() == drill.phones).await;
        let wrong = self.skews.broken();
        let right = wrong.is_empty();
        self.found.broken.extend(wrong);
        heard && right
    }

    /// Waits until every phone has all tasks that were planned. `false`: that took too long.
    async fn has_all_tasks(&mut self) -> bool {
        let planned = self.planned;
        self.comes("not every task comes down", |drill| {
            drill.office.tasks.iter().all(|tasks| tasks.load(Ordering::SeqCst) == planned)
        })
        .await
    }

    /// Waits for what `is` says. `false`: that took too long, which is `otherwise`, or something else is broken.
    async fn comes(&mut self, otherwise: &str, is: impl Fn(&Self) -> bool) -> bool {
        let begun = Instant::now();
        while !is(self) {
            if self.is_broken() {
                return false;
            }
            if begun.elapsed() >= self.patience {
                self.found.broken.push(otherwise.to_owned());
                return false;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        true
    }

    async fn end(mut self, mut at_work: JoinSet<Result<Phone>>, seed: u64) -> Result<()> {
        self.office.closing.store(true, Ordering::SeqCst);
        // Where something is broken already nobody waits for more of it.
        let patience = if self.is_broken() { Duration::from_secs(2) } else { self.patience };
        if !rest(&mut at_work, patience, drop).await? {
            self.found.broken.push("some phones never got rid of their work".to_owned());
        }
        let accidents = self.office.lock().clone();
        self.found.broken.extend(accidents);
        let (broken, counts) = self.recorder.judge(&self.rig, self.city.tenant, Vec::new()).await?;
        self.found.broken.extend(broken);
        self.city.leave().await;
        self.rig.stop().await?;
        if let Err(differs) = self.rig.operate("verify", None).await {
            self.found.broken.push(format!("{differs:#}"));
        }
        let (answers, worst_ms) = self.skews.figures();
        let found = self.found;
        Figures {
            promise: "P14",
            suite: "clocks",
            seed,
            figures: json!({
                "jumps": found.jumps, "restarts": found.restarts, "phones": self.phones,
                "acknowledged": counts.acknowledged, "photos": counts.evidence, "unknown": counts.unknown,
                "tasks_told": self.planned * self.phones, "answers_with_the_time": answers, "skew_error_max_ms": worst_ms,
                "sessions_over": found.over, "stopped": found.stopped, "stopped_on": found.waited,
                "broken": found.broken.len(),
            }),
            broken: found.broken,
        }
        .publish()
    }
}

impl Office {
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.accidents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A phone and the person who carries it, who signed in once and is not there to do it again.
async fn work(mut phone: Phone, office: Arc<Office>) -> Result<Phone> {
    let number = usize::try_from(phone.number())?;
    let standard = Standard::with(PHOTOS);
    let mut visited = BTreeSet::new();
    let mut shown = Instant::now();
    loop {
        let closing = office.closing.load(Ordering::SeqCst);
        if !closing && phone.is_drained() {
            visit(&mut phone, &office.visits, &standard, &mut visited)?;
        }
        let witness = closing || shown.elapsed() >= SHOWS;
        let end = phone.turn(witness).await?;
        office.tasks[number].store(phone.tasks().len(), Ordering::SeqCst);
        match end {
            End::Done if closing && is_settled(&phone) => return Ok(phone),
            End::Done if witness => shown = Instant::now(),
            End::Done | End::Later => {}
            accident => {
                office.lock().push(format!("a turn of phone {number} ended with {accident:?}"));
                return Ok(phone);
            }
        }
        tokio::time::sleep(MOMENT).await;
    }
}
