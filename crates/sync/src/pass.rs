//! A pass: send what waits, fetch what is new, send the files. What it does next, whatever comes back.

use domain::sorted::Set;

use domain::{evidence::Sha256, ids::AccountId};
use mutants::{Mutant, planted};
use protocol::{pull::Pulled, push::Push};

use crate::{Engine, FileNote, Outcome, PushTaken, Reopen, UploadStep};

/// How often one file may be answered with a complaint in one pass before it comes further than it was.
const ROUNDS: u32 = 3;

/// A pass under way. Whoever drives it does what [`Pass::next`] says and tells it what came of that.
#[derive(Clone, Debug)]
pub struct Pass {
    stage: Stage,
    /// The witness is to be shown even if no op waits.
    witness: bool,
    /// The push under way does nothing else.
    showing: bool,
    /// With the hand-in key: push and upload only.
    by_key: bool,
    /// The account may not act any more: empty the phone when nothing waits.
    deactivated: bool,
    /// The person signs out: empty the phone when nothing waits.
    leaving: bool,
    /// The witness was shown since the last op or file went up: the phone can be emptied.
    parted: bool,
    /// What the server said it has and no pull has named is asked about again, where the witness is shown, too.
    unsure: bool,
    /// Files that must wait for another pass.
    later: Set<Sha256>,
    file: Option<Sending>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Stage {
    Push,
    Reopen(Reopen),
    Pull,
    Files,
    Wipe,
    End(End),
}

/// The file at hand.
#[derive(Clone, Copy, Debug)]
struct Sending {
    sha256: Sha256,
    asked: bool,
    rounds: u32,
    /// How many of its bytes were there at most: what goes up once more for another hash of the whole is no way forward.
    furthest: u64,
}

/// What to do next.
#[derive(Clone, Debug)]
pub enum Step {
    /// `POST /api/v1/sync/push`.
    Push(Push),
    /// [`Engine::will_reopen`], `POST /api/v1/journal` with its journal, and [`Engine::reopen`] with the answer.
    Reopen(Reopen),
    /// `GET /api/v1/sync/pull` from this cursor.
    Pull(Option<String>),
    /// Open the upload of a file, or send a chunk of it.
    File(FileNote, UploadStep),
    /// Nothing is left of an account that may not act any more, or of a person who signs out, and the server has just
    /// answered to the witness: empty the phone.
    Wipe,
    /// The pass is over.
    End(End),
}

/// How a pass ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Everything that could go has gone.
    Done,
    /// Somebody must sign in.
    SignIn,
    /// This build is too old for the server.
    Update,
    /// No answer, or none that helps: again later.
    Later,
    /// One op alone is too large for the server.
    TooLarge,
    /// A receipt did not fit, and freed nothing.
    Doubtful,
    /// The account was deactivated, and something waits here still.
    Deactivated,
}

impl End {
    /// How long to wait at least, seconds, where the server did not say.
    #[must_use]
    pub const fn wait_s(self) -> Option<u32> {
        match self {
            Self::Done | Self::SignIn | Self::Later => None,
            Self::TooLarge | Self::Doubtful => Some(60),
            Self::Deactivated => Some(300),
            Self::Update => Some(600),
        }
    }
}

impl Pass {
    /// A pass from its beginning. `witness`: the server has not seen for a while which head this phone has.
    #[must_use]
    pub fn new(witness: bool) -> Self {
        Self {
            stage: Stage::Push,
            witness: witness && !planted(Mutant::HidesItsWitness),
            showing: false,
            by_key: false,
            deactivated: false,
            leaving: false,
            parted: false,
            unsure: witness,
            later: Set::new(),
            file: None,
        }
    }

    /// The person signs out: the phone is emptied at the end, if nothing waits then.
    pub const fn leave(&mut self) {
        self.leaving = true;
    }

    /// Whether the person signs out.
    #[must_use]
    pub const fn leaves(&self) -> bool {
        self.leaving
    }

    /// The store was mended from a copy, and nobody can say what its journal has sent: first of all a new one.
    pub const fn begin_anew(&mut self) {
        self.stage = Stage::Reopen(Reopen::Behind);
    }

    /// Whether requests go with the hand-in key instead of the session.
    #[must_use]
    pub const fn by_key(&self) -> bool {
        self.by_key
    }

    /// What to do next. `drafts`: a visit was begun here and not handed in.
    #[must_use]
    pub fn next(&mut self, engine: &Engine, account: AccountId, drafts: bool) -> Step {
        loop {
            match self.stage {
                Stage::Push if engine.reopening().is_some() => {
                    self.stage = engine.reopening().map_or(Stage::Pull, |next| Stage::Reopen(next.why));
                }
                Stage::Push => {
                    let ops = engine.next_push(account);
                    self.showing = ops.is_none() && self.witness;
                    self.parted &= ops.is_none();
                    let push = ops.or_else(|| engine.witness(account).filter(|_| self.witness));
                    self.witness = false;
                    match push {
                        Some(push) => return Step::Push(push),
                        None => self.stage = if self.by_key { Stage::Files } else { Stage::Pull },
                    }
                }
                Stage::Reopen(why) => return Step::Reopen(why),
                // Cut since: it goes first, or what comes down would have to come again.
                Stage::Pull if engine.waiting().next().is_some() => self.stage = Stage::Push,
                Stage::Pull => return Step::Pull(engine.cursor().map(str::to_owned)),
                Stage::Files => match self.next_file(engine) {
                    Some((file, step)) => return Step::File(file, step),
                    None => self.stage = self.after_files(engine, drafts),
                },
                Stage::Wipe => return Step::Wipe,
                Stage::End(end) => return Step::End(end),
            }
        }
    }

