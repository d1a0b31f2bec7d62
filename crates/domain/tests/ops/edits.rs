//! Whatever is tapped in whatever order, a draft stays one that the screens can show and that can be handed in.

use std::collections::BTreeSet;

use domain::{
    assignment::Window,
    checklist::{Answer, ChecklistVersion, Value, builtin},
    evidence::EvidenceRecord,
    ids::{AssignmentId, EvidenceId, ItemId, VenueId},
    time::Moment,
    visit::{Draft, DraftState, Edit, EditRecord, EditRefused, Impressions, ReturnedItem, apply_edit},
};
use proptest::{collection::vec, prelude::*};
use uuid::Uuid;

use crate::world::{choose, photo, presence};

/// How many items and pieces of evidence the taps choose among: few, so that they meet.
const FEW: u8 = 4;

/// One tap, by numbers that shrink well.
#[derive(Clone, Debug)]
enum Tap {
    Arrive,
    UndoArrive,
    Leave,
    UndoLeave,
    Answer(u8, Option<bool>),
    Impressions,
    Add(u8, Option<u8>),
    Remove(u8),
    Move(u8, Option<u8>),
    Caption(u8),
    NoMicrophone(bool),
    HandIn(BTreeSet<u8>),
    GiveBack(u8),
}

fn tap() -> impl Strategy<Value = Tap> {
    let item = || proptest::option::of(0..FEW);
    prop_oneof![
        2 => Just(Tap::Arrive),
        1 => Just(Tap::UndoArrive),
        1 => Just(Tap::Leave),
        1 => Just(Tap::UndoLeave),
        4 => (0..FEW, proptest::option::of(any::<bool>())).prop_map(|(item, yes)| Tap::Answer(item, yes)),
        1 => Just(Tap::Impressions),
        4 => (0..FEW, item()).prop_map(|(id, item)| Tap::Add(id, item)),
        1 => (0..FEW).prop_map(Tap::Remove),
        1 => (0..FEW, item()).prop_map(|(id, item)| Tap::Move(id, item)),
        1 => (0..FEW).prop_map(Tap::Caption),
        1 => any::<bool>().prop_map(Tap::NoMicrophone),
        1 => proptest::collection::btree_set(0..FEW, 0..3).prop_map(Tap::HandIn),
        1 => (0..FEW).prop_map(Tap::GiveBack),
    ]
}

/// What happens between two taps, ms: often less than the minute of undoing an arrival, sometimes more.
fn pause() -> impl Strategy<Value = i64> {
    prop_oneof![3 => 0_i64..10_000, 1 => 50_000_i64..90_000]
}

fn item(list: &ChecklistVersion, n: u8) -> ItemId {
    list.items().nth(usize::from(n)).unwrap().id
}

fn piece(n: u8, item: Option<ItemId>) -> EvidenceRecord {
    EvidenceRecord { item, ..photo(n) }
}

fn evidence(n: u8) -> EvidenceId {
    photo(n).id
}

fn edit(tap: &Tap, at: Moment, list: &ChecklistVersion) -> Option<Edit> {
    let item = |n: &u8| item(list, *n);
    Some(match tap {
        Tap::Arrive => Edit::Arrive(presence(at.0)),
        Tap::UndoArrive => Edit::UndoArrive,
        Tap::Leave => Edit::Leave(presence(at.0)),
        Tap::UndoLeave => Edit::UndoLeave,
        Tap::Answer(n, yes) => Edit::Answer {
            item: item(n),
            answer: yes.map(|yes| if yes { choose("yes") } else { Answer::of(Value::Number(3)) }),
        },
        Tap::Impressions => Edit::Impressions(Impressions::default()),
        Tap::Add(n, of) => Edit::AddEvidence(piece(*n, of.as_ref().map(item))),
        Tap::Remove(n) => Edit::RemoveEvidence(evidence(*n)),
        Tap::Move(n, of) => Edit::MoveEvidence { id: evidence(*n), item: of.as_ref().map(item) },
        Tap::Caption(n) => Edit::Caption { id: evidence(*n), caption: format!("{n}") },
        Tap::NoMicrophone(refused) => Edit::NoMicrophone(*refused),
        Tap::GiveBack(n) => Edit::GivenBack {
            revision: 7,
            items: vec![ReturnedItem { item: Some(item(n)), reason: "请补拍".into() }],
        },
        Tap::HandIn(_) => return None,
    })
}

