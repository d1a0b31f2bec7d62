//! Connections whose handshake is done. One that dawdles over its handshake keeps nobody waiting.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::serve::Listener;
use rustls::ServerConfig;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, mpsc},
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

/// The longest handshake.
const PATIENCE: Duration = Duration::from_secs(10);
/// Handshakes under way.
const AT_ONCE: usize = 256;
/// The pause after the system had no socket to give.
const BREATH: Duration = Duration::from_millis(100);

/// From where a connection came.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// A listener of https.
#[derive(Debug)]
pub struct TlsListener {
    address: SocketAddr,
    ready: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
}

impl TlsListener {
    /// Takes connections from `listener` from now on.
    ///
    /// # Errors
    /// The system's.
    pub fn new(listener: TcpListener, config: Arc<ServerConfig>) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (done, ready) = mpsc::channel(AT_ONCE);
        tokio::spawn(take(listener, TlsAcceptor::from(config), done));
        Ok(Self { address, ready })
    }
}

async fn take(listener: TcpListener, acceptor: TlsAcceptor, done: mpsc::Sender<(TlsStream<TcpStream>, SocketAddr)>) {
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    loop {
        let Ok(turn) = Arc::clone(&turns).acquire_owned().await else { return };
        let (stream, peer) = tokio::select! {
            // Nobody serves any more.
            () = done.closed() => return,
            taken = listener.accept() => match taken {
                Ok(taken) => taken,
                Err(error) => {
                    tracing::debug!(%error, "a connection was not taken");
                    tokio::time::sleep(BREATH).await;
                    continue;
                }
            },
        };
        let (acceptor, done) = (acceptor.clone(), done.clone());
        tokio::spawn(async move {
            match timeout(PATIENCE, acceptor.accept(stream)).await {
                // Whoever serves may have gone.
                Ok(Ok(stream)) => drop(done.send((stream, peer)).await),
                // A phone that does not trust us yet, or a scanner.
                Ok(Err(error)) => tracing::debug!(%error, "a handshake failed"),
                Err(_) => tracing::debug!("a handshake took too long"),
            }
            drop(turn);
        });
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(taken) => taken,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok(self.address)
    }
}
