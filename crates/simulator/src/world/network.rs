//! Requests and answers on their way: lost, doubled, late, out of order; and the passes that send them.

use checker::{Event, OpResult as Answered, Outcome, Place, Sent, Verdict as Said};
use domain::{
    evidence::Sha256,
    ids::{JournalId, OpId, VisitId},
    op::Verdict,
};
use protocol::{evidence::UploadState, pull::Pulled, push::Pushed};
use sync::{End, Engine, FileNote, Outcome as Meaning, Pass, Reopen, Step, UploadStep};

use super::World;
use crate::{
    city,
    phone::{Me, Phone, Run, Written, put_me},
    server::{Caller, Request},
};

/// Something on its way.
#[derive(Clone, Debug)]
pub(super) struct Message {
    phone: usize,
    call: u64,
    what: What,
}

#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "a handful lie in the network at a time")]
enum What {
    Ask(Ask),
    Reply(Box<Reply>),
}

/// A request.
#[derive(Clone, Debug)]
enum Ask {
    Push(Caller, sync_push::Push),
    Pull(Caller, Option<String>),
    Journal(Caller, (JournalId, u64)),
    Begin(Caller, VisitId, Sha256, u64),
    Chunk(Caller, VisitId, Sha256, u64, Vec<u8>, Sha256),
}

use protocol::push as sync_push;

/// An answer.
#[derive(Clone, Debug)]
enum Reply {
    Pushed(Pushed),
    Pulled(Option<Pulled>),
    Journal(JournalId, u64),
    Upload(UploadState),
    Status(u16),
}

impl World {
    /// One message moves, or somebody gives up waiting for it.
    pub(super) fn move_the_network(&mut self) {
        if self.net.is_empty() {
            return self.go_on_somewhere();
        }
        // A network that reorders takes any; a good one the oldest.
        let place = if self.luck.permille(400) { self.luck.below(self.net.len()) } else { 0 };
        if self.luck.permille(self.weather.doubled) && matches!(self.net[place].what, What::Ask(_)) {
            let again = self.net[place].clone();
            self.net.push(again);
        }
        let message = self.net.remove(place);
        match message.what {
            What::Ask(_) if self.luck.permille(self.weather.request_lost) => {}
            What::Reply(_) if self.luck.permille(self.weather.reply_lost) => {}
            What::Ask(Ask::Push(caller, push)) => {
                let mut together = vec![(message.phone, message.call, caller, push)];
                // What waits for the same commit goes into it.
                while together.len() < 3
                    && self.luck.permille(300)
                    && let Some(next) = self.net.iter().position(|other| matches!(other.what, What::Ask(Ask::Push(..))))
                {
                    let other = self.net.remove(next);
                    if let What::Ask(Ask::Push(caller, push)) = other.what {
                        together.push((other.phone, other.call, caller, push));
                    }
                }
                self.serve_pushes(together);
            }
            What::Ask(ask) => {
                let reply = self.serve(ask);
                self.net.push(Message { phone: message.phone, call: message.call, what: What::Reply(Box::new(reply)) });
            }
            What::Reply(reply) => self.hear(message.phone, message.call, *reply),
        }
    }

    fn go_on_somewhere(&mut self) {
        let n = self.luck.below(self.phones.len());
        self.go_on(n);
    }

    fn serve_pushes(&mut self, together: Vec<(usize, u64, Caller, sync_push::Push)>) {
        let requests: Vec<Request> = together
            .iter()
            .map(|(_, _, caller, push)| Request {
                caller: *caller,
                journal: Some(push.journal),
                newest: push.newest.clone(),
                ops: push.ops.clone(),
                gives: Vec::new(),
                received_at: self.server_clock(),
            })
            .collect();
        let answers = self.server.write(&requests);
        for ((phone, call, ..), answer) in together.into_iter().zip(answers) {
            if answer.is_ok() {
                self.history.push(Event::Served { call });
            }
            let reply = answer.map_or(Reply::Status(401), Reply::Pushed);
            self.net.push(Message { phone, call, what: What::Reply(Box::new(reply)) });
        }
    }

