//! What phones learn of the server's clock from its answers, held against what that clock was told.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Result;
use domain::time::Moment;
use virtual_phone::{Event, Witness};

use crate::{clock::now, history::Recorder, rig::Rig};

/// By how much a phone may be wrong about the server's clock, ms.
const MOST_MS: i64 = 2_000;

/// Both clocks are read in whole milliseconds, ms.
const GRAIN_MS: i64 = 2;

/// Works out the phone's clock against the server's as the phone does, at every answer that carries the time.
pub(crate) struct Skews {
    recorder: Arc<Recorder>,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    /// How far ahead the server's clock is, ms, and since when.
    ahead_ms: i64,
    since: Moment,
    /// What each phone asked last was asked no earlier than then.
    asked: BTreeMap<u64, Moment>,
    /// Who has heard the time since the clock was set.
    heard: BTreeSet<u64>,
    answers: u64,
    worst_ms: i64,
    broken: Vec<String>,
}

impl Skews {
    /// Tells `recorder` whatever happens, too.
    pub(crate) fn beside(recorder: Arc<Recorder>) -> Self {
        Self { recorder, inner: Mutex::default() }
    }

    /// Sets the clock of `rig` so many seconds ahead: from the next answer on phones must know.
    pub(crate) fn set(&self, rig: &Rig, ahead_s: i64) -> Result<()> {
        // Nobody's answer is looked at meanwhile.
        let mut inner = self.lock();
        rig.set_clock(ahead_s)?;
        (inner.ahead_ms, inner.since) = (ahead_s * 1_000, now());
        inner.heard.clear();
        Ok(())
    }

    /// How many phones have heard the time since the clock was set.
    pub(crate) fn heard(&self) -> usize {
        self.lock().heard.len()
    }

    /// How many answers were looked at, and by how much the worst was wrong, ms.
    pub(crate) fn figures(&self) -> (u64, i64) {
        let inner = self.lock();
        (inner.answers, inner.worst_ms)
    }

    /// What phones took for the difference of the clocks and was not.
    pub(crate) fn broken(&self) -> Vec<String> {
        self.lock().broken.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Phone `phone` was told at `at` that it is `server_time`.
    fn told(&mut self, phone: u64, server_time: Moment, at: Moment) {
        let Some(asked) = self.asked.get(&phone).copied() else { return };
        // Asked before the clock was set: answered by the one or by the other.
        if asked <= self.since {
            return;
        }
        self.heard.insert(phone);
        self.answers += 1;
        // As the phone's screen has it: positive where the phone is ahead.
        let off = at.since(server_time);
        let wrong = off + self.ahead_ms;
        self.worst_ms = self.worst_ms.max(wrong.abs());
        // An answer is older than the phone can know by what it was under way.
        let most = MOST_MS.max(at.since(asked)) + GRAIN_MS;
        if !(-GRAIN_MS..=most).contains(&wrong) {
            let ahead = self.ahead_ms;
            self.broken.push(format!("{ahead} ms behind the server phone {phone} takes itself for {off} ms ahead"));
        }
    }
}

impl Witness for Skews {
    fn saw(&self, phone: u64, event: &Event<'_>) {
        self.recorder.saw(phone, event);
        let mut inner = self.lock();
        let at = now();
        match event {
            Event::Pushed(pushed) => inner.told(phone, pushed.server_time, at),
            Event::Pulled(Some(pulled)) => inner.told(phone, pulled.server_time, at),
            _ => {}
        }
        // Whatever it asks next it asks after this.
        inner.asked.insert(phone, at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_is_noticed_and_what_was_asked_before_the_jump_is_not_held_against_it() {
        let at = |ms: i64| Moment(1_000_000_000 + ms);
        let mut inner = Inner { ahead_ms: 3_600_000, since: at(0), ..Inner::default() };
        inner.asked.insert(1, at(-5));
        inner.told(1, at(0), at(20));
        assert_eq!((inner.heard.len(), inner.answers), (0, 0));
        inner.asked.insert(1, at(30));
        inner.told(1, at(3_600_040), at(50));
        assert_eq!((inner.heard.len(), inner.worst_ms, inner.broken.len()), (1, 10, 0));
        // By the clock of before the jump.
        inner.told(1, at(40), at(50));
        assert_eq!((inner.worst_ms, inner.broken.len()), (3_600_010, 1));
        // No answer comes from the future.
        inner.told(1, at(3_600_060), at(50));
        assert_eq!(inner.broken.len(), 2);
    }
}
