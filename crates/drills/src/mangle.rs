//! A line that damages uploads: a proxy that reads each request whole, and drops, cuts, doubles, delays or flips
//! those that carry a chunk. One request a connection.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use anyhow::{Context as _, Result, bail};
use domain::evidence::Sha256;
use protocol::evidence::CHUNK_HEADER;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use virtual_phone::Dice;

/// What was done to chunks so far.
#[derive(Debug, Default)]
pub(crate) struct Damage {
    pub(crate) chunks: AtomicU64,
    pub(crate) dropped: AtomicU64,
    pub(crate) cut: AtomicU64,
    pub(crate) doubled: AtomicU64,
    pub(crate) reordered: AtomicU64,
    pub(crate) flipped: AtomicU64,
    /// Flipped with a checksum that fits: only the hash of the whole can tell.
    pub(crate) forged: AtomicU64,
    pub(crate) unanswered: AtomicU64,
}

/// The proxy. Gone when it is dropped.
pub(crate) struct Mangle {
    pub(crate) address: SocketAddr,
    pub(crate) damage: Arc<Damage>,
    task: JoinHandle<()>,
}

/// What all connections share.
struct Shared {
    server: SocketAddr,
    damage: Arc<Damage>,
    dice: Mutex<Dice>,
    /// Of a hundred chunks so many suffer each kind of damage.
    percent: u64,
    /// A chunk that is still on its way: it arrives after others have.
    late: Mutex<Option<Vec<u8>>>,
}

impl Mangle {
    pub(crate) async fn before(server: SocketAddr, dice: &Dice, percent: u64) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let damage: Arc<Damage> = Arc::default();
        let dice = Mutex::new(dice.fork(0x3a9));
        let shared = Arc::new(Shared { server, damage: Arc::clone(&damage), dice, percent, late: Mutex::default() });
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let shared = Arc::clone(&shared);
                tokio::spawn(async move { shared.carry(client).await });
            }
        });
        Ok(Self { address, damage, task })
    }
}

impl Drop for Mangle {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Shared {
    /// One request, and its answer if the damage leaves one.
    async fn carry(&self, mut client: TcpStream) -> Result<()> {
        let (head, body) = request(&mut client).await?;
        if !head.starts_with(b"PATCH") || body.is_empty() {
            let answer = self.ask(&[&head[..], &body].concat()).await?;
            client.write_all(&answer).await?;
            return Ok(());
        }
        self.damage.chunks.fetch_add(1, Ordering::Relaxed);
        let (kind, place) = {
            let mut dice = self.dice.lock().unwrap_or_else(PoisonError::into_inner);
            (dice.below(100) / self.percent.max(1), dice.below(body.len() as u64 * 8) as usize)
        };
        let note = |count: &AtomicU64| count.fetch_add(1, Ordering::Relaxed);
        let whole = [&head[..], &body].concat();
        match kind {
            0 => {
                note(&self.damage.dropped);
                return Ok(());
            }
            1 => {
                note(&self.damage.cut);
                let mut server = TcpStream::connect(self.server).await?;
                server.write_all(&whole[..head.len() + body.len() / 2]).await?;
                return Ok(());
            }
            2 => {
                note(&self.damage.doubled);
                // Both at once: two tabs, or a line that repeats.
                let (first, _) = tokio::join!(self.ask(&whole), self.ask(&whole));
                client.write_all(&first?).await?;
            }
            3 => {
                note(&self.damage.reordered);
                // It arrives later, when another is sent; now the line breaks.
                let before = self.late.lock().unwrap_or_else(PoisonError::into_inner).replace(whole);
                if let Some(before) = before {
                    self.ask(&before).await?;
                }
                return Ok(());
            }
            4 | 5 => {
                let mut body = body;
                body[place / 8] ^= 1 << (place % 8);
                let head = if kind == 4 { head } else { forged(&head, &body)? };
                note(if kind == 4 { &self.damage.flipped } else { &self.damage.forged });
                client.write_all(&self.ask(&[&head[..], &body].concat()).await?).await?;
            }
            6 => {
                note(&self.damage.unanswered);
                self.ask(&whole).await?;
            }
            _ => client.write_all(&self.ask(&whole).await?).await?,
        }
        Ok(())
    }

    /// Sends a request and reads the answer to its end.
    async fn ask(&self, request: &[u8]) -> Result<Vec<u8>> {
        let mut server = TcpStream::connect(self.server).await?;
        server.write_all(request).await?;
        let mut answer = Vec::new();
        server.read_to_end(&mut answer).await?;
        Ok(answer)
    }
}

/// Reads a whole request; its head asks for the connection to be closed.
async fn request(client: &mut TcpStream) -> Result<(Vec<u8>, Vec<u8>)> {
    let mut bytes = Vec::new();
    loop {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut request = httparse::Request::new(&mut headers);
        if let httparse::Status::Complete(size) = request.parse(&bytes)? {
            let length = request.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
            let length: usize = match length {
                Some(header) => std::str::from_utf8(header.value)?.trim().parse()?,
                None => 0,
            };
            while bytes.len() < size + length {
                if client.read_buf(&mut bytes).await? == 0 {
                    bail!("it ended early");
                }
            }
            let mut head = bytes[..size - 2].to_vec();
            head.extend_from_slice(b"connection: close\r\n\r\n");
            return Ok((head, bytes[size..size + length].to_vec()));
        }
        if client.read_buf(&mut bytes).await? == 0 {
            bail!("it ended early");
        }
    }
}

/// The head with the checksum of `body`.
fn forged(head: &[u8], body: &[u8]) -> Result<Vec<u8>> {
    let text = std::str::from_utf8(head)?;
    let start = text.find(CHUNK_HEADER).context("a checksum")? + CHUNK_HEADER.len() + 2;
    Ok([&text[..start], &Sha256::of(body).to_string(), &text[start + 64..]].concat().into_bytes())
}
