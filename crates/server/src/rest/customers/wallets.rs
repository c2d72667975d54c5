//! Wallets that are linked to customers who had none.

use alloy_primitives::hex;
use axum::{extract::State, http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};
use symbolon_core::{
    customer::ReferenceKey,
    ids::{ChainId, InstanceName, IssuerId},
};
use symbolon_store::CustomerRecord;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::known;
use crate::{
    change::Post,
    customers::{
        self, is_overtaken,
        linking::{self, SignedMessage, WantedLink},
        shown::LinkedBody,
    },
    extract::{Check, InstancePath},
    problem::{Problem, Result, catalog},
    rest::{Refused, known_chains},
    signing,
    state::AppState,
};

/// Of EIP-4361, with room to spare.
const LONGEST_MESSAGE: usize = 8_192;
/// Bytes: ERC-6492 carries a contract's creation.
const LONGEST_SIGNATURE: usize = 32_768;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(ask))
        .routes(routes!(link))
}

/// Which wallet is to sign, and where.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Asking {
    /// Of the customer.
    #[schema(example = "ref_8f2a6c1d0e5b4f7a9c3e1d2b4a6f8c0e")]
    reference_key: String,
    /// The wallet.
    #[schema(example = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    address: String,
    /// One of the issuer's chains; a wallet that is a contract counts there alone.
    #[schema(example = 31337)]
    chain_id: u64,
}

/// What is to be signed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ToSign {
    /// EIP-4361, to be signed within ten minutes, byte for byte.
    message: String,
}

fn reference(text: &str, check: &mut Check) -> Option<ReferenceKey> {
    text.parse()
        .map_err(|error: symbolon_core::customer::ReferenceKeyError| {
            check.refuse("reference_key", "bad_reference_key", error.to_string());
        })
        .ok()
}

/// The customer that a key names. Who guesses learns nothing: a key of another instance,
/// of another issuer or of nobody is the same.
async fn found(
    state: &AppState,
    issuer: &IssuerId,
    instance: &InstanceName,
    key: &ReferenceKey,
) -> Result<CustomerRecord> {
    let hash = key.hash(issuer, instance);
    let found = state.store.customer_by_reference(issuer, instance, hash);
    let found = found.await?;
    found.ok_or_else(|| Problem::plain(&catalog::UNKNOWN_REFERENCE))
}

/// Ask for a message that a customer's wallet signs
///
/// It names your site, the customer, the wallet, the chain and the time, and is answered
/// once: by `POST …/customers/link-wallet`. One that was handed out before is worth nothing
/// then.
#[utoipa::path(
    post, path = "/instances/{instance}/customers/wallet-message",
    operation_id = "ask_customer_wallet", tag = "Customers",
    params(("instance" = String, Path, description = "The instance's name")),
    request_body = Asking,
    responses((status = 200, description = "What is to be signed", body = ToSign), Refused)
)]
async fn ask(
    InstancePath(instance): InstancePath,
    State(state): State<AppState>,
    post: Post<Asking>,
) -> Result<Response> {
    known(&state, &post.caller, &instance).await?;
    let mut check = Check::default();
    let key = reference(&post.body.reference_key, &mut check);
    let wallet = check.wallet("address", &post.body.address);
    let (key, wallet) = check.finish(key.zip(wallet))?;
    let issuer = &post.caller.issuer;
    let prepared = async {
        let id = found(&state, issuer, &instance, &key).await?.customer.id;
        let chain = ChainId(post.body.chain_id);
        let (message, asked) = signing::ask(&state, issuer, &id.to_string(), wallet, chain).await?;
        Ok((id, message.to_string(), asked))
    };
    let (named, prepared) = (&instance, prepared.await);
    post.commit_prepared(&state, &prepared, |mut transaction, prepared| async move {
        let inner = transaction.inner();
        let (id, message, asked) = prepared;
        customers::changeable(inner, named, *id).await?;
        inner.ask_customer(named, *id, Some(asked)).await?;
        let message = message.clone();
        Ok(transaction.done(StatusCode::OK, ToSign { message }))
    })
    .await
}

/// A wallet that is a customer's.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WalletOfCustomer {
    /// Of the customer.
    #[schema(example = "ref_8f2a6c1d0e5b4f7a9c3e1d2b4a6f8c0e")]
    reference_key: String,
    /// The wallet.
    #[schema(example = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    address: String,
    /// The chains that it counts on, by id; all of the issuer's by default.
    #[schema(example = json!([31337]))]
    chains: Option<Vec<u64>>,
    /// The message that it has signed, byte for byte; without it you answer for the wallet
    /// yourself, as a key of the whole register may, and the record says so.
    message: Option<String>,
    /// Its signature upon that.
    #[schema(example = "0x")]
    signature: Option<String>,
}

