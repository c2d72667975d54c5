//! The demo's children: a database, two chains, and the server, which the
//! story kills.

use std::{
    fs::{self, File, OpenOptions},
    io::Write,
    net::SocketAddr,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use symbolon_core::{
    actor::Actor,
    federation::{KeyGrant, KeyPowers},
    ids::{AuthorityIndex, IssuerId},
    mirror::companion::Companion,
    time::UnixSeconds,
};
use symbolon_sandbox::{
    Farewell, Leash, PrivatePostgres,
    provider::{FakeSumsub, SumsubOptions},
};
use symbolon_server::Clock;
use symbolon_store::{ApiKey, KnownCompanion, KnownToken, NewChain, Store, StoreError};

use super::{
    api::Api,
    chain::{DemoChain, MIRROR_KEY},
    narrator::Narrator,
};
use crate::cli::DemoArgs;

/// The tenant of the story.
const ISSUER: &str = "demo";
/// How long the server may take to answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Everything that runs.
#[derive(Debug)]
pub(super) struct Stage {
    pub(super) issuer: IssuerId,
    pub(super) store: Store,
    pub(super) chains: [DemoChain; 2],
    pub(super) api: Api,
    /// A stand-in for the provider.
    pub(super) sumsub: FakeSumsub,
    postgres: Option<PrivatePostgres>,
    server: Option<Leash>,
    folder: PathBuf,
    listen: SocketAddr,
}

impl Stage {
    /// Starts what is needed, on the data of an earlier run if there is one.
    pub(super) async fn set(args: &DemoArgs, narrator: &Narrator) -> Result<Self> {
        let own_database = std::env::var("SYMBOLON_DATABASE_URL")
            .or_else(|_| std::env::var("DATABASE_URL"))
            .ok()
            .filter(|url| !url.trim().is_empty());
        if args.fresh {
            if own_database.is_some() {
                bail!(
                    "--fresh would erase your DATABASE_URL's data: unset it, or leave --fresh out"
                );
            }
            PrivatePostgres::erase(&args.data_dir.join("postgres")).await?;
            if args.data_dir.exists() {
                fs::remove_dir_all(&args.data_dir).context("erasing the data folder")?;
            }
        }
        fs::create_dir_all(&args.data_dir)
            .with_context(|| format!("creating {}", args.data_dir.display()))?;
        let folder = args.data_dir.canonicalize()?;
        std::net::TcpListener::bind(args.listen)
            .with_context(|| format!("{} is in use: choose another with --listen", args.listen))?;

        narrator.say("Starting a private PostgreSQL and two chains …");
        let (postgres, url) = match own_database {
            Some(url) => (None, url),
            None => {
                let postgres = PrivatePostgres::start(&folder.join("postgres")).await?;
                let url = postgres.url().to_owned();
                (Some(postgres), url)
            }
        };
        let store = Store::connect(&url, 4).await?;
        store.migrate().await?;
        let chains = tokio::try_join!(
            start_chain(&folder, 31_337, "Harbour"),
            start_chain(&folder, 31_338, "Summit"),
        )?;
        let chains = [chains.0, chains.1];
        let issuer: IssuerId = ISSUER.parse()?;
        found_register(&store, &issuer, &chains).await?;
        let key = api_key_of(&store, &issuer, &folder).await?;
        let sumsub = FakeSumsub::start(SumsubOptions {
            webhook_url: Some(format!("http://{}/hooks/{ISSUER}/sumsub", args.listen)),
            ..SumsubOptions::default()
        });
        let sumsub = sumsub.await?;
        write_config(&folder, &url, args.listen, &chains, sumsub.url())?;
        let mut stage = Self {
            api: Api::new(args.listen, key),
            issuer,
            store,
            chains,
            sumsub,
            postgres,
            server: None,
            folder,
            listen: args.listen,
        };
        stage.start_server().await?;
        Ok(stage)
    }

    pub(super) fn listen(&self) -> SocketAddr {
        self.listen
    }

    pub(super) fn key_file(&self) -> PathBuf {
        key_file(&self.folder)
    }

    pub(super) fn chain_urls(&self) -> Vec<String> {
        let urls = self.chains.iter().map(|chain| chain.url().to_owned());
        urls.collect()
    }

    /// Starts `symbolon serve` as a process of its own, and waits until it is ready.
    pub(super) async fn start_server(&mut self) -> Result<()> {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.folder.join("server.log"))?;
        let program = std::env::current_exe().context("finding this program")?;
        let config = self.folder.join("symbolon.toml");
        let mut leash = Leash::builder("symbolon serve", &program)
            .arg("--config")
            .arg(&config)
            .arg("serve")
            .farewell(Farewell::default())
            .log(&log)?
            .spawn()?;
        let begun = tokio::time::Instant::now();
        while !self.api.is_ready().await {
            if leash.ended().is_some() || begun.elapsed() > PATIENCE {
                bail!(
                    "the server does not start: see {}",
                    self.folder.join("server.log").display()
                );
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        self.server = Some(leash);
        Ok(())
    }

    /// SIGKILL: the server gets no chance to finish anything.
    pub(super) async fn kill_server(&mut self) -> Result<()> {
        if let Some(server) = self.server.take() {
            server.kill().await?;
        }
        Ok(())
    }

    /// Serves until the server ends, which it does not by itself.
    pub(super) async fn serve_on(&mut self) -> Result<()> {
        match &mut self.server {
            Some(server) => {
                server.wait().await?;
                bail!(
                    "the server ended: see {}",
                    self.folder.join("server.log").display()
                );
            }
            None => Ok(()),
        }
    }

    /// Stops every child, those first that need the others.
    pub(super) async fn stop(self) -> Result<()> {
        if let Some(server) = self.server {
            server.stop().await?;
        }
        self.store.close().await;
        for chain in self.chains {
            chain.stop().await?;
        }
        if let Some(postgres) = self.postgres {
            postgres.stop().await?;
        }
        Ok(())
    }
}

async fn start_chain(folder: &Path, id: u64, name: &'static str) -> Result<DemoChain> {
    DemoChain::start(id, name, &folder.join(format!("chain-{id}"))).await
}

/// Creates the issuer and its chains unless an earlier run did.
async fn found_register(store: &Store, issuer: &IssuerId, chains: &[DemoChain]) -> Result<()> {
    match store.create_issuer(issuer, "Demo Securities", now()).await {
        Ok(()) | Err(StoreError::Conflict { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let known = store.chains(issuer).await?;
    let mirrored = store.companions(issuer).await?;
    for chain in chains {
        let id = chain.id().into();
        let mut transaction = store.begin(issuer).await?;
        if !known.iter().any(|known| known.chain.id == id) {
            let chain = NewChain {
                id,
                filter: Default::default(),
                name: chain.name.to_owned(),
                registry: chain.registry,
                identity_factory: symbolon_chain::deploy::identity_factory(),
                deployed_block: chain.deployed_block,
                confirmations: 1,
                settings: serde_json::json!({}),
            };
            transaction.add_chain(&chain).await?;
        }
        let rules = KnownCompanion {
            registry: id,
            companion: Companion::Rules,
            contract: chain.rules,
        };
        if !mirrored.contains(&rules) {
            transaction.add_companion(&rules).await?;
        }
        let token = KnownToken {
            registry: id,
            token: chain.token,
            first_block: chain.deployed_block,
        };
        transaction.add_token(&token).await?;
        transaction.commit().await?;
    }
    Ok(())
}

impl Stage {
    /// The register's API for somebody who acts for this authority.
    pub(super) async fn api_for(&self, authority: AuthorityIndex) -> Result<Api> {
        let key = ApiKey::from_random(&self.issuer, rand::random());
        let name = format!("authority-{authority}-{}", now().0);
        let grant = KeyGrant::Authority(authority);
        let by = Actor::command_line(ISSUER);
        self.store
            .create_api_key(&name, &key, &grant.into(), &by, now())
            .await??;
        Ok(self.api.with_key(key.text()))
    }
}

/// The demo's API key: made once, kept for the next run where only the owner
/// of the folder reads it.
async fn api_key_of(store: &Store, issuer: &IssuerId, folder: &Path) -> Result<String> {
    let file = key_file(folder);
    if let Ok(key) = fs::read_to_string(&file) {
        return Ok(key.trim().to_owned());
    }
    let name = format!("demo-{}", now().0);
    let key = ApiKey::from_random(issuer, rand::random());
    let (by, powers) = (Actor::command_line(ISSUER), KeyPowers::default());
    store
        .create_api_key(&name, &key, &powers, &by, now())
        .await??;
    private_file(&file, key.text())?;
    Ok(key.text().to_owned())
}

fn key_file(folder: &Path) -> PathBuf {
    folder.join("api-key")
}

fn write_config(
    folder: &Path,
    database: &str,
    listen: SocketAddr,
    chains: &[DemoChain],
    sumsub: &str,
) -> Result<()> {
    private_file(&folder.join("mirror-key"), MIRROR_KEY)?;
    for (name, secret) in [
        ("token", "token"),
        ("secret", "secret"),
        ("webhook", "wh-secret"),
    ] {
        private_file(&folder.join(format!("sumsub-{name}")), secret)?;
    }
    let mut config = toml::Table::new();
    config.insert("database".into(), toml::toml! { url = database }.into());
    let listen = listen.to_string();
    let site = format!("http://{listen}");
    config.insert("site".into(), toml::toml! { url = site }.into());
    // The server that is killed comes back, and must not wait for its own lease.
    let server = toml::toml! {
        listen = listen
        lane_lease_ms = 500
    };
    config.insert("server".into(), server.into());
    // The data of an earlier run are sealed under its key.
    crate::vault::make(&folder.join("master.key")).map_err(anyhow::Error::msg)?;
    let vault = toml::toml! { master_key_file = "master.key" };
    config.insert("vault".into(), vault.into());
    let provider = toml::toml! {
        issuer = "demo"
        name = "sumsub"
        kind = "sumsub"
        token = { file = "sumsub-token" }
        secret = { file = "sumsub-secret" }
        webhook_secret = { file = "sumsub-webhook" }

        [account]
        base_url = sumsub
        environment = "production"
        person_level = "basic-kyc-level"

        [account.mapping.levels]
        basic-kyc-level = "basic"

        [requirements]
        ends_with_document = true
    };
    config.insert("provider".into(), vec![toml::Value::from(provider)].into());
    let lanes: Vec<toml::Value> = chains
        .iter()
        .map(|chain| {
            let id = i64::try_from(chain.id().0).unwrap_or(i64::MAX);
            let url = chain.url();
            toml::toml! {
                issuer = "demo"
                chain_id = id
                rpc_url = url
                signer_key_file = "mirror-key"
                poll_ms = 200
            }
            .into()
        })
        .collect();
    config.insert("lane".into(), lanes.into());
    private_file(&folder.join("symbolon.toml"), &toml::to_string(&config)?)
}

fn private_file(path: &Path, content: &str) -> Result<()> {
    let mut file = OpenOptions::new()
        .create(true)
        .write(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("writing {}", path.display()))?;
    writeln!(file, "{content}")?;
    Ok(())
}

fn now() -> UnixSeconds {
    Clock::system().now()
}
