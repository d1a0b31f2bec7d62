//! A bad line for somebody else's suite: the proxy as a program, until its input ends.

use std::{
    io::{BufRead as _, stdin},
    net::SocketAddr,
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::Duration,
};

use anyhow::Result;
use serde_json::json;
use tokio::sync::mpsc;
use virtual_phone::Dice;

use crate::chaos::{Chaos, Plan};

/// How bad it is.
#[derive(Clone, Debug, clap::Args)]
pub struct Proxy {
    /// What it stands before.
    #[arg(long, value_name = "IP:PORT")]
    pub before: SocketAddr,
    /// Bytes a second in each direction; 0: as fast as it goes.
    #[arg(long, default_value_t = 0)]
    pub bandwidth: u64,
    /// Each piece waits so long, ms.
    #[arg(long, default_value_t = 0)]
    pub delay: u64,
    /// All connections are cut that often on average, ms; 0: never.
    #[arg(long, default_value_t = 0)]
    pub cuts: u64,
    /// From which the cuts are drawn.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// Prints where it listens, and what went over it since the beginning after each line of its input, as JSON.
///
/// # Errors
/// There is no free port.
pub async fn run(proxy: &Proxy) -> Result<()> {
    let mut dice = Dice::new(proxy.seed);
    let plan = Plan { delay: Duration::from_millis(proxy.delay), bandwidth: proxy.bandwidth, ..Plan::default() };
    let chaos = Chaos::before(proxy.before, &dice, move |_| plan).await?;
    println!("{}", json!({ "address": chaos.address.to_string() }));
    let (ask, mut asked) = mpsc::unbounded_channel();
    // Whoever waits for a line of text waits in a thread of its own.
    thread::spawn(move || {
        for _ in stdin().lock().lines().map_while(std::result::Result::ok) {
            if ask.send(()).is_err() {
                return;
            }
        }
    });
    let count = |n: &AtomicU64| n.load(Ordering::Relaxed);
    loop {
        // Between half and one and a half times the average.
        let next = (proxy.cuts > 0).then(|| Duration::from_millis(proxy.cuts / 2 + dice.below(proxy.cuts)));
        let cut = async {
            match next {
                Some(next) => tokio::time::sleep(next).await,
                None => std::future::pending().await,
            }
        };
        tokio::pin!(cut);
        loop {
            tokio::select! {
                () = &mut cut => break,
                line = asked.recv() => {
                    if line.is_none() {
                        return Ok(());
                    }
                    let traffic = &chaos.traffic;
                    println!("{}", json!({
                        "up": count(&traffic.up),
                        "down": count(&traffic.down),
                        "connections": count(&traffic.connections),
                        "resets": count(&traffic.resets),
                    }));
                }
            }
        }
        chaos.outage(Duration::from_millis(50)).await;
    }
}
