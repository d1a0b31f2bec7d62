//! Counters for whoever watches the server, in the text format of Prometheus.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

use axum::{
    body::Body,
    extract::State,
    http::{HeaderValue, Request, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::process::Server;

/// Upper bounds of the buckets, ms.
const BUCKETS: [u64; 8] = [5, 10, 25, 50, 100, 250, 1_000, 5_000];

/// Answers by the first digit of their status.
static STATUS: [AtomicU64; 6] = [const { AtomicU64::new(0) }; 6];
/// Answers by how long they took; the last bucket holds all.
static TIMES: [AtomicU64; 9] = [const { AtomicU64::new(0) }; 9];
/// All of it together, microseconds.
static SUM: AtomicU64 = AtomicU64::new(0);

/// Counts an answer.
pub async fn count(request: Request<Body>, next: Next) -> Response {
    let start = Instant::now();
    let response = next.run(request).await;
    let took = start.elapsed();
    let class = usize::from(response.status().as_u16() / 100).min(5);
    STATUS[class].fetch_add(1, Ordering::Relaxed);
    SUM.fetch_add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    for (bucket, bound) in TIMES.iter().zip(BUCKETS) {
        if ms < bound {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
    }
    TIMES[BUCKETS.len()].fetch_add(1, Ordering::Relaxed);
    response
}

/// `GET /metrics`.
pub async fn page(State(server): State<Server>) -> Response {
    let mut text = String::from("# TYPE mingcha_requests_total counter\n");
    for (class, count) in STATUS.iter().enumerate().skip(1) {
        let count = count.load(Ordering::Relaxed);
        text.push_str(&format!("mingcha_requests_total{{status=\"{class}xx\"}} {count}\n"));
    }
    text.push_str("# TYPE mingcha_request_seconds histogram\n");
    for (bucket, bound) in TIMES.iter().zip(BUCKETS) {
        let count = bucket.load(Ordering::Relaxed);
        text.push_str(&format!("mingcha_request_seconds_bucket{{le=\"{}\"}} {count}\n", bound as f64 / 1_000.0));
    }
    let all = TIMES[BUCKETS.len()].load(Ordering::Relaxed);
    let seconds = SUM.load(Ordering::Relaxed) as f64 / 1e6;
    text.push_str(&format!("mingcha_request_seconds_bucket{{le=\"+Inf\"}} {all}\n"));
    text.push_str(&format!("mingcha_request_seconds_sum {seconds}\nmingcha_request_seconds_count {all}\n"));
    let up = u8::from(server.store.ping().await.is_ok());
    text.push_str(&format!("# TYPE mingcha_database_up gauge\nmingcha_database_up {up}\n"));
    ([(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; version=0.0.4"))], text).into_response()
}
