//! What a pass does next, whatever the server says.

use domain::{
    evidence::{CapturedKnown, EvidenceKind, EvidenceRecord, EvidenceSource, Sha256, StoredBytes},
    ids::{AccountId, AssignmentId, ChecklistVersionId, EvidenceId, JournalId, OpId, VenueId},
    op::{Payload, Salt, Verdict},
    time::{DAY_MS, Moment},
    visit::Draft,
};
use protocol::{
    evidence::UploadState,
    pull::Pulled,
    push::{OpResult, Push, Pushed},
    receipt::{Head, leaf, merkle},
};
use sync::{Cut, End, Engine, Outcome, Pass, Reopen, Step, UploadStep};
use uuid::Uuid;

const NOW: Moment = Moment(1_790_000_000_000);
const ACCOUNT: AccountId = AccountId(Uuid::from_u128(1));

/// An engine whose one visit names one photo.
fn engine() -> Engine {
    let (mut engine, _) = Engine::begin(JournalId(Uuid::from_u128(10)), 1);
    let task = AssignmentId(Uuid::from_u128(20));
    let window = domain::assignment::Window { from: NOW, until: NOW };
    let mut draft = Draft::new(task, VenueId(Uuid::nil()), ChecklistVersionId(Uuid::nil()), window);
    draft.evidence.push(EvidenceRecord {
        id: EvidenceId(Uuid::from_u128(30)),
        item: None,
        kind: EvidenceKind::Photo,
        source: EvidenceSource::InPageCamera,
        bytes: Some(StoredBytes { sha256: Sha256::of(b"photo"), size: 5, mime: "image/jpeg".into() }),
        text: String::new(),
        captured_at: NOW,
        captured_known: CapturedKnown::Shutter,
        fix: None,
        caption: String::new(),
    });
    let payload = Payload::VisitSubmit(draft.document());
    let cut = Cut { id: OpId(Uuid::from_u128(40)), salt: Salt::new([1; 16]), now: NOW, task, base: 0, payload };
    engine.cut(cut).expect("cut");
    engine
}

/// The server takes the whole push.
fn take(push: &Push) -> Pushed {
    let ops: Vec<_> = push.ops.iter().map(|op| (op.envelope, Sha256::of(op.body.get().as_bytes()))).collect();
    let leaves: Vec<_> = (1..).zip(&ops).map(|(rev, (_, digest))| leaf(*digest, &Verdict::Applied, rev)).collect();
    let (root, paths) = merkle(&leaves);
    let results = (1..).zip(ops.iter().zip(paths)).map(|(rev, ((envelope, digest), path))| OpResult {
        op_id: envelope.op_id,
        seq: envelope.seq,
        verdict: Verdict::Applied,
        first: None,
        digest: *digest,
        rev,
        batch: 1,
        path,
    });
    let head = Head {
        epoch: 1,
        number: 1,
        previous: Sha256([0; 32]),
        root,
        time: NOW,
        key: String::new(),
        signature: String::new(),
    };
    Pushed { results: results.collect(), expect: ops.len() as i64 + 1, heads: vec![head], server_time: NOW }
}

fn push(step: Step) -> Push {
    match step {
        Step::Push(push) => push,
        other => panic!("a push and not {other:?}"),
    }
}

/// Sends what waits: the text is safe, the photo is not.
fn send_text(pass: &mut Pass, engine: &mut Engine) {
    let sent = push(pass.next(engine, ACCOUNT, false));
    assert_eq!(sent.ops.len(), 1);
    let taken = engine.pushed(&take(&sent));
    pass.pushed(&taken);
}

#[test]
fn text_goes_first_then_news_then_files() {
    let mut engine = engine();
    let mut pass = Pass::new(true);
    send_text(&mut pass, &mut engine);
    assert!(matches!(pass.next(&engine, ACCOUNT, false), Step::Pull(None)));
    pass.pulled(None, Ok(()));
    let Step::File(file, UploadStep::Create) = pass.next(&engine, ACCOUNT, false) else { panic!("a file") };
    let _ = engine.uploaded(file.sha256, UploadState { offset: 0, verified: false });
    pass.sent(0);
    let Step::File(_, UploadStep::Chunk { from: 0, len: 5 }) = pass.next(&engine, ACCOUNT, false) else {
        panic!("a chunk")
    };
    let _ = engine.uploaded(file.sha256, UploadState { offset: 5, verified: true });
    pass.sent(5);
    assert!(matches!(pass.next(&engine, ACCOUNT, false), Step::End(End::Done)));
}

