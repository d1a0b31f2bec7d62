//! The gates, one file each.

mod ack;
mod exports;
mod ingest;
mod lists;
mod nodes;
mod poll;
mod storm;

use std::sync::Arc;

use anyhow::Result;
use store::Yardstick;
use virtual_phone::Wire;

use crate::{
    city::{City, wire},
    meter::Cpu,
    node::{Ground, Node},
    report::{Bound, Row},
};

/// What every gate works with.
pub(crate) struct Bench<'a> {
    /// Where everything lies.
    pub(crate) ground: &'a Ground,
    /// The server.
    pub(crate) node: Node,
    /// The owner's login.
    pub(crate) yardstick: Yardstick,
    /// The same as addresses: owner, server.
    pub(crate) urls: (String, String),
    /// From which everything is drawn.
    pub(crate) seed: u64,
    /// How often each measurement is made.
    pub(crate) runs: usize,
    /// Only to see that it works.
    pub(crate) short: bool,
    /// Ten times as many answers, where their number matters.
    pub(crate) long: bool,
    /// Visits a second of gate 1, once it has run.
    pub(crate) visits_per_second: f64,
    cities: u64,
}

impl<'a> Bench<'a> {
    pub(crate) const fn new(
        ground: &'a Ground,
        node: Node,
        yardstick: Yardstick,
        urls: (String, String),
        seed: u64,
        runs: usize,
        (short, long): (bool, bool),
    ) -> Self {
        Self { ground, node, yardstick, urls, seed, runs, short, long, visits_per_second: 0.0, cities: 0 }
    }

    async fn city(&mut self) -> Result<City> {
        self.cities += 1;
        City::make(&self.urls.0, self.seed, self.cities).await
    }

    fn wire(&self, connections: usize) -> Arc<Wire> {
        wire(self.node.address, connections)
    }

    fn cpu(&self) -> Result<Cpu> {
        self.cpu_of(&self.node)
    }

    /// Of a node and the database.
    fn cpu_of(&self, node: &Node) -> Result<Cpu> {
        Ok(Cpu::read(&[node.pid()], self.ground.postmaster()))
    }

    /// Runs `gate`; some measure two.
    pub(crate) async fn run(&mut self, gate: u32) -> Result<Vec<Row>> {
        match gate {
            1 => ingest::text(self).await,
            2 => ingest::photos(self).await,
            3 => ack::run(self).await,
            5 => poll::run(self).await,
            12 => lists::run(self).await,
            14 => exports::run(self).await,
            16 => storm::run(self).await,
            17 => nodes::run(self).await,
            other => anyhow::bail!("there is no gate {other} here"),
        }
    }
}

/// The gates that are measured here, those that fill the disk last. 1 brings 4 and the cost of 16.
pub const ALL: [u32; 8] = [1, 2, 3, 5, 17, 16, 14, 12];

fn row(gate: u32, what: &str, must: &str, bounds: Vec<Bound>, figures: Vec<(&str, f64)>) -> Row {
    let figures = figures.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Row { gate, what: what.to_owned(), must: must.to_owned(), bounds, figures }
}
