//! Phones at work: each makes its visits one after another, and tries again whenever nothing or a refusal comes.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::{Context as _, Result};
use protocol::session::Credentials;
use tokio::task::JoinSet;
use virtual_phone::{Dice, Miss, Phone, Photos, Standard, Surroundings, Wire};

use crate::{
    city::{CODE, City},
    clock::now,
    history::Recorder,
    turns::rest,
};

/// How long a phone waits before it tries again.
const MOMENT: Duration = Duration::from_millis(40);

/// How long the last of them may take to drain.
const DRAIN: Duration = Duration::from_secs(60);

/// The phones and what they share.
pub(crate) struct Load {
    pub(crate) recorder: Arc<Recorder>,
    phones: Vec<Phone>,
    standard: Standard,
    stop: Arc<AtomicBool>,
    visits: Arc<AtomicU64>,
    misses: Arc<Mutex<BTreeMap<u16, u64>>>,
    at_work: JoinSet<Result<Phone>>,
}

impl Load {
    /// One phone for each supervisor of `city`, signed in, with its tasks.
    pub(crate) async fn sign_in(city: &City, wire: &Arc<Wire>, photos: Photos, dice: &Dice) -> Result<Self> {
        let recorder = Arc::new(Recorder::default());
        let around =
            Surroundings { wire: Arc::clone(wire), clock: Arc::new(now), witness: Arc::<Recorder>::clone(&recorder) };
        let phones = signed_in(city, city.links.len(), &around, dice).await?;
        let (stop, visits, misses) = (Arc::default(), Arc::default(), Arc::default());
        let standard = Standard::with(photos);
        Ok(Self { recorder, phones, standard, stop, visits, misses, at_work: JoinSet::new() })
    }

    /// Whatever is photographed, these few pictures are all there are.
    pub(crate) const fn of_few(&mut self, pictures: u64) {
        self.standard.pictures = Some(pictures);
    }

    /// How many visits have been handed in.
    pub(crate) fn visits(&self) -> u64 {
        self.visits.load(Ordering::Relaxed)
    }

    /// Which statuses phones got that were no success (0: no answer), and how often.
    pub(crate) fn statuses(&self) -> BTreeMap<u16, u64> {
        self.misses.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How often phones were turned away or got no answer.
    pub(crate) fn missed(&self) -> u64 {
        self.statuses().values().sum()
    }

    /// Lets all phones work until they are stopped.
    pub(crate) fn begin(&mut self) {
        self.stop.store(false, Ordering::Relaxed);
        for phone in self.phones.drain(..) {
            let (stop, visits, misses) = (Arc::clone(&self.stop), Arc::clone(&self.visits), Arc::clone(&self.misses));
            self.at_work.spawn(work(phone, self.standard, stop, visits, misses));
        }
    }

    /// Lets the phones finish what they have, and nothing new; what was handed in is drained. `false`: some never
    /// came to an end, and were left.
    pub(crate) async fn end(&mut self) -> Result<bool> {
        self.stop.store(true, Ordering::Relaxed);
        rest(&mut self.at_work, DRAIN, |phone| self.phones.push(phone)).await
    }

    /// Lets go of phones that are still at work.
    pub(crate) fn leave(&mut self) {
        self.at_work.abort_all();
    }

    /// The phones, at rest.
    pub(crate) fn phones(&mut self) -> &mut Vec<Phone> {
        &mut self.phones
    }
}

/// A phone for each of the first `count` supervisors of `city`, signed in, with its tasks.
pub(crate) async fn signed_in(city: &City, count: usize, around: &Surroundings, dice: &Dice) -> Result<Vec<Phone>> {
    let mut phones = Vec::new();
    for (n, link) in city.links.iter().take(count).enumerate() {
        let mut phone = Phone::new(n as u64, around.clone(), dice);
        phone.sign_in(CODE, Credentials::Link { secret: link.clone() }).await.context("signing in")?;
        phone.pull().await.context("the tasks")?;
        phones.push(phone);
    }
    Ok(phones)
}

async fn work(
    mut phone: Phone,
    standard: Standard,
    stop: Arc<AtomicBool>,
    visits: Arc<AtomicU64>,
    misses: Arc<Mutex<BTreeMap<u16, u64>>>,
) -> Result<Phone> {
    let mut tasks = phone.open_tasks();
    loop {
        if phone.is_drained() && stop.load(Ordering::Relaxed) {
            return Ok(phone);
        }
        if phone.is_drained() {
            let Some(task) = tasks.pop() else {
                // More may have been planned; a miss is as good as nothing new.
                tokio::time::sleep(MOMENT).await;
                if phone.pull().await.is_ok_and(|any| any) {
                    tasks = phone.open_tasks();
                }
                continue;
            };
            phone.accept(task)?;
            phone.visit(task, &standard)?;
            visits.fetch_add(1, Ordering::Relaxed);
        }
        if let Err(miss) = phone.pass_once().await {
            let status = if let Miss::Status { status, .. } = miss { status } else { 0 };
            *misses.lock().unwrap_or_else(PoisonError::into_inner).entry(status).or_default() += 1;
            // What a phone of a person does after minutes, here after a moment.
            tokio::time::sleep(MOMENT).await;
        }
    }
}
