//! Structured logs on stderr. They carry request ids, never people, answers, positions or tokens.

use tracing_subscriber::{EnvFilter, layer::SubscriberExt as _, util::SubscriberInitExt as _};

use crate::{
    config::LogFormat,
    failure::{Exit, Failure, Result},
};

/// Starts logging. A second call in one process changes nothing.
///
/// # Errors
/// [`Exit::Usage`] if `filter` cannot be read.
pub fn start(format: LogFormat, filter: &str) -> Result<()> {
    let filter = EnvFilter::try_new(filter).map_err(|error| {
        Failure::new(
            Exit::Usage,
            format!("日志过滤条件 {filter:?} 无法识别:{error}。例如 info 或 server=debug,info"),
            format!("the log filter {filter:?} cannot be read: {error}. Try info, or server=debug,info"),
        )
    })?;
    let registry = tracing_subscriber::registry().with(filter);
    let started = match format {
        LogFormat::Json => {
            registry.with(tracing_subscriber::fmt::layer().json().with_writer(std::io::stderr)).try_init()
        }
        LogFormat::Pretty => {
            registry.with(tracing_subscriber::fmt::layer().compact().with_writer(std::io::stderr)).try_init()
        }
    };
    // Only a test starts it twice.
    drop(started);
    Ok(())
}
