//! Planted bugs. A suite that proves a promise must fail over each of them.
//!
//! Every fault is one variant of [`Mutant`] and one `if planted(…)` at the place
//! where somebody might really make the mistake. The feature `planted` is on in
//! the builds of the test suites alone; without it [`planted`] is the constant
//! `false` and the compiler takes the fault out. All faults live in one build:
//! which of them is awake is chosen at run time, one at a time, because a build
//! a fault would cost CI its hour.

macro_rules! mutants {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $promise:literal;)*) => {
        /// A planted bug.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Mutant {
            $($(#[$doc])* $name,)*
        }

        impl Mutant {
            /// Every planted bug.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its name on a command line.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The promise of `docs/trust.md` that it breaks.
            #[must_use]
            pub const fn promise(self) -> &'static str {
                match self { $(Self::$name => $promise,)* }
            }
        }
    };
}

mutants! {
    /// The phone counts an op as safe as soon as the request was answered, whatever the receipt says.
    FreesWithoutReceipt = "frees-without-receipt", "P2";
    /// A recovered or restored phone goes on counting in its old journal.
    CountsOnInOldJournal = "counts-on-in-old-journal", "P2";
    /// The writer answers before its commit.
    AnswersBeforeCommit = "answers-before-commit", "P1";
    /// Bytes come to count without having been hashed.
    CountsUnhashedBytes = "counts-unhashed-bytes", "P10";
    /// An upload that was cut off begins again from its start.
    ForgetsUploadOffset = "forgets-upload-offset", "P11";
    /// A verification takes who sent what, and who holds which task, on trust.
    VerifyTrustsIdentity = "verify-trusts-identity", "P16";
    /// A verification takes the facts that ops were decided on, and when they came, on trust.
    VerifyTrustsFacts = "verify-trusts-facts", "P16";
    /// A chunk that the disk had no room for is acknowledged all the same.
    AcknowledgesOnFullDisk = "acknowledges-on-full-disk", "P22";
    /// An id that is known is a duplicate, whatever the body says.
    TrustsOpIdAlone = "trusts-op-id-alone", "P2";
    /// There are a few places, and whoever is connected has one of them, however slowly they speak.
    SlowClientsHoldPlaces = "slow-clients-hold-places", "P22";
    /// An op of a kind that is not known is one that cannot be meant.
    RefusesUnknownKinds = "refuses-unknown-kinds", "P7";
    /// A chunk is taken without a look at its hash.
    SkipsChunkHash = "skips-chunk-hash", "P10";
    /// HQ's reads ask whether somebody is signed in, not what they may do.
    ReadsWithoutRole = "reads-without-role", "P15";
    /// Bytes are shown to whoever has a session and knows their hash.
    ServesBytesToAnybody = "serves-bytes-to-anybody", "P15";
    /// A list leaves the house with everybody who may read it.
    ExportsToAnybody = "exports-to-anybody", "P15";
    /// `SET` for `SET LOCAL`: the tenant stays with the connection.
    NamesTenantForGood = "names-tenant-for-good", "P15";
    /// An offset that is no number is taken for granted to be one.
    UnwrapsOffset = "unwraps-offset", "P17";
    /// Bytes that a refused op named may be sent all the same.
    ClaimsForRefused = "claims-for-refused", "P17";
    /// A finding's note is put into the page as it was written.
    PrintsNotesRaw = "prints-notes-raw", "P18";
    /// A cell of a download is written as it is.
    ExportsFormulas = "exports-formulas", "P18";
    /// A form is taken from whichever site sent it.
    WelcomesForeignForms = "welcomes-foreign-forms", "P20";
    /// Whoever was stopped may go on trying.
    ForgetsThrottle = "forgets-throttle", "P20";
    /// Signing out takes the cookie away and leaves the session.
    LogoutKeepsSession = "logout-keeps-session", "P20";
    /// The server lets go of the ids of ops before the phones have confirmed.
    PrunesDedupeKeys = "prunes-dedupe-keys", "P2";
    /// Handing in writes the op, and the draft some other time.
    HandsInWithoutDraft = "hands-in-without-draft", "P3";
    /// What comes from an account that was closed is refused.
    RefusesTheDeactivated = "refuses-the-deactivated", "P8";
    /// A phone whose account was closed is emptied before everything has gone.
    WipesBeforeReceipt = "wipes-before-receipt", "P8";
    /// A task that is called back takes the draft with it.
    WithdrawDeletesDraft = "withdraw-deletes-draft", "P8";
    /// In a new epoch ops are offered again, and photos are not.
    ForgetsPhotosAfterEpoch = "forgets-photos-after-epoch", "P9";
    /// A phone with nothing to send never shows which head it has.
    HidesItsWitness = "hides-its-witness", "P9";
    /// A server that is shown a head which it has no more takes it for nobody's business.
    OpensNoEpoch = "opens-no-epoch", "P9";
    /// A file counts as received when its last byte was sent.
    ReceivedWhenAllSent = "received-when-all-sent", "P10";
    /// Bytes that two visits name go up for the first of them alone.
    SendsEqualBytesOnce = "sends-equal-bytes-once", "P10";
    /// Every file that a visit names counts as soon as one of them does.
    CountsWhatIsNotThere = "counts-what-is-not-there", "P10";
    /// The place of the pull is on the disk before what it stands for.
    WatermarkBeforeData = "watermark-before-data", "P12";
    /// Whoever comes last is right, whatever they had seen.
    LastWriterWins = "last-writer-wins", "P13";
    /// A stale revision is acknowledged and shown to nobody.
    DropsSideRevisions = "drops-side-revisions", "P13";
    /// Ops are sent in the order of the phone's clock.
    SendsInClockOrder = "sends-in-clock-order", "P14";
    /// A session that was rolled on at a time which has not come yet is nobody's.
    DoubtsSessionsOfTomorrow = "doubts-sessions-of-tomorrow", "P14";
}

