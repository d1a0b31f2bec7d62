//! The settings in force, and where each came from.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use serde::Deserialize;

use super::Layer;
use crate::{
    failure::{Exit, Failure, Result},
    secret::Secret,
};

/// How logs look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One line a record, for people.
    #[default]
    Pretty,
    /// One JSON object a record, for programs.
    Json,
}

impl fmt::Display for LogFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pretty => "pretty",
            Self::Json => "json",
        })
    }
}

/// Where a setting came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The command line.
    Flag,
    /// An environment variable.
    Environment,
    /// The settings file.
    File,
    /// Nobody said anything.
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Flag => "flag",
            Self::Environment => "environment",
            Self::File => "file",
            Self::Default => "default",
        })
    }
}

/// A setting as `serve` prints it; secrets are hidden.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its name in the file.
    pub name: &'static str,
    /// Its value, `-` if there is none.
    pub value: String,
    /// Where it came from.
    pub source: Source,
}

/// The settings in force.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where to listen with plain http.
    pub addr: SocketAddr,
    /// The address people type, without a slash at the end, if a proxy does TLS.
    pub public_url: Option<String>,
    /// The data folder; absolute.
    pub data_dir: PathBuf,
    /// Nobody chose the data folder.
    pub data_dir_is_default: bool,
    /// An existing PostgreSQL, as `mingcha_serve`.
    pub database_url: Option<Secret>,
    /// The same as its owner.
    pub owner_database_url: Option<Secret>,
    /// The same as `mingcha_unit`.
    pub unit_database_url: Option<Secret>,
    /// Connections of the serving pool.
    pub connections: u32,
    /// Where media lie; `None` means `media` in the data folder.
    pub media_url: Option<String>,
    /// The built site.
    pub site: Option<PathBuf>,
    /// The kill switch in place of the phones' worker.
    pub withdraw_worker: bool,
    /// Serve https on the local network.
    pub lan: bool,
    /// The machine's address on it; `None` finds out.
    pub lan_host: Option<String>,
    /// The port of https.
    pub tls_port: u16,
    /// The port of the help page.
    pub help_port: u16,
    /// A real certificate and its key.
    pub tls_files: Option<(PathBuf, PathBuf)>,
    /// How logs look.
    pub log_format: LogFormat,
    /// What is logged.
    pub log: String,
    /// Tests only: where the clock stands.
    pub test_clock: Option<i64>,
    /// All of them, to be shown.
    pub rows: Vec<Row>,
}

/// Picks values and writes down where they came from.
struct Picker<'a> {
    from_environment: &'a dyn Fn(&str) -> bool,
    rows: Vec<Row>,
}

impl Picker<'_> {
    fn optional<T: Clone + fmt::Display>(
        &mut self,
        name: &'static str,
        flag: &Option<T>,
        file: &Option<T>,
    ) -> Option<T> {
        let source = match (flag, file) {
            (Some(_), _) if (self.from_environment)(name) => Source::Environment,
            (Some(_), _) => Source::Flag,
            (None, Some(_)) => Source::File,
            (None, None) => Source::Default,
        };
        let value = flag.clone().or_else(|| file.clone());
        let shown = value.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
        self.rows.push(Row { name, value: shown, source });
        value
    }

    fn or<T: Clone + fmt::Display>(&mut self, name: &'static str, flag: &Option<T>, file: &Option<T>, default: T) -> T {
        self.optional(name, flag, file).unwrap_or_else(|| {
            if let Some(row) = self.rows.last_mut() {
                row.value = default.to_string();
            }
            default
        })
    }

    fn path(&mut self, name: &'static str, flag: &Option<PathBuf>, file: &Option<PathBuf>) -> Option<PathBuf> {
        let shown = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
        self.optional(name, &shown(flag), &shown(file));
        flag.clone().or_else(|| file.clone())
    }
}

