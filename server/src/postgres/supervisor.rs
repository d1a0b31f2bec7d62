//! Keeps the embedded database running until it is told to stop.

use std::time::Duration;

use tokio::{task::JoinHandle, time::sleep};

use super::{Urls, binaries::Binaries, child::Running, cluster::Cluster, orphan};
use crate::{
    data_dir::DataDir,
    failure::{Failure, Result},
    shutdown::Shutdown,
};

/// The longest pause between two attempts to start it again.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// The one who watches the database.
#[derive(Debug)]
pub struct Supervisor {
    stop: Shutdown,
    watch: JoinHandle<()>,
}

impl Supervisor {
    /// Makes the cluster if it is missing, starts it, and tells how to reach it.
    ///
    /// # Errors
    /// [`crate::failure::Exit::Postgres`] or [`crate::failure::Exit::Data`].
    pub(crate) async fn start(data: &DataDir) -> Result<(Self, Urls)> {
        let cluster = Cluster::of(data)?;
        let binaries = cluster.binaries()?;
        let (cluster, binaries) = tokio::task::spawn_blocking(move || {
            cluster.make(&binaries)?;
            Ok((cluster, binaries))
        })
        .await
        .map_err(|error| Failure::unexpected("initdb", &error))??;
        orphan::clear(&cluster.folder, &cluster.socket).await;
        let running = Running::start(&cluster, &binaries).await?;
        let urls = cluster.urls()?;
        let stop = Shutdown::default();
        let watch = tokio::spawn(watch(cluster, binaries, running, stop.clone()));
        Ok((Self { stop, watch }, urls))
    }

    /// Stops the database and waits until it has.
    pub(crate) async fn stop(self) {
        self.stop.set();
        if let Err(error) = self.watch.await {
            tracing::error!(%error, "the database's watcher failed");
        }
    }
}

async fn watch(cluster: Cluster, binaries: Binaries, mut running: Running, stop: Shutdown) {
    loop {
        tokio::select! {
            () = stop.wait() => return running.stop().await,
            status = running.ended() => {
                tracing::error!(%status, "the database ended by itself; starting it again");
            }
        }
        match again(&cluster, &binaries, &stop).await {
            Some(started) => running = started,
            None => return,
        }
    }
}

/// Tries until it runs, or until there is no need for it.
async fn again(cluster: &Cluster, binaries: &Binaries, stop: &Shutdown) -> Option<Running> {
    let mut pause = Duration::from_millis(100);
    loop {
        if stop.is_set() {
            return None;
        }
        orphan::clear(&cluster.folder, &cluster.socket).await;
        match Running::start(cluster, binaries).await {
            Ok(running) => {
                tracing::info!("the database is back");
                return Some(running);
            }
            Err(failure) => tracing::error!(%failure, "the database does not start"),
        }
        tokio::select! {
            () = stop.wait() => return None,
            () = sleep(pause) => pause = (pause * 2).min(LONGEST_PAUSE),
        }
    }
}