impl WalletOfCustomer {
    fn read(&self, known: &[ChainId], for_all: bool) -> Result<(ReferenceKey, WantedLink)> {
        let mut check = Check::default();
        let key = reference(&self.reference_key, &mut check);
        let wallet = check.wallet("address", &self.address);
        let chains = check.chains("chains", self.chains.as_deref(), known);
        let signed = match (&self.message, &self.signature) {
            (None, None) => Some(None),
            (Some(message), Some(signature)) => said(message, signature, &mut check).map(Some),
            _ => {
                let message = "give message and signature, or neither";
                check.refuse("signature", "contradiction", message);
                None
            }
        };
        let read = key.zip(wallet).zip(chains).zip(signed);
        let (((key, wallet), chains), signed) = check.finish(read)?;
        let wanted = WantedLink {
            wallet,
            chains,
            signed,
            for_all,
        };
        Ok((key, wanted))
    }
}

fn said(message: &str, signature: &str, check: &mut Check) -> Option<SignedMessage> {
    if message.len() > LONGEST_MESSAGE {
        let says = "is longer than any message that is handed out here";
        check.refuse("message", "too_long", says);
        return None;
    }
    match hex::decode(signature.trim()) {
        Ok(bytes) if bytes.len() <= LONGEST_SIGNATURE => Some(SignedMessage {
            message: message.to_owned(),
            signature: bytes,
        }),
        _ => {
            let says = "write `0x` and up to 65,536 hexadecimal digits";
            check.refuse("signature", "bad_signature", says);
            None
        }
    }
}

/// Link a wallet to a customer
///
/// By the customer's reference key, and by the wallet's signature upon the message that
/// `POST …/customers/wallet-message` handed out; or by the issuer's word. If nobody holds the wallet,
/// the customer's investor does from then on, and every chain learns of it. If another
/// investor of the register holds it, and the customer's own one is merely a name, the
/// customer stands on that investor from then on, with its verdict and wallets; its data and
/// notes go along, and `moved_from` names the investor that it was. A wallet that another customer of this instance holds is refused. Linking
/// the same wallet again changes nothing. A key that was made for one instance needs the
/// signature (`proof_needed`), lets no further wallet count for a person whom the issuer or
/// another instance knows, too (`known_to_others`), and moves a customer only onto a holder
/// whom somebody has judged, or whose wallet has signed to be its (`holder_uncertain`).
#[utoipa::path(
    post, path = "/instances/{instance}/customers/link-wallet",
    operation_id = "link_customer_wallet", tag = "Customers",
    params(("instance" = String, Path, description = "The instance's name")),
    request_body = WalletOfCustomer,
    responses((status = 200, description = "The customer, and where it moved from", body = LinkedBody), Refused)
)]
async fn link(
    InstancePath(instance): InstancePath,
    State(state): State<AppState>,
    post: Post<WalletOfCustomer>,
) -> Result<Response> {
    known(&state, &post.caller, &instance).await?;
    let chains = known_chains(&state, &post.caller).await?;
    let (key, wanted) = post.body.read(&chains, !post.caller.is_confined())?;
    let (issuer, named, actor) = (&post.caller.issuer, &instance, &post.caller.actor);
    let mut tried = 1;
    loop {
        let prepared = async {
            let found = found(&state, issuer, named, &key).await?;
            linking::prepare(&state, issuer, named, &found, &wanted).await
        };
        let prepared = prepared.await;
        let left = std::sync::Mutex::new(None);
        let moved_from = &left;
        let answer = post
            .commit_prepared(&state, &prepared, |mut transaction, prepared| async move {
                let now = transaction.now;
                let inner = transaction.inner();
                let linked = linking::store(inner, named, prepared, actor, now).await?;
                if let Ok(mut left) = moved_from.lock() {
                    *left = linked.moved_from;
                }
                let body = LinkedBody {
                    customer: transaction.show_customer(named, &linked.customer).await?,
                    moved_from: linked.moved_from.map(|former| former.to_string()),
                };
                Ok(transaction.done(StatusCode::OK, body))
            })
            .await;
        match answer {
            Err(problem) if is_overtaken(&problem) && tried < customers::TRIES => tried += 1,
            answer => {
                let left = left.into_inner().ok().flatten().filter(|_| answer.is_ok());
                if let Some(investor) = left {
                    linking::finish(&state, issuer, investor).await;
                }
                return answer;
            }
        }
    }
}