    fn serve(&mut self, ask: Ask) -> Reply {
        let upload = |answer: Result<UploadState, u16>| answer.map_or_else(Reply::Status, Reply::Upload);
        match ask {
            Ask::Push(..) => Reply::Status(500),
            Ask::Pull(Caller::Token(token), cursor) => self
                .server
                .pull(token, cursor.as_deref(), self.server_clock())
                .map_or(Reply::Status(401), Reply::Pulled),
            Ask::Journal(caller, (journal, key)) => {
                if self.server.open_journal(caller, journal, key) {
                    Reply::Journal(journal, key)
                } else {
                    Reply::Status(401)
                }
            }
            Ask::Pull(..) => Reply::Status(401),
            Ask::Begin(caller, visit, sha256, size) => upload(self.server.upload_begin(caller, visit, sha256, size)),
            Ask::Chunk(caller, visit, sha256, offset, chunk, named) => {
                let before = self.server.media.contains_key(&sha256);
                let answer = self.server.upload_chunk(caller, (visit, sha256), offset, (&chunk, named));
                if !before && let Some(bytes) = self.server.media.get(&sha256) {
                    let right = Sha256::of(bytes) == sha256;
                    self.history.push(Event::Stored { sha256: sha256.to_string(), right });
                }
                upload(answer)
            }
        }
    }

    /// A phone goes on with its pass, or gives up waiting, or begins one.
    pub(super) fn go_on(&mut self, n: usize) {
        let Some(open) = &self.phones[n].open else { return };
        match &open.run {
            None => self.begin_pass(n),
            Some(Run { asked: Some((call, step)), .. }) => {
                // On a good line nobody gives up while something is on its way.
                let under_way = self.net.iter().any(|message| message.phone == n && message.call == *call);
                if !under_way || self.luck.permille(60) {
                    if matches!(step, Step::Push(_)) {
                        let (call, outcome) = (*call, Outcome::Unknown);
                        self.history.push(Event::Answered { call, outcome, results: Vec::new() });
                    }
                    let chunk = matches!(step, Step::File(_, UploadStep::Chunk { .. }));
                    if let Some(open) = self.phones[n].open.as_mut().filter(|_| chunk) {
                        open.engine.line_broke();
                    }
                    self.failed(n, Meaning::Later);
                }
            }
            Some(_) => self.ask(n),
        }
    }

    pub(super) fn begin_pass(&mut self, n: usize) {
        let often = self.healed || self.luck.permille(300);
        if let Some(open) = &mut self.phones[n].open {
            let witness = often;
            let me = open.me;
            let mut pass = Pass::new(witness);
            if open.leaving {
                pass.leave();
            }
            open.run = Some(Run { pass, me, asked: None });
            self.ask(n);
        }
    }

    /// The next request of a pass.
    pub(super) fn ask(&mut self, n: usize) {
        let cookie = self.phones[n].cookie;
        let fresh_journal = self.journal();
        let Phone { open, files, .. } = &mut self.phones[n];
        let Some(open) = open else { return };
        let drafts = open.rows.values().any(sync::TaskAtHand::holds_work);
        let Some(run) = &mut open.run else { return };
        let step = run.pass.next(&open.engine, city::supervisor(run.me.who), drafts);
        let caller = if run.pass.by_key() { Caller::Key(run.me.key) } else { Caller::Token(cookie.unwrap_or(0)) };
        let file = |note: &FileNote| files.get(&note.sha256).cloned();
        let ask = match &step {
            Step::Push(push) => Ask::Push(caller, push.clone()),
            Step::Pull(cursor) => Ask::Pull(caller, cursor.clone()),
            Step::Reopen(why) => {
                let (why, (fresh, key)) = (*why, fresh_journal);
                let mut journal = fresh;
                let written = self.change(n, |engine| {
                    let (next, changes) = engine.will_reopen(why, fresh);
                    journal = next;
                    changes
                });
                if !written {
                    return;
                }
                Ask::Journal(caller, (journal, key))
            }
            Step::File(note, UploadStep::Chunk { from, len }) => match file(note) {
                None => {
                    let sha256 = note.sha256;
                    self.change(n, |engine| engine.bytes_are_lost(sha256));
                    return;
                }
                Some(bytes) => {
                    let chunk = bytes[*from as usize..(*from + *len) as usize].to_vec();
                    let (chunk, hash) = self.damage(chunk);
                    Ask::Chunk(caller, note.visit(), note.sha256, *from, chunk, hash)
                }
            },
            Step::File(note, _) => Ask::Begin(caller, note.visit(), note.sha256, note.size),
            Step::Wipe => return self.emptied(n),
            Step::End(end) => {
                (open.run, open.leaving) = (None, false);
                open.asks = *end == End::SignIn;
                return;
            }
        };
        self.calls += 1;
        let call = self.calls;
        if let Ask::Push(_, push) = &ask {
            let ops = push.ops.iter().map(|op| Sent {
                op: op.envelope.op_id.to_string(),
                seq: op.envelope.seq,
                digest: Sha256::of(op.body.get().as_bytes()).to_string(),
            });
            let (who, journal) = (self.phones[n].name.clone(), push.journal.to_string());
            self.history.push(Event::Sent { who, call, journal, ops: ops.collect() });
        }
        if let Some(run) = self.pass_of(n) {
            run.asked = Some((call, step));
        }
        self.net.push(Message { phone: n, call, what: What::Ask(ask) });
    }

