//! HTTP/1.1 over plain TCP, kept alive: as little as a phone needs.
//!
//! Written here and not taken from a crate (docs/adr/0010): a generator of load should cost little beside what
//! it measures, and a test must be able to cut a request anywhere.

use std::{
    fmt::Write as _,
    net::SocketAddr,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::{Buf as _, Bytes, BytesMut};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::Semaphore,
    time::timeout,
};

/// How many headers an answer may have.
const HEADERS: usize = 64;

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// `GET`, `POST` …
    pub method: &'a str,
    /// Path and query.
    pub path: &'a str,
    /// Headers beyond host and length.
    pub headers: &'a [(&'a str, &'a str)],
    /// The body; an empty one is none.
    pub body: &'a [u8],
}

/// What came back, whole.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Status line and headers as they came.
    pub head: Bytes,
    /// The body.
    pub body: Bytes,
}

impl Answer {
    /// The value of the header `name`, which is in small letters.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let head = std::str::from_utf8(&self.head).ok()?;
        head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// No answer, or none that can be read: nobody knows what the server did.
#[derive(Debug, thiserror::Error)]
pub enum Lost {
    /// The connection failed.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// What came is no HTTP, or ended early.
    #[error("not an answer: {0}")]
    Form(&'static str),
    /// Nothing came in time.
    #[error("no answer in time")]
    Late,
}

/// The way to one address, with a limit on connections. Shared by any number of phones.
#[derive(Debug)]
pub struct Wire {
    address: SocketAddr,
    patience: Duration,
    slots: Semaphore,
    idle: Mutex<Vec<Link>>,
    sent: AtomicU64,
    received: AtomicU64,
}

#[derive(Debug)]
struct Link {
    socket: TcpStream,
    buffer: BytesMut,
}

/// How long the body of an answer is.
enum Length {
    Exact(usize),
    Chunked,
}

impl Wire {
    /// To `address`, over `connections` at most, waiting `patience` for an answer.
    #[must_use]
    pub fn new(address: SocketAddr, connections: usize, patience: Duration) -> Self {
        Self {
            address,
            patience,
            slots: Semaphore::new(connections),
            idle: Mutex::default(),
            sent: AtomicU64::new(0),
            received: AtomicU64::new(0),
        }
    }

    /// Bytes sent and received so far, heads and bodies.
    #[must_use]
    pub fn traffic(&self) -> (u64, u64) {
        (self.sent.load(Ordering::Relaxed), self.received.load(Ordering::Relaxed))
    }

    /// Asks, and reads the whole answer.
    ///
    /// # Errors
    /// [`Lost`]. Nothing is sent a second time: whether that is right only the phone knows.
    pub async fn ask(&self, ask: &Ask<'_>) -> Result<Answer, Lost> {
        let mut body = BytesMut::new();
        let (status, head) = self.read(ask, |part| body.extend_from_slice(part)).await?;
        Ok(Answer { status, head, body: body.freeze() })
    }

    /// Asks, and hands every part of the body on as it comes.
    ///
    /// # Errors
    /// [`Lost`].
    pub async fn read(&self, ask: &Ask<'_>, mut part: impl FnMut(&[u8])) -> Result<(u16, Bytes), Lost> {
        // Never closed.
        let Ok(_slot) = self.slots.acquire().await else { return Err(Lost::Form("closed")) };
        timeout(self.patience, self.exchange(ask, &mut part)).await.map_err(|_| Lost::Late)?
    }

    async fn exchange(&self, ask: &Ask<'_>, part: &mut impl FnMut(&[u8])) -> Result<(u16, Bytes), Lost> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut link = match idle {
            Some(link) => link,
            None => {
                let socket = TcpStream::connect(self.address).await?;
                socket.set_nodelay(true)?;
                Link { socket, buffer: BytesMut::with_capacity(16 * 1024) }
            }
        };
        let request = written(ask, self.address);
        link.socket.write_all(&request).await?;
        self.sent.fetch_add(request.len() as u64, Ordering::Relaxed);
        let (status, head, length, stays) = link.head(ask.method == "HEAD").await?;
        let body = match length {
            Length::Exact(length) => link.exactly(length, part).await?,
            Length::Chunked => link.chunks(part).await?,
        };
        self.received.fetch_add(head.len() as u64 + body, Ordering::Relaxed);
        if stays {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(link);
        }
        Ok((status, head))
    }
}

fn written(ask: &Ask<'_>, address: SocketAddr) -> Vec<u8> {
    let mut head = String::with_capacity(256);
    // Writing into a string cannot fail.
    let _ = write!(head, "{} {} HTTP/1.1\r\nhost: {address}\r\n", ask.method, ask.path);
    for (name, value) in ask.headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    if !ask.body.is_empty() || matches!(ask.method, "POST" | "PATCH" | "PUT") {
        let _ = write!(head, "content-length: {}\r\n", ask.body.len());
    }
    head.push_str("\r\n");
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(ask.body);
    bytes
}

impl Link {
    async fn more(&mut self) -> Result<(), Lost> {
        if self.socket.read_buf(&mut self.buffer).await? == 0 { Err(Lost::Form("it ended early")) } else { Ok(()) }
    }

