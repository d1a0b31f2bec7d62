//! Whatever lies in a file is a list or is told what is wrong with it; what is taken in goes through twice as through once.
#![no_main]

use std::collections::BTreeMap;

use domain::op::Payload;
use libfuzzer_sys::fuzz_target;
use lists::{csv, org, venues};
use uuid::Uuid;

fuzz_target!(|bytes: &[u8]| {
    let Ok(records) = csv::records(bytes) else { return };
    let told = |faults: lists::Faults| {
        assert!(!faults.0.is_empty(), "refused for no reason");
        let _ = faults.told("x.csv");
    };
    let list = org::read(&records);
    let faulty = !list.faults().0.is_empty();
    match org::resolve(Vec::new(), Uuid::from_u128(1), list.clone()) {
        Err(faults) => told(faults),
        Ok(import) => {
            assert!(!faulty, "a faulty list was taken");
            let Payload::OrgImport(first) = import.payload else { unreachable!() };
            let again = org::resolve(first.units.clone(), Uuid::from_u128(2), list).expect("it was taken once");
            assert_eq!((again.added, again.replaced), (0, first.units.len()), "the same list brings nothing new");
            assert_eq!(again.payload, Payload::OrgImport(first));
        }
    }
    // Without units every venue hangs in the air, and a list without rows is one that is faulty.
    match venues::resolve(Vec::new(), &BTreeMap::new(), Uuid::nil(), venues::read(&records)) {
        Err(faults) => told(faults),
        Ok(_) => panic!("venues of no unit were taken"),
    }
});
