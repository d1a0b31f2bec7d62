//! The small texts of an upload: hash, size, state, sign-in, pull.
#![no_main]

use domain::evidence::Sha256;
use libfuzzer_sys::fuzz_target;
use protocol::{
    evidence::{CreateUpload, UploadState},
    pull::Pulled,
    session::SignIn,
};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = core::str::from_utf8(bytes) {
        if let Ok(hash) = text.parse::<Sha256>() {
            assert_eq!(hash.to_string(), text, "a hash has one spelling");
        }
        let _ = text.parse::<u64>();
    }
    let _ = serde_json::from_slice::<CreateUpload>(bytes);
    let _ = serde_json::from_slice::<UploadState>(bytes);
    let _ = serde_json::from_slice::<SignIn>(bytes);
    let _ = serde_json::from_slice::<Pulled>(bytes);
});
