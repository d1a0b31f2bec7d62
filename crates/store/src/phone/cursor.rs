//! Where a phone's pull goes on: epoch, rev and task, with a mark of the log as it was. Opaque to the phone.

use domain::evidence::Sha256;
use uuid::Uuid;

/// A place in a person's inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) struct Cursor {
    pub(super) epoch: u32,
    pub(super) rev: i64,
    pub(super) task: Uuid,
    /// Every grant up to this rev has been told: where the last pull ended that left nothing behind. Between the pages of
    /// one pull it stays, for a task that changes meanwhile comes further back than the page that it was granted on.
    pub(super) told: i64,
    /// The newest batch when it was given out: by it a history that was cut off is known.
    pub(super) mark: Mark,
}

/// A batch, by its number and the first bytes of its root; 0 before the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) struct Mark {
    pub(super) batch: i64,
    pub(super) root: [u8; 8],
}

impl Mark {
    /// The mark of a batch.
    pub(super) fn of(batch: i64, root: Sha256) -> Self {
        let mut mark = Self { batch, root: [0; 8] };
        mark.root.copy_from_slice(&root.0[..8]);
        mark
    }
}

impl Cursor {
    /// The cursor as the phone keeps it.
    pub(super) fn text(self) -> String {
        let Mark { batch, root } = self.mark;
        let (task, root) = (self.task.simple(), u64::from_be_bytes(root));
        format!("{}.{}.{task}.{batch}.{root:016x}.{}", self.epoch, self.rev, self.told)
    }

    /// Reads it. `None`: from the start. A cursor of nonsense is one from the start as well: nothing is lost by it.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let cursor = Self {
            epoch: parts.next()?.parse().ok()?,
            rev: count(parts.next()?)?,
            task: Uuid::try_parse(parts.next()?).ok()?,
            mark: Mark {
                batch: count(parts.next()?)?,
                root: u64::from_str_radix(parts.next()?, 16).ok()?.to_be_bytes(),
            },
            // Of a server that did not write it down: told again.
            told: parts.next().map_or(Some(0), count)?,
        };
        parts.next().is_none().then_some(cursor)
    }
}

fn count(text: &str) -> Option<i64> {
    text.parse().ok().filter(|count| *count >= 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_and_nonsense_is_none() {
        let mark = Mark::of(12, Sha256::of(b"root"));
        let cursor = Cursor { epoch: 3, rev: 77, task: Uuid::from_u128(9), told: 70, mark };
        assert_eq!(Cursor::read(&cursor.text()), Some(cursor));
        let task = "00000000000000000000000000000009";
        let old = cursor.text().strip_suffix(".70").map(str::to_owned).expect("it ends so");
        assert_eq!(Cursor::read(&old), Some(Cursor { told: 0, ..cursor }));
        for nonsense in [
            String::new(),
            "3".to_owned(),
            "3.7".to_owned(),
            format!("x.7.{task}.1.00"),
            format!("3.-1.{task}.1.00"),
            format!("3.7.{task}"),
            format!("3.7.{task}.1.zz"),
            format!("3.7.{task}.1.00.-1"),
            format!("3.7.{task}.1.00.1.1"),
            "9999999999.1.2.3.4".to_owned(),
        ] {
            assert_eq!(Cursor::read(&nonsense), None, "{nonsense}");
        }
    }
}
