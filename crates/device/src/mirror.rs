//! A small mirror in localStorage: a witness, never the truth.
//!
//! Chromium writes localStorage seconds late, so being behind is normal. The
//! store itself may be blocked altogether, and then reading it throws: every
//! access goes through [`available`].

use gloo_storage::{LocalStorage, Storage as _};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// What the phone last knew, for the day when its database is gone.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Witness {
    /// Which store this was.
    pub store: String,
    /// The journal's last seq.
    pub last_seq: i64,
    /// The ids of the drafts that were open.
    pub drafts: Vec<String>,
    /// The ids of drafts that were found missing, until the person has seen it.
    #[serde(default)]
    pub missing: Vec<String>,
    /// The ids of the tasks that 今日 shows: read first at the next start. `None`: not noted.
    #[serde(default)]
    pub today: Option<Vec<String>>,
}

const WITNESS: &str = "mc-witness";

/// What was known last, if anything.
#[must_use]
pub fn witness() -> Option<Witness> {
    get(WITNESS)
}

/// Notes what is known now.
pub fn set_witness(witness: &Witness) {
    set(WITNESS, witness);
}

/// A preference of this device.
#[must_use]
pub fn preference(name: &str) -> Option<String> {
    get(name)
}

/// Sets a preference of this device.
pub fn set_preference(name: &str, value: &str) {
    set(name, &value);
}

// The values are read and written here, because what gloo-storage reads them with is a second `serde_json`.
fn get<T: DeserializeOwned>(name: &str) -> Option<T> {
    let text = available().then(|| LocalStorage::raw().get_item(name).ok()).flatten()??;
    json::from_str(&text).ok()
}

fn set<T: Serialize>(name: &str, value: &T) {
    // A full or blocked store costs the witness, nothing else.
    if available() {
        drop(LocalStorage::raw().set_item(name, &json::to_string(value)));
    }
}

/// gloo-storage unwraps what a browser with blocked storage answers.
fn available() -> bool {
    web_sys::window().and_then(|window| window.local_storage().ok().flatten()).is_some()
}
