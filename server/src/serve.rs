//! `mingcha serve`: from settings to the line `ready: <url>`, and back to nothing.

mod listen;
mod show;

use std::{path::PathBuf, sync::Arc};

use domain::time::Moment;
use store::{Signer, Store};
use tokio::{net::TcpListener, sync::Notify};

use crate::{
    cli::ServeOptions,
    clock::Clock,
    config::Settings,
    data_dir::DataDir,
    demo,
    failure::{Exit, Failure, Result},
    jobs,
    keys::Keys,
    media::Media,
    passwords::Passwords,
    postgres::{self, Database, Strictness},
    process::Server,
    random::{Random, SystemRandom},
    router,
    shutdown::Shutdown,
    site::Site,
};

/// Serves until a signal says stop.
///
/// # Errors
/// Whatever stands in the way before serving begins, each with its exit code.
pub async fn serve(settings: &Settings, options: &ServeOptions) -> Result<()> {
    let shutdown = Shutdown::on_signals()?;
    show::settings(settings);
    // First what fails fastest: nobody should wait for a database to learn that the port is taken.
    let site = Site::read(&settings.site.clone().unwrap_or_else(Site::default_folder))?;
    let listener = listen::bind(settings.addr).await?;
    let data = DataDir::open(&data_dir(settings))?;
    if settings.database_url.is_none() && !data.is_ours() {
        return Err(data.in_use());
    }
    let database = Database::open(settings, &data).await?;
    let served = with_database(settings, options, &data, &database, site, listener, &shutdown).await;
    database.close().await;
    served
}

async fn with_database(
    settings: &Settings,
    options: &ServeOptions,
    data: &DataDir,
    database: &Database,
    site: Site,
    listener: TcpListener,
    shutdown: &Shutdown,
) -> Result<()> {
    postgres::check(&database.urls.serve, Strictness::Serving).await?;
    let server = server(settings, data, database, site).await?;
    if options.demo && !shutdown.is_set() {
        demo::install::if_empty(&server, &database.urls).await?;
        demo::install::print_accounts();
    }
    if shutdown.is_set() {
        return Ok(());
    }
    let tenants = match server.store.all_tenants().await {
        Ok(tenants) => tenants,
        Err(error) => return Err(Failure::unexpected("tenants", &error)),
    };
    let jobs = tokio::spawn(jobs::run(server.clone(), tenants, shutdown.clone()));
    let address = settings.public_url.clone().unwrap_or_else(|| format!("http://{}", settings.addr));
    println!("ready: {address}");
    listen::serve(listener, router::router(&server), shutdown).await;
    // It ends by the same signal.
    drop(jobs.await);
    server.store.close().await;
    Ok(())
}

async fn server(settings: &Settings, data: &DataDir, database: &Database, site: Site) -> Result<Server> {
    let random: Arc<dyn Random> = Arc::new(SystemRandom);
    let keys = Arc::new(Keys::keep(data, random.as_ref())?);
    let media = media(settings, data)?;
    let pools = store::Settings {
        serve_url: database.urls.serve.reveal().to_owned(),
        unit_url: database.urls.unit.as_ref().map(|url| url.reveal().to_owned()),
        connections: settings.connections,
    };
    let signer: Arc<dyn Signer> = Arc::<Keys>::clone(&keys);
    let store = Store::open(&pools, signer).await.map_err(|error| cannot_connect(&error))?;
    let clock = Clock::default();
    if let Some(stands) = settings.test_clock {
        clock.set_ahead(Moment(stands).since(clock.now()));
    }
    Ok(Server {
        store,
        media,
        clock,
        passwords: Passwords::new(Arc::clone(&random)),
        random,
        keys,
        site: Arc::new(site),
        public_url: settings.public_url.clone(),
        is_test: std::env::var_os("MINGCHA_TEST").is_some_and(|value| value == "1"),
        jobs: Arc::new(Notify::new()),
    })
}

/// The media store that the settings name.
///
/// # Errors
/// [`Exit::Data`]: it cannot be opened.
pub fn media(settings: &Settings, data: &DataDir) -> Result<Media> {
    let url = settings.media_url.clone().unwrap_or_else(|| format!("file://{}", data.root().join("media").display()));
    Media::open(&url).map_err(|error| {
        Failure::new(
            Exit::Data,
            format!("媒体存储 {url} 打不开:{error}"),
            format!("the media store {url} cannot be opened: {error}"),
        )
    })
}

fn cannot_connect(error: &store::Error) -> Failure {
    Failure::new(Exit::Postgres, format!("连不上数据库:{error}"), format!("the database cannot be reached: {error}"))
}

/// The data folder: what was asked for; by default `data` here, or, where the
/// database's user cannot walk to that (root in its own home), `/var/lib/mingcha`.
#[must_use]
pub fn data_dir(settings: &Settings) -> PathBuf {
    let embedded = settings.database_url.is_none();
    if embedded && settings.data_dir_is_default && !postgres::is_reachable(&settings.data_dir) {
        return PathBuf::from("/var/lib/mingcha");
    }
    settings.data_dir.clone()
}
