//! Sockets: bound early, drained late.

use std::{io::ErrorKind, net::SocketAddr, time::Duration};

use axum::{
    Router,
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use tokio::net::TcpListener;

use crate::{
    failure::{Exit, Failure, Result},
    shutdown::Shutdown,
    tls::listener::Peer,
};

/// How long requests under way may take after a signal.
const PATIENCE: Duration = Duration::from_secs(10);

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
    L: Listener,
    L::Addr: core::fmt::Debug,
    for<'a> Peer: Connected<IncomingStream<'a, L>>,
{
    let stop = shutdown.clone();
    // Who asks is counted by address: without it all the world would share one throttle.
    let service = router.into_make_service_with_connect_info::<Peer>();
    let graceful = axum::serve(listener, service).with_graceful_shutdown(async move { stop.wait().await });
    let patience = async {
        shutdown.wait().await;
        tokio::time::sleep(PATIENCE).await;
    };
    tokio::select! {
        ended = graceful => if let Err(error) = ended {
            tracing::error!(%error, "serving ended");
        },
        () = patience => tracing::warn!("requests under way did not finish in time"),
    }
}
