//! Every planted bug of the simulator's promises is noticed, or the simulator proves nothing.

use mutants::Mutant;
use simulator::run_all;

/// The bugs that the simulator must notice.
const CAUGHT: [Mutant; 17] = [
    Mutant::FreesWithoutReceipt,
    Mutant::CountsOnInOldJournal,
    Mutant::PrunesDedupeKeys,
    Mutant::HandsInWithoutDraft,
    Mutant::RefusesTheDeactivated,
    Mutant::WipesBeforeReceipt,
    Mutant::WithdrawDeletesDraft,
    Mutant::ForgetsPhotosAfterEpoch,
    Mutant::HidesItsWitness,
    Mutant::ReceivedWhenAllSent,
    Mutant::SendsEqualBytesOnce,
    Mutant::CountsWhatIsNotThere,
    Mutant::CountsUnhashedBytes,
    Mutant::WatermarkBeforeData,
    Mutant::LastWriterWins,
    Mutant::DropsSideRevisions,
    Mutant::SendsInClockOrder,
];

/// The most worlds that a bug may hide in.
const SEEDS: u64 = 400;

/// One test, for a bug is awake in the whole process.
#[test]
fn every_planted_bug_is_noticed() {
    let mut hidden = Vec::new();
    for mutant in CAUGHT {
        mutants::wake(Some(mutant));
        assert!(mutants::planted(mutant), "this build has no planted bugs: --features mutants/planted");
        let sum = run_all(0..SEEDS, 600, 1, &|_| ());
        mutants::wake(None);
        match sum.broken.first() {
            Some(outcome) => println!("{} at seed {}: {}", mutant.name(), outcome.seed, outcome.faults[0]),
            None => hidden.push(mutant.name()),
        }
    }
    assert!(hidden.is_empty(), "nobody notices {hidden:?}");
}