/// What must be true of a draft whatever happened.
fn is_sound(draft: &Draft) -> Result<(), TestCaseError> {
    let ids: BTreeSet<_> = draft.evidence.iter().map(|piece| piece.id).collect();
    prop_assert_eq!(ids.len(), draft.evidence.len(), "a piece of evidence stands there twice");
    for answered in draft.answers.keys() {
        prop_assert!(draft.answered_at.contains_key(answered), "an answer without its time");
    }
    match draft.state {
        DraftState::Draft => prop_assert!(draft.arrived.is_none()),
        DraftState::OnSite => prop_assert!(draft.arrived.is_some() && draft.left.is_none()),
        DraftState::Debrief | DraftState::Submitted => {}
    }
    prop_assert!(
        draft.returned.is_empty() || draft.state != DraftState::Submitted,
        "handed in, and still to be mended"
    );
    Ok(())
}

proptest! {
    #[test]
    fn a_draft_stays_sound(taps in vec((tap(), pause()), 0..60)) {
        let list = builtin().unwrap().swap_remove(2);
        let window = Window { from: Moment(0), until: Moment(1_000_000) };
        let task = AssignmentId::derive(Uuid::nil(), 1);
        let mut draft = Draft::new(task, VenueId::derive(Uuid::nil(), 1), list.id, window);
        let mut at = Moment(0);
        for (tap, pause) in &taps {
            at = Moment(at.0 + pause);
            let before = draft.clone();
            let Some(edit) = edit(tap, at, &list) else {
                // The screen offers it in these states only.
                if let (Tap::HandIn(later), DraftState::OnSite | DraftState::Debrief) = (tap, draft.state) {
                    let document = draft.document();
                    draft.hand_in(None);
                    draft.open_later = later.iter().map(|n| item(&list, *n)).collect();
                    prop_assert_eq!(draft.document(), document, "handing in changes nothing of what is handed in");
                    prop_assert_eq!((draft.submission, draft.base), (before.submission + 1, before.base + 1));
                }
                continue;
            };
            let record = EditRecord { at, edit };
            match apply_edit(&mut draft, &record) {
                // What the screen refuses must not have happened by half.
                Err(_) => prop_assert_eq!(&draft, &before),
                Ok(()) => {
                    let done = draft.clone();
                    match &record.edit {
                        // A journal that is read twice adds nothing twice.
                        Edit::AddEvidence(_) | Edit::Answer { .. } | Edit::Impressions(_) | Edit::Caption { .. }
                        | Edit::MoveEvidence { .. } | Edit::NoMicrophone(_) | Edit::GivenBack { .. } => {
                            apply_edit(&mut draft, &record).unwrap();
                            prop_assert_eq!(&draft, &done);
                        }
                        Edit::UndoArrive => prop_assert!(at.since(before.arrived.unwrap().at) <= 60_000),
                        _ => {}
                    }
                }
            }
            is_sound(&draft)?;
            // What is kept between two taps is the draft: nothing of it may be lost on the way to the disk and back.
            let kept: Draft = json::from_str(&json::to_string(&draft)).unwrap();
            prop_assert_eq!(&kept, &draft);
        }
    }

    #[test]
    fn what_was_handed_in_changes_only_where_it_is_answered_later(taps in vec((tap(), pause()), 0..40), open in 0..FEW) {
        let list = builtin().unwrap().swap_remove(2);
        let window = Window { from: Moment(0), until: Moment(1_000_000) };
        let task = AssignmentId::derive(Uuid::nil(), 1);
        let mut draft = Draft::new(task, VenueId::derive(Uuid::nil(), 1), list.id, window);
        let tapped = |draft: &mut Draft, at, tap: &Tap| edit(tap, at, &list).map(|edit| apply_edit(draft, &EditRecord { at, edit }));
        for tap in [Tap::Arrive, Tap::Answer(0, Some(true)), Tap::Add(0, Some(0)), Tap::Add(1, Some(open)), Tap::Leave] {
            prop_assert_eq!(tapped(&mut draft, Moment(1), &tap), Some(Ok(())));
        }
        let later = item(&list, open);
        draft.hand_in(None);
        draft.open_later = BTreeSet::from([later]);
        let handed_in = draft.document();
        let mut at = Moment(1);
        let mut touched = false;
        for (tap, pause) in taps.iter().filter(|(tap, _)| !matches!(tap, Tap::GiveBack(_))) {
            at = Moment(at.0 + pause);
            let elsewhere = match edit(tap, at, &list) {
                Some(Edit::Answer { item, .. }) => item != later,
                Some(Edit::AddEvidence(piece)) => piece.item != Some(later),
                Some(Edit::RemoveEvidence(id) | Edit::Caption { id, .. }) => {
                    draft.evidence.iter().all(|piece| piece.id != id || piece.item != Some(later))
                }
                Some(Edit::MoveEvidence { id, item }) => {
                    item != Some(later) || draft.evidence.iter().all(|piece| piece.id != id || piece.item != Some(later))
                }
                Some(_) => true,
                None => continue,
            };
            let said = tapped(&mut draft, at, tap);
            prop_assert_eq!(said == Some(Err(EditRefused::ReadOnly)), elsewhere, "{:?}", said);
            touched |= said == Some(Ok(()));
            prop_assert_eq!(draft.amended, touched, "what can be handed in once more");
        }
        let now = draft.document();
        for (answered, answer) in &handed_in.answers {
            prop_assert!(*answered == later || now.answers.get(answered) == Some(answer));
        }
        for piece in handed_in.evidence.iter().filter(|piece| piece.item != Some(later)) {
            prop_assert!(now.evidence.contains(piece), "a piece of evidence of what was handed in is gone");
        }
        prop_assert_eq!((now.arrived, now.left), (handed_in.arrived, handed_in.left));
        draft.hand_in(Some(&list));
        prop_assert!(!draft.amended);
        prop_assert!(draft.open_later.iter().all(|open| list.item(*open).unwrap().later.is_some()));
        let done = |answered: &ItemId| draft.answers.get(answered).is_some_and(Answer::is_answered);
        let open = list.items().filter(|item| item.later.is_some() && !done(&item.id)).count();
        prop_assert_eq!(draft.open_later.len(), open);
    }
}

