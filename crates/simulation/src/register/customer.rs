//! Whom the register is about, and what is asked for them.

use alloy_primitives::{Address, B256, U256};
use symbolon_core::{
    command::{Command, Verdict},
    country::Country,
    ids::{ChainId, InvestorId},
    investor::{Accreditation, Attestation, InvestorKind, Level, RevocationReason, Source},
    mirror::{filter::MirroredRegistry, record::WalletRecord},
    wallet::{ChainScope, Version, WalletAddress},
};

use super::authorities;

pub(super) fn wallets_of(command: &Command) -> Option<WalletAddress> {
    match command {
        Command::LinkWallet { wallet, .. }
        | Command::RemoveWallet { wallet }
        | Command::DeactivateWallet { wallet }
        | Command::ReactivateWallet { wallet }
        | Command::Admit { wallet, .. } => Some(*wallet),
        _ => None,
    }
}

/// One of the customers, each with a wallet of its own.
#[derive(Clone, Copy, Debug)]
pub struct Customer {
    /// Its id.
    pub id: InvestorId,
    /// Its wallet.
    pub wallet: WalletAddress,
    /// Where the wallet counts, if not everywhere.
    pub only: Option<ChainId>,
    /// Where it lives.
    pub country: Country,
}

impl Customer {
    /// The customer of this number.
    pub fn new(number: u8, only: Option<ChainId>) -> Option<Self> {
        let countries = authorities::countries();
        let wallet = WalletAddress::new(Address::repeat_byte(number + 1)).ok()?;
        Some(Self {
            id: InvestorId(B256::from(U256::from(number) + U256::from(1))),
            wallet,
            only,
            country: countries[usize::from(number) % countries.len()],
        })
    }

    /// What one may ask for it: an approval where `roll` is low, and some denial
    /// or its end otherwise.
    pub fn command(&self, roll: u8) -> Command {
        let wallet = self.wallet;
        match roll % 16 {
            0..=5 => self.admission(),
            6 | 7 => Command::Verify(self.verdict()),
            8 | 9 => Command::Revoke(RevocationReason::Sanctions),
            10 => Command::Restrict,
            11 => Command::LiftRestriction,
            12 => Command::DeactivateWallet { wallet },
            13 => Command::ReactivateWallet { wallet },
            14 => Command::RemoveWallet { wallet },
            _ => Command::FreezeAssets,
        }
    }

    /// An approval of its wallet that the register never gave.
    pub fn approval(wallet: WalletAddress, chain: ChainId, version: Version) -> WalletRecord {
        let nobody = InvestorId(B256::left_padding_from(wallet.address().as_slice()));
        let registry = MirroredRegistry::from(chain);
        WalletRecord::tombstone(version)
            .with_identity(registry.identity(nobody))
            .with_country_code(Country::US.numeric())
            .with_approval(true)
    }

    /// The wallet of somebody whom the register does not know.
    pub fn stranger(number: u8) -> Option<WalletAddress> {
        WalletAddress::new(Address::repeat_byte(u8::MAX - number)).ok()
    }

    fn admission(&self) -> Command {
        Command::Admit {
            kind: InvestorKind::NaturalPerson,
            external_id: None,
            wallet: self.wallet,
            chains: match self.only {
                Some(chain) => ChainScope::Only([chain].into()),
                None => ChainScope::All,
            },
            verdict: self.verdict(),
        }
    }

    fn verdict(&self) -> Verdict {
        Verdict {
            level: Level::Basic,
            country: self.country,
            accreditation: Accreditation::None,
            accreditation_ends: None,
            us_person: true,
            person: Default::default(),
            expiry: None,
            source: Source::Operator {
                operator: "simulation".to_owned(),
                attestation: Attestation {
                    text: "I have seen the documents.".to_owned(),
                    version: "1".to_owned(),
                },
            },
        }
    }
}
