//! Sockets: bound early, drained late.

use std::{io::ErrorKind, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request},
    serve::Listener,
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use mutants::{Mutant, planted};
use tokio::{net::TcpListener, sync::Semaphore, task::JoinSet};
use tower::Service as _;

use crate::{
    failure::{Exit, Failure, Result},
    shutdown::Shutdown,
    tls::listener::Peer,
};

/// How long requests under way may take after a signal.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long the head of a request may take, and how long a connection may lie idle: somewhat longer than phones, which ask
/// once a minute, need to keep theirs.
const HEAD: Duration = Duration::from_secs(75);

/// Takes an address.
///
/// # Errors
/// [`Exit::Address`], with what to do.
pub(crate) async fn bind(addr: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(addr).await.map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => Failure::new(
            Exit::Address,
            format!("{addr} 已被占用。请停止占用它的程序,或换一个:--addr 127.0.0.1:3001"),
            format!("{addr} is taken. Stop the program that has it, or choose another: --addr 127.0.0.1:3001"),
        ),
        ErrorKind::PermissionDenied => Failure::new(
            Exit::Address,
            format!("没有权限监听 {addr}。请用 1024 以上的端口,或在前面放一个代理(docs/deploy.md)"),
            format!(
                "{addr} may not be bound by this user. Use a port above 1024, or a proxy in front (docs/deploy.md)"
            ),
        ),
        _ => {
            Failure::new(Exit::Address, format!("无法监听 {addr}:{error}"), format!("{addr} cannot be bound: {error}"))
        }
    })
}

/// Serves until shutdown, then lets what is under way finish.
pub(crate) async fn serve<L>(listener: L, router: Router, shutdown: &Shutdown)
where
    L: Listener<Addr = SocketAddr>,
{
    serve_patiently(listener, router, shutdown, HEAD).await;
}

async fn serve_patiently<L>(mut listener: L, router: Router, shutdown: &Shutdown, head: Duration)
where
    L: Listener<Addr = SocketAddr>,
{
    let mut http = http1::Builder::new();
    // Without a timer nothing is ever too slow: whoever sends a byte now and then would hold a socket for good.
    http.timer(TokioTimer::new()).header_read_timeout(head);
    let mut open = JoinSet::new();
    let places = planted(Mutant::SlowClientsHoldPlaces).then(|| Arc::new(Semaphore::new(32)));
    loop {
        let place = match &places {
            Some(places) => Arc::clone(places).acquire_owned().await.ok(),
            None => None,
        };
        let (io, peer) = tokio::select! {
            () = shutdown.wait() => break,
            Some(_) = open.join_next() => continue,
            taken = listener.accept() => taken,
        };
        let (router, stop) = (router.clone(), shutdown.clone());
        let service = service_fn(move |mut request: Request<Incoming>| {
            // Who asks is counted by address: without it all the world would share one throttle.
            request.extensions_mut().insert(ConnectInfo(Peer(peer)));
            router.clone().call(request.map(Body::new))
        });
        let connection = http.serve_connection(TokioIo::new(io), service);
        open.spawn(async move {
            let _until_it_ends = place;
            let mut connection = pin!(connection);
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                () = stop.wait() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection ended");
            }
        });
    }
    drop(listener);
    let drained = async { while open.join_next().await.is_some() {} };
    if tokio::time::timeout(PATIENCE, drained).await.is_err() {
        tracing::warn!("requests under way did not finish in time");
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpStream,
        sync::Notify,
        task::JoinHandle,
    };

    use super::*;

    /// A request is under way; it may be answered.
    type Turns = Arc<(Notify, Notify)>;

    async fn house(head: Duration) -> (SocketAddr, Shutdown, Turns, JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shutdown = Shutdown::default();
        let stop = shutdown.clone();
        let turns = Turns::default();
        let held = Arc::clone(&turns);
        let answer = async move |ConnectInfo(Peer(peer)): ConnectInfo<Peer>| {
            held.0.notify_one();
            held.1.notified().await;
            peer.to_string()
        };
        let router = Router::new().route("/", get(answer));
        let serving = tokio::spawn(async move { serve_patiently(listener, router, &stop, head).await });
        (address, shutdown, turns, serving)
    }

    /// Hundreds of clients that send a byte now and then held their sockets for as long as they liked.
    #[tokio::test]
    async fn whoever_never_ends_the_head_of_a_request_is_shown_the_door() {
        let (address, ..) = house(Duration::from_millis(300)).await;
        for words in ["", "GET / HTTP/1.1\r\nhost: x\r\nslow: "] {
            let mut slow = TcpStream::connect(address).await.unwrap();
            slow.write_all(words.as_bytes()).await.unwrap();
            // A byte now and then is no reason to wait longer.
            let (mut read, mut write) = slow.into_split();
            let trickle = tokio::spawn(async move {
                while write.write_all(if words.is_empty() { b"" } else { b"x" }).await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            });
            let mut answer = Vec::new();
            // The end, or a reset for what was still sent.
            let _ = read.read_to_end(&mut answer).await;
            trickle.abort();
            assert!(!answer.starts_with(b"HTTP/1.1 200"), "{:?}", String::from_utf8_lossy(&answer));
        }
    }

    #[tokio::test]
    async fn a_request_under_way_is_answered_after_the_signal_and_knows_who_asks() {
        let (address, shutdown, turns, serving) = house(HEAD).await;
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        turns.0.notified().await;
        shutdown.set();
        turns.1.notify_one();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.ends_with(&client.local_addr().unwrap().to_string()), "{answer}");
        serving.await.unwrap();
    }
}