    fn pass_of(&mut self, n: usize) -> Option<&mut Run> {
        self.phones[n].open.as_mut()?.run.as_mut()
    }

    /// Cut short, or a bit of it another, with its checksum; now and then one that fits what it has become.
    fn damage(&mut self, mut chunk: Vec<u8>) -> (Vec<u8>, Sha256) {
        let mut hash = Sha256::of(&chunk);
        if !self.healed && self.luck.permille(self.weather.damage) {
            let place = self.luck.below(chunk.len());
            if self.luck.permille(500) {
                chunk.truncate(place.max(1));
            } else {
                chunk[place] ^= 1 << self.luck.below(8);
            }
            if self.luck.permille(300) {
                hash = Sha256::of(&chunk);
            }
        }
        (chunk, hash)
    }

    /// Nothing is left of an account that may not act any more, or of somebody who signs out.
    fn emptied(&mut self, n: usize) {
        let left = self.phones[n].open.as_ref().is_some_and(|open| !open.engine.may_leave(open.rows.values()));
        if left {
            self.broken.push(format!("P8: {} was emptied with work on it", self.phones[n].name));
        }
        self.forget_all(n);
        let leaves = self.phones[n].open.as_ref().is_some_and(|open| open.leaving);
        self.phones[n].wipe();
        let token = self.phones[n].cookie.take();
        if let Some(token) = token.filter(|_| leaves) {
            self.server.end_session(token);
        }
    }

    /// Everything that the phone had is let go of.
    pub(super) fn forget_all(&mut self, n: usize) {
        let Some(open) = &self.phones[n].open else { return };
        let who = &self.phones[n].name;
        let kept = open.engine.waiting().chain(open.engine.safe()).map(|op| op.id.to_string());
        let gone: Vec<Event> = kept.map(|op| Event::Forgot { who: who.clone(), op }).collect();
        self.history.extend(gone);
    }

    /// An answer came.
    fn hear(&mut self, n: usize, call: u64, reply: Reply) {
        let Some(run) = self.pass_of(n) else { return };
        // Nobody waits for it any more, or it came twice.
        let Some((_, step)) = run.asked.take_if(|(waits, _)| *waits == call) else { return };
        match (step, reply) {
            (Step::Push(_), Reply::Pushed(pushed)) => self.hear_pushed(n, call, &pushed),
            (Step::Pull(_), Reply::Pulled(pulled)) => self.hear_pulled(n, pulled.as_ref()),
            (Step::Reopen(why), Reply::Journal(journal, key)) => self.hear_journal(n, why, journal, key),
            (Step::File(note, _), Reply::Upload(state)) => {
                let sha256 = note.sha256;
                if self.change(n, |engine| engine.uploaded(sha256, state))
                    && let Some(run) = self.pass_of(n)
                {
                    run.pass.sent(state.offset);
                }
            }
            (Step::Push(_), Reply::Status(status)) => {
                self.history.push(Event::Answered { call, outcome: Outcome::Fail, results: Vec::new() });
                self.failed(n, Meaning::of(Some(status)));
            }
            (Step::File(note, _), Reply::Status(status)) => match Meaning::of(Some(status)) {
                outcome @ (Meaning::SignIn | Meaning::Later | Meaning::Update) => self.failed(n, outcome),
                outcome => {
                    let (mut again, sha256) = (false, note.sha256);
                    let written = self.change(n, |engine| {
                        let (once_more, changes) = engine.upload_failed(sha256, outcome);
                        again = once_more;
                        changes
                    });
                    if written && let Some(run) = self.pass_of(n) {
                        run.pass.complained(again);
                    }
                }
            },
            (_, Reply::Status(status)) => self.failed(n, Meaning::of(Some(status))),
            _ => self.failed(n, Meaning::Later),
        }
    }

    fn failed(&mut self, n: usize, outcome: Meaning) {
        if let Some(run) = self.pass_of(n) {
            run.asked = None;
            run.pass.failed(outcome);
        }
    }

    /// Changes the engine: on the disk first. `false`: it was not, and the pass is over.
    fn change(&mut self, n: usize, with: impl FnOnce(&mut Engine) -> Vec<sync::Change>) -> bool {
        let Some(open) = &self.phones[n].open else { return false };
        let mut engine = open.engine.clone();
        let changes = with(&mut engine);
        let written = self.commit(n, changes);
        self.keep(n, written, |open| open.engine = engine)
    }

