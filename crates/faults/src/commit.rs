//! What a transaction is about to commit, as far as its calls tell.

/// The kind of a transaction; without the feature it is nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Commit {
    #[cfg(feature = "failpoints")]
    kind: Option<usize>,
}

#[cfg(feature = "failpoints")]
impl Commit {
    /// Learns from a call what kind of transaction it is.
    pub fn calls(&mut self, function: &str) {
        let kind = crate::places::COMMITS
            .iter()
            .position(|(_, _, functions)| functions.contains(&function));
        self.kind = match (self.kind, kind) {
            (Some(known), Some(new)) => Some(known.min(new)),
            (known, new) => known.or(new),
        };
    }

    /// Passes the place before such a commit.
    pub fn before(self) {
        if let Some(kind) = self.kind {
            crate::pass(crate::places::COMMITS[kind].0);
        }
    }

    /// Passes the place after such a commit.
    pub fn after(self) {
        if let Some(kind) = self.kind {
            crate::pass(crate::places::COMMITS[kind].1);
        }
    }
}

#[cfg(not(feature = "failpoints"))]
impl Commit {
    /// Nothing.
    pub const fn calls(&mut self, _function: &str) {}

    /// Nothing.
    pub const fn before(self) {}

    /// Nothing.
    pub const fn after(self) {}
}
