//! Seconds of CPU from `/proc`, medians and percentiles.

use std::{fs, time::Duration};

/// `USER_HZ`: a hundred on every Linux.
const TICKS: f64 = 100.0;

/// CPU of the parties of a measurement, seconds since they began.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cpu {
    /// The server's nodes.
    pub(crate) server: f64,
    /// PostgreSQL with all of its processes.
    pub(crate) postgres: f64,
    /// This process: the phones.
    pub(crate) phones: f64,
}

impl Cpu {
    /// As of now. PostgreSQL counts nothing where it runs on another machine.
    pub(crate) fn read(nodes: &[u32], postmaster: Option<u32>) -> Self {
        Self {
            server: nodes.iter().map(|pid| own(*pid)).sum(),
            postgres: postmaster.map_or(0.0, family),
            phones: own(std::process::id()),
        }
    }

    /// Since `before`.
    pub(crate) fn since(self, before: Self) -> Self {
        Self {
            server: self.server - before.server,
            postgres: self.postgres - before.postgres,
            phones: self.phones - before.phones,
        }
    }

    /// What the product takes.
    pub(crate) fn product(self) -> f64 {
        self.server + self.postgres
    }
}

impl core::ops::AddAssign for Cpu {
    fn add_assign(&mut self, more: Self) {
        self.server += more.server;
        self.postgres += more.postgres;
        self.phones += more.phones;
    }
}

/// The fields of `/proc/<pid>/stat` after the name.
fn stat(pid: u32) -> Option<Vec<i64>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, fields) = text.rsplit_once(')')?;
    Some(fields.split_whitespace().skip(1).map(|field| field.parse().unwrap_or(0)).collect())
}

/// The parent of a process of this machine, if that is a PostgreSQL too: its postmaster.
pub(crate) fn postmaster_of(backend: u32) -> Option<u32> {
    let name = |pid: u32| fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    let parent = u32::try_from(*stat(backend)?.first()?).ok()?;
    (name(backend).trim() == "postgres" && name(parent).trim() == "postgres").then_some(parent)
}

fn own(pid: u32) -> f64 {
    stat(pid).map_or(0.0, |fields| (fields[10] + fields[11]) as f64 / TICKS)
}

/// A postmaster, its children, and the children that have ended.
fn family(postmaster: u32) -> f64 {
    let ended = stat(postmaster).map_or(0.0, |fields| (fields[12] + fields[13]) as f64 / TICKS);
    let children = fs::read_dir("/proc").into_iter().flatten().flatten().filter_map(|entry| {
        let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
        (stat(pid)?[0] == i64::from(postmaster)).then(|| own(pid))
    });
    own(postmaster) + ended + children.sum::<f64>()
}

/// Forgets the most memory that a process ever had: [`peak_mb`] counts from now.
pub(crate) fn forget_peak(pid: u32) -> std::io::Result<()> {
    fs::write(format!("/proc/{pid}/clear_refs"), "5")
}

/// The most memory that a process has had, MB.
pub(crate) fn peak_mb(pid: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kb: Option<f64> = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
    kb.map_or(f64::NAN, |kb| kb / 1_024.0)
}

/// The middle one.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    percentile(&mut values, 0.5)
}

/// The value below which `share` of them lie.
pub(crate) fn percentile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let place = ((values.len() as f64 - 1.0) * share).round().max(0.0) as usize;
    values.get(place).copied().unwrap_or(f64::NAN)
}

/// Milliseconds.
pub(crate) fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_seen() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        let mut values: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!(percentile(&mut values, 0.99), 99.0);
        assert!(percentile(&mut [], 0.5).is_nan());
    }

    #[test]
    fn the_most_memory_is_seen_and_forgotten() -> std::io::Result<()> {
        let this = std::process::id();
        let much = std::hint::black_box(vec![1_u8; 64 << 20]);
        let peak = peak_mb(this);
        assert!(peak >= 64.0, "{peak}");
        drop(much);
        forget_peak(this)?;
        assert!(peak_mb(this) < peak);
        Ok(())
    }

    #[test]
    fn our_own_cpu_is_seen() {
        let before = Cpu::read(&[], None);
        // Ends only if it is.
        while Cpu::read(&[], None).since(before).phones < 0.02 {
            std::hint::black_box(before);
        }
    }
}
