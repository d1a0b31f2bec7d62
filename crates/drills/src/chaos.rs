//! A line that breaks: a TCP proxy on loopback with a plan for each connection, drawn from a seed.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::Result;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream, tcp::OwnedReadHalf, tcp::OwnedWriteHalf},
    sync::watch,
    task::JoinHandle,
    time::sleep,
};
use virtual_phone::Dice;

/// What happens to one connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Each piece waits so long before it goes on.
    pub delay: Duration,
    /// Bytes a second in each direction; 0: as fast as it goes.
    pub bandwidth: u64,
    /// Reset after so many bytes from the client.
    pub reset_after: Option<u64>,
    /// From so many bytes of the client on everything of it is taken and nothing goes on: a black hole.
    pub swallow_after: Option<u64>,
    /// From so many bytes of the server on the client hears nothing more, and no end either: half open.
    pub deaf_after: Option<u64>,
}

/// What went over the line.
#[derive(Debug, Default)]
pub struct Traffic {
    /// Bytes that clients sent.
    pub up: AtomicU64,
    /// Bytes that servers sent.
    pub down: AtomicU64,
    /// Connections.
    pub connections: AtomicU64,
    /// Of them, those that were reset by plan or outage.
    pub resets: AtomicU64,
}

type Planner = Box<dyn FnMut(&mut Dice) -> Plan + Send>;

/// The proxy. Gone when it is dropped.
#[derive(Debug)]
pub struct Chaos {
    /// Where clients connect to.
    pub address: SocketAddr,
    /// What went over the line so far.
    pub traffic: Arc<Traffic>,
    out: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Chaos {
    /// Stands before `server`; each connection gets the plan that `planner` draws with the dice.
    ///
    /// # Errors
    /// There is no free port.
    pub async fn before(
        server: SocketAddr,
        dice: &Dice,
        planner: impl FnMut(&mut Dice) -> Plan + Send + 'static,
    ) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let traffic: Arc<Traffic> = Arc::default();
        let (out, is_out) = watch::channel(false);
        let planner: Mutex<(Dice, Planner)> = Mutex::new((dice.fork(0xc4a05), Box::new(planner)));
        let counted = Arc::clone(&traffic);
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                counted.connections.fetch_add(1, Ordering::Relaxed);
                let plan = {
                    let mut planner = planner.lock().unwrap_or_else(PoisonError::into_inner);
                    let (dice, draw) = &mut *planner;
                    draw(dice)
                };
                tokio::spawn(carry(client, server, plan, Arc::clone(&counted), is_out.clone()));
            }
        });
        Ok(Self { address, traffic, out, task })
    }

    /// Cuts every connection, and every new one, for so long.
    pub async fn outage(&self, time: Duration) {
        self.out.send_replace(true);
        sleep(time).await;
        self.out.send_replace(false);
    }
}

