//! The phone's maps and sets are those of the standard library in all that can be seen of them.

use std::collections::{BTreeMap, BTreeSet};

use domain::sorted::list::{Map, Set};
use proptest::prelude::*;

/// What is done to both.
#[derive(Clone, Debug)]
enum Step {
    Insert(u8, u16),
    Remove(u8),
    Change(u8, u16),
    Enter(u8, u16),
    Retain(u8),
    Extend(Vec<(u8, u16)>),
    Clear,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (any::<u8>(), any::<u16>()).prop_map(|(key, value)| Step::Insert(key % 32, value)),
        4 => any::<u8>().prop_map(|key| Step::Remove(key % 32)),
        2 => (any::<u8>(), any::<u16>()).prop_map(|(key, value)| Step::Change(key % 32, value)),
        2 => (any::<u8>(), any::<u16>()).prop_map(|(key, value)| Step::Enter(key % 32, value)),
        1 => (2_u8..5).prop_map(Step::Retain),
        1 => proptest::collection::vec((0_u8..32, any::<u16>()), 0..8).prop_map(Step::Extend),
        1 => Just(Step::Clear),
    ]
}

proptest! {
    #[test]
    fn a_map_is_the_standard_librarys(steps in proptest::collection::vec(step(), 0..64)) {
        let (mut ours, mut theirs) = (Map::<u8, u16>::new(), BTreeMap::<u8, u16>::new());
        for step in steps {
            match step {
                Step::Insert(key, value) => prop_assert_eq!(ours.insert(key, value), theirs.insert(key, value)),
                Step::Remove(key) => prop_assert_eq!(ours.remove(&key), theirs.remove(&key)),
                Step::Change(key, value) => {
                    let (one, other) = (ours.get_mut(&key), theirs.get_mut(&key));
                    prop_assert_eq!(one.is_some(), other.is_some());
                    if let (Some(one), Some(other)) = (one, other) {
                        (*one, *other) = (value, value);
                    }
                }
                Step::Enter(key, value) => {
                    *ours.entry(key).or_insert_with(|| value) ^= 1;
                    *theirs.entry(key).or_insert_with(|| value) ^= 1;
                    prop_assert_eq!(*ours.entry(key).or_default(), *theirs.entry(key).or_default());
                }
                Step::Retain(by) => {
                    ours.retain(|key, _| key % by == 0);
                    theirs.retain(|key, _| key % by == 0);
                }
                Step::Extend(more) => {
                    ours.extend(more.clone());
                    theirs.extend(more);
                }
                Step::Clear => {
                    ours.clear();
                    theirs.clear();
                }
            }
            prop_assert_eq!((ours.len(), ours.is_empty()), (theirs.len(), theirs.is_empty()));
            prop_assert!(ours.iter().eq(theirs.iter()) && (&ours).into_iter().eq(&theirs));
            prop_assert!(ours.keys().eq(theirs.keys()) && ours.values().rev().eq(theirs.values().rev()));
            for key in 0..33 {
                prop_assert_eq!(ours.get(&key), theirs.get(&key));
                prop_assert_eq!(ours.contains_key(&key), theirs.contains_key(&key));
            }
        }
        ours.values_mut().for_each(|value| *value ^= 2);
        theirs.values_mut().for_each(|value| *value ^= 2);
        ours.iter_mut().for_each(|(key, value)| *value ^= u16::from(*key));
        theirs.iter_mut().for_each(|(key, value)| *value ^= u16::from(*key));
        prop_assert!(ours.clone().into_iter().eq(theirs.clone()));
        prop_assert!(ours.into_values().eq(theirs.into_values()));
    }

    #[test]
    fn a_set_is_the_standard_librarys(steps in proptest::collection::vec((any::<bool>(), 0_u8..24), 0..64)) {
        let (mut ours, mut theirs) = (Set::<u8>::new(), BTreeSet::<u8>::new());
        for (put, value) in steps {
            if put {
                prop_assert_eq!(ours.insert(value), theirs.insert(value));
            } else {
                prop_assert_eq!(ours.remove(&value), theirs.remove(&value));
            }
            prop_assert_eq!((ours.len(), ours.is_empty()), (theirs.len(), theirs.is_empty()));
            prop_assert_eq!(ours.contains(&value), theirs.contains(&value));
            prop_assert!(ours.iter().eq(theirs.iter()) && (&ours).into_iter().eq(&theirs));
        }
        ours.retain(|value| value % 3 == 0);
        theirs.retain(|value| value % 3 == 0);
        prop_assert!(ours.into_iter().eq(theirs));
    }

    #[test]
    fn both_read_and_write_the_same_json(
        pairs in proptest::collection::vec(("[a-e]{0,3}", any::<u16>()), 0..12),
        values in proptest::collection::vec(any::<i16>(), 0..12),
    ) {
        let theirs: BTreeMap<String, u16> = pairs.iter().cloned().collect();
        let ours: Map<String, u16> = pairs.iter().cloned().collect();
        let text = serde_json::to_string(&theirs).unwrap();
        prop_assert_eq!(serde_json::to_string(&ours).unwrap(), text.clone());
        prop_assert_eq!(serde_json::from_str::<Map<String, u16>>(&text).unwrap(), ours);
        // Out of order and twice: the last one stands.
        let members: Vec<String> = pairs.iter().rev().map(|(key, value)| format!("\"{key}\":{value}")).collect();
        let loose = format!("{{{}}}", members.join(","));
        let read: Map<String, u16> = serde_json::from_str(&loose).unwrap();
        prop_assert!(read.iter().eq(&serde_json::from_str::<BTreeMap<String, u16>>(&loose).unwrap()));

        let theirs: BTreeSet<i16> = values.iter().copied().collect();
        let text = serde_json::to_string(&values).unwrap();
        let ours: Set<i16> = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(serde_json::to_string(&ours).unwrap(), serde_json::to_string(&theirs).unwrap());
    }
}
