//! Phones without a screen: each with its own journal, outbox, receipts and photos, speaking the public
//! protocol over HTTP. What a phone decides is decided by the same [`sync::Engine`] as in the browser.
//!
//! Ten thousand of them live in one process: they share [`Wire`]s, a witness that writes down what each saw,
//! and nothing else. Their luck follows from a seed, so that two runs send the same bytes.

mod content;
mod dice;
mod phone;
mod wire;
mod witness;

pub use content::{Language, Photos, Standard, answer, photo_bytes};
pub use dice::Dice;
pub use phone::{Miss, Pass, Phone, Pushing, Surroundings};
pub use wire::{Answer, Ask, Lost, Wire};
pub use witness::{Event, Nobody, Witness};