impl Mutant {
    /// The planted bug of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|mutant| mutant.name() == name)
    }
}

#[cfg(feature = "planted")]
mod awake {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::Mutant;

    /// One more than the place in [`Mutant::ALL`]; 0: none is awake.
    static AWAKE: AtomicUsize = AtomicUsize::new(0);

    /// Whether this fault is awake.
    #[must_use]
    #[inline]
    pub fn planted(mutant: Mutant) -> bool {
        AWAKE.load(Ordering::Relaxed) == mutant as usize + 1
    }

    /// Wakes one fault for the whole process, or sends all to sleep.
    pub fn wake(mutant: Option<Mutant>) {
        AWAKE.store(mutant.map_or(0, |mutant| mutant as usize + 1), Ordering::Relaxed);
    }
}

#[cfg(not(feature = "planted"))]
mod awake {
    use super::Mutant;

    /// Whether this fault is awake: never in a build without planted faults.
    #[must_use]
    #[inline]
    pub const fn planted(_mutant: Mutant) -> bool {
        false
    }

    /// There is nothing to wake in a build without planted faults.
    pub const fn wake(_mutant: Option<Mutant>) {}
}

pub use awake::{planted, wake};

/// Names the fault that a process of the suites is to have.
pub const VARIABLE: &str = "MINGCHA_MUTANT";

/// Wakes the fault that the environment names. Without planted faults it does nothing.
pub fn wake_from_environment() {
    wake(std::env::var(VARIABLE).ok().and_then(|name| Mutant::from_name(&name)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_its_own() {
        for mutant in Mutant::ALL {
            assert_eq!(Mutant::from_name(mutant.name()), Some(*mutant));
            assert!(mutant.promise().starts_with('P'), "{mutant:?}");
        }
    }

    #[test]
    fn one_is_awake_at_a_time_and_only_where_they_are_planted() {
        wake(Some(Mutant::FreesWithoutReceipt));
        assert_eq!(planted(Mutant::FreesWithoutReceipt), cfg!(feature = "planted"));
        assert!(!planted(Mutant::CountsOnInOldJournal));
        wake(None);
        assert!(!planted(Mutant::FreesWithoutReceipt));
    }
}
