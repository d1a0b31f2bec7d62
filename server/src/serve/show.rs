//! What `serve` says on standard output. Logs go to standard error.

use crate::config::Settings;

/// The settings in force, secrets hidden.
pub(crate) fn settings(settings: &Settings) {
    println!("mingcha {}", env!("CARGO_PKG_VERSION"));
    for row in &settings.rows {
        println!("  {:<20} {}  ({})", row.name, row.value, row.source);
    }
}
