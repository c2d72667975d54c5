//! What chains were told of an investor's wallets, held against what the log decided.

use std::collections::BTreeMap;

use alloy_primitives::{Address, TxHash};
use serde::{Deserialize, Serialize};

use super::CaseFault;
use crate::{
    event::Event,
    ids::ChainId,
    investor::Investor,
    log::EntryNumber,
    mirror::{reached::Reached, record::desired},
    time::UnixSeconds,
    wallet::{ChainScope, Version, WalletAddress},
};

/// What a chain was told of a wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Carried {
    /// That it may hold and move tokens.
    Approval,
    /// That it may not.
    Denial,
}

impl Carried {
    /// The word that people and programs are shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approval => "approval",
            Self::Denial => "denial",
        }
    }
}

/// Where an approval or a denial of one of its wallets is on a chain: whoever asks that
/// chain for the transaction finds the wallet and the version in its data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseReceipt {
    /// Which wallet.
    pub wallet: WalletAddress,
    /// On which chain.
    pub chain: ChainId,
    /// The registry there.
    pub registry: Address,
    /// What it was told.
    pub carried: Carried,
    /// The entry that decided it.
    pub entry: EntryNumber,
    /// The version of the wallet's record that this entry gave.
    pub version: Version,
    /// How far it has come.
    pub reached: Reached,
    /// What carries it.
    pub transaction: Option<TxHash>,
    /// The block that includes it.
    pub block: Option<u64>,
    /// When it was seen in a block that counts.
    pub settled: Option<UnixSeconds>,
}

/// What entries made of the records that chains must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Records(BTreeMap<(WalletAddress, EntryNumber), Record>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Record {
    version: Version,
    /// Where the wallet was approved by it; `None`: nowhere.
    approved: Option<ChainScope>,
}

impl Records {
    /// Takes in what an entry changed, and the investor after it.
    pub(super) fn note(&mut self, entry: EntryNumber, events: &[Event], after: &Investor) {
        for event in events {
            let Event::RecordChanged { wallet, version } = event else {
                continue;
            };
            let held = after.wallet(*wallet);
            let approved = held.filter(|held| {
                // Whose identity it is makes no difference.
                let record = desired(after, held, Address::ZERO);
                record.is_some_and(|record| !record.denies())
            });
            let record = Record {
                version: *version,
                approved: approved.map(|held| held.chains.clone()),
            };
            self.0.insert((*wallet, entry), record);
        }
    }

    /// The version that an entry gave a wallet's record; `None` where it left it.
    pub fn version(&self, wallet: WalletAddress, entry: EntryNumber) -> Option<Version> {
        self.0.get(&(wallet, entry)).map(|record| record.version)
    }

    /// The entry that approved a wallet on a chain by a record of this version.
    pub fn approval(
        &self,
        wallet: WalletAddress,
        chain: ChainId,
        version: Version,
    ) -> Option<EntryNumber> {
        let mut records = self.0.iter().rev();
        let found = records.find(|((of, _), record)| {
            *of == wallet && record.version == version && record.approves_on(chain)
        });
        found.map(|((_, entry), _)| *entry)
    }

    /// Holds a receipt to what the entries decided.
    pub(super) fn hold(&self, receipt: &CaseReceipt) -> Result<(), CaseFault> {
        let record = self.0.get(&(receipt.wallet, receipt.entry));
        let decided = record.is_some_and(|record| {
            record.version == receipt.version
                && (receipt.carried == Carried::Denial || record.approves_on(receipt.chain))
        });
        match decided && receipt.is_whole() {
            true => Ok(()),
            false => Err(CaseFault::Receipt {
                wallet: receipt.wallet,
                chain: receipt.chain,
                entry: receipt.entry.0,
            }),
        }
    }
}

impl Record {
    fn approves_on(&self, chain: ChainId) -> bool {
        let scope = self.approved.as_ref();
        scope.is_some_and(|scope| scope.includes(chain))
    }
}

