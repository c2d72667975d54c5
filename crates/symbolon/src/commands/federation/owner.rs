//! Who acts for the owner, and what came of it.

use std::path::PathBuf;

use clap::Args;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use symbolon_core::{
    actor::Actor,
    federation::{FederationCommand, FederationEvent, OwnerOperation, ProposalId},
    ids::IssuerId,
    time::{UnixSeconds, parse_expiry},
};
use symbolon_store::{FederationDecision, FederationFailure, KeyHash, Store};

use crate::{
    config,
    context::Context,
    exit::{Exit, Failure, Result},
    subject::operator,
};

/// How long a proposal waits unless told otherwise.
const WEEK_SECONDS: u64 = 7 * 86_400;

/// One approver's shell may hold the key here.
const KEY_VARIABLE: &str = "SYMBOLON_API_KEY";

/// Who acts.
#[derive(Clone, Debug, Args)]
pub(crate) struct OwnerArgs {
    /// Who asks for it [default: the user of this machine]
    #[arg(
        long,
        value_name = "NAME",
        env = "SYMBOLON_OPERATOR",
        hide_env_values = true,
        conflicts_with = "key_file"
    )]
    operator: Option<String>,

    /// A file with the API key of the approver who acts [default: the key in
    /// SYMBOLON_API_KEY, if it is set]
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
}

/// Until when an operation may be approved.
#[derive(Clone, Debug, Args)]
pub(crate) struct WaitArgs {
    /// Until when it may be approved, where it needs approvals: a date or an
    /// RFC 3339 moment, at most 30 days ahead [default: a week from now]
    #[arg(long, value_name = "MOMENT", value_parser = moment)]
    lapses: Option<UnixSeconds>,
}

fn moment(text: &str) -> std::result::Result<UnixSeconds, String> {
    parse_expiry(text).map_err(|error| error.to_string())
}

impl OwnerArgs {
    /// Whoever has a key is its holder, anybody else whom this machine knows.
    async fn actor(&self, store: &Store, issuer: &IssuerId) -> Result<Actor> {
        let Some((place, key)) = self.key()? else {
            let operator = operator(self.operator.as_deref())?;
            return Ok(Actor::command_line(&operator));
        };
        let unknown = || {
            Failure::refused(format!(
                "{place}: no API key of {issuer} that works: `symbolon api-key create NAME --person NAME` makes one"
            ))
        };
        let hash = KeyHash::of(key.expose_secret()).ok_or_else(unknown)?;
        if hash.issuer() != issuer {
            return Err(unknown());
        }
        let holder = store.key_owner(&hash).await?.ok_or_else(unknown)?;
        Ok(holder.actor())
    }
}

impl OwnerArgs {
    /// The key, and where it came from.
    fn key(&self) -> Result<Option<(String, SecretString)>> {
        if let Some(path) = &self.key_file {
            let key = config::read_secret("--key-file", path)?;
            return Ok(Some((path.display().to_string(), key)));
        }
        if self.operator.is_some() {
            return Ok(None);
        }
        let key = config::environment(KEY_VARIABLE);
        Ok(key.map(|key| (KEY_VARIABLE.to_owned(), SecretString::from(key))))
    }
}

/// Carries an operation out, or proposes it where it needs approvals.
pub(crate) async fn propose(
    context: &Context,
    owner: &OwnerArgs,
    wait: &WaitArgs,
    operation: impl AsyncFnOnce(&Store, &IssuerId) -> Result<OwnerOperation>,
) -> Result<Exit> {
    let expires = wait
        .lapses
        .unwrap_or(UnixSeconds(context.clock.now().0 + WEEK_SECONDS));
    govern(context, owner, async |store, issuer| {
        let operation = operation(store, issuer).await?;
        Ok(FederationCommand::Propose { operation, expires })
    })
    .await
}