/// A phone whose ops were all safe asked for news with the cookie, was told to sign in, and left its photos where
/// they were until somebody did.
#[test]
fn photos_go_up_with_the_hand_in_key_though_the_session_ended_after_the_text() {
    let mut engine = engine();
    let mut pass = Pass::new(false);
    send_text(&mut pass, &mut engine);
    assert!(matches!(pass.next(&engine, ACCOUNT, false), Step::Pull(None)));
    pass.failed(Outcome::SignIn);
    assert!(pass.by_key());
    assert!(matches!(pass.next(&engine, ACCOUNT, false), Step::File(_, UploadStep::Create)));
    pass.failed(Outcome::SignIn);
    assert!(matches!(pass.next(&engine, ACCOUNT, false), Step::End(End::SignIn)));
}

/// A server that was restored while nothing waited on any phone never heard of it, and what its backup lacked stayed
/// on phones that believed it safe.
#[test]
fn a_phone_with_nothing_to_send_shows_its_witness() {
    let mut engine = engine();
    let mut first = Pass::new(false);
    send_text(&mut first, &mut engine);
    let mut pass = Pass::new(true);
    let shown = push(pass.next(&engine, ACCOUNT, false));
    assert!(shown.ops.is_empty() && shown.newest.is_some());
    let taken = engine.pushed(&Pushed { results: Vec::new(), expect: 2, heads: Vec::new(), server_time: NOW });
    pass.pushed(&taken);
    assert!(matches!(pass.next(&engine, ACCOUNT, false), Step::Pull(None)), "once is enough");
}

#[test]
fn an_account_that_was_deactivated_hands_over_everything_before_the_phone_is_emptied() {
    let mut engine = engine();
    let mut pass = Pass::new(false);
    send_text(&mut pass, &mut engine);
    assert!(matches!(pass.next(&engine, ACCOUNT, false), Step::Pull(None)));
    let pulled = news("", NOW, true);
    pass.pulled(Some(&pulled), Ok(()));
    assert!(pass.by_key());
    let shown = push(pass.next(&engine, ACCOUNT, false));
    assert!(shown.ops.is_empty(), "the server sees which head it has");
    let taken = engine.pushed(&Pushed { results: Vec::new(), expect: 2, heads: Vec::new(), server_time: NOW });
    pass.pushed(&taken);
    let mut impatient = pass.clone();
    let Step::File(file, _) = pass.next(&engine, ACCOUNT, false) else { panic!("the photo first") };
    let _ = impatient.next(&engine, ACCOUNT, false);
    impatient.complained(false);
    assert!(matches!(impatient.next(&engine, ACCOUNT, false), Step::End(End::Deactivated)), "the photo is still here");
    let _ = engine.uploaded(file.sha256, UploadState { offset: 5, verified: true });
    pass.sent(5);
    assert!(matches!(pass.clone().next(&engine, ACCOUNT, true), Step::End(End::Deactivated)), "a draft is open");
    last_word(&mut pass, &mut engine);
    assert!(matches!(pass.next(&engine, ACCOUNT, false), Step::Wipe));
}

/// The witness is shown, and the server has everything that this phone ever sent.
fn last_word(pass: &mut Pass, engine: &mut Engine) {
    let shown = push(pass.next(engine, ACCOUNT, false));
    assert!(shown.ops.is_empty() && shown.newest.is_some());
    let answer = Pushed { results: Vec::new(), expect: 2, heads: Vec::new(), server_time: NOW };
    pass.pushed(&engine.pushed(&answer));
}

/// Seeds 3426 and 3673 of the simulator: the server was put back after the phone's last push and before the phone was
/// emptied, and nobody told it.
#[test]
fn a_phone_is_emptied_only_after_the_server_has_seen_its_witness_last() {
    let mut engine = engine();
    let mut pass = Pass::new(false);
    pass.leave();
    send_text(&mut pass, &mut engine);
    assert!(matches!(pass.next(&engine, ACCOUNT, false), Step::Pull(None)));
    pass.pulled(None, Ok(()));
    let Step::File(file, _) = pass.next(&engine, ACCOUNT, false) else { panic!("the photo first") };
    let mut staying = pass.clone();
    staying.complained(false);
    assert!(matches!(staying.next(&engine, ACCOUNT, false), Step::End(End::Done)), "the photo is still here");
    let _ = engine.uploaded(file.sha256, UploadState { offset: 5, verified: true });
    pass.sent(5);
    // No answer: nothing is emptied.
    let mut alone = pass.clone();
    let _ = push(alone.next(&engine, ACCOUNT, false));
    alone.failed(Outcome::Later);
    assert!(matches!(alone.next(&engine, ACCOUNT, false), Step::End(End::Later)));
    // The restored server expects the first op again: everything goes up anew, and then the last word is a new one.
    let mut restored = pass.clone();
    let mut again = engine.clone();
    let _ = push(restored.next(&again, ACCOUNT, false));
    let behind = Pushed { results: Vec::new(), expect: 1, heads: Vec::new(), server_time: NOW };
    restored.pushed(&again.pushed(&behind));
    assert!(matches!(restored.next(&again, ACCOUNT, false), Step::Reopen(Reopen::Behind)));
    let _ = again.reopen(JournalId(Uuid::from_u128(11)), 1);
    restored.reopened();
    send_text(&mut restored, &mut again);
    assert!(!matches!(restored.next(&again, ACCOUNT, false), Step::Wipe));
    // All is well.
    last_word(&mut pass, &mut engine);
    assert!(matches!(pass.next(&engine, ACCOUNT, false), Step::Pull(None)));
    pass.pulled(None, Ok(()));
    assert!(matches!(pass.next(&engine, ACCOUNT, false), Step::Wipe));
}