    /// What is on the disk becomes true in memory.
    fn keep(&mut self, n: usize, written: Written, with: impl FnOnce(&mut crate::phone::Open)) -> bool {
        let Some(open) = &mut self.phones[n].open else { return false };
        if written != Written::Yes {
            open.run = None;
            return false;
        }
        with(open);
        true
    }

    fn hear_pushed(&mut self, n: usize, call: u64, pushed: &Pushed) {
        let results = pushed.results.iter().map(|result| Answered {
            op: result.op_id.to_string(),
            seq: result.seq,
            digest: result.digest.to_string(),
            verdict: said(&result.verdict),
            first: result.first.as_ref().map(said),
            rev: result.rev,
        });
        self.history.push(Event::Answered { call, outcome: Outcome::Ok, results: results.collect() });
        let Some(open) = &self.phones[n].open else { return };
        let (mut engine, mut rows) = (open.engine.clone(), open.rows.clone());
        let before: Vec<OpId> = engine.waiting().map(|op| op.id).collect();
        let taken = engine.take_pushed(&mut rows, pushed);
        let written = self.commit(n, taken.changes.clone());
        if matches!(written, Written::Yes | Written::DiedAfter) {
            let who = &self.phones[n].name;
            for id in before {
                let op = id.to_string();
                if engine.safe().any(|op| op.id == id) {
                    self.history.push(Event::Freed { who: who.clone(), op });
                } else if engine.refused().any(|op| op.id == id) {
                    self.history.push(Event::Refused { who: who.clone(), op });
                }
            }
        }
        self.keep(n, written, |open| {
            (open.engine, open.rows) = (engine, rows);
            if let Some(run) = &mut open.run {
                run.pass.pushed(&taken);
            }
        });
    }

    fn hear_pulled(&mut self, n: usize, pulled: Option<&Pulled>) {
        let now = self.phones[n].clock(self.now);
        let Some(open) = &mut self.phones[n].open else { return };
        let (mut engine, mut rows) = (open.engine.clone(), open.rows.clone());
        let taken = pulled.map(|pulled| engine.take_pulled(&mut rows, pulled, now)).transpose();
        match taken {
            Ok(changes) => {
                let written = self.commit(n, changes.unwrap_or_default());
                self.keep(n, written, |open| {
                    (open.engine, open.rows) = (engine, rows);
                    if let Some(run) = &mut open.run {
                        run.pass.pulled(pulled, Ok(()));
                    }
                });
            }
            Err(why) => {
                if let Some(run) = &mut open.run {
                    run.pass.pulled(pulled, Err(why));
                }
            }
        }
    }

    fn hear_journal(&mut self, n: usize, why: Reopen, journal: JournalId, key: u64) {
        let Some(open) = &self.phones[n].open else { return };
        let (mut engine, mut me) = (open.engine.clone(), open.me);
        let epoch = match why {
            Reopen::Epoch(epoch) => epoch,
            Reopen::Behind => engine.epoch(),
        };
        let mut changes = engine.reopen(journal, epoch);
        me = Me { journal, key, ..me };
        changes.push(put_me(&me));
        let written = self.commit(n, changes);
        if matches!(written, Written::Yes | Written::DiedAfter) {
            self.record_reopened(n, &engine);
        }
        self.keep(n, written, |open| {
            (open.engine, open.me) = (engine, me);
            if let Some(run) = &mut open.run {
                run.me = me;
                run.pass.reopened();
            }
        });
    }

    pub(super) fn record_reopened(&mut self, n: usize, engine: &Engine) {
        let ops = engine.waiting().map(|op| Place { op: op.id.to_string(), seq: op.seq }).collect();
        let (who, journal) = (self.phones[n].name.clone(), engine.journal().to_string());
        self.history.push(Event::Reopened { who, journal, ops });
    }

    /// The network carries everything, and at once.
    pub(super) fn heal(&mut self) {
        self.healed = true;
        let quiet = super::Weather {
            request_lost: 0,
            reply_lost: 0,
            doubled: 0,
            crash: 0,
            disk: 0,
            damage: 0,
            restore: 0,
            clocks: 0,
            people: 0,
            forgetful: 0,
        };
        self.weather = quiet;
        let mut left = 10_000;
        while !self.net.is_empty() && left > 0 {
            self.move_the_network();
            left -= 1;
        }
    }
}

/// A verdict in the checker's words.
pub(super) const fn said(verdict: &Verdict) -> Said {
    match verdict {
        Verdict::Applied => Said::Applied,
        Verdict::Duplicate => Said::Duplicate,
        Verdict::Held { .. } => Said::Held,
        Verdict::Refused { .. } => Said::Refused,
    }
}
