//! What the machine can do: files, flushes, and the rows that COPY is fed with.

use std::{
    fs::{self, File},
    io::Write as _,
    path::Path,
    thread,
    time::Instant,
};

use anyhow::Result;
use domain::evidence::Sha256;
use virtual_phone::{Dice, photo_bytes};

use crate::meter::{median, ms};

/// The middle time of a flush of one page, ms.
pub(crate) fn flush_ms(folder: &Path, times: usize) -> Result<f64> {
    let path = folder.join("flush");
    let mut file = File::create(&path)?;
    let page = [7_u8; 8_192];
    let mut took = Vec::new();
    for _ in 0..times {
        file.write_all(&page)?;
        let start = Instant::now();
        file.sync_data()?;
        took.push(ms(start.elapsed()));
    }
    fs::remove_file(&path)?;
    Ok(median(took))
}

/// Files a second that 32 threads hash, write, flush and rename.
pub(crate) fn files_per_second(folder: &Path, count: usize, size: usize) -> Result<f64> {
    const THREADS: usize = 32;
    let folder = folder.join("files");
    fs::create_dir_all(&folder)?;
    let bytes: Vec<Vec<u8>> = (0..64).map(|seed| photo_bytes(seed, size)).collect();
    let start = Instant::now();
    let done: Vec<Result<()>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                let (folder, bytes) = (&folder, &bytes);
                scope.spawn(move || -> Result<()> {
                    for n in (thread..count).step_by(THREADS) {
                        let bytes = &bytes[n % bytes.len()];
                        let name = format!("{}-{n}", Sha256::of(bytes));
                        let draft = folder.join(format!("{name}.new"));
                        let mut file = File::create(&draft)?;
                        file.write_all(bytes)?;
                        file.sync_all()?;
                        fs::rename(&draft, folder.join(name))?;
                    }
                    Ok(())
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| anyhow::bail!("a thread panicked"))).collect()
    });
    let took = start.elapsed().as_secs_f64();
    done.into_iter().collect::<Result<()>>()?;
    fs::remove_dir_all(&folder)?;
    Ok(count as f64 / took)
}

/// Rows for COPY: `visits` of `answers` each, as text.
pub(crate) fn rows(visits: u64, answers: u64, dice: &mut Dice) -> Vec<u8> {
    let tenant = dice.uuid();
    let items: Vec<_> = (0..answers).map(|_| dice.uuid()).collect();
    let mut rows = Vec::new();
    for n in 0..visits {
        let visit = dice.uuid();
        for item in &items {
            let at = 1_700_000_000_000 + n;
            let note = "queue counter staff helpful waiting ticket minutes display outdated x";
            let value = if dice.below(10) == 0 { "no" } else { "yes" };
            rows.extend_from_slice(format!("{tenant}\t{visit}\t{item}\t{at}\t{value}\t{note}\n").as_bytes());
        }
    }
    rows
}