#[test]
fn neither_a_verdict_nor_a_reason_ends_the_pass() {
    let mut engine = engine();
    let mut pass = Pass::new(false);
    let _ = push(pass.next(&engine, ACCOUNT, false));
    let taken = engine.pushed(&Pushed { results: Vec::new(), expect: 1, heads: Vec::new(), server_time: NOW });
    pass.pushed(&taken);
    assert!(matches!(pass.next(&engine, ACCOUNT, false), Step::End(End::Later)));
    let mut pass = Pass::new(false);
    pass.too_large(engine.halve(1));
    assert!(matches!(pass.next(&engine, ACCOUNT, false), Step::End(End::TooLarge)));
}

#[test]
fn a_file_that_is_answered_with_complaints_lets_others_pass() {
    let mut engine = engine();
    let mut pass = Pass::new(false);
    send_text(&mut pass, &mut engine);
    pass.pulled(None, Ok(()));
    for _ in 0..4 {
        assert!(matches!(pass.next(&engine, ACCOUNT, false), Step::File(_, UploadStep::Create)));
        pass.complained(true);
    }
    assert!(matches!(pass.next(&engine, ACCOUNT, false), Step::End(End::Done)));
}

#[test]
fn a_mended_store_asks_for_a_new_journal_before_it_sends_anything() {
    let mut engine = engine();
    let mut pass = Pass::new(false);
    pass.begin_anew();
    assert!(matches!(pass.next(&engine, ACCOUNT, false), Step::Reopen(sync::Reopen::Behind)));
    let _changes = engine.reopen(JournalId(Uuid::from_u128(11)), 1);
    pass.reopened();
    let push = push(pass.next(&engine, ACCOUNT, false));
    assert_eq!(push.journal, JournalId(Uuid::from_u128(11)));
    assert_eq!(push.ops.len(), 1, "what the old journal had is offered again");
}

#[test]
fn an_emptied_store_is_written_again_from_the_records_of_the_engine() {
    let mut engine = engine();
    let mut pass = Pass::new(false);
    send_text(&mut pass, &mut engine);
    let records = engine.records();
    let rows: Vec<(&str, &[u8])> = records
        .iter()
        .map(|record| match record {
            sync::Change::Put(key, value) => (key.as_str(), value.as_slice()),
            sync::Change::Delete(key) => panic!("{key} is forgotten"),
        })
        .collect();
    assert_eq!(Engine::load(rows), Some(engine));
}

fn news(cursor: &str, server_time: Moment, deactivated: bool) -> Pulled {
    Pulled {
        epoch: 1,
        cursor: cursor.to_owned(),
        more: false,
        server_time,
        changes: Vec::new(),
        checklists: std::collections::BTreeMap::new(),
        deactivated,
    }
}

/// The answer to `POST /journal` was lost: the server had given the visits to the new journal, and what the phone went
/// on to send in the old one was held as another phone's.
#[test]
fn a_journal_whose_answer_was_lost_is_asked_for_again_and_nothing_goes_out_before() {
    let mut engine = engine();
    let (first, changes) = engine.will_reopen(Reopen::Epoch(2), JournalId(Uuid::from_u128(11)));
    assert_eq!(changes.len(), 1, "it is on the disk before it is asked for");
    let mut pass = Pass::new(true);
    assert!(matches!(pass.next(&engine, ACCOUNT, false), Step::Reopen(Reopen::Epoch(2))));
    let (again, changes) = engine.will_reopen(Reopen::Epoch(2), JournalId(Uuid::from_u128(12)));
    assert_eq!((again, changes.len()), (first, 0));
    let _ = engine.reopen(first, 2);
    pass.reopened();
    assert_eq!(push(pass.next(&engine, ACCOUNT, false)).journal, first);
}

