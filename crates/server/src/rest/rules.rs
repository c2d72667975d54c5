//! Transfer rules by country: what holds, and what is announced. Changing them is
//! the owner's.

use std::collections::BTreeMap;

use axum::{Json, extract::State, response::Response};
use serde::{Deserialize, Serialize};
use symbolon_core::{
    country::Country,
    federation::OwnerOperation,
    ids::RegistryId,
    investor::{MOST_YEARS, Residency, Years},
    transfer_rules::{
        Admission, CountryRule, HolderCap, RuleChanges, RuleKeys, mirrored::RuleOnChain,
        record::RuleKey,
    },
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Refused,
    approvals::{Asked, OperationResult, propose},
    words::{AccreditationWord, Level, ResidencyWord},
};
use crate::{
    auth::Caller,
    change::Post,
    extract::{Check, page::Page},
    problem::Result,
    state::AppState,
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, announce))
        .routes(routes!(withdraw))
}

/// Whether residents of a country may hold the token at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum AdmissionWord {
    /// Who meets the rest of the rule.
    #[default]
    Allowed,
    /// Nobody: they neither receive nor send.
    Blocked,
}

/// What is asked of the residents of a country. All but a block binds who
/// receives: whoever holds the token may sell it to somebody eligible.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = CountryRule)]
#[serde(deny_unknown_fields)]
struct RuleBody {
    #[serde(default)]
    admission: AdmissionWord,
    /// The least level of verification.
    least_level: Option<Level>,
    /// The least accreditation, in force.
    least_accreditation: Option<AccreditationWord>,
    /// Nobody receives who is a US person.
    #[serde(default)]
    no_us_persons: bool,
    /// The most holders of the country, by identity; none for any number.
    #[schema(minimum = 1)]
    holder_cap: Option<u32>,
    /// Natural persons are verified only if they are at least so old, in years. Chains
    /// are told nothing of this.
    #[schema(maximum = 130)]
    least_age: Option<u8>,
    /// Natural persons are verified only if they reside there in one of these ways; none
    /// for any. Chains are told nothing of this.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    residencies: Vec<ResidencyWord>,
}

impl RuleBody {
    fn check(&self, field: &str, check: &mut Check) {
        if self.holder_cap == Some(0) {
            let message = "0 is no cap: block the country, or leave the cap out";
            check.refuse(&format!("{field}.holder_cap"), "cap_of_nobody", message);
        }
        if self.least_age.is_some_and(|age| !Years(age).is_asked_for()) {
            let message = format!("give whole years from 1 to {MOST_YEARS}, or leave it out");
            check.refuse(&format!("{field}.least_age"), "no_such_age", message);
        }
    }
}

impl From<CountryRule> for RuleBody {
    fn from(rule: CountryRule) -> Self {
        Self {
            admission: match rule.admission {
                Admission::Allowed => AdmissionWord::Allowed,
                Admission::Blocked => AdmissionWord::Blocked,
            },
            least_level: rule.least_level.map(Into::into),
            least_accreditation: rule.least_accreditation.map(Into::into),
            no_us_persons: rule.no_us_persons,
            holder_cap: rule.holder_cap.map(|cap| cap.0),
            least_age: rule.least_age.map(|years| years.0),
            residencies: rule.residencies.iter().map(Into::into).collect(),
        }
    }
}

impl From<RuleBody> for CountryRule {
    fn from(body: RuleBody) -> Self {
        Self {
            admission: match body.admission {
                AdmissionWord::Allowed => Admission::Allowed,
                AdmissionWord::Blocked => Admission::Blocked,
            },
            least_level: body.least_level.map(Into::into),
            least_accreditation: body.least_accreditation.map(Into::into),
            no_us_persons: body.no_us_persons,
            holder_cap: body.holder_cap.map(HolderCap),
            least_age: body.least_age.map(Years),
            residencies: body
                .residencies
                .into_iter()
                .map(Residency::from)
                .collect::<Vec<_>>()
                .into(),
        }
    }
}

/// How the rule of a country stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StandingRule)]
struct StandingBody {
    /// ISO 3166-1 alpha-2; none for all countries without a rule of their own.
    #[schema(example = "US")]
    country: Option<&'static str>,
    /// What holds now; none where the rule of all others does.
    rule: Option<RuleBody>,
    /// What is to hold.
    announced: Option<AnnouncedBody>,
    /// How the chains stand to it that have a `CountryRules`.
    chains: Vec<RuleOnChainBody>,
}

/// How a chain stands to a country's rule.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleOnChain)]
struct RuleOnChainBody {
    #[schema(example = 8453)]
    chain_id: u64,
    /// Which of the issuer's registries there.
    place: u8,
    state: RuleOnChainWord,
}

/// How it stands.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum RuleOnChainWord {
    /// It comes to this rule by itself.
    Mirrored,
    /// It is being told, or read.
    UnderWay,
    /// It holds another one: somebody blocked the country there. Announcing the rule
    /// anew opens it.
    Differs,
}

impl From<RuleOnChain> for RuleOnChainWord {
    fn from(state: RuleOnChain) -> Self {
        match state {
            RuleOnChain::Mirrored => Self::Mirrored,
            RuleOnChain::UnderWay => Self::UnderWay,
            RuleOnChain::Differs => Self::Differs,
        }
    }
}

