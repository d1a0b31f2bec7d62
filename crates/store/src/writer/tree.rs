//! The Merkle tree of a batch, kept as its levels so that a path costs its length.

use domain::{evidence::Sha256, op::Verdict};
use protocol::receipt::{self, Head, PathStep};

/// What lies beside the ops of a batch: the two halves of its last leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Beside {
    /// See [`super::beside::facts`].
    pub(crate) facts: Sha256,
    /// See [`super::beside::people`].
    pub(crate) people: Sha256,
}

/// A batch with its head.
#[derive(Debug)]
pub(crate) struct Tree {
    /// The signed head.
    pub(crate) head: Head,
    first_rev: i64,
    levels: Vec<Vec<Sha256>>,
}

/// The levels over `leaves`, the leaves first and the root last.
fn levels(leaves: Vec<Sha256>) -> Vec<Vec<Sha256>> {
    let mut levels = vec![leaves];
    while let Some(level) = levels.last().filter(|level| level.len() > 1) {
        let above = level
            .chunks(2)
            .map(|pair| match pair {
                [left, right] => receipt::climb(*left, &[PathStep { hash: *right, left: false }]),
                odd => odd[0],
            })
            .collect();
        levels.push(above);
    }
    levels
}

/// The tree of a batch before it has a head.
#[derive(Debug)]
pub(crate) struct Leaves {
    first_rev: i64,
    levels: Vec<Vec<Sha256>>,
}

impl Leaves {
    /// Of the digests and verdicts of a batch, the first of which is `first_rev`, and of what lies `beside` them.
    pub(crate) fn new<'a>(
        first_rev: i64,
        ops: impl IntoIterator<Item = (Sha256, &'a Verdict)>,
        beside: Option<Beside>,
    ) -> Self {
        let ops = (first_rev..).zip(ops).map(|(rev, (digest, verdict))| receipt::leaf(digest, verdict, rev));
        let beside = beside.map(|beside| receipt::side_leaf(beside.facts, beside.people));
        Self { first_rev, levels: levels(ops.chain(beside).collect()) }
    }

    /// The root; zeros where there is no leaf.
    pub(crate) fn root(&self) -> Sha256 {
        self.levels.last().and_then(|level| level.first()).copied().unwrap_or(Sha256([0; 32]))
    }

    /// The tree under its head.
    pub(crate) fn under(self, head: Head) -> Tree {
        Tree { head, first_rev: self.first_rev, levels: self.levels }
    }
}

impl Tree {
    /// The path from the leaf of `rev` to the root.
    pub(crate) fn path(&self, rev: i64) -> Vec<PathStep> {
        let Ok(mut place) = usize::try_from(rev - self.first_rev) else { return Vec::new() };
        let mut path = Vec::with_capacity(self.levels.len());
        for level in &self.levels {
            if let Some(hash) = level.get(place ^ 1) {
                path.push(PathStep { hash: *hash, left: place % 2 == 1 });
            }
            place /= 2;
        }
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_agrees_with_the_protocol() {
        for count in 1..40_usize {
            let digests: Vec<Sha256> = (0..count).map(|n| Sha256::of(&n.to_be_bytes())).collect();
            let beside = (count % 2 == 0).then(|| Beside { facts: digests[0], people: digests[1] });
            let tree = Leaves::new(7, digests.iter().map(|digest| (*digest, &Verdict::Applied)), beside);
            let ops = (7..).zip(&digests).map(|(rev, digest)| receipt::leaf(*digest, &Verdict::Applied, rev));
            let leaves: Vec<Sha256> =
                ops.chain(beside.map(|beside| receipt::side_leaf(beside.facts, beside.people))).collect();
            let (root, paths) = receipt::merkle(&leaves);
            assert_eq!(tree.root(), root);
            let head = Head {
                epoch: 1,
                number: 1,
                previous: root,
                root,
                time: domain::time::Moment(0),
                key: String::new(),
                signature: String::new(),
            };
            let tree = tree.under(head);
            for (rev, path) in (7..).zip(paths).take(count) {
                assert_eq!(tree.path(rev), path);
            }
        }
        assert_eq!(Leaves::new(1, [], None).root(), Sha256([0; 32]));
    }
}