impl Settings {
    /// Puts together what the command line with the environment and the file say.
    /// `from_environment` tells whether a value of `line` (named as in the file) came from a variable.
    ///
    /// # Errors
    /// [`Exit::Usage`] for a combination that makes no sense.
    pub fn resolve(line: &Layer, file: &Layer, from_environment: &dyn Fn(&str) -> bool) -> Result<Self> {
        let mut pick = Picker { from_environment, rows: Vec::new() };
        let addr = pick.or("addr", &line.addr, &file.addr, SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 3000));
        let public_url = pick.optional("public_url", &line.public_url, &file.public_url);
        let data_dir = pick.path("data_dir", &line.data_dir, &file.data_dir);
        let data_dir_is_default = data_dir.is_none();
        let data_dir = std::path::absolute(data_dir.unwrap_or_else(|| PathBuf::from("data")))
            .map_err(|error| Failure::unexpected("data_dir", &error))?;
        if let Some(row) = pick.rows.last_mut() {
            row.value = data_dir.display().to_string();
        }
        let database_url = pick.optional("database_url", &line.database_url, &file.database_url);
        let owner_database_url =
            pick.optional("owner_database_url", &line.owner_database_url, &file.owner_database_url);
        let unit_database_url = pick.optional("unit_database_url", &line.unit_database_url, &file.unit_database_url);
        let connections = pick.or("connections", &line.connections, &file.connections, 16);
        let media_url = pick.optional("media_url", &line.media_url, &file.media_url);
        let site = pick.path("site", &line.site, &file.site);
        let withdraw_worker = pick.or("withdraw_worker", &line.withdraw_worker, &file.withdraw_worker, false);
        let lan = pick.or("lan", &line.lan, &file.lan, false);
        let lan_host = pick.optional("lan_host", &line.lan_host, &file.lan_host);
        let tls_port = pick.or("tls_port", &line.tls_port, &file.tls_port, 3443);
        let help_port = pick.or("help_port", &line.help_port, &file.help_port, 3080);
        let tls_cert = pick.path("tls_cert", &line.tls_cert, &file.tls_cert);
        let tls_key = pick.path("tls_key", &line.tls_key, &file.tls_key);
        let log_format = pick.or("log_format", &line.log_format, &file.log_format, LogFormat::Pretty);
        let log = pick.or("log", &line.log, &file.log, "info,sqlx::postgres::notice=warn".to_owned());
        let settings = Self {
            addr,
            public_url: public_url.map(|url| url.trim_end_matches('/').to_owned()),
            data_dir,
            data_dir_is_default,
            database_url,
            owner_database_url,
            unit_database_url,
            connections,
            media_url,
            site,
            withdraw_worker,
            lan,
            lan_host,
            tls_port,
            help_port,
            tls_files: both(tls_cert, tls_key)?,
            log_format,
            log,
            test_clock: line.test_clock,
            rows: pick.rows,
        };
        settings.check()?;
        Ok(settings)
    }

    fn check(&self) -> Result<()> {
        let wrong = |zh: &str, en: &str| Err(Failure::new(Exit::Usage, zh, en));
        if self.database_url.is_none() && (self.owner_database_url.is_some() || self.unit_database_url.is_some()) {
            return wrong(
                "给出了 owner_database_url 或 unit_database_url,却没有 database_url:三者指同一个数据库",
                "owner_database_url or unit_database_url without database_url: all three name the same database",
            );
        }
        if self
            .public_url
            .as_ref()
            .is_some_and(|url| url.strip_prefix("https://").is_none_or(|host| host.is_empty() || host.contains("/")))
        {
            return wrong(
                "public_url 必须形如 https://mingcha.example.cn,不带路径",
                "public_url must look like https://mingcha.example.cn, without a path",
            );
        }
        if self.lan && self.public_url.is_some() {
            return wrong(
                "public_url 用于前面有代理的情形,lan 用于没有代理的情形:只能选一个",
                "public_url is for a proxy in front, lan for a machine without one: choose one of them",
            );
        }
        if self.lan_host.as_ref().is_some_and(|host| !is_host(host)) {
            return wrong(
                "lan_host 只写主机名或 IP,不带端口和路径",
                "lan_host is a host name or an IP, without port and path",
            );
        }
        if self.connections < 4 {
            return wrong("connections 至少为 4", "connections must be at least 4");
        }
        Ok(())
    }

    /// Where media lie.
    #[must_use]
    pub fn media_url(&self) -> String {
        self.media_url.clone().unwrap_or_else(|| format!("file://{}", self.data_dir.join("media").display()))
    }
}

fn is_host(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok()
        || (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte)))
}

fn both(cert: Option<PathBuf>, key: Option<PathBuf>) -> Result<Option<(PathBuf, PathBuf)>> {
    match (cert, key) {
        (Some(cert), Some(key)) => Ok(Some((cert, key))),
        (None, None) => Ok(None),
        _ => Err(Failure::new(
            Exit::Usage,
            "tls_cert 与 tls_key 要一起给出",
            "tls_cert and tls_key belong together: give both or neither",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(text: &str) -> Layer {
        toml::from_str(text).unwrap()
    }

    fn row(settings: &Settings, name: &str) -> (String, Source) {
        let row = settings.rows.iter().find(|row| row.name == name).unwrap();
        (row.value.clone(), row.source)
    }

    #[test]
    fn the_line_wins_over_the_file_and_the_file_over_the_default() {
        let line = layer("connections = 20\nlog = 'debug'");
        let file = layer("connections = 30\ntls_port = 4443");
        let settings = Settings::resolve(&line, &file, &|name| name == "log").unwrap();
        assert_eq!((settings.connections, settings.tls_port, settings.help_port), (20, 4443, 3080));
        assert_eq!(row(&settings, "connections"), ("20".to_owned(), Source::Flag));
        assert_eq!(row(&settings, "log"), ("debug".to_owned(), Source::Environment));
        assert_eq!(row(&settings, "tls_port"), ("4443".to_owned(), Source::File));
        assert_eq!(row(&settings, "addr"), ("127.0.0.1:3000".to_owned(), Source::Default));
    }

    #[test]
    fn every_setting_is_shown_under_the_name_that_the_file_uses() {
        let settings = Settings::resolve(&Layer::default(), &Layer::default(), &|_| false).unwrap();
        for row in settings.rows {
            let error = toml::from_str::<Layer>(&format!("{} = [[]]", row.name)).unwrap_err();
            assert!(!error.message().contains("unknown field"), "{}: {error}", row.name);
        }
    }

    #[test]
    fn combinations_without_sense_are_refused() {
        for text in [
            "tls_cert = 'a.pem'",
            "owner_database_url = 'postgres://x/y'",
            "public_url = 'http://mingcha.example.cn'",
            "public_url = 'https://mingcha.example.cn/app'",
            "connections = 1",
            "lan = true\npublic_url = 'https://mingcha.example.cn'",
            "lan_host = 'http://192.168.1.5'",
        ] {
            let failure = Settings::resolve(&layer(text), &Layer::default(), &|_| false).unwrap_err();
            assert_eq!(failure.exit, Exit::Usage, "{text}");
        }
    }
}