    fn next_file(&mut self, engine: &Engine) -> Option<(FileNote, UploadStep)> {
        loop {
            let sending = match self.file {
                Some(sending) => sending,
                None => {
                    let unsure = || engine.next_unsure(&self.later).filter(|_| self.unsure);
                    let file = engine.next_file(&self.later).or_else(unsure)?;
                    Sending { sha256: file.sha256, asked: false, rounds: 0, furthest: 0 }
                }
            };
            self.file = Some(sending);
            let step = engine.file(sending.sha256).map(|file| (file.clone(), file.next(sending.asked, engine.chunk())));
            match step {
                Some((file, step)) if step != UploadStep::Done => return Some((file, step)),
                // It has gone, or was given up.
                _ => self.done_with_file(),
            }
        }
    }

    fn done_with_file(&mut self) {
        if let Some(sending) = self.file.take() {
            self.later.insert(sending.sha256);
        }
    }

    fn after_files(&mut self, engine: &Engine, drafts: bool) -> Stage {
        if self.deactivated && planted(Mutant::WipesBeforeReceipt) {
            return Stage::Wipe;
        }
        let waits = drafts || engine.waiting().next().is_some() || engine.files().any(FileNote::waits);
        if !(self.deactivated || self.leaving) || waits {
            return Stage::End(match () {
                () if self.deactivated => End::Deactivated,
                () if self.by_key => End::SignIn,
                () => End::Done,
            });
        }
        if self.parted {
            return Stage::Wipe;
        }
        // Its last word: a server that was put back since this phone last spoke learns it now, or never.
        (self.parted, self.unsure) = (true, true);
        self.witness = !planted(Mutant::HidesItsWitness);
        Stage::Push
    }

    /// The answer to a push was taken.
    pub const fn pushed(&mut self, taken: &PushTaken) {
        self.stage = if let Some(why) = taken.reopen {
            Stage::Reopen(why)
        } else if taken.doubtful {
            Stage::End(End::Doubtful)
        } else if taken.freed.is_empty() && !self.showing {
            // Neither a verdict nor a reason to begin anew: asking at once would go round in a circle.
            Stage::End(End::Later)
        } else {
            Stage::Push
        };
    }

    /// The push was too large; `smaller`: the next is not as large.
    pub const fn too_large(&mut self, smaller: bool) {
        if !smaller {
            self.stage = Stage::End(End::TooLarge);
        }
    }

    /// The engine writes a new journal.
    pub const fn reopened(&mut self) {
        self.parted = false;
        self.stage = Stage::Push;
    }

    /// What came down was taken, or cannot be before a new journal.
    pub fn pulled(&mut self, pulled: Option<&Pulled>, taken: Result<(), Reopen>) {
        match (pulled, taken) {
            (Some(pulled), taken) if pulled.deactivated => {
                // What waits still goes up; after the last receipt the phone is emptied.
                // Before it is, the server sees which head it has: what a restore took comes back first.
                self.witness = !self.deactivated && !planted(Mutant::HidesItsWitness);
                self.deactivated = true;
                self.go_by_key();
                if let Err(why) = taken {
                    self.stage = Stage::Reopen(why);
                }
            }
            (_, Err(why)) => self.stage = Stage::Reopen(why),
            (Some(pulled), Ok(())) if pulled.more => {}
            _ => self.stage = Stage::Files,
        }
    }

    fn go_by_key(&mut self) {
        self.by_key = true;
        self.file = None;
        self.stage = Stage::Push;
    }

    /// The server said that it has so many bytes of the file.
    pub const fn sent(&mut self, offset: u64) {
        if let Some(sending) = &mut self.file {
            sending.asked = true;
            if offset > sending.furthest {
                (sending.furthest, sending.rounds) = (offset, 0);
            }
        }
    }

    /// The file at hand was answered with a complaint; `again`: ask about it at once.
    pub fn complained(&mut self, again: bool) {
        let Some(sending) = &mut self.file else { return };
        sending.rounds += 1;
        sending.asked = false;
        if !again || sending.rounds > ROUNDS {
            self.done_with_file();
        }
    }

    /// The answer was none of those hoped for.
    pub fn failed(&mut self, outcome: Outcome) {
        match outcome {
            // What is cut still gets through with the hand-in key, and nothing else does.
            Outcome::SignIn if !self.by_key => self.go_by_key(),
            Outcome::SignIn => self.stage = Stage::End(End::SignIn),
            Outcome::Update => self.stage = Stage::End(End::Update),
            _ => self.stage = Stage::End(End::Later),
        }
    }
}
