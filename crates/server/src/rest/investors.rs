//! Investors: registering, finding.

use std::collections::BTreeSet;

use axum::{Json, extract::State, http::StatusCode, response::Response};
use serde::Deserialize;
use symbolon_core::{
    command::Command,
    ids::{ChainId, ExternalId, InvestorId, IssuerId},
    investor::InvestorKind,
    log::EntryNumber,
    profile::Field,
    wallet::{ChainScope, WalletAddress},
};
use symbolon_store::{InvestorFilter, SealedChanges, Subject};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Absent, Refused, known_chains,
    model::InvestorBody,
    profiles::{ProfileBody, changes},
    words::{Kind, StatusWord},
};
use crate::{
    auth::Caller,
    change::Post,
    extract::{
        Check, InvestorPath, Query,
        page::{self, Page},
    },
    problem::{FieldError, Problem, Result, catalog, unknown_investor},
    state::{AppState, fresh_investor},
    vault::IdStandard,
};

const LIST: &str = "investors";
/// Wallets that a registration may bring.
const MOST_WALLETS: usize = 50;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(register, list))
        .routes(routes!(show))
}

/// Somebody to be verified.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewInvestor {
    /// Person or entity.
    kind: Kind,
    /// The issuer's own reference, such as a customer number: 1 to 128
    /// characters, no e-mail address, unique among the issuer's investors.
    #[schema(example = "CRM-10042")]
    external_id: Option<String>,
    /// Wallets to bind at once.
    #[serde(default)]
    #[schema(max_items = 50)]
    wallets: Vec<NewWallet>,
    /// What is known beyond a verdict: it goes to the vault.
    profile: Option<ProfileBody>,
    /// By which id the investor goes.
    #[serde(default)]
    #[schema(inline)]
    id: IdWord,
}

/// By which id an investor goes.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum IdWord {
    /// Made of the profile and a key of the issuer's, so that a person who is registered
    /// already is found out; random where the profile says too little.
    #[default]
    Keyed,
    /// Made of nothing.
    Random,
    /// The bare hash by which `KYCRegistrar` knows a person. Whoever knows the person can
    /// tell that it is an investor here: use it for a registrar that has such ids alone.
    KycRegistrar,
}

impl From<IdWord> for IdStandard {
    fn from(word: IdWord) -> Self {
        match word {
            IdWord::Keyed => Self::Keyed,
            IdWord::Random => Self::Random,
            IdWord::KycRegistrar => Self::KycRegistrar,
        }
    }
}

/// A wallet to be bound.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewWallet {
    /// `0x` and 40 hexadecimal digits; in mixed case its EIP-55 checksum must
    /// be right.
    #[schema(example = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    address: String,
    /// The chains that it counts on, by id; all of the issuer's by default.
    #[schema(example = json!([31337]))]
    chains: Option<Vec<u64>>,
}

impl NewWallet {
    pub(super) fn read(
        &self,
        check: &mut Check,
        within: &str,
        known: &[ChainId],
    ) -> Option<(WalletAddress, ChainScope)> {
        let wallet = check.wallet(&format!("{within}address"), &self.address);
        let chains = check.chains(&format!("{within}chains"), self.chains.as_deref(), known);
        Some((wallet?, chains?))
    }
}

struct Registration {
    id: InvestorId,
    kind: InvestorKind,
    external_id: Option<ExternalId>,
    wallets: Vec<(WalletAddress, ChainScope)>,
    profile: Option<(BTreeSet<Field>, SealedChanges)>,
}

impl NewInvestor {
    fn read(&self, known: &[ChainId]) -> Result<Registration, Vec<FieldError>> {
        let mut check = Check::default();
        if self.wallets.len() > MOST_WALLETS {
            check.refuse(
                "wallets",
                "too_many",
                format!("at most {MOST_WALLETS} at once: link the others later"),
            );
        }
        let external_id = check.external_id("external_id", self.external_id.as_deref());
        let wallets: Vec<_> = (self.wallets.iter().enumerate().take(MOST_WALLETS))
            .filter_map(|(place, wallet)| {
                wallet.read(&mut check, &format!("wallets[{place}]."), known)
            })
            .collect();
        check.finish(external_id.map(|external_id| Registration {
            id: fresh_investor(),
            kind: self.kind.into(),
            external_id,
            wallets,
            profile: None,
        }))
    }

    /// The id that the profile gives, and the profile as it is stored under it.
    async fn seal(
        &self,
        registration: &mut Registration,
        state: &AppState,
        issuer: &IssuerId,
    ) -> Result<()> {
        let Some(profile) = &self.profile else {
            return Ok(());
        };
        let vault = state.vault()?;
        let changes = changes(registration.kind, profile, state.clock.now());
        let changes = changes.map_err(|problem| problem.within("profile"))?;
        let id = vault
            .identify(issuer, &changes.known, self.id.into())
            .await?;
        registration.id = id.unwrap_or(registration.id);
        let sealed = vault.seal(issuer, registration.id, &changes).await?;
        registration.profile = Some((changes.fields(), sealed));
        Ok(())
    }
}

