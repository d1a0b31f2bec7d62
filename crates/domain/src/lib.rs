//! The nouns and rules of Mingcha: no I/O, no clock, no randomness.