    /// Reads the head: status, its bytes, the length of the body, and whether the connection stays.
    async fn head(&mut self, bodiless: bool) -> Result<(u16, Bytes, Length, bool), Lost> {
        loop {
            let mut headers = [httparse::EMPTY_HEADER; HEADERS];
            let mut response = httparse::Response::new(&mut headers);
            let parsed = response.parse(&self.buffer).map_err(|_| Lost::Form("head"))?;
            if let httparse::Status::Complete(size) = parsed {
                let status = response.code.ok_or(Lost::Form("status"))?;
                let value = |name: &str| {
                    let found = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
                    std::str::from_utf8(found.value).ok()
                };
                let stays = value("connection").is_none_or(|value| !value.eq_ignore_ascii_case("close"));
                let length = if bodiless || matches!(status, 100..200 | 204 | 304) {
                    Length::Exact(0)
                } else if value("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
                    Length::Chunked
                } else {
                    let length = value("content-length").and_then(|value| value.trim().parse().ok());
                    Length::Exact(length.ok_or(Lost::Form("length"))?)
                };
                return Ok((status, self.buffer.split_to(size).freeze(), length, stays));
            }
            self.more().await?;
        }
    }

    /// Reads `length` bytes of the body; returns how many came over the wire.
    async fn exactly(&mut self, length: usize, part: &mut impl FnMut(&[u8])) -> Result<u64, Lost> {
        let mut left = length;
        while left > 0 {
            if self.buffer.is_empty() {
                self.more().await?;
            }
            let here = left.min(self.buffer.len());
            part(&self.buffer[..here]);
            self.buffer.advance(here);
            left -= here;
        }
        Ok(length as u64)
    }

    async fn chunks(&mut self, part: &mut impl FnMut(&[u8])) -> Result<u64, Lost> {
        let mut all = 0;
        loop {
            let line = loop {
                if let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\r\n") {
                    break self.buffer.split_to(end + 2);
                }
                self.more().await?;
            };
            all += line.len() as u64;
            let digits = line[..].split(|byte| matches!(byte, b';' | b'\r')).next().unwrap_or_default();
            let digits = std::str::from_utf8(digits).map_err(|_| Lost::Form("chunk"))?;
            let size = usize::from_str_radix(digits.trim(), 16).map_err(|_| Lost::Form("chunk"))?;
            all += self.exactly(size, part).await?;
            all += self.exactly(2, &mut |_| ()).await?;
            if size == 0 {
                return Ok(all);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    /// A server that gives `answers`, one a request, over as many connections as it takes.
    async fn server(answers: Vec<&'static [u8]>) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let mut answers = answers.into_iter();
            while let Ok((mut socket, _)) = listener.accept().await {
                let mut seen = Vec::new();
                while let Ok(1..) = socket.read_buf(&mut seen).await {
                    if seen.ends_with(b"\r\n\r\n") {
                        seen.clear();
                        let Some(answer) = answers.next() else { return };
                        socket.write_all(answer).await.unwrap();
                        if !answer.ends_with(b".") {
                            break;
                        }
                    }
                }
            }
        });
        address
    }

    const GET: Ask<'_> = Ask { method: "GET", path: "/", headers: &[("x", "y")], body: b"" };

    #[tokio::test]
    async fn answers_come_whole_over_one_connection_and_a_cut_one_is_lost() {
        let address = server(vec![
            b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nA: b\r\n\r\nab.",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x\r\nab\r\n1\r\n.\r\n0\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
        ])
        .await;
        let wire = Wire::new(address, 1, Duration::from_secs(5));
        let first = wire.ask(&GET).await.unwrap();
        assert_eq!((first.status, &first.body[..], first.header("a")), (200, &b"ab."[..], Some("b")));
        assert_eq!(&wire.ask(&GET).await.unwrap().body[..], b"ab.");
        // The server hung up after the chunks: what was kept is of no use, and nothing is sent twice by itself.
        assert!(wire.ask(&GET).await.is_err());
        assert!(matches!(wire.ask(&GET).await, Err(Lost::Form("it ended early"))));
        let (sent, received) = wire.traffic();
        assert!(sent > 60 && received > 90, "{sent} {received}");
    }
}