/// Register an investor
///
/// Makes somebody known, with its first wallets and what is known of it, if you like.
/// Whose profile names the person goes by an id made of that with a key of the issuer's,
/// so the same person is not registered twice; everybody else by a random one.
/// Nobody is verified by this: give a verdict next, or register and verify in
/// one step by `POST /v1/verifications/batch`. Either all of it is stored or,
/// where a wallet is taken, nothing.
#[utoipa::path(
    post, path = "/investors", operation_id = "register_investor", tag = "Investors",
    request_body = NewInvestor,
    responses((status = 201, description = "The investor", body = InvestorBody), Refused)
)]
async fn register(State(state): State<AppState>, post: Post<NewInvestor>) -> Result<Response> {
    let known = known_chains(&state, &post.caller).await?;
    let mut registration = post.body.read(&known)?;
    let issuer = &post.caller.issuer;
    post.body.seal(&mut registration, &state, issuer).await?;
    let post = post.map(|_| Ok(registration))?;
    let new = &post.body;
    post.commit(&state, |mut transaction| async move {
        let (kind, external_id) = (new.kind, new.external_id.clone());
        let registered = Command::RegisterInvestor { kind, external_id };
        let mut decision = transaction.decide(Subject::New(new.id), registered).await?;
        for (wallet, chains) in new.wallets.clone() {
            let link = Command::LinkWallet { wallet, chains };
            decision = transaction.decide(Subject::Investor(new.id), link).await?;
        }
        if let Some((fields, sealed)) = &new.profile {
            let fields = fields.clone();
            let known = Command::ChangeProfile { fields };
            transaction.decide(Subject::Investor(new.id), known).await?;
            transaction.keep_profile(new.id, sealed).await?;
        }
        let body = transaction.show(decision.investor).await?;
        Ok(transaction.done(StatusCode::CREATED, body))
    })
    .await
}

/// Which investors.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// Rows a page, 1 to 500.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 500, default = 50)]
    limit: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Only those that stand so.
    #[param(inline)]
    status: Option<StatusWord>,
    /// Only those whose verdict names this country (ISO 3166-1 alpha-2 or alpha-3).
    #[param(example = "DE")]
    country: Option<String>,
    /// Only the one with this reference.
    external_id: Option<String>,
    /// Only the holder of this wallet.
    wallet: Option<String>,
    /// Only those whose verdict ends before: a date or an RFC 3339 moment.
    #[param(example = "2027-12-31")]
    expires_before: Option<String>,
}

impl ListQuery {
    fn filter(&self) -> Result<InvestorFilter> {
        let mut check = Check::default();
        let country = self
            .country
            .as_deref()
            .map(|text| check.country("country", text));
        let wallet = self
            .wallet
            .as_deref()
            .map(|text| check.wallet("wallet", text));
        let external_id = check.external_id("external_id", self.external_id.as_deref());
        let expires_before = check.moment("expires_before", self.expires_before.as_deref());
        let filter = InvestorFilter {
            status: self.status.map(Into::into),
            country: country.flatten(),
            external_id: external_id.flatten(),
            wallet: wallet.flatten(),
            expires_before: expires_before.flatten(),
        };
        let invalid = |errors| Problem::of_fields(&catalog::INVALID_PARAMETER, errors);
        check.finish(Some(filter)).map_err(invalid)
    }
}

/// List investors
///
/// In the order in which they became known, page by page. Filters may be
/// combined; `external_id` and `wallet` find one.
#[utoipa::path(
    get, path = "/investors", operation_id = "list_investors", tag = "Investors",
    params(ListQuery),
    responses((status = 200, description = "A page of investors", body = Page<InvestorBody>))
)]
async fn list(
    caller: Caller,
    State(state): State<AppState>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<InvestorBody>>> {
    let (limit, after) = page::read::<u64>(query.limit.as_deref(), query.cursor.as_deref(), LIST)?;
    let after = after.map(EntryNumber);
    let found = state
        .store
        .investors(&caller.issuer, &query.filter()?, after, limit)
        .await?;
    let restricted = state.store.restricted_authorities(&caller.issuer).await?;
    let now = state.clock.now();
    Ok(Json(Page {
        data: (found.investors.into_iter())
            .map(|record| InvestorBody::new(record.investor, restricted, now))
            .collect(),
        next_cursor: found.next.map(|place| page::cursor(LIST, place.0)),
    }))
}

/// Show an investor
///
/// With its verdict and its wallets. What each chain says of a wallet is at
/// `GET /v1/wallets/{address}`.
#[utoipa::path(
    get, path = "/investors/{id}", operation_id = "show_investor", tag = "Investors",
    params(("id" = String, Path, description = "The investor's id")),
    responses((status = 200, description = "The investor", body = InvestorBody), Absent)
)]
async fn show(
    caller: Caller,
    InvestorPath(id): InvestorPath,
    State(state): State<AppState>,
) -> Result<Json<InvestorBody>> {
    let record = state
        .store
        .investor(&caller.issuer, id)
        .await
        .map_err(unknown_investor)?;
    let restricted = state.store.restricted_authorities(&caller.issuer).await?;
    let now = state.clock.now();
    Ok(Json(InvestorBody::new(record.investor, restricted, now)))
}
