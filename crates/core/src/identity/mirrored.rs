//! Which keys of an identity the register keeps: those of the investor's wallets.

use alloy_primitives::{Address, U256};

use super::IdentitySalt;
use crate::{
    ids::InvestorId,
    investor::Investor,
    mirror::companion::{CompanionEntry, CompanionWrite, KeptKey},
    wallet::{Wallet, WalletAddress},
};

/// What a key of an identity is for: bit n is ERC-734's purpose n.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Purposes(pub u8);

impl Purposes {
    /// Of a key that is for nothing.
    pub const NONE: Self = Self(0);
    /// Of the wallets of an investor: they manage the identity, and act for it.
    pub const OF_WALLETS: Self = Self(1 << 1 | 1 << 2);

    /// Those that a chain shows.
    pub fn shown(word: U256) -> Self {
        Self(word.wrapping_to())
    }

    /// Whether the others are among them.
    pub const fn include(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    /// ERC-734's numbers of them.
    pub fn listed(self) -> Vec<u8> {
        let all = 1..=4_u8;
        all.filter(|purpose| self.include(Self(1 << purpose)))
            .collect()
    }

    /// What a wallet's key is for: whoever loses a wallet loses what it might do. It
    /// is no matter of the verdict: whoever is barred keeps the identity, and tokens
    /// ask the registry. Nobody has an identity of whom nothing was ever claimed.
    pub fn due(investor: &Investor, wallet: &Wallet, counts: bool) -> Self {
        match counts && wallet.active && !investor.claims.is_empty() {
            true => Self::OF_WALLETS,
            false => Self::NONE,
        }
    }
}

/// A wallet's key, to be held against an identity's.
#[derive(Clone, Copy, Debug)]
pub struct MirroredKey {
    /// The identities' factory.
    pub contract: Address,
    /// Whose identity.
    pub investor: InvestorId,
    /// Which, on this chain.
    pub salt: IdentitySalt,
    /// Whose key.
    pub wallet: WalletAddress,
    /// What it must be for.
    pub due: Purposes,
    /// Whether the chain was ever told of it.
    pub is_told: bool,
    /// Whether the chain was told of nothing since the investor last changed. What is
    /// no news gives nobody back a key: the investor may have taken it away.
    pub is_news: bool,
}

impl MirroredKey {
    /// What is to be written next, given what the key will be for once everything
    /// under way is mined. What else the investor lets its wallets do stays.
    pub fn next_write(&self, held: Purposes) -> Option<CompanionWrite> {
        let lacks = !held.include(self.due);
        let purposes = match self.due {
            Purposes::NONE if held != Purposes::NONE => Purposes::NONE,
            due if lacks && (self.is_news || !self.is_told) => Purposes(held.0 | due.0),
            _ => return None,
        };
        Some(CompanionWrite {
            contract: self.contract,
            entry: CompanionEntry::KeepKey(KeptKey {
                investor: self.investor,
                salt: self.salt,
                wallet: self.wallet,
                purposes,
            }),
            is_denial: purposes == Purposes::NONE,
            is_last: true,
            becomes: U256::from(purposes.0),
        })
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::B256;

    use super::*;
    use crate::{
        claim::{Claim, ClaimTopic},
        country::Country,
        ids::ChainId,
        investor::Level,
        mirror::filter::tests::investor,
        wallet::{ChainScope, Version},
    };

    fn wallet() -> Wallet {
        Wallet {
            address: WalletAddress::new(Address::repeat_byte(9)).unwrap(),
            chains: ChainScope::All,
            active: true,
            version: Version(1),
        }
    }

    fn next(due: Purposes, is_news: bool, held: u8) -> Option<(u8, bool)> {
        let investor = InvestorId(B256::repeat_byte(1));
        let key = MirroredKey {
            contract: Address::repeat_byte(8),
            investor,
            salt: IdentitySalt::of(investor, ChainId(1)),
            wallet: wallet().address,
            due,
            is_told: held > 0 || !is_news,
            is_news,
        };
        let write = key.next_write(Purposes(held))?;
        Some((Purposes::shown(write.becomes).0, write.is_denial))
    }

    #[test]
    fn an_identity_has_the_keys_of_the_wallets_in_use() {
        let mut holder = investor(Country::US, Level::Basic);
        assert_eq!(Purposes::due(&holder, &wallet(), true), Purposes::NONE);
        holder.claims.insert(ClaimTopic::KYC, Claim::default());
        let due = |wallet: &Wallet, counts| Purposes::due(&holder, wallet, counts);
        assert_eq!(due(&wallet(), true), Purposes::OF_WALLETS);
        assert_eq!(due(&wallet(), false), Purposes::NONE);
        let lost = Wallet {
            active: false,
            ..wallet()
        };
        assert_eq!(due(&lost, true), Purposes::NONE);
    }

    #[test]
    fn what_lacks_is_given_and_what_is_lost_is_taken() {
        let due = Purposes::OF_WALLETS;
        assert_eq!(next(due, true, 0), Some((0b110, false)));
        assert_eq!(next(due, true, 0b110), None);
        assert_eq!(next(Purposes::NONE, true, 0), None);
        assert_eq!(next(Purposes::NONE, false, 0b1110), Some((0, true)));
    }

    #[test]
    fn what_the_investor_decides_stays() {
        let due = Purposes::OF_WALLETS;
        assert_eq!(next(due, true, 0b1000), Some((0b1110, false)));
        assert_eq!(next(due, true, 0b1110), None);
        assert_eq!(next(due, false, 0b010), None, "taken away by its holder");
    }
}