#[test]
fn a_photo_goes_from_one_item_that_is_answered_later_to_another_and_nowhere_else() {
    let list = builtin().unwrap().swap_remove(2);
    let window = Window { from: Moment(0), until: Moment(1_000_000) };
    let task = AssignmentId::derive(Uuid::nil(), 1);
    let mut draft = Draft::new(task, VenueId::derive(Uuid::nil(), 1), list.id, window);
    let at = Moment(1);
    let tapped = |draft: &mut Draft, tap: &Tap| {
        edit(tap, at, &list).map(|edit| apply_edit(draft, &EditRecord { at, edit })).unwrap()
    };
    for tap in [Tap::Arrive, Tap::Add(0, Some(0)), Tap::Add(1, Some(2)), Tap::Leave] {
        assert_eq!(tapped(&mut draft, &tap), Ok(()));
    }
    draft.hand_in(None);
    draft.open_later = BTreeSet::from([item(&list, 0), item(&list, 1)]);
    assert_eq!(tapped(&mut draft, &Tap::Move(0, Some(1))), Ok(()));
    assert_eq!(draft.evidence[0].item, Some(item(&list, 1)));
    assert!(draft.amended, "it can be handed in once more");
    let before = draft.clone();
    for tap in [Tap::Move(0, Some(2)), Tap::Move(0, None), Tap::Move(1, Some(0))] {
        assert_eq!(tapped(&mut draft, &tap), Err(EditRefused::ReadOnly), "{tap:?}");
    }
    assert_eq!(draft, before);
}

#[test]
fn a_leaving_is_undone_until_the_visit_is_handed_in() {
    let list = builtin().unwrap().swap_remove(2);
    let window = Window { from: Moment(0), until: Moment(1_000_000) };
    let task = AssignmentId::derive(Uuid::nil(), 1);
    let mut draft = Draft::new(task, VenueId::derive(Uuid::nil(), 1), list.id, window);
    let tapped = |draft: &mut Draft, at, tap: &Tap| {
        edit(tap, Moment(at), &list).map(|edit| apply_edit(draft, &EditRecord { at: Moment(at), edit })).unwrap()
    };
    for (at, tap) in [(1, Tap::Arrive), (2, Tap::Leave), (1_000_000, Tap::UndoLeave)] {
        assert_eq!(tapped(&mut draft, at, &tap), Ok(()), "{tap:?}");
    }
    assert_eq!((draft.state, &draft.left), (DraftState::OnSite, &None));
    assert_eq!(tapped(&mut draft, 1_000_001, &Tap::UndoLeave), Err(EditRefused::WrongState), "pressed twice");
    assert_eq!(tapped(&mut draft, 1_000_002, &Tap::Leave), Ok(()));
    assert_eq!(draft.left, Some(presence(1_000_002)));
    draft.hand_in(None);
    assert_eq!(tapped(&mut draft, 1_000_003, &Tap::UndoLeave), Err(EditRefused::ReadOnly));
    assert_eq!(tapped(&mut draft, 1_000_004, &Tap::GiveBack(0)), Ok(()));
    assert_eq!(tapped(&mut draft, 1_000_005, &Tap::UndoLeave), Err(EditRefused::WrongState), "mended elsewhere");
}
