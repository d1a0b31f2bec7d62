//! Everything at once: a day is a number of steps, and luck says whose turn it is.

mod end;
mod hq;
mod network;
mod user;

use std::sync::Arc;

use checker::Event;
use domain::{
    ids::{JournalId, OpId},
    op::Salt,
    time::{DAY_MS, HOUR_MS, MINUTE_MS, Moment},
};
use sync::{Change, Fresh};

use crate::{
    city,
    luck::Luck,
    phone::{Phone, Written},
    server::Server,
};
use network::Message;

/// The first day, by the server's clock.
const BEGIN: Moment = Moment(1_790_000_000_000);
/// How many phones there are; the first supervisor has two.
const PHONES: usize = city::SUPERVISORS + 1;

/// How bad a world is: every seed has its own, so that each rare branch is common in some.
#[derive(Clone, Copy, Debug)]
struct Weather {
    /// Of a thousand requests that never arrive.
    request_lost: u32,
    /// Of a thousand answers.
    reply_lost: u32,
    /// Of a thousand requests that arrive twice.
    doubled: u32,
    /// Of a thousand transactions before or after which the app dies.
    crash: u32,
    /// Of a thousand transactions that the disk refuses.
    disk: u32,
    /// Of a thousand chunks that are cut or damaged.
    damage: u32,
    /// Of a thousand steps in which the server is put back.
    restore: u32,
    /// Of a thousand steps in which a clock jumps.
    clocks: u32,
    /// Of a thousand steps in which somebody's account, session or phone is taken away.
    people: u32,
    /// Of a thousand times that somebody could answer what is answered later and does not.
    forgetful: u32,
}