/// A rule that is announced.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AnnouncedRule)]
struct AnnouncedBody {
    /// None where the country is to have no rule of its own any more.
    rule: Option<RuleBody>,
    /// From when it holds.
    #[schema(format = DateTime)]
    from: String,
}

/// List transfer rules
///
/// First the rule of all countries without one of their own, then the others' by
/// country. There are no pages: there are 249 countries.
#[utoipa::path(
    get, path = "/rules", operation_id = "list_rules", tag = "Rules",
    responses((status = 200, description = "All rules", body = Page<StandingBody>))
)]
async fn list(caller: Caller, State(state): State<AppState>) -> Result<Json<Page<StandingBody>>> {
    let schedule = state.store.rules(&caller.issuer).await?;
    let on_chains = state
        .store
        .rules_on_chains(&caller.issuer, &schedule)
        .await?;
    let now = state.clock.now();
    let body = |key: RuleKey| {
        let standing = schedule.standing(key);
        let announced = standing.announced.filter(|announced| now < announced.from);
        let rule = match key {
            None => Some(standing.at(now).unwrap_or_default()),
            Some(_) => standing.at(now),
        };
        StandingBody {
            country: key.map(Country::alpha2),
            rule: rule.map(Into::into),
            announced: announced.map(|announced| AnnouncedBody {
                rule: announced.rule.map(Into::into),
                from: announced.from.to_string(),
            }),
            chains: on_chains
                .get(&key)
                .into_iter()
                .flatten()
                .map(on_chain)
                .collect(),
        }
    };
    let countries = schedule.0.keys().filter(|key| key.is_some()).copied();
    let countries = countries
        .map(body)
        .filter(|standing| standing.rule.is_some() || standing.announced.is_some());
    Ok(Json(Page {
        data: std::iter::once(body(None)).chain(countries).collect(),
        next_cursor: None,
    }))
}

fn on_chain((registry, state): &(RegistryId, RuleOnChain)) -> RuleOnChainBody {
    RuleOnChainBody {
        chain_id: registry.chain.0,
        place: registry.place,
        state: (*state).into(),
    }
}

/// The rules that are to hold.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewRules {
    /// For countries without a rule of their own; left out where that stays.
    others: Option<RuleBody>,
    /// By ISO 3166-1 alpha-2 or alpha-3; null where a country is to have no rule of
    /// its own any more.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, RuleBody>, example = json!({"US": {"least_accreditation": "qualified"}, "KP": {"admission": "blocked"}}))]
    countries: BTreeMap<String, Option<RuleBody>>,
    /// Until when this may be approved, where it needs approvals: a date or an
    /// RFC 3339 moment, at most 30 days ahead; a week by default.
    lapses: Option<String>,
}

/// Announce transfer rules
///
/// A rule holds two days after it was announced; a block holds at once. Rules that
/// are not named stay as they are.
#[utoipa::path(
    post, path = "/rules", operation_id = "announce_rules", tag = "Rules",
    request_body = NewRules,
    responses(
        (status = 200, description = "It was carried out", body = OperationResult),
        (status = 202, description = "It waits for approvals", body = OperationResult), Refused)
)]
async fn announce(State(state): State<AppState>, post: Post<NewRules>) -> Result<Response> {
    let now = state.clock.now();
    let post = post.map(|body| {
        let mut check = Check::default();
        let mut changes = RuleChanges {
            others: body.others.clone().map(Into::into),
            ..RuleChanges::default()
        };
        if let Some(rule) = &body.others {
            rule.check("others", &mut check);
        }
        for (code, rule) in &body.countries {
            let field = format!("countries.{code}");
            if let Some(rule) = rule {
                rule.check(&field, &mut check);
            }
            if let Some(country) = check.country(&field, code) {
                changes
                    .countries
                    .insert(country, rule.clone().map(Into::into));
            }
        }
        let lapses = check.lapse("lapses", body.lapses.as_deref(), now);
        let operation = OwnerOperation::AnnounceRules { changes };
        Ok(check.finish(Asked::new(Some(operation), lapses))?)
    })?;
    propose(&state, post).await
}

/// Whose announced rules are not to hold.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Withdrawal {
    /// Whether that of countries without a rule of their own is meant.
    #[serde(default)]
    others: bool,
    /// ISO 3166-1 alpha-2 or alpha-3.
    #[serde(default)]
    #[schema(example = json!(["US"]))]
    countries: Vec<String>,
    /// As with `announce_rules`.
    lapses: Option<String>,
}

/// Withdraw announced rules
///
/// Only while they do not hold yet. What holds is changed by another announcement.
#[utoipa::path(
    post, path = "/rules/withdraw", operation_id = "withdraw_rules", tag = "Rules",
    request_body = Withdrawal,
    responses(
        (status = 200, description = "It was carried out", body = OperationResult),
        (status = 202, description = "It waits for approvals", body = OperationResult), Refused)
)]
async fn withdraw(State(state): State<AppState>, post: Post<Withdrawal>) -> Result<Response> {
    let now = state.clock.now();
    let post = post.map(|body| {
        let mut check = Check::default();
        let countries = super::authorities::countries(&mut check, &body.countries);
        let lapses = check.lapse("lapses", body.lapses.as_deref(), now);
        let operation = countries.map(|countries| OwnerOperation::WithdrawRules {
            rules: RuleKeys {
                others: body.others,
                countries,
            },
        });
        Ok(check.finish(Asked::new(operation, lapses))?)
    })?;
    propose(&state, post).await
}
