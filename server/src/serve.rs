//! `mingcha serve`: from settings to the line `ready: <url>`, and back to nothing.

mod show;

use std::sync::Arc;

use domain::time::Moment;
use rustls::ServerConfig;
use store::{Signer, Store};
use tokio::{net::TcpListener, task::JoinSet};

use crate::{
    cli::arguments::ServeOptions,
    clock::Clock,
    config::Settings,
    data_dir::DataDir,
    demo,
    failure::{Failure, Result},
    jobs,
    keys::Keys,
    lan::{self, Lan},
    listen,
    media::Media,
    passwords::Passwords,
    postgres::{self, Database, Strictness},
    process::Server,
    random::{Random, SystemRandom},
    router, schema,
    shutdown::Shutdown,
    site::Site,
    tls::{self, authority::Authority, listener::TlsListener},
};

/// Serves until a signal says stop.
///
/// # Errors
/// Whatever stands in the way before serving begins, each with its exit code.
pub async fn serve(settings: &Settings, options: &ServeOptions) -> Result<()> {
    let shutdown = Shutdown::on_signals()?;
    show::settings(settings);
    // First what fails fastest: nobody should wait for a database to learn that the port is taken.
    let mut site = Site::read(&settings.site.clone().unwrap_or_else(Site::default_folder))?;
    if settings.withdraw_worker {
        site.withdraw_worker()?;
        tracing::warn!("the phones' worker is being withdrawn: phones work online only until this setting is gone");
    }
    let doors = Doors::open(settings).await?;
    let data = DataDir::open(&postgres::data_dir(settings))?;
    if settings.database_url.is_none() && !data.is_ours() {
        return Err(data.in_use());
    }
    let database = Database::open(settings, &data).await?;
    let served = with_database(settings, options, &data, &database, site, doors, &shutdown).await;
    database.close().await;
    served
}

async fn with_database(
    settings: &Settings,
    options: &ServeOptions,
    data: &DataDir,
    database: &Database,
    site: Site,
    doors: Doors,
    shutdown: &Shutdown,
) -> Result<()> {
    postgres::check(&database.urls.serve, Strictness::Serving).await?;
    schema::needs(&database.urls.serve).await?;
    let server = server(settings, data, database, site).await?;
    if options.demo && !shutdown.is_set() {
        let tools = demo::install::Tools {
            data,
            owner_url: database.urls.owner()?.reveal(),
            media: &server.media,
            keys: &server.keys,
            random: &server.random,
            now: server.clock.now(),
        };
        if demo::install::if_empty(&tools).await? != demo::install::Outcome::OtherCompany {
            demo::install::print_accounts();
        }
    }
    if shutdown.is_set() {
        return Ok(());
    }
    match server.store.all_tenants().await {
        Ok(tenants) if tenants.is_empty() => show::nobody_yet(),
        Ok(_) => {}
        Err(error) => return Err(Failure::unexpected("tenants", &error)),
    }
    let jobs = tokio::spawn(jobs::run(server.clone(), shutdown.clone()));
    doors.serve(settings, data, &server, shutdown).await?;
    // They end by the same signal.
    drop(jobs.await);
    server.store.close().await;
    Ok(())
}

/// Every socket, taken before anything that takes long.
struct Doors {
    plain: TcpListener,
    tls: Option<(TcpListener, Option<Arc<ServerConfig>>)>,
    lan: Option<Lan>,
}

impl Doors {
    async fn open(settings: &Settings) -> Result<Self> {
        let files = match &settings.tls_files {
            Some((cert, key)) => Some(tls::from_files(cert, key)?),
            None => None,
        };
        let plain = listen::bind(settings.addr).await?;
        let lan = if settings.lan { Some(Lan::find(settings).await?) } else { None };
        let tls = if settings.lan || files.is_some() {
            Some((listen::bind(lan::everywhere(settings.tls_port)).await?, files))
        } else {
            None
        };
        Ok(Self { plain, tls, lan })
    }

    /// Says `ready` and serves at every door until a signal says stop.
    async fn serve(self, settings: &Settings, data: &DataDir, server: &Server, shutdown: &Shutdown) -> Result<()> {
        let Self { plain, tls, lan } = self;
        let unexpected = |error: std::io::Error| Failure::unexpected("socket", &error);
        let here = plain.local_addr().map_err(unexpected)?;
        let mut more = JoinSet::new();
        let mut server = server.clone();
        if let Some((socket, files)) = tls {
            let port = socket.local_addr().map_err(unexpected)?.port();
            let authority = match (&lan, &files) {
                (Some(lan), None) => {
                    Some(Authority::keep(data, &lan.hosts, server.random.as_ref(), server.clock.now())?)
                }
                _ => None,
            };
            if let Some(lan) = &lan {
                server.public_url = Some(lan::https(&lan.host, port));
            }
            let config = files.or_else(|| authority.as_ref().map(|authority| Arc::clone(&authority.config)));
            let config = config.ok_or_else(|| Failure::unexpected("https", &"there is no certificate"))?;
            let secure = TlsListener::new(socket, config).map_err(unexpected)?;
            let door = router::router(&Server { secure: true, proxied: false, ..server.clone() });
            let stop = shutdown.clone();
            more.spawn(async move { listen::serve(secure, door, &stop).await });
            let address = server.public_url.clone().unwrap_or_else(|| format!("https://<host>:{port}"));
            if let Some(lan) = lan {
                let help = lan.help.local_addr().map_err(unexpected)?.port();
                lan::show(&lan.host, help, &address, authority.as_ref());
                let told = authority.map(|authority| (authority.fingerprint(), authority.der));
                let page = lan::router(&server, &address, told.map(|(print, der)| (der, print)));
                let stop = shutdown.clone();
                more.spawn(async move { listen::serve(lan.help, page, &stop).await });
            } else {
                show::https(&address);
            }
        } else if settings.public_url.is_none() && !here.ip().is_loopback() {
            show::not_for_phones();
        }
        let ready = settings.public_url.clone().unwrap_or_else(|| format!("http://{here}"));
        println!("ready: {ready}");
        listen::serve(plain, router::router(&server), shutdown).await;
        more.join_all().await;
        Ok(())
    }
}

async fn server(settings: &Settings, data: &DataDir, database: &Database, site: Site) -> Result<Server> {
    let random: Arc<dyn Random> = Arc::new(SystemRandom);
    let keys = Arc::new(Keys::keep(data, random.as_ref())?);
    let media = Media::of(settings, data)?;
    let pools = store::Settings {
        serve_url: database.urls.serve.reveal().to_owned(),
        unit_url: database.urls.unit.as_ref().map(|url| url.reveal().to_owned()),
        connections: settings.connections,
    };
    let signer: Arc<dyn Signer> = Arc::<Keys>::clone(&keys);
    let store = Store::open(&pools, signer).await.map_err(|error| schema::cannot_connect(&error))?;
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
        secure: settings.public_url.is_some(),
        // With a certificate of our own nobody stands in front of us.
        proxied: settings.public_url.is_some() && settings.tls_files.is_none(),
        is_test: std::env::var_os("MINGCHA_TEST").is_some_and(|value| value == "1"),
        jobs: Arc::default(),
    })
}