impl Drop for Chaos {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One connection, until it ends, is reset, or the line goes out.
async fn carry(
    client: TcpStream,
    server: SocketAddr,
    plan: Plan,
    traffic: Arc<Traffic>,
    mut out: watch::Receiver<bool>,
) {
    let whole = async {
        let upstream = TcpStream::connect(server).await.ok()?;
        let (client_read, client_write) = client.into_split();
        let (server_read, server_write) = upstream.into_split();
        let up = pump(
            client_read,
            server_write,
            plan.delay,
            plan.bandwidth,
            &traffic.up,
            plan.swallow_after,
            plan.reset_after,
        );
        let down = pump(server_read, client_write, plan.delay, plan.bandwidth, &traffic.down, plan.deaf_after, None);
        // Whichever way ends first ends both; halves that are dropped unread are reset by the kernel.
        let (read, write) = tokio::select! {
            ends = up => { ends? }
            ends = down => { ends? }
        };
        drop((read, write));
        Some(())
    };
    tokio::select! {
        ended = whole => if ended.is_none() {
            traffic.resets.fetch_add(1, Ordering::Relaxed);
        },
        _ = out.wait_for(|out| *out) => {
            traffic.resets.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Carries bytes one way. `None`: it was reset by plan.
async fn pump(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    delay: Duration,
    bandwidth: u64,
    count: &AtomicU64,
    silent_after: Option<u64>,
    reset_after: Option<u64>,
) -> Option<(OwnedReadHalf, OwnedWriteHalf)> {
    let mut buffer = vec![0; 16 * 1024];
    let mut seen = 0_u64;
    loop {
        // Never reads beyond the byte at which it breaks: what was not taken was not sent.
        let room = reset_after.map_or(buffer.len() as u64, |end| end.saturating_sub(seen).min(buffer.len() as u64));
        if room == 0 {
            let _ = from.as_ref().set_zero_linger();
            return None;
        }
        let read = from.read(&mut buffer[..room as usize]).await.unwrap_or(0);
        if read == 0 {
            let _ = to.shutdown().await;
            return Some((from, to));
        }
        seen += read as u64;
        count.fetch_add(read as u64, Ordering::Relaxed);
        if !delay.is_zero() {
            sleep(delay).await;
        }
        if let Some(micros) = (read as u64 * 1_000_000).checked_div(bandwidth) {
            sleep(Duration::from_micros(micros)).await;
        }
        if silent_after.is_some_and(|after| seen > after) {
            continue;
        }
        if to.write_all(&buffer[..read]).await.is_err() {
            return Some((from, to));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that sends back what it gets.
    async fn echo() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut read, mut write) = socket.into_split();
                    tokio::io::copy(&mut read, &mut write).await
                });
            }
        });
        address
    }

    /// Sends 40 bytes in four pieces; what came back, and whether the end was an error.
    async fn send(plan: Plan) -> (Vec<u8>, bool, Arc<Traffic>) {
        let chaos = Chaos::before(echo().await, &Dice::new(7), move |_| plan).await.unwrap();
        let mut socket = TcpStream::connect(chaos.address).await.unwrap();
        let mut got = Vec::new();
        let mut broken = false;
        for n in 0..4_u8 {
            let mut piece = [0; 10];
            let there_and_back = async {
                socket.write_all(&[n; 10]).await?;
                socket.read_exact(&mut piece).await
            };
            match tokio::time::timeout(Duration::from_millis(400), there_and_back).await {
                Ok(Ok(_)) => got.extend_from_slice(&piece),
                Ok(Err(_)) => {
                    broken = true;
                    break;
                }
                Err(_) => break,
            }
        }
        (got, broken, Arc::clone(&chaos.traffic))
    }

    #[tokio::test]
    async fn a_plain_line_carries_everything() {
        let (got, broken, traffic) = send(Plan::default()).await;
        assert_eq!((got.len(), broken), (40, false));
        assert_eq!(traffic.up.load(Ordering::Relaxed), 40);
        assert_eq!(traffic.down.load(Ordering::Relaxed), 40);
    }

    #[tokio::test]
    async fn a_reset_takes_no_byte_more_than_planned() {
        let (got, broken, traffic) = send(Plan { reset_after: Some(25), ..Plan::default() }).await;
        assert_eq!((got.len(), broken), (20, true));
        assert_eq!(traffic.up.load(Ordering::Relaxed), 25);
        assert_eq!(traffic.resets.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn a_black_hole_and_a_half_open_line_say_nothing_and_do_not_end() {
        let (got, broken, traffic) = send(Plan { swallow_after: Some(15), ..Plan::default() }).await;
        assert_eq!((got.len(), broken), (10, false));
        assert_eq!(traffic.down.load(Ordering::Relaxed), 10);
        let (got, broken, traffic) = send(Plan { deaf_after: Some(15), ..Plan::default() }).await;
        assert_eq!((got.len(), broken), (10, false));
        assert_eq!(traffic.down.load(Ordering::Relaxed), 20, "the server answered");
    }

    #[tokio::test]
    async fn delay_bandwidth_and_outage_take_their_time() {
        let begun = std::time::Instant::now();
        let slow = Plan { delay: Duration::from_millis(20), bandwidth: 1000, ..Plan::default() };
        assert_eq!(send(slow).await.0.len(), 40);
        // Four pieces there and back: 8 × (20 + 10) ms.
        assert!(begun.elapsed() >= Duration::from_millis(240));
        let chaos = Chaos::before(echo().await, &Dice::new(7), |_| Plan::default()).await.unwrap();
        let mut socket = TcpStream::connect(chaos.address).await.unwrap();
        socket.write_all(b"x").await.unwrap();
        assert_eq!(socket.read_u8().await.unwrap(), b'x');
        chaos.outage(Duration::from_millis(50)).await;
        assert!(socket.read_u8().await.is_err());
        let mut socket = TcpStream::connect(chaos.address).await.unwrap();
        socket.write_all(b"y").await.unwrap();
        assert_eq!(socket.read_u8().await.unwrap(), b'y');
    }

    #[tokio::test]
    async fn the_same_seed_draws_the_same_plans() {
        let draw = |seed| async move {
            let (sender, drawn) = std::sync::mpsc::channel();
            let chaos = Chaos::before(echo().await, &Dice::new(seed), move |dice| {
                let _ = sender.send(dice.below(1000));
                Plan::default()
            })
            .await
            .unwrap();
            for _ in 0..5 {
                let mut socket = TcpStream::connect(chaos.address).await.unwrap();
                socket.write_all(b"x").await.unwrap();
                socket.read_u8().await.unwrap();
            }
            drawn.try_iter().collect::<Vec<_>>()
        };
        assert_eq!(draw(3).await, draw(3).await);
        assert_ne!(draw(3).await, draw(4).await);
    }
}
