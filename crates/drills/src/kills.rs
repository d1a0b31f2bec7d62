//! P1: server and database are killed while phones work; nothing acknowledged is lost, and nobody helps.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Result;
use serde_json::json;
use virtual_phone::{Dice, Photos, Wire};

use crate::{Figures, city::City, history::Recorder, load::Load, rig::Rig, settings::Common};

/// How many kills.
#[derive(Clone, Debug, clap::Args)]
pub struct Kills {
    /// What is common to all suites.
    #[command(flatten)]
    pub common: Common,
    /// SIGKILLs of the server's process group.
    #[arg(long, default_value_t = 200)]
    pub servers: u32,
    /// SIGKILLs of the postmaster.
    #[arg(long, default_value_t = 200)]
    pub postmasters: u32,
    /// Phones at work.
    #[arg(long, default_value_t = 8)]
    pub phones: usize,
    /// Ops that must have been acknowledged.
    #[arg(long, default_value_t = 20_000)]
    pub ops: u64,
    /// How long nothing may be acknowledged before the drill gives up, seconds.
    #[arg(long, default_value_t = 120)]
    pub patience: u64,
}

/// What is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Victim {
    Server,
    Postmaster,
}

/// Kills, and lets the checker decide.
///
/// # Errors
/// The promise is broken, or the drill itself failed.
pub async fn run(kills: &Kills) -> Result<()> {
    let seed = kills.common.seed;
    println!("server-kills: seed {seed}, {} + {} kills, {} phones", kills.servers, kills.postmasters, kills.phones);
    let mut dice = Dice::new(seed);
    let mut rig = Rig::new(kills.common.mutant.as_deref())?;
    rig.start().await?;
    let mut city = City::found(&rig, kills.phones, &dice).await?;
    city.plan(40).await?;
    // The server learns of a company when it starts.
    rig.kill().await?;
    rig.start().await?;
    let wire = Arc::new(Wire::new(rig.address, kills.phones, Duration::from_secs(20)));
    let mut load = Load::sign_in(&city, &wire, Photos { count: 1, size: 20_000 }, &dice).await?;
    let recorder = Arc::clone(&load.recorder);
    load.begin();
    let mut victims = vec![Victim::Server; kills.servers as usize];
    victims.extend(vec![Victim::Postmaster; kills.postmasters as usize]);
    for last in (1..victims.len()).rev() {
        victims.swap(last, dice.below(last as u64 + 1) as usize);
    }
    let (mut recovered, mut planned) = (Vec::new(), 40 * kills.phones as u64);
    let patience = Duration::from_secs(kills.patience);
    let mut stalled = false;
    for (n, victim) in victims.iter().enumerate() {
        stalled = !progress(&recorder, 20, patience).await;
        if stalled {
            break;
        }
        tokio::time::sleep(Duration::from_millis(dice.below(700))).await;
        let begun = Instant::now();
        match victim {
            Victim::Server => {
                rig.kill().await?;
                rig.spawn()?;
            }
            Victim::Postmaster => {
                while !rig.kill_postmaster() {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            }
        }
        // Answers from before the kill may still be on their way.
        tokio::time::sleep(Duration::from_millis(30)).await;
        rig.ready().await?;
        stalled = !progress(&recorder, 1, patience).await;
        if stalled {
            break;
        }
        recovered.push(begun.elapsed());
        if load.visits() + 20 * kills.phones as u64 > planned {
            city.more(40).await?;
            planned += 40 * kills.phones as u64;
        }
        if (n + 1) % 20 == 0 {
            println!("server-kills: {} kills, {} ops acknowledged", n + 1, recorder.acknowledged());
        }
    }
    while !stalled && recorder.acknowledged() < kills.ops {
        stalled = !progress(&recorder, 1, patience).await;
        if load.visits() + 20 * kills.phones as u64 > planned {
            city.more(40).await?;
            planned += 40 * kills.phones as u64;
        }
    }
    // Where nothing goes on nobody waits for it.
    let drained = !stalled && load.end().await?;
    if stalled {
        load.leave();
    }
    let (mut broken, counts) = recorder.judge(&rig, city.tenant, Vec::new()).await?;
    // Not the end of it: the checker has its say before.
    if stalled {
        broken.push(format!("nothing was acknowledged for {} s", kills.patience));
    }
    if !drained {
        broken.push("some phones never got rid of their work".to_owned());
    }
    city.leave().await;
    rig.stop().await?;
    recovered.sort();
    let at = |part: usize| recovered.get((recovered.len() * part / 100).min(recovered.len().max(1) - 1));
    let ms = |part| at(part).map_or(0, |time| time.as_millis() as u64);
    if ms(99) > 10_000 && kills.servers + kills.postmasters >= 100 {
        broken.push(format!("recovery took {} ms at the 99th percentile", ms(99)));
    }
    Figures {
        promise: "P1",
        suite: "server-kills",
        seed,
        figures: json!({
            "server_kills": kills.servers, "postmaster_kills": kills.postmasters, "phones": kills.phones,
            "acknowledged": counts.acknowledged, "unknown": counts.unknown, "photos": counts.evidence,
            "broken": broken.len(), "recovery_p50_ms": ms(50), "recovery_p99_ms": ms(99), "recovery_max_ms": ms(100),
        }),
        broken,
    }
    .publish()
}

/// Waits until so many ops more have been acknowledged. `false`: that took too long.
async fn progress(recorder: &Recorder, more: u64, patience: Duration) -> bool {
    let (begun, before) = (Instant::now(), recorder.acknowledged());
    while recorder.acknowledged() < before + more {
        if begun.elapsed() >= patience {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    true
}
