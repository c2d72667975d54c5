//! `symbolon serve`: REST for people and programs, and a lane for each chain.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use clap::Args;
use serde_json::json;
use symbolon_chain::{endpoint::Endpoint, finality::Finality, preset::Preset};
use symbolon_core::mirror::fees::Wei;
use symbolon_server::{
    AppState, ChainNodes, ServerConfig, Services, Site,
    jobs::{self, LaneSettings, LeaseTerms, RegistrarSettings},
};
use symbolon_store::{Store, Writer};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use tokio_util::sync::CancellationToken;

use crate::{
    config::{self, LaneConfig},
    context::Context,
    database::Database,
    exit::{Exit, Failure, Result},
    output::counted,
    vault::OpenVault,
};

/// What a unit of gas may cost where nobody says otherwise.
const MAX_FEE: Wei = Wei(500_000_000_000);

/// When a registrar's block counts on a chain that nobody knows.
const CONFIRMATIONS: u32 = 3;

/// How often a registrar's chain is looked at.
const LOOK: Duration = Duration::from_secs(2);

/// The arguments of `symbolon serve`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon serve
  DATABASE_URL=postgres://symbolon@db/symbolon symbolon serve --listen 0.0.0.0:8080

Configuration, in symbolon.toml:
  data_dir = \".symbolon\"          of the private PostgreSQL; or SYMBOLON_DATA_DIR

  [database]                      without a URL a private PostgreSQL is started
  url = \"postgres://…\"            or SYMBOLON_DATABASE_URL, or DATABASE_URL, which go first
  connections = 16

  [server]
  listen = \"127.0.0.1:8080\"       or SYMBOLON_LISTEN
  request_timeout_s = 30
  upload_idle_timeout_s = 60
  key_cache_s = 5                 a revoked API key works no longer than this
  concurrent_imports = 4
  lane_lease_ms = 5000            another server drives a lane so long after its driver died

  [vault]                         without a master key nobody opens profiles; beside a private
                                  PostgreSQL one is made, in the data folder
  master_key_file = \"master.key\"  or master_key_env, or master_key_command = [\"kms\", \"decrypt\"],
                                  whose output it is; never the key itself
  former_master_key_file = \"old.key\"     or the same two: until `symbolon vault rotate` is done
  keys_url = \"postgres://…\"       or SYMBOLON_KEYS_URL; else beside the register's database

  [[lane]]                        one for each chain of each issuer
  issuer = \"acme\"
  chain_id = 8453
  rpc_url_env = \"BASE_RPC_URL\"    or rpc_url, or rpc_url_file; one URL, or several of which
  rpc_agreement = 2               so many nodes must agree, by default more than half
  signer_key_file = \"mirror.key\"  or signer_key_env; never the key itself
  claim_signer_key_file = \"claims.key\"   or claim_signer_key_env, where claims are issued
  finality = \"finalized\"          or \"depth\", which counts confirmations: the default where
                                  they are given here, or the chain has no such tag
  confirmations = 12              else as `symbolon chain` recorded it
  max_fee_gwei = 500              never pay more for a unit of gas
  poll_ms = 250
  max_in_flight = 12
  agents = [\"0x...\"]             who else may write there, for `symbolon chain verify`

  [site]
  url = \"https://kyc.example.com\"  or SYMBOLON_SITE_URL: where people reach this server; links
                                  lead there [default: where it listens]

  [mail]                          links are sent by it
  url = { file = \"smtp.url\" }     or { env = \"SMTP_URL\" }: smtps://user:password@host:465
  from = \"Acme <kyc@example.com>\"

  [[provider]]                    of each account with a KYC provider
  issuer = \"acme\"
  name = \"sumsub\"                 its webhooks go to SITE/hooks/acme/sumsub
  kind = \"sumsub\"                 or \"entrust\"; docs/guide/providers.md tells of both
  token = { file = \"sumsub.token\" }
  secret = { file = \"sumsub.secret\" }
  webhook_secret = { file = \"sumsub.webhook\" }    two while one follows another
  account = { environment = \"production\", mapping = { levels = { \"basic-kyc\" = \"basic\" } } }
  requirements = { ends_with_document = true }

  [[renewal]]                     of each issuer whose verdicts end
  issuer = \"acme\"
  remind_days = 30                so long before a verdict or its document ends it is noticed,
                                  once [default: 30]; `symbolon links due` lists them
  send = true                     and the person is sent a link [default: false]

  [[registrar]]                   of each issuer that `symbolon issuer writer` gave one
  issuer = \"fed\"
  chain_id = 1
  rpc_url_env = \"NODE_URL\"        or rpc_url, or rpc_url_file; with rpc_agreement as above
  confirmations = 12              else the chain's preset, else 3; and finality as above

Any number of servers may run on one database, with the same lanes: each lane is
driven by one of them, and taken over by another when that one ends. Restarted after
SIGKILL, a lone server drives its lanes once its old lease has ended.

Ctrl-C and SIGTERM end it in order; SIGKILL loses nothing either. Logs go to stderr:
SYMBOLON_LOG=debug tells more, SYMBOLON_LOG_FORMAT=json is for machines.")]
pub(crate) struct ServeArgs {
    /// Where to listen [default: server.listen of the configuration, else 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
}

/// Runs `symbolon serve`.
pub(crate) async fn run(args: &ServeArgs, context: Context) -> Result<Exit> {
    let mut config = context.config.server.clone();
    config.listen = args.listen.unwrap_or(config.listen);
    // Before anything starts: what is missing must not surface later.
    let lanes = context
        .config
        .lanes
        .iter()
        .map(|lane| Ok((lane, lane.signer()?, lane.claim_signer()?, lane.nodes()?)))
        .collect::<Result<Vec<_>>>()?;
    config::refuse_shared_signers(&context.config.lanes)?;
    let accounts = config::accounts(&context.config.providers)?;
    let mailer = context.config.mail.as_ref().map(config::MailConfig::mailer);
    let mailer = mailer.transpose()?;
    let listener = listen(config.listen).await?;
    let site = match &context.config.site {
        Some(site) => site.clone(),
        None => here(&listener)?,
    };
    let database = Database::open_or_begin(&context.config, context.output).await?;
    let mut settings = Vec::with_capacity(lanes.len());
    for (lane, signer, claim_signer, nodes) in lanes {
        let confirmations = confirmations(lane, &database.store).await;
        let confirmations = match confirmations {
            Ok(confirmations) => confirmations,
            Err(failure) => {
                database.close().await;
                return Err(failure);
            }
        };
        let mut policy = jobs::lane::default_policy(confirmations, lane.max_fee.unwrap_or(MAX_FEE));
        policy.max_in_flight = lane.max_in_flight.unwrap_or(policy.max_in_flight);
        policy.busy_interval = lane.poll.unwrap_or(policy.busy_interval);
        settings.push(LaneSettings {
            issuer: lane.issuer.clone(),
            registry: lane.registry,
            nodes,
            finality: lane.finality(),
            signer,
            claim_signer,
            policy,
            lease: LeaseTerms::of_this_process(config.lane_lease),
        });
    }
    let registrars = match registrars(&context, &database.store).await {
        Ok(registrars) => registrars,
        Err(failure) => {
            database.close().await;
            return Err(failure);
        }
    };
    let opened = match OpenVault::open(&context.config, &database, context.output).await {
        Ok(opened) => opened,
        Err(failure) => {
            database.close().await;
            return Err(failure);
        }
    };
    if opened.is_none() {
        context
            .output
            .note("no master key: the vault is closed, and profiles are refused");
    }
    let vault = opened.as_ref().map(|opened| Arc::clone(&opened.vault));
    let nodes = settings.iter().map(|lane| {
        let chain = lane.registry.chain;
        let node = Endpoint::through(&lane.nodes, chain);
        ((lane.issuer.clone(), chain), node)
    });
    let services = Services {
        vault,
        accounts,
        nodes: ChainNodes::new(nodes),
        site: Some(site),
        mailer,
        renewals: config::renewals(&context.config.renewals),
    };
    let jobs = (settings, registrars);
    let outcome = work(&context, config, services, &database.store, jobs, listener).await;
    if let Some(opened) = opened {
        opened.close().await;
    }
    database.close().await;
    outcome
}

/// The registrars to be followed, each where its issuer's writer is. Nobody
/// may believe that one is followed which is not.
async fn registrars(context: &Context, store: &Store) -> Result<Vec<RegistrarSettings>> {
    for found in store.issuers().await? {
        let unfollowed = context.config.registrar_of(&found.id).is_none();
        if found.writer != Writer::Register && unfollowed {
            context.output.note(format_args!(
                "warning: {}'s writer is a registrar on chain, and this configuration has no [[registrar]] for it: its decisions are not taken in here",
                found.id
            ));
        }
    }
    let mut settings = Vec::new();
    for registrar in &context.config.registrars {
        registrar.of(store.writer(&registrar.issuer).await?)?;
        let chain = registrar.chain();
        let preset = Preset::of(chain).map(|preset| preset.confirmations);
        settings.push(RegistrarSettings {
            issuer: registrar.issuer.clone(),
            chain,
            nodes: registrar.nodes()?,
            finality: Finality {
                tag: registrar.finality(),
                confirmations: registrar
                    .confirmations
                    .unwrap_or_else(|| preset.unwrap_or(CONFIRMATIONS).into()),
            },
            interval: LOOK,
        });
    }
    Ok(settings)
}

/// Links lead here, unless somebody says that the server is reached otherwise.
fn here(listener: &TcpListener) -> Result<Site> {
    let address = listener.local_addr().map_err(|error| {
        Failure::configuration(format!(
            "server.listen: the listener has no address: {error}"
        ))
    })?;
    Site::new(&format!("http://{address}"))
        .map_err(|error| Failure::configuration(format!("site.url: {error}")))
}

async fn work(
    context: &Context,
    config: ServerConfig,
    services: Services,
    store: &Store,
    (lanes, registrars): (Vec<LaneSettings>, Vec<RegistrarSettings>),
    listener: TcpListener,
) -> Result<Exit> {
    let shutdown = CancellationToken::new();
    let signals = tokio::spawn(stop_on_signals(shutdown.clone(), context.output));
    let address = listener
        .local_addr()
        .map_or(config.listen, |address| address);
    let (number, followed) = (lanes.len() as u64, registrars.len() as u64);
    let clock = context.clock.clone();
    let state = AppState::with(services, store.clone(), clock, config, shutdown.clone());
    let (clock, wake) = (&context.clock, &state.wake);
    let mut jobs = jobs::spawn(store, lanes, clock, wake, &shutdown);
    jobs::registrar::spawn(&mut jobs, store, registrars, clock, wake, &shutdown);
    context.output.note(format_args!(
        "listening on http://{address} (API reference at http://{address}/docs), {}",
        counted(number, "lane", "lanes"),
    ));
    if context.output.is_json() {
        let document = json!({
            "listening": format!("http://{address}"),
            "lanes": number,
            "registrars": followed,
        });
        context.output.result(&document, String::new)?;
    }
    let served = symbolon_server::serve_state(state, listener).await;
    shutdown.cancel();
    while jobs.join_next().await.is_some() {}
    signals.abort();
    served?;
    Ok(Exit::Done)
}

async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| {
        Failure::configuration(format!(
            "server.listen: cannot listen on {address}: {}: choose another with --listen",
            error.kind()
        ))
    })
}

/// As the lane says, else as the register says.
async fn confirmations(lane: &LaneConfig, store: &Store) -> Result<u64> {
    let chain = store.chain(&lane.issuer, lane.registry).await.map_err(|error| match error {
        symbolon_store::StoreError::NotFound { .. } => Failure::configuration(format!(
            "{}: {} has no chain {} in its register: run `symbolon chain deploy` or `symbolon chain add`",
            lane.key("chain_id"),
            lane.issuer,
            lane.registry
        )),
        other => other.into(),
    })?;
    Ok(lane
        .confirmations
        .unwrap_or(chain.chain.confirmations.into()))
}

async fn stop_on_signals(shutdown: CancellationToken, output: crate::output::Output) {
    let (Ok(mut interrupt), Ok(mut terminate)) = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    ) else {
        return;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    output.note("stopping in order; once more ends at once");
    shutdown.cancel();
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    std::process::exit(i32::from(Exit::Interrupted as u8));
}
