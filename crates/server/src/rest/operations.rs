//! Token operations, explained beforehand.

use axum::{extract::State, response::Response};
use serde::{Deserialize, Serialize};
use symbolon_core::{
    ids::ChainId,
    operation::{Operation, Role},
    verdict::{self, Reason},
    wallet::WalletAddress,
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Refused, known_chains, model::ReasonBody, words::RoleWord};
use crate::{
    auth::Caller,
    change::Post,
    extract::Check,
    problem::{FieldError, Result},
    state::AppState,
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(check))
}

/// What somebody wants to do with tokens.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OperationQuestion {
    operation: OperationWord,
    /// The sender of a transfer, or the holder of what is burnt.
    #[schema(example = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    from: Option<String>,
    /// The recipient of a transfer or mint.
    #[schema(example = "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359")]
    to: Option<String>,
    /// The chain that it happens on. Without it, a wallet that counts on some
    /// chains only is taken as it stands.
    #[schema(example = 31337)]
    chain_id: Option<u64>,
}

/// What is done with tokens.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum OperationWord {
    /// Issue to a wallet: `to`.
    Mint,
    /// Move between two wallets: `from` and `to`.
    Transfer,
    /// Take from a wallet: `from`.
    Burn,
}

struct Question {
    operation: Operation,
    chain: Option<ChainId>,
}

impl OperationQuestion {
    fn read(&self, known: &[ChainId]) -> Result<Question, Vec<FieldError>> {
        let mut check = Check::default();
        let (wants_from, wants_to) = match self.operation {
            OperationWord::Mint => (false, true),
            OperationWord::Transfer => (true, true),
            OperationWord::Burn => (true, false),
        };
        let from = party(&mut check, "from", self.from.as_deref(), wants_from);
        let to = party(&mut check, "to", self.to.as_deref(), wants_to);
        let chain = self.chain_id.map(ChainId);
        if chain.is_some_and(|chain| !known.contains(&chain)) {
            check.refuse(
                "chain_id",
                "unknown_chain",
                "none of this issuer's: GET /v1/chains lists them",
            );
        }
        let operation = match self.operation {
            OperationWord::Mint => to.map(|to| Operation::Mint { to }),
            OperationWord::Transfer => from
                .zip(to)
                .map(|(from, to)| Operation::Transfer { from, to }),
            OperationWord::Burn => from.map(|from| Operation::Burn { from }),
        };
        check.finish(operation.map(|operation| Question { operation, chain }))
    }
}

fn party(
    check: &mut Check,
    field: &str,
    text: Option<&str>,
    wanted: bool,
) -> Option<WalletAddress> {
    match (text, wanted) {
        (Some(text), true) => check.wallet(field, text),
        (None, true) => {
            check.refuse(field, "missing", "this operation needs it");
            None
        }
        (Some(_), false) => {
            check.refuse(
                field,
                "not_a_party",
                "this operation has no such party: leave it out",
            );
            None
        }
        (None, false) => None,
    }
}

/// Whether an operation would pass.
#[derive(Debug, Serialize, ToSchema)]
struct OperationAnswer {
    /// Whether nothing bars anybody.
    allowed: bool,
    /// Everybody who takes part.
    parties: Vec<PartyBody>,
}

/// One wallet's part in an operation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Party)]
struct PartyBody {
    role: RoleWord,
    wallet: String,
    /// Whether this party may.
    allowed: bool,
    /// Everything that bars it.
    reasons: Vec<ReasonBody>,
}

/// Check an operation
///
/// Says beforehand whether a mint, transfer or burn would pass, with every
/// party and every reason. It is the register's view, which the chains follow.
#[utoipa::path(
    post, path = "/operations/check", operation_id = "check_operation", tag = "Operations",
    request_body = OperationQuestion,
    responses((status = 200, description = "Whether it would pass", body = OperationAnswer), Refused)
)]
async fn check(State(state): State<AppState>, post: Post<OperationQuestion>) -> Result<Response> {
    let known = known_chains(&state, &post.caller).await?;
    let post = post.map(|body| Ok(body.read(&known)?))?;
    let (state, caller, question) = (&state, &post.caller, &post.body);
    post.answer(state, || async move {
        let mut parties = Vec::with_capacity(2);
        for (role, wallet) in question.operation.parties() {
            let reasons = reasons(state, caller, wallet, question.chain).await?;
            parties.push(PartyBody::new(role, wallet, reasons));
        }
        Ok(OperationAnswer {
            allowed: parties.iter().all(|party| party.allowed),
            parties,
        })
    })
    .await
}

async fn reasons(
    state: &AppState,
    caller: &Caller,
    wallet: WalletAddress,
    chain: Option<ChainId>,
) -> Result<Vec<Reason>> {
    let report = state.store.wallet_report(&caller.issuer, wallet).await?;
    let held = report.and_then(|report| {
        let restricted = report.restricted();
        Some((report.investor?, report.wallet, restricted))
    });
    let now = state.clock.now();
    Ok(held.map_or(
        vec![Reason::UnknownWallet],
        |(investor, wallet, restricted)| {
            verdict::reasons(&investor, &wallet, chain, restricted, now)
        },
    ))
}

impl PartyBody {
    fn new(role: Role, wallet: WalletAddress, reasons: Vec<Reason>) -> Self {
        Self {
            role: role.into(),
            wallet: wallet.to_string(),
            allowed: reasons.is_empty(),
            reasons: reasons.into_iter().map(ReasonBody::from).collect(),
        }
    }
}
