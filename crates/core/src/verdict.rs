//! The one verdict (I4): is this wallet verified now, and if not, why?
//!
//! `WalletRecords.sol` and `KYCRegistrar.sol` say the same on chain; the
//! differential tests hold all three against each other.

use serde::Serialize;

use crate::{
    ids::{AuthorityIndex, ChainId},
    investor::{Investor, Status, StatusName},
    time::UnixSeconds,
    wallet::Wallet,
};

/// One thing that stands between a wallet and a yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Reason {
    /// The register does not know the wallet.
    UnknownWallet,
    /// The investor's status is not `verified`.
    NotVerified {
        /// What it is instead.
        status: StatusName,
    },
    /// The verdict has ended.
    Expired {
        /// When.
        since: UnixSeconds,
    },
    /// The wallet may not be used.
    WalletInactive,
    /// The wallet does not count on the chain asked about.
    WalletNotOnChain,
    /// The register barred the investor.
    InvestorRestricted,
    /// The law froze the investor's assets.
    AssetsFrozen,
    /// The authority that verified is restricted.
    AuthorityRestricted {
        /// Which one.
        authority: AuthorityIndex,
    },
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::UnknownWallet => f.write_str("the register does not know this wallet"),
            Self::NotVerified { status } => write!(f, "the investor is {status}"),
            Self::Expired { since } => write!(f, "the verdict ended at {since}"),
            Self::WalletInactive => f.write_str("the wallet is inactive"),
            Self::WalletNotOnChain => f.write_str("the wallet does not count on this chain"),
            Self::InvestorRestricted => f.write_str("the investor is restricted"),
            Self::AssetsFrozen => f.write_str("the investor's assets are frozen"),
            Self::AuthorityRestricted { authority } => {
                write!(f, "authority {} is restricted", authority.0)
            }
        }
    }
}

/// The authorities that are restricted now, as the on-chain bitmap holds them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RestrictedAuthorities(pub alloy_primitives::U256);

impl RestrictedAuthorities {
    /// Whether this authority's verdicts are void. The owner's never are.
    pub fn includes(self, authority: AuthorityIndex) -> bool {
        authority != AuthorityIndex::OWNER && self.0.bit(usize::from(authority.0))
    }
}

impl FromIterator<AuthorityIndex> for RestrictedAuthorities {
    fn from_iter<I: IntoIterator<Item = AuthorityIndex>>(authorities: I) -> Self {
        let mut bitmap = alloy_primitives::U256::ZERO;
        for authority in authorities {
            bitmap.set_bit(usize::from(authority.0), true);
        }
        Self(bitmap)
    }
}

/// Every reason why the wallet is not verified at `now`; none means that it is.
///
/// With a chain, also whether the wallet counts there.
pub fn reasons(
    investor: &Investor,
    wallet: &Wallet,
    chain: Option<ChainId>,
    restricted: RestrictedAuthorities,
    now: UnixSeconds,
) -> Vec<Reason> {
    let mut reasons = Vec::new();
    match &investor.status {
        Status::Verified(verdict) => {
            if !verdict.holds_at(now) {
                let since = verdict.expiry.unwrap_or(now);
                reasons.push(Reason::Expired { since });
            }
            if restricted.includes(investor.authority) {
                let authority = investor.authority;
                reasons.push(Reason::AuthorityRestricted { authority });
            }
        }
        other => reasons.push(Reason::NotVerified {
            status: other.name(),
        }),
    }
    if !wallet.active {
        reasons.push(Reason::WalletInactive);
    }
    if chain.is_some_and(|chain| !wallet.chains.includes(chain)) {
        reasons.push(Reason::WalletNotOnChain);
    }
    if investor.restricted {
        reasons.push(Reason::InvestorRestricted);
    }
    if investor.frozen {
        reasons.push(Reason::AssetsFrozen);
    }
    reasons
}