/// A phone whose clock was ten years ahead let go of everything at once, and a restored server asked for it in vain.
#[test]
fn what_was_kept_long_enough_is_known_by_the_servers_clock_alone() {
    let mut engine = engine();
    let mut pass = Pass::new(false);
    send_text(&mut pass, &mut engine);
    assert_eq!(engine.clone().prune([]).0.len(), 0);
    engine.pulled(&news("1", NOW.plus(29 * DAY_MS), false)).expect("no new epoch");
    assert_eq!(engine.clone().prune([]).0.len(), 0);
    engine.pulled(&news("2", NOW.plus(31 * DAY_MS), false)).expect("no new epoch");
    assert_eq!(engine.prune([]).0.len(), 1);
}

/// What HQ had done meanwhile was told while the op was on its way, passed over, and never told again.
#[test]
fn an_op_that_was_held_makes_the_phone_ask_for_everything_anew() {
    let mut engine = engine();
    engine.pulled(&news("7", NOW, false)).expect("no new epoch");
    let sent = engine.next_push(ACCOUNT).expect("it waits");
    let mut held = take(&sent);
    let verdict = Verdict::held(domain::op::HeldCode::StaleBase);
    held.heads[0].root = leaf(held.results[0].digest, &verdict, 1);
    held.results[0].verdict = verdict;
    assert_eq!(engine.clone().pushed(&take(&sent)).freed.len(), 1);
    assert_eq!(engine.pushed(&held).freed.len(), 1);
    assert_eq!(engine.cursor(), None);
}

/// A restored server that expects what this phone has long counted as safe: everything is offered again.
#[test]
fn a_server_that_expects_less_than_it_confirmed_is_behind_though_nothing_waits() {
    let mut engine = engine();
    let mut pass = Pass::new(false);
    send_text(&mut pass, &mut engine);
    let answer = |expect| Pushed { results: Vec::new(), expect, heads: Vec::new(), server_time: NOW };
    assert_eq!(engine.clone().pushed(&answer(2)).reopen, None);
    assert_eq!(engine.pushed(&answer(1)).reopen, Some(Reopen::Behind));
}

/// A closed account's phone never learnt that the server had been restored, for its pull was empty.
#[test]
fn a_closed_account_still_gives_a_restored_server_what_it_lost() {
    let mut engine = engine();
    let mut pass = Pass::new(false);
    send_text(&mut pass, &mut engine);
    let pulled = Pulled { epoch: 2, ..news("", NOW, true) };
    let mut rows = std::collections::BTreeMap::<AssignmentId, sync::TaskAtHand>::new();
    let taken = engine.take_pulled(&mut rows, &pulled, NOW).map(drop);
    pass.pulled(Some(&pulled), taken);
    assert!(pass.by_key());
    assert!(matches!(pass.next(&engine, ACCOUNT, false), Step::Reopen(Reopen::Epoch(2))));
    let _ = engine.reopen(JournalId(Uuid::from_u128(11)), 2);
    pass.reopened();
    assert_eq!(push(pass.next(&engine, ACCOUNT, false)).ops.len(), 1);
}

/// Smaller chunks are more of them, and each may be damaged: a file that comes further stays at hand. One that goes up
/// whole and is thrown away does not, or a pass over a line that alters bytes would never end.
#[test]
fn a_file_stays_at_hand_as_long_as_it_comes_further() {
    let mut engine = engine();
    let mut pass = Pass::new(false);
    send_text(&mut pass, &mut engine);
    assert!(matches!(pass.next(&engine, ACCOUNT, false), Step::Pull(None)));
    pass.pulled(None, Ok(()));
    let mut chunk = |offset: u64, damaged: u32, pass: &mut Pass| {
        let Step::File(file, _) = pass.next(&engine, ACCOUNT, false) else { return false };
        let _ = engine.uploaded(file.sha256, UploadState { offset, verified: false });
        pass.sent(offset);
        for _ in 0..damaged {
            let (again, _) = engine.upload_failed(file.sha256, Outcome::Damaged);
            pass.complained(again);
        }
        true
    };
    for offset in 1..5 {
        assert!(chunk(offset, 3, &mut pass), "at {offset}");
    }
    // Whole, and another hash: from the start, and no further than before.
    let rounds = (0..20).take_while(|_| chunk(0, 0, &mut pass) && chunk(4, 1, &mut pass)).count();
    assert!((1..=4).contains(&rounds), "{rounds}");
    assert!(matches!(pass.next(&engine, ACCOUNT, false), Step::End(End::Done)), "it goes up again with the next pass");
    assert!(engine.next_file(&std::collections::BTreeSet::new()).is_some());
}
