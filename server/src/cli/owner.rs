//! What every command of the owner works with: the database as its owner, the keys, the media.

use std::sync::Arc;

use domain::{
    ids::OpId,
    op::{Op, Payload, Salt, Verdict, payload::SERVER_ACTOR},
};
use store::{Private, Signer as _, Store, Tenant, standing};
use uuid::Uuid;

use crate::{
    clock::Clock,
    config::Settings,
    data_dir::DataDir,
    failure::{Exit, Failure, Result},
    keys::Keys,
    media::Media,
    postgres::{self, Database, Strictness, check},
    random::{Random, SystemRandom},
    schema,
    secret::Secret,
};

/// The database as its owner, with what goes with it.
pub(super) struct Owner {
    pub(super) data: Arc<DataDir>,
    pub(super) media: Media,
    pub(super) keys: Arc<Keys>,
    pub(super) random: Arc<dyn Random>,
    pub(super) clock: Clock,
    url: Secret,
}

/// Opens what a command needs, does `work`, and closes it again, whatever came of it.
///
/// An embedded database is started for it unless a running server has it already.
///
/// # Errors
/// Those of opening, or those of `work`.
pub(super) async fn with<T>(settings: &Settings, work: impl AsyncFnOnce(&Owner) -> Result<T>) -> Result<T> {
    // Held until the database has stopped.
    let data = Arc::new(DataDir::open(&postgres::data_dir(settings))?);
    let database = Database::open(settings, &data).await?;
    let done = async {
        let url = database.urls.owner()?.clone();
        check(&url, Strictness::Owner).await?;
        let random: Arc<dyn Random> = Arc::new(SystemRandom);
        let keys = Arc::new(Keys::keep(&data, random.as_ref())?);
        let media = Media::of(settings, &data)?;
        work(&Owner { data: Arc::clone(&data), media, keys, random, clock: Clock::default(), url }).await
    }
    .await;
    database.close().await;
    done
}

impl Owner {
    pub(super) fn url(&self) -> &str {
        self.url.reveal()
    }

    pub(super) const fn secret_url(&self) -> &Secret {
        &self.url
    }

    /// The same with other keys.
    pub(super) fn with_keys(&self, keys: Arc<Keys>) -> Self {
        Self {
            data: Arc::clone(&self.data),
            media: self.media.clone(),
            keys,
            random: Arc::clone(&self.random),
            clock: self.clock.clone(),
            url: self.url.clone(),
        }
    }

    /// Fails unless the schema is this build's.
    pub(super) async fn needs_schema(&self) -> Result<()> {
        schema::needs(&self.url).await
    }

    /// Opens the store, does `work` with it, and closes it again. Fails where the log was signed by a key that is
    /// not here: what would be written could not be told from what a stranger wrote.
    pub(super) async fn writing<T>(&self, work: impl AsyncFnOnce(&Store) -> Result<T>) -> Result<T> {
        self.needs_schema().await?;
        let heads = store::command::newest_heads(self.url()).await.map_err(|error| broken(&error))?;
        if heads.iter().any(|(_, head)| !self.keys.verify(head)) {
            let folder = self.data.root().join("keys");
            let folder = folder.display();
            return Err(Failure::new(
                Exit::Data,
                format!("{folder} 里没有为这个数据库的日志签名的密钥。请用服务器所用的 --data-dir 运行这条命令"),
                format!(
                    "{folder} holds no key that signed this database's log. Run this command with the --data-dir of the server"
                ),
            ));
        }
        let settings = store::Settings { serve_url: self.url().to_owned(), unit_url: None, connections: 4 };
        let signer: Arc<dyn store::Signer> = Arc::<Keys>::clone(&self.keys);
        let store = Store::open(&settings, signer).await.map_err(|error| broken(&error))?;
        let done = work(&store).await;
        store.close().await;
        done
    }

    /// The company that `code` names; without a code the only one.
    pub(super) async fn tenant(&self, code: Option<&str>) -> Result<Tenant> {
        self.needs_schema().await?;
        let mut all = store::command::companies(self.url()).await.map_err(|error| broken(&error))?;
        let codes: Vec<&str> = all.iter().map(|tenant| tenant.code.as_str()).collect();
        let codes = codes.join(", ");
        let wrong = |zh: String, en: String| Err(Failure::new(Exit::Usage, zh, en));
        match code {
            _ if all.is_empty() => wrong(
                "数据库里还没有公司。请先:mingcha tenant add <代码> --name <公司名称>".to_owned(),
                "the database holds no company yet. First: mingcha tenant add <CODE> --name <NAME>".to_owned(),
            ),
            Some(code) => match all.into_iter().find(|tenant| tenant.code == code) {
                Some(tenant) => Ok(tenant),
                None => wrong(
                    format!("没有代码为 {code} 的公司。现有:{codes}"),
                    format!("there is no company with the code {code}. There are: {codes}"),
                ),
            },
            None if all.len() == 1 => Ok(all.remove(0)),
            None => wrong(
                format!("这里有多家公司,请用 --tenant 指定:{codes}"),
                format!("there are several companies; name one with --tenant: {codes}"),
            ),
        }
    }

    pub(super) fn salt(&self) -> [u8; 16] {
        self.random.bytes()
    }

    pub(super) fn op_id(&self) -> OpId {
        OpId(self.random.uuid_v7(self.clock.now()))
    }

    /// Writes one op of the server through the door. What is refused is an error that `refused` puts in words.
    pub(super) async fn act(
        &self,
        store: &Store,
        tenant: &Tenant,
        asked: Asked,
        refused: impl FnOnce(&str) -> Option<Failure>,
    ) -> Result<()> {
        let Asked { id, subject, salt, payload, private } = asked;
        let kind = payload.kind();
        let op = Op::new(id, SERVER_ACTOR.0, subject, None, Salt::new(salt), payload);
        let op = op.map_err(|error| Failure::unexpected(kind, &error))?;
        let result = store.act_as_server(tenant.id, op, private, self.clock.now()).await;
        let result = result.map_err(|error| Failure::unexpected(kind, &error))?;
        match standing(&result) {
            Verdict::Applied => Ok(()),
            Verdict::Refused { code, detail } => Err(refused(detail)
                .unwrap_or_else(|| Failure::unexpected(kind, &format!("refused: {} {detail}", code.code())))),
            other => Err(Failure::unexpected(kind, &format!("{other:?}"))),
        }
    }
}

/// One op to be written.
pub(super) struct Asked {
    pub(super) id: OpId,
    pub(super) subject: Uuid,
    pub(super) salt: [u8; 16],
    pub(super) payload: Payload,
    pub(super) private: Private,
}

/// The database failed in a way that nobody can mend here.
pub(super) fn broken(error: &store::Error) -> Failure {
    Failure::new(Exit::Postgres, format!("数据库出错:{error}"), format!("the database failed: {error}"))
}