impl CaseReceipt {
    /// Whether it names what it must, having come so far, and nothing that it cannot know.
    fn is_whole(&self) -> bool {
        let (sent, included) = (self.transaction.is_some(), self.block.is_some());
        match self.reached {
            Reached::Final => sent && included,
            // An approval is told of once a block that counts has it.
            _ if self.carried == Carried::Approval => false,
            Reached::Stored | Reached::Sent | Reached::Mined => sent && self.settled.is_none(),
            Reached::Waiting | Reached::Needless => !sent && !included && self.settled.is_none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        country::Country, investor::Level, mirror::filter::tests::investor, wallet::Wallet,
    };

    const CHAIN: ChainId = ChainId(1);
    const ENTRY: EntryNumber = EntryNumber(4);

    fn wallet() -> WalletAddress {
        WalletAddress::new(Address::repeat_byte(7)).unwrap()
    }

    /// After an entry that left the investor so, its one wallet on this chain alone.
    fn records(change: impl FnOnce(&mut Investor)) -> Records {
        let country: Country = "DE".parse().unwrap();
        let mut after = investor(country, Level::Basic);
        after.wallets = vec![Wallet {
            address: wallet(),
            chains: ChainScope::Only([CHAIN].into()),
            active: true,
            version: Version(2),
        }];
        change(&mut after);
        let changed = Event::RecordChanged {
            wallet: wallet(),
            version: Version(2),
        };
        let mut records = Records::default();
        records.note(ENTRY, &[changed], &after);
        records
    }

    fn receipt(carried: Carried) -> CaseReceipt {
        CaseReceipt {
            wallet: wallet(),
            chain: CHAIN,
            registry: Address::repeat_byte(9),
            carried,
            entry: ENTRY,
            version: Version(2),
            reached: Reached::Final,
            transaction: Some(TxHash::repeat_byte(1)),
            block: Some(5),
            settled: Some(UnixSeconds(1_800_000_000)),
        }
    }

    #[test]
    fn an_approval_is_one_where_the_entries_approved() {
        let approved = records(|_| {});
        let told = receipt(Carried::Approval);
        assert_eq!(approved.hold(&told), Ok(()));
        assert_eq!(approved.approval(wallet(), CHAIN, Version(2)), Some(ENTRY));
        let elsewhere = CaseReceipt {
            chain: ChainId(5),
            ..told.clone()
        };
        assert!(approved.hold(&elsewhere).is_err());
        assert_eq!(approved.approval(wallet(), ChainId(5), Version(2)), None);
        let denying: [fn(&mut Investor); 4] = [
            |after| after.restricted = true,
            |after| after.frozen = true,
            |after| after.wallets[0].active = false,
            |after| after.wallets.clear(),
        ];
        for denied in denying.map(records) {
            assert!(denied.hold(&told).is_err());
            assert_eq!(denied.approval(wallet(), CHAIN, Version(2)), None);
            assert_eq!(denied.hold(&receipt(Carried::Denial)), Ok(()));
        }
    }

    #[test]
    fn a_receipt_names_what_it_must_and_no_more() {
        let denied = records(|after| after.restricted = true);
        let nowhere = CaseReceipt {
            transaction: None,
            block: None,
            settled: None,
            ..receipt(Carried::Denial)
        };
        for (reached, whole) in [
            (Reached::Waiting, &nowhere),
            (Reached::Needless, &nowhere),
            (Reached::Final, &receipt(Carried::Denial)),
        ] {
            for other in [Reached::Waiting, Reached::Sent, Reached::Final] {
                let receipt = CaseReceipt {
                    reached: other,
                    ..whole.clone()
                };
                let alike = matches!(reached, Reached::Final) == (other == Reached::Final);
                let holds = alike && other != Reached::Sent;
                assert_eq!(denied.hold(&receipt).is_ok(), holds, "{receipt:?}");
            }
        }
    }
}
