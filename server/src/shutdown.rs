//! The one signal that says: finish what is under way and go.

use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
};

use crate::failure::{Failure, Result};

/// Tells everybody who holds a copy that it is time to stop.
#[derive(Clone, Debug)]
pub struct Shutdown(watch::Sender<bool>);

impl Default for Shutdown {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Shutdown {
    /// Listens to Ctrl-C, SIGTERM and the closing of the terminal. A second signal ends the process at once.
    ///
    /// # Errors
    /// The system lets nobody listen.
    pub fn on_signals() -> Result<Self> {
        let listen = |kind| signal(kind).map_err(|error| Failure::unexpected("signals", &error));
        let mut interrupt = listen(SignalKind::interrupt())?;
        let mut terminate = listen(SignalKind::terminate())?;
        let mut hangup = listen(SignalKind::hangup())?;
        let shutdown = Self::default();
        let sender = shutdown.clone();
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                    _ = hangup.recv() => {}
                }
                if sender.is_set() {
                    tracing::warn!("second signal: ending at once; the next start recovers the database");
                    std::process::exit(130);
                }
                sender.set();
            }
        });
        Ok(shutdown)
    }

    /// Says stop.
    pub fn set(&self) {
        self.0.send_replace(true);
    }

    /// Whether stop was said.
    #[must_use]
    pub fn is_set(&self) -> bool {
        *self.0.borrow()
    }

    /// Ends when stop is said.
    pub async fn wait(&self) {
        // The sender lives in `self`, so waiting cannot fail.
        let _ = self.0.subscribe().wait_for(|stop| *stop).await;
    }
}
