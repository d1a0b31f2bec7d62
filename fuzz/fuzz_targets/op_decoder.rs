//! Whatever arrives as an op is read or refused, and what is read keeps its form and its digest.
#![no_main]

use domain::op::{Op, canonical::canonicalise, needs};
use libfuzzer_sys::fuzz_target;
use protocol::push::Push;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    if let Ok(canonical) = canonicalise(text) {
        assert_eq!(canonicalise(&canonical).as_ref(), Ok(&canonical), "the canonical form is its own");
    }
    if let Ok(op) = Op::decode(text) {
        let again = Op::decode(&op.canonical);
        assert!(again.is_ok_and(|again| again.digest == op.digest && again.payload == op.payload));
        let _ = needs(&op);
    }
    if let Ok(push) = serde_json::from_str::<Push>(text) {
        for op in &push.ops {
            let _ = Op::decode(op.body.get());
        }
    }
});
