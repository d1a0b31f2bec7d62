//! Randomness that a seed decides on.

use uuid::Uuid;

/// A stream of numbers (SplitMix64).
#[derive(Clone, Debug)]
pub struct Luck {
    state: u64,
}

impl Luck {
    /// The stream of a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x6d69_6e67_6368_6121 }
    }

    /// The next number.
    pub const fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `limit`; 0 where that is 0.
    pub const fn below(&mut self, limit: usize) -> usize {
        if limit == 0 { 0 } else { (self.next() % limit as u64) as usize }
    }

    /// A number of `from ..= to`.
    pub const fn between(&mut self, from: i64, to: i64) -> i64 {
        from + (self.next() % (to - from + 1) as u64) as i64
    }

    /// True in so many of a thousand cases.
    pub const fn permille(&mut self, of: u32) -> bool {
        (self.next() % 1000) < of as u64
    }

    /// One of `all`.
    pub fn pick<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        all.get(self.below(all.len()))
    }

    /// Sixteen bytes.
    pub const fn bytes(&mut self) -> [u8; 16] {
        let (high, low) = (self.next(), self.next());
        ((high as u128) << 64 | low as u128).to_be_bytes()
    }

    /// An id.
    pub const fn uuid(&mut self) -> Uuid {
        Uuid::from_bytes(self.bytes())
    }
}