/// Decides a command of the owner's, and says what came of it.
pub(crate) async fn govern(
    context: &Context,
    owner: &OwnerArgs,
    command: impl AsyncFnOnce(&Store, &IssuerId) -> Result<FederationCommand>,
) -> Result<Exit> {
    let (command, decision) = context
        .with_issuer(async |store, issuer| {
            let command = command(store, issuer).await?;
            let actor = owner.actor(store, issuer).await?;
            let mut transaction = store.begin(issuer).await?;
            let now = context.clock.now();
            let decision = transaction.govern(command.clone(), &actor, now).await??;
            transaction.commit().await?;
            Ok((command, decision))
        })
        .await?;
    let came = Came::of(&command, &decision);
    let document = json!({
        "state": came.state,
        "entry": decision.entry,
        "proposal": came.proposal,
        "approvals_missing": came.missing,
        "events": decision.events,
    });
    context.output.result(&document, || came.text())?;
    Ok(Exit::Done)
}

/// What came of a command.
struct Came {
    state: &'static str,
    /// Whether chains hear of it.
    is_told: bool,
    proposal: Option<ProposalId>,
    missing: usize,
}

impl Came {
    fn of(command: &FederationCommand, decision: &FederationDecision) -> Self {
        let happened = |wanted: fn(&FederationEvent) -> bool| decision.events.iter().any(wanted);
        let proposed = happened(|event| matches!(event, FederationEvent::OperationProposed { .. }));
        let proposal = match command {
            FederationCommand::Propose { .. } => proposed.then_some(ProposalId(decision.entry.0)),
            FederationCommand::Approve(id)
            | FederationCommand::Withdraw(id)
            | FederationCommand::Cancel(id) => Some(*id),
        };
        let federation = &decision.federation;
        let open = proposal.and_then(|id| federation.proposals.get(&id));
        let required = usize::from(federation.policy.required);
        let is_told = happened(|event| {
            matches!(
                event,
                FederationEvent::AuthorityRestricted { .. }
                    | FederationEvent::AuthorityReinstated { .. }
                    | FederationEvent::InvestorsReassigned { .. }
            )
        });
        Self {
            is_told,
            state: match open {
                Some(_) => "open",
                None if matches!(command, FederationCommand::Cancel(_)) => "cancelled",
                None => "carried_out",
            },
            proposal,
            missing: open.map_or(0, |open| {
                required.saturating_sub(federation.policy.counted(open))
            }),
        }
    }

    fn text(&self) -> String {
        match (self.state, self.proposal) {
            ("open", Some(id)) => format!(
                "proposal {id} waits for {} more: `symbolon proposal approve {id} --key-file FILE`",
                match self.missing {
                    1 => "1 approval".to_owned(),
                    missing => format!("{missing} approvals"),
                }
            ),
            ("cancelled", Some(id)) => format!("proposal {id} is over"),
            _ if self.is_told => "carried out; the chains follow".to_owned(),
            _ => "carried out".to_owned(),
        }
    }
}

impl From<FederationFailure> for Failure {
    fn from(failure: FederationFailure) -> Self {
        use symbolon_core::federation::FederationRefusal as Refusal;
        let remedy = match &failure {
            FederationFailure::Refused(Refusal::UnknownAuthority(_)) => {
                return Self::not_found(format!("{failure}: `symbolon authority list` shows all"));
            }
            FederationFailure::Refused(Refusal::UnknownProposal(_)) => {
                return Self::not_found(format!("{failure}: `symbolon proposal list` shows all"));
            }
            FederationFailure::Refused(Refusal::NoPerson | Refusal::KeyRevoked(_)) => {
                ": give it with --key-file; `symbolon api-key create NAME --person NAME` makes one"
            }
            FederationFailure::Refused(Refusal::NotApprover(_)) => {
                ": `symbolon approvers show` says who is"
            }
            _ => "",
        };
        Self::refused(format!("{failure}{remedy}"))
    }
}
