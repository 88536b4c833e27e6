//! A small generator of random numbers, so that a seed gives the same rotation on every machine and for ever.

/// `SplitMix64` (Steele, Lea and Flood, 2014): a counter whose values are well mixed.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number of `0..bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound.max(1)).expect("fits");
        usize::try_from(self.next() % bound).expect("is below a usize")
    }

    /// Returns a number of `from..=to`.
    pub(crate) fn between(&mut self, from: i64, to: i64) -> i64 {
        let width = u64::try_from(to - from + 1).expect("from is not above to");
        from + i64::try_from(self.next() % width).expect("is below an i64")
    }

    /// Returns true so many times out of a hundred.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}
