//! Real processes under real faults: the server and its database are killed, lines break, disks run full, power goes,
//! what is left is a backup, clocks jump.
//!
//! Everything here drives `mingcha` from outside, over its public protocol, with phones of `virtual-phone`; what
//! happened is written down as a history, and `checker`, which knows nothing of the product, decides. Luck follows
//! from a seed that every suite prints. The short versions are this crate's tests; the full ones are
//! `cargo xtask trust --only server-kills|power-cuts|restores|lines|disk|clocks`.

pub mod chaos;
mod city;
mod clock;
pub mod clocks;
mod disk;
mod doors;
mod figures;
pub mod full;
mod history;
pub mod kills;
pub mod lines;
mod load;
mod mangle;
pub mod power;
pub mod proxy;
pub mod restores;
mod rig;
pub mod settings;
mod skews;
mod turns;
mod wrong_clock;

pub use figures::Figures;
pub use rig::binary;