/// A world.
pub(crate) struct World {
    luck: Luck,
    weather: Weather,
    now: Moment,
    /// How much the server's clock is ahead, ms.
    server_ahead: i64,
    server: Server,
    backups: Vec<Server>,
    phones: Vec<Phone>,
    net: Vec<Message>,
    calls: u64,
    /// What HQ has on its screens: a visit as it was when somebody opened it.
    screens: Vec<hq::Screen>,
    /// Where the reader of the feed is.
    feed: i64,
    versions: u32,
    files: u64,
    healed: bool,
    /// What was recorded.
    pub(crate) history: Vec<Event>,
    /// What this process itself saw go wrong.
    pub(crate) broken: Vec<String>,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let mut luck = Luck::new(seed);
        let mut often = |choices: &[u32]| luck.pick(choices).copied().unwrap_or_default();
        let weather = Weather {
            request_lost: often(&[0, 50, 300]),
            reply_lost: often(&[0, 300, 300, 600]),
            doubled: often(&[0, 200, 200, 500]),
            crash: often(&[0, 10, 60]),
            disk: often(&[0, 0, 20]),
            damage: often(&[0, 100, 300]),
            restore: often(&[0, 3, 10]),
            clocks: often(&[0, 10, 50]),
            people: often(&[0, 4, 15]),
            forgetful: often(&[0, 700, 970]),
        };
        let phones = (0..PHONES).map(|n| Phone::new(n, n.saturating_sub(1))).collect();
        let mut world = Self {
            luck,
            weather,
            now: BEGIN,
            server_ahead: 0,
            server: Server::new(),
            backups: Vec::new(),
            phones,
            net: Vec::new(),
            calls: 0,
            screens: Vec::new(),
            feed: 0,
            versions: 0,
            files: 0,
            healed: false,
            history: Vec::new(),
            broken: Vec::new(),
        };
        world.publish();
        world.plan();
        world.backups.push(world.server.clone());
        world
    }

    /// Runs `steps` steps, then lets everything heal and drain.
    pub(crate) fn run(&mut self, steps: usize) {
        for _ in 0..steps {
            self.step();
        }
        self.heal();
        self.drain();
        self.record_the_end();
    }

    fn step(&mut self) {
        let pass = match self.luck.below(100) {
            0 => self.luck.between(HOUR_MS, 3 * DAY_MS),
            1..=9 => self.luck.between(MINUTE_MS, 20 * MINUTE_MS),
            _ => self.luck.between(0, 20_000),
        };
        self.now = self.now.plus(pass);
        if self.luck.permille(self.weather.restore) {
            return self.restore();
        }
        if self.luck.permille(self.weather.clocks) {
            return self.jump_a_clock();
        }
        if self.luck.permille(self.weather.people) {
            return self.take_somebody_away();
        }
        let phone = self.luck.below(PHONES);
        match self.luck.below(100) {
            0..=44 => self.move_the_network(),
            45..=62 => self.go_on(phone),
            63..=86 => self.use_phone(phone),
            87..=95 => self.act_at_hq(),
            96..=97 => self.run_jobs(),
            98 => self.read_the_feed(),
            _ => self.back_up(),
        }
    }

    fn back_up(&mut self) {
        if self.backups.len() == 3 {
            let place = self.luck.below(3);
            self.backups.remove(place);
        }
        self.backups.push(self.server.clone());
    }

    /// Back to a random past. What was in the network stays there.
    fn restore(&mut self) {
        let Some(backup) = self.luck.pick(&self.backups).cloned() else { return };
        self.history.push(Event::Restored { rev: backup.rev() });
        self.server = self.server.restored(&backup);
        // Backups of the branch that was cut off are not of this server any more.
        let rev = backup.rev();
        self.backups.retain(|other| other.rev() <= rev);
    }

    /// What the server's clock says.
    fn server_clock(&self) -> Moment {
        self.now.plus(self.server_ahead)
    }

    fn jump_a_clock(&mut self) {
        if self.luck.permille(250) {
            // It is set by hand, to another zone, or comes back right.
            self.server_ahead = match self.luck.below(4) {
                0 => self.luck.between(-HOUR_MS, HOUR_MS),
                1 => self.server_ahead + self.luck.between(-1, 1) * HOUR_MS,
                2 => self.luck.between(-2 * DAY_MS, 2 * DAY_MS),
                _ => 0,
            };
            return;
        }
        let n = self.luck.below(PHONES);
        let year = 365 * DAY_MS;
        self.phones[n].ahead = match self.luck.below(5) {
            0 => self.luck.between(-10 * year, 10 * year),
            1 => self.luck.between(-40 * DAY_MS, 40 * DAY_MS),
            // Summer time begins or ends, or a phone is set to another zone.
            2 => self.phones[n].ahead + self.luck.between(-12, 12) * HOUR_MS,
            3 => self.luck.between(-5 * MINUTE_MS, 5 * MINUTE_MS),
            _ => 0,
        };
    }

    fn take_somebody_away(&mut self) {
        let n = self.luck.below(PHONES);
        match self.luck.below(10) {
            0 if self.server.is_active(city::supervisor(self.phones[n].who)) => self.disable(self.phones[n].who),
            0 => self.reopen_account(self.phones[n].who),
            1 => self.lose(n),
            2 => {
                // Revoked from afar; the phone itself is in the same hands.
                if let Some(open) = &self.phones[n].open {
                    let journal = open.engine.journal();
                    self.server.revoke(journal);
                }
            }
            3..=5 => self.phones[n].cookie = None,
            _ => {
                if let Some(token) = self.phones[n].cookie {
                    self.server.end_session(token);
                }
            }
        }
    }

    /// A phone is gone with all that was on it; its owner gets another.
    fn lose(&mut self, n: usize) {
        if self.phones[n].gone || self.phones.len() > PHONES + 1 {
            return;
        }
        self.history.push(Event::Died { who: self.phones[n].name.clone() });
        let next = Phone::new(self.phones.len() + 10, self.phones[n].who);
        let mut lost = std::mem::replace(&mut self.phones[n], next);
        lost.wipe();
        lost.gone = true;
        self.phones.push(lost);
    }

    /// A transaction of a phone, with all that can happen to it.
    fn commit(&mut self, n: usize, changes: Vec<Change>) -> Written {
        let weather = self.weather;
        let written = if self.healed {
            Written::Yes
        } else if self.luck.permille(weather.disk) {
            Written::Refused
        } else if self.luck.permille(weather.crash) {
            if self.luck.permille(500) { Written::DiedBefore } else { Written::DiedAfter }
        } else {
            Written::Yes
        };
        self.phones[n].commit(changes, written);
        written
    }

    fn fresh(&mut self, n: usize) -> Fresh {
        let now = self.phones[n].clock(self.now);
        Fresh { id: OpId(self.luck.uuid()), salt: Salt::new(self.luck.bytes()), now }
    }

    fn journal(&mut self) -> (JournalId, u64) {
        (JournalId(self.luck.uuid()), self.luck.next())
    }

    /// The bytes of a photo: mostly one chunk, sometimes several; now and then the same as before.
    fn photo(&mut self) -> Arc<Vec<u8>> {
        if !self.luck.permille(150) {
            self.files += 1;
        }
        let length = if self.luck.permille(20) { 300_000 } else { 24 };
        let mut bytes = vec![0; length];
        bytes[..8].copy_from_slice(&self.files.to_be_bytes());
        Arc::new(bytes)
    }
}
