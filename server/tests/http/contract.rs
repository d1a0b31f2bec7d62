//! The HTTP contract, word for word: for every write the second call, the unknown id, the lost answer.

mod doors;
mod engine;
mod evidence;
mod push;
mod session;
