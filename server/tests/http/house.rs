//! The server in this process.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::ConnectInfo,
    http::{Request, Uri},
};
use domain::time::Moment;
use server::{
    clock::Clock, data_dir::DataDir, jobs, keys::Keys, media::Media, passwords::Passwords, process::Server,
    random::SystemRandom, router::router, site::Site, tls::listener::Peer,
};
use store::{Settings, Signer, Store};
use tower::ServiceExt as _;

use crate::{
    cluster::cluster,
    web::{Answer, Ask},
};

/// The most of an answer that is read.
const ANSWER_MAX: usize = 64 * 1024 * 1024;

/// The server, with its own files. The cluster is shared; every test has companies of its own.
pub(crate) struct House {
    pub(crate) server: Server,
    /// As the owner's commands.
    pub(crate) owner: Store,
    /// Where its rows lie, as the owner.
    pub(crate) owner_url: String,
    router: Router,
    folder: tempfile::TempDir,
}

impl House {
    pub(crate) async fn new() -> Self {
        let cluster = cluster();
        Self::on(&cluster.owner, &cluster.serve, &cluster.unit, 8).await
    }

    /// On a database of its own, whose schema a test may spoil.
    pub(crate) async fn apart(name: &str) -> Self {
        let cluster = cluster();
        let at = |url: &str| url.replace("/postgres", &format!("/{name}"));
        let (owner, serve, unit) = (at(&cluster.owner), at(&cluster.serve), at(&cluster.unit));
        store::ensure_database(&owner).await.expect("a database");
        store::migrate(&owner).await.expect("migrated");
        Self::on(&owner, &serve, &unit, 4).await
    }

    async fn on(owner_url: &str, serve_url: &str, unit_url: &str, connections: u32) -> Self {
        // A suite that proves its own teeth starts itself again with a fault awake.
        mutants::wake_from_environment();
        let folder = tempfile::tempdir().expect("a folder");
        let data = DataDir::open(folder.path()).expect("a data folder");
        let keys = Arc::new(Keys::keep(&data, &SystemRandom).expect("keys"));
        let open = async |url: &str| {
            let settings = Settings { serve_url: url.to_owned(), unit_url: Some(unit_url.to_owned()), connections };
            let signer: Arc<dyn Signer> = Arc::<Keys>::clone(&keys);
            Store::open(&settings, signer).await.expect("the store opens")
        };
        let media = folder.path().join("media");
        let server = Server {
            store: open(serve_url).await,
            media: Media::open(&format!("file://{}", media.display())).expect("a media store"),
            clock: Clock::default(),
            random: Arc::new(SystemRandom),
            passwords: Passwords::new(Arc::new(SystemRandom)),
            keys: Arc::clone(&keys),
            site: Arc::new(Site::default()),
            public_url: None,
            secure: false,
            proxied: false,
            is_test: false,
            jobs: Arc::default(),
        };
        let router = router(&server);
        let owner = open(owner_url).await;
        Self { server, owner, owner_url: owner_url.to_owned(), router, folder }
    }

    /// The same house behind another address or policy.
    pub(crate) fn with(&self, change: impl FnOnce(&mut Server)) -> Router {
        let mut server = self.server.clone();
        change(&mut server);
        router(&server)
    }

    pub(crate) async fn ask(&self, ask: Ask) -> Answer {
        let what = format!("{} {}", ask.method, ask.path);
        self.try_ask(ask).await.unwrap_or_else(|| panic!("{what} is no request"))
    }

    /// `None`: no client could send that.
    pub(crate) async fn try_ask(&self, ask: Ask) -> Option<Answer> {
        send(&self.router, ask).await
    }

    /// Where the bytes lie.
    pub(crate) fn media(&self) -> std::path::PathBuf {
        self.folder.path().join("media")
    }

    pub(crate) fn now(&self) -> Moment {
        self.server.clock.now()
    }

    /// Lets time pass: nobody waits for it.
    pub(crate) fn pass(&self, time: Duration) {
        let ms = i64::try_from(time.as_millis()).expect("a span of time");
        let system = Clock::default().now();
        self.server.clock.set_ahead(self.now().since(system) + ms);
    }

    /// What the server does by itself.
    pub(crate) async fn work(&self, company: &crate::company::Company) {
        jobs::verify(&self.server, company.tenant).await.expect("the jobs run");
    }
}

/// Sends one request through `router`.
pub(crate) async fn send(router: &Router, ask: Ask) -> Option<Answer> {
    let mut request = Request::new(Body::from(ask.body));
    *request.uri_mut() = ask.path.parse::<Uri>().ok()?;
    *request.method_mut() = ask.method;
    *request.headers_mut() = ask.headers;
    request.extensions_mut().insert(ConnectInfo(Peer(SocketAddr::new(ask.from, 4321))));
    let Ok(response) = router.clone().oneshot(request).await;
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, ANSWER_MAX).await.unwrap_or_default();
    Some(Answer { status: parts.status.as_u16(), headers: parts.headers, body })
}
