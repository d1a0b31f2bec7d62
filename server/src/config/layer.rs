//! What one place (the command line with the environment, or the file) says.

use std::{net::SocketAddr, path::PathBuf};

use clap::Args;
use serde::Deserialize;

use super::LogFormat;
use crate::secret::Secret;

/// Settings of one place; what it doesn't say is `None`.
#[derive(Args, Clone, Debug, Default, Deserialize)]
#[command(next_help_heading = "Settings (flag > environment > file > default)")]
#[serde(deny_unknown_fields, default)]
pub struct Layer {
    /// Where to listen [default: 127.0.0.1:3000]. Phones need https: see --lan, --tls-cert, --public-url.
    #[arg(long, env = "MINGCHA_ADDR", value_name = "IP:PORT", global = true)]
    pub addr: Option<SocketAddr>,
    /// The address people type when a proxy does TLS, like https://mingcha.example.cn.
    #[arg(long, env = "MINGCHA_PUBLIC_URL", value_name = "URL", global = true)]
    pub public_url: Option<String>,
    /// Keys, media and the embedded PostgreSQL [default: ./data].
    #[arg(long, env = "MINGCHA_DATA_DIR", value_name = "DIR", global = true)]
    pub data_dir: Option<PathBuf>,
    /// An existing PostgreSQL, as the login mingcha_serve. Without it the server runs its own.
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true, global = true)]
    pub database_url: Option<Secret>,
    /// The same database as its owner: for migrate, user, import and verify; serve never uses it.
    #[arg(long, env = "MINGCHA_OWNER_DATABASE_URL", value_name = "URL", hide_env_values = true, global = true)]
    pub owner_database_url: Option<Secret>,
    /// The same database as the login mingcha_unit: for the portal of inspected units.
    #[arg(long, env = "MINGCHA_UNIT_DATABASE_URL", value_name = "URL", hide_env_values = true, global = true)]
    pub unit_database_url: Option<Secret>,
    /// Connections to the database [default: 16].
    #[arg(long, env = "MINGCHA_CONNECTIONS", value_name = "N", value_parser = clap::value_parser!(u32).range(4..=1000), global = true)]
    pub connections: Option<u32>,
    /// Where photos and memos lie [default: file://<data-dir>/media].
    #[arg(long, env = "MINGCHA_MEDIA_URL", value_name = "URL", global = true)]
    pub media_url: Option<String>,
    /// The built site (the folder with manifest.json); without it the one inside or beside the program.
    #[arg(long, env = "MINGCHA_SITE", value_name = "DIR", global = true)]
    pub site: Option<PathBuf>,
    /// Take the phones' worker away: each phone that looks for a new build drops its cached app, keeps its drafts, and
    /// gets the app from the network again. For a release so broken that the next one does not reach the phones.
    #[arg(long, env = "MINGCHA_WITHDRAW_WORKER", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", global = true)]
    pub withdraw_worker: Option<bool>,
    /// Also serve https on the local network, with a certificate of its own.
    #[arg(long, env = "MINGCHA_LAN", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", global = true)]
    pub lan: Option<bool>,
    /// The address or name of this machine on the local network, if the one found is not the right one.
    #[arg(long, env = "MINGCHA_LAN_HOST", value_name = "HOST", global = true)]
    pub lan_host: Option<String>,
    /// The port of https [default: 3443].
    #[arg(long, env = "MINGCHA_TLS_PORT", value_name = "PORT", global = true)]
    pub tls_port: Option<u16>,
    /// The port of the plain-http page that explains how to trust the certificate [default: 3080].
    #[arg(long, env = "MINGCHA_HELP_PORT", value_name = "PORT", global = true)]
    pub help_port: Option<u16>,
    /// A real certificate (PEM, with its chain); serves https on every address, at --tls-port.
    #[arg(long, env = "MINGCHA_TLS_CERT", value_name = "FILE", global = true)]
    pub tls_cert: Option<PathBuf>,
    /// The certificate's private key (PEM).
    #[arg(long, env = "MINGCHA_TLS_KEY", value_name = "FILE", global = true)]
    pub tls_key: Option<PathBuf>,
    /// How logs look: pretty or json [default: pretty].
    #[arg(long, env = "MINGCHA_LOG_FORMAT", value_name = "FORMAT", value_enum, global = true)]
    pub log_format: Option<LogFormat>,
    /// What is logged [default: info, without the database's notices].
    #[arg(long, env = "MINGCHA_LOG", value_name = "FILTER", global = true)]
    pub log: Option<String>,
    /// Tests only (needs MINGCHA_TEST=1): a clock that stands at this moment (ms since 1970) until it is set.
    #[arg(long, env = "MINGCHA_TEST_CLOCK", value_name = "MS", hide = true, global = true)]
    #[serde(skip)]
    pub test_clock: Option<i64>,
}
