//! How a person's verification stands, as its page tells it.

use serde_json::{Value, json};
use symbolon_core::{
    ids::IssuerId, link::LinkStatus, time::UnixSeconds, verification::VerificationState,
    wallet::WalletAddress,
};
use symbolon_store::Link;

use crate::{
    problem::{Problem, Result},
    signing,
    state::AppState,
};

/// All that the page shows.
pub(super) struct Standing {
    /// Who asks.
    pub(super) issuer: String,
    /// The same, as the message names it that a wallet signs.
    pub(super) issuer_in_message: String,
    pub(super) link: LinkStatus,
    pub(super) expires: UnixSeconds,
    /// The wallet's part, if there is one.
    pub(super) wallet: Option<WalletStep>,
    /// The provider's part, if there is one.
    pub(super) check: Option<CheckStep>,
    /// The issuer's chains, and whether the proved wallet is verified there.
    pub(super) chains: Vec<ChainLine>,
}

pub(super) struct WalletStep {
    /// The one that is asked for; any, where there is none.
    pub(super) wanted: Option<String>,
    pub(super) proved: Option<String>,
    /// In whose place it comes.
    pub(super) replaces: Option<String>,
}

pub(super) struct CheckStep {
    /// `begin`, or where the attempt stands.
    pub(super) stands: &'static str,
}

pub(super) struct ChainLine {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) verified: bool,
    /// Whether it can be asked about wallets.
    pub(super) asks: bool,
}

impl Standing {
    pub(super) async fn of(state: &AppState, issuer: &IssuerId, link: &Link) -> Result<Self> {
        // What the link has come to since the visit began.
        let link = &state.store.link(issuer, link.id).await?;
        let purpose = &link.purpose;
        let name = state.store.issuer(issuer).await?.name;
        let check = match (&purpose.provider, link.verification) {
            (None, _) => None,
            (Some(_), None) => Some(CheckStep { stands: "begin" }),
            (Some(_), Some(id)) => {
                let verification = state.store.verification(issuer, id).await?;
                let stands = match verification.state {
                    VerificationState::Settled => "review",
                    state => state.as_str(),
                };
                Some(CheckStep { stands })
            }
        };
        let text = |wallet: Option<WalletAddress>| wallet.map(|wallet| wallet.to_string());
        Ok(Self {
            issuer_in_message: signing::name_in_messages(&name, issuer).to_owned(),
            issuer: name,
            link: link.progress.at(state.clock.now()),
            expires: link.progress.expires,
            wallet: purpose.wants_wallet.then(|| WalletStep {
                wanted: text(purpose.wallet),
                proved: text(link.proved),
                replaces: text(purpose.replaces),
            }),
            check,
            chains: chains(state, issuer, link.proved).await?,
        })
    }

    /// Whether the person may do something.
    pub(super) fn is_usable(&self) -> bool {
        matches!(
            self.link,
            LinkStatus::Pending | LinkStatus::Opened | LinkStatus::InProgress
        )
    }

    /// Whether the provider's verdict is against the person, by now.
    pub(super) fn is_refused(&self) -> bool {
        self.check
            .as_ref()
            .is_some_and(|step| step.stands == "refused")
    }

    /// Whether the wallet's part is done, or there is none.
    pub(super) fn wallet_done(&self) -> bool {
        self.wallet
            .as_ref()
            .is_none_or(|step| step.proved.is_some())
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "link": self.link,
            "wallet": self.wallet.as_ref().map(|step| json!({
                "wanted": step.wanted,
                "proved": step.proved,
            })),
            "check": self.check.as_ref().map(|step| step.stands),
            "chains": self.chains.iter().map(|chain| json!({
                "chain_id": chain.id,
                "name": chain.name,
                "verified": chain.verified,
            })).collect::<Vec<_>>(),
        })
    }
}

async fn chains(
    state: &AppState,
    issuer: &IssuerId,
    proved: Option<WalletAddress>,
) -> Result<Vec<ChainLine>> {
    let now = state.clock.now();
    let report = match proved {
        Some(wallet) => {
            let report = state.lookups.report(&state.store, issuer, wallet).await;
            report.map_err(Problem::from)?
        }
        None => None,
    };
    let known = state.chains(issuer).await?;
    let lines = known.iter().filter(|chain| chain.chain.id.place == 0);
    Ok(lines
        .map(|chain| {
            let id = chain.chain.id;
            let observed = report.as_ref().map(|report| report.observed(id));
            let none = Default::default();
            ChainLine {
                id: id.chain.0,
                name: chain.chain.name.clone(),
                verified: observed.is_some_and(|seen| seen.is_verified_at(now, none)),
                asks: state.services.nodes.find(issuer, id.chain).is_some(),
            }
        })
        .collect())
}
