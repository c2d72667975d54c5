//! The compiled rules, and a registry that tells them of seven wallets.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolConstructor;
use symbolon_bindings::CountryRules;
use symbolon_core::{
    country::Country,
    mirror::record::WalletRecord,
    time::Day,
    transfer_rules::{
        CountryRule, Party, Reason, Refusal,
        record::{RuleKey, key_code, packed},
    },
    wallet::Version,
};
use symbolon_testkit::evm::{
    Evm, Revert,
    registry::{HEAD, MIRROR, OWNER, Registry},
};

use super::strategies::PARTIES;
use crate::histories::Checked;

pub struct Chain {
    pub evm: Evm,
    rules: Address,
}

/// A wallet by its number, from 0.
fn wallet(number: usize) -> Address {
    Address::repeat_byte(number as u8 + 1)
}

/// What the registry holds of each: residents of three countries and of none, a US
/// person abroad, and one whose accreditation lapses within a history.
pub fn record_of(number: usize) -> WalletRecord {
    let last = Day(20_718);
    let (country, level, rating, us_person, ends) = [
        (276, 1, 1, false, None),
        (756, 2, 2, false, None),
        (840, 1, 3, true, None),
        (276, 3, 3, true, None),
        (756, 3, 2, false, Some(last)),
        (0, 0, 0, false, None),
        (840, 3, 7, false, Some(Day(1))),
    ][number];
    WalletRecord::EMPTY
        .with_identity(wallet(number))
        .with_version(Version(1))
        .with_approval(true)
        .with_country_code(country)
        .with_level_code(level)
        .with_rating(rating)
        .with_us_person(us_person)
        .with_accreditation_ends(ends)
}

impl Chain {
    pub fn deploy(timestamp: u64, delay: u32) -> Result<Self, Revert> {
        let mut registry = Registry::deploy(timestamp)?;
        let records: Vec<_> = (0..PARTIES)
            .map(|number| (wallet(number), record_of(number).0))
            .collect();
        registry.upsert(&records)?;
        let arguments = CountryRules::constructorCall {
            owner: OWNER,
            registry: registry.address,
            delay,
            countsHolders: false,
            defaultRule: CountryRules::Terms {
                mode: 1,
                leastLevel: 0,
                leastRating: 0,
                noUsPerson: false,
                cap: 0,
            },
        };
        let mut evm = registry.evm;
        let code = &CountryRules::BYTECODE;
        let (rules, _) = evm.deploy(OWNER, code, &arguments.abi_encode())?;
        let appoint = CountryRules::addMirrorCall { mirror: MIRROR };
        evm.send(OWNER, rules, &appoint)?;
        Ok(Self { evm, rules })
    }

    pub fn announce(
        &mut self,
        key: RuleKey,
        rule: Option<CountryRule>,
        version: Version,
    ) -> Checked {
        let mut entry = Vec::with_capacity(41);
        entry.extend(key_code(key).to_be_bytes());
        entry.extend(version.0.to_be_bytes());
        entry.extend(&packed(rule).to_be_bytes()[3..]);
        entry.extend([0; 32]);
        let call = CountryRules::announceCall {
            head: HEAD,
            entries: entry.into(),
        };
        self.write(&call)
    }

    pub fn withdraw(&mut self, key: RuleKey, version: Version) -> Checked {
        let entry = [key_code(key).to_be_bytes(), version.0.to_be_bytes()].concat();
        let call = CountryRules::withdrawCall {
            head: HEAD,
            entries: entry.into(),
        };
        self.write(&call)
    }

    fn write(&mut self, call: &impl alloy_sol_types::SolCall) -> Checked {
        let written = self.evm.send(MIRROR, self.rules, call);
        written
            .map(|_| ())
            .map_err(|revert| format!("a write reverts: {revert:?}"))
    }

    pub fn record(&mut self, country: u16) -> Result<U256, String> {
        self.evm
            .view(self.rules, &CountryRules::ruleRecordOfCall { country })
            .map_err(|revert| format!("a word cannot be read: {revert:?}"))
    }

    /// What is said of a transfer; nothing where it passes.
    pub fn explain(&mut self, from: Option<usize>, to: usize) -> Result<Option<Refusal>, String> {
        let call = CountryRules::explainCall {
            from: from.map_or(Address::ZERO, wallet),
            to: wallet(to),
            _2: U256::from(1),
        };
        let said = self
            .evm
            .view(self.rules, &call)
            .map_err(|revert| format!("nothing is explained: {revert:?}"))?;
        let reason = [
            Reason::CountryBlocked,
            Reason::CountryNotAllowed,
            Reason::LevelTooLow,
            Reason::AccreditationRequired,
            Reason::UsPerson,
            Reason::HolderCap,
        ]
        .into_iter()
        .find(|reason| reason.as_str() == said.text);
        match (reason, said.party) {
            (None, _) if said.text.is_empty() => Ok(None),
            (Some(reason), party @ (1 | 2)) => Ok(Some(Refusal {
                party: [Party::Sender, Party::Recipient][usize::from(party) - 1],
                country: Country::from_numeric(said.country),
                reason,
            })),
            _ => Err(format!("party {} is refused: {}", said.party, said.text)),
        }
    }
}
