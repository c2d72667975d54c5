//! One call of a companion, packed as its contract reads it.

use alloy_primitives::Address;
use thiserror::Error;

use super::{Companion, CompanionEntry, CompanionKey};
use crate::{mirror::fees::Gas, wallet::Version};

/// One call of a companion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompanionBatch {
    /// Where the contract is: whoever signs it anew at a higher price signs the same.
    pub contract: Address,
    call: CompanionCall,
    /// All of the call.
    entries: Vec<CompanionEntry>,
}

/// Which function of a companion a batch calls, in the order in which they are called:
/// an identity is deployed before anything is claimed of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CompanionCall {
    /// `announce`.
    AnnounceRules,
    /// `withdraw`.
    WithdrawRules,
    /// `upsert`.
    Certify,
    /// `deny`.
    DenyCertificates,
    /// `keepKeys`.
    KeepKeys,
    /// `addClaims`, of the identities' factory.
    IssueClaims,
    /// `denyClaims`.
    DenyClaims,
}

/// Bytes that are no call of a companion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("they are not whole entries of known keys")]
pub struct NoEntries;

impl CompanionCall {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::AnnounceRules,
        Self::WithdrawRules,
        Self::Certify,
        Self::DenyCertificates,
        Self::KeepKeys,
        Self::IssueClaims,
        Self::DenyClaims,
    ];

    /// Whose keys it writes.
    pub const fn companion(self) -> Companion {
        match self {
            Self::AnnounceRules | Self::WithdrawRules => Companion::Rules,
            Self::Certify | Self::DenyCertificates => Companion::Certificates,
            Self::KeepKeys => Companion::Identities,
            Self::IssueClaims | Self::DenyClaims => Companion::Claims,
        }
    }

    /// Its name, as the store keeps it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AnnounceRules => "announce_rules",
            Self::WithdrawRules => "withdraw_rules",
            Self::Certify => "certify",
            Self::DenyCertificates => "deny_certificates",
            Self::KeepKeys => "keep_keys",
            Self::IssueClaims => "issue_claims",
            Self::DenyClaims => "deny_claims",
        }
    }

    /// The call of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }

    /// What so many of its keys take, generously, beside what any transaction does.
    pub const fn gas(self, keys: u64) -> Gas {
        Gas(self.spare_gas() + keys * self.gas_per_key())
    }

    /// How many keys one transaction may have: half of what EIP-7825 allows.
    pub const fn most_keys(self) -> usize {
        (8_000_000 / self.gas_per_key()) as usize
    }

    const fn gas_per_key(self) -> u64 {
        match self {
            // A word and an event.
            Self::AnnounceRules
            | Self::WithdrawRules
            | Self::Certify
            | Self::DenyCertificates
            | Self::DenyClaims => 40_000,
            // An identity is deployed.
            Self::KeepKeys => 150_000,
            // A claim is code.
            Self::IssueClaims => 220_000,
        }
    }

    /// What the factory wants left to tell a claim that is refused from one that it
    /// could not pay for.
    const fn spare_gas(self) -> u64 {
        match self {
            Self::IssueClaims => 600_000,
            _ => 0,
        }
    }

    /// The call of this contract with these entries, those of other calls aside.
    pub fn batch(
        self,
        contract: Address,
        entries: impl IntoIterator<Item = CompanionEntry>,
    ) -> CompanionBatch {
        let entries = entries.into_iter().filter(|entry| entry.call() == self);
        CompanionBatch {
            contract,
            call: self,
            entries: entries.collect(),
        }
    }

    /// The batch in these bytes, which begin with the contract's address.
    pub fn unpack(self, bytes: &[u8]) -> Result<CompanionBatch, NoEntries> {
        let (contract, bytes) = bytes.split_at_checked(20).ok_or(NoEntries)?;
        if bytes.is_empty() || !bytes.len().is_multiple_of(self.width()) {
            return Err(NoEntries);
        }
        let entries = bytes
            .chunks_exact(self.width())
            .map(|entry| CompanionEntry::read(self, entry).ok_or(NoEntries))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(self.batch(Address::from_slice(contract), entries))
    }

    /// Bytes of one entry, as the store keeps it.
    const fn width(self) -> usize {
        let behind_its_key = match self {
            Self::AnnounceRules => 39,
            Self::WithdrawRules | Self::DenyCertificates => 2,
            Self::Certify => 32,
            Self::KeepKeys => 33,
            Self::IssueClaims => 156,
            Self::DenyClaims => 22,
        };
        self.companion().key_bytes() + behind_its_key
    }
}

impl CompanionBatch {
    /// Which function it calls.
    pub const fn call(&self) -> CompanionCall {
        self.call
    }

    /// How many keys it writes.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it writes nothing.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Each of its entries.
    pub fn iter(&self) -> impl Iterator<Item = &CompanionEntry> {
        self.entries.iter()
    }

    /// Each key with the version that it is brought to.
    pub fn versions(&self) -> Vec<(CompanionKey, Version)> {
        let versions = self.iter().map(|entry| (entry.key(), entry.version()));
        versions.collect()
    }

    /// Takes off the entries from this place on.
    #[must_use]
    pub fn split_off(&mut self, at: usize) -> Self {
        Self {
            entries: self.entries.split_off(at.min(self.len())),
            ..*self
        }
    }

    /// The call's `bytes` argument, as the contract reads it.
    pub fn argument(&self) -> Vec<u8> {
        self.iter().flat_map(CompanionEntry::argument).collect()
    }

    /// As the store keeps it: the contract's address, then the entries.
    pub fn packed(&self) -> Vec<u8> {
        let mut bytes = self.contract.to_vec();
        bytes.extend(self.iter().flat_map(CompanionEntry::stored));
        bytes
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{B256, U256};

    use super::*;
    use crate::{
        certificate::{CertificateId, record::CertificateRecord},
        claim::{ClaimTopic, record::Wording, signed::ClaimSignature},
        country::Country,
        identity::{IdentitySalt, mirrored::Purposes},
        ids::InvestorId,
        mirror::companion::{
            CertificateDenial, Certification, ClaimDenial, IssuedClaim, KeptKey, RuleAnnouncement,
            RuleWithdrawal,
        },
        time::UnixSeconds,
        transfer_rules::record::RuleKey,
        wallet::WalletAddress,
    };

    const CONTRACT: Address = Address::repeat_byte(3);

    fn holder() -> WalletAddress {
        WalletAddress::new(Address::repeat_byte(4)).unwrap()
    }

    fn announcement(key: RuleKey, rule: u64) -> CompanionEntry {
        CompanionEntry::AnnounceRule(RuleAnnouncement {
            key,
            version: Version(0x0102),
            rule,
            source: B256::repeat_byte(7),
        })
    }

    fn withdrawal(key: RuleKey) -> CompanionEntry {
        let version = Version(9);
        CompanionEntry::WithdrawRule(RuleWithdrawal { key, version })
    }

    const INVESTOR: InvestorId = InvestorId(B256::repeat_byte(1));
    const SALT: IdentitySalt = IdentitySalt(B256::repeat_byte(2));

    fn of_identities() -> [CompanionEntry; 3] {
        let identity = Address::repeat_byte(6);
        let wording = Wording {
            ends: Some(UnixSeconds(0x01_0203_0405)),
            content: B256::repeat_byte(8),
        };
        [
            CompanionEntry::KeepKey(KeptKey {
                investor: INVESTOR,
                salt: SALT,
                wallet: holder(),
                purposes: Purposes::OF_WALLETS,
            }),
            CompanionEntry::IssueClaim(IssuedClaim {
                investor: INVESTOR,
                topic: ClaimTopic::KYC,
                salt: SALT,
                issuer: CONTRACT,
                version: Version(0x0506),
                wording,
                signature: ClaimSignature([9; 65]),
            }),
            CompanionEntry::DenyClaim(ClaimDenial {
                investor: INVESTOR,
                topic: ClaimTopic::AML,
                identity,
                version: Version(0x0708),
            }),
        ]
    }

    /// Nothing of whom it is about is on a chain but the salt and the identity.
    #[test]
    fn contracts_read_no_investor() {
        let topic = |topic: ClaimTopic| topic.0.to_be_bytes::<32>();
        let (salt, holder) = (SALT.0, holder().address());
        let [key, issued, denied] = of_identities();
        let argument = |entry: CompanionEntry| entry.call().batch(CONTRACT, [entry]).argument();
        assert_eq!(
            argument(key),
            [salt.as_slice(), holder.as_slice(), &[6]].concat()
        );
        assert_eq!(
            argument(issued),
            [
                salt.as_slice(),
                CONTRACT.as_slice(),
                &topic(ClaimTopic::KYC),
                &[1, 2, 3, 4, 5],
                &[5, 6],
                &[8; 32],
                &[9; 65]
            ]
            .concat()
        );
        assert_eq!(
            argument(denied),
            [[6; 20].as_slice(), &topic(ClaimTopic::AML), &[7, 8]].concat()
        );
    }

    #[test]
    fn packing_round_trips() {
        let mut entries = vec![
            announcement(None, 0xff_ffff_ffff),
            announcement(Some(Country::US), 1),
            withdrawal(Some(Country::US)),
            CompanionEntry::Certify(Certification {
                certificate: CertificateId(u64::MAX),
                holder: holder(),
                record: CertificateRecord(U256::MAX >> 3),
            }),
            CompanionEntry::DenyCertificate(CertificateDenial {
                certificate: CertificateId(5),
                holder: holder(),
                version: Version(0x0304),
            }),
        ];
        entries.extend(of_identities());
        for call in CompanionCall::ALL {
            let batch = call.batch(CONTRACT, entries.iter().copied());
            assert_eq!(batch.call(), call);
            assert!(!batch.is_empty());
            assert_eq!(CompanionCall::from_name(call.as_str()), Some(call));
            assert_eq!(call.unpack(&batch.packed()), Ok(batch));
        }
    }

    #[test]
    fn torn_bytes_and_unknown_countries_are_no_entries() {
        let withdraw = CompanionCall::WithdrawRules;
        assert_eq!(withdraw.unpack(&[]), Err(NoEntries));
        assert_eq!(withdraw.unpack(&[0; 20]), Err(NoEntries));
        assert_eq!(withdraw.unpack(&[0; 25]), Err(NoEntries));
        assert_eq!(withdraw.unpack(&[1; 24]), Err(NoEntries), "country 257");
        assert!(CompanionCall::AnnounceRules.unpack(&[0; 60]).is_err());
    }

    #[test]
    fn a_key_is_found_in_its_bytes() {
        let certificate = CompanionKey::Certificate(CertificateId(9), holder());
        let rules = [None, Some(Country::US)].map(CompanionKey::Rule);
        let identity = CompanionKey::IdentityKey(INVESTOR, holder());
        let claim = CompanionKey::Claim(INVESTOR, ClaimTopic::KYC);
        for key in rules.into_iter().chain([certificate, identity, claim]) {
            assert_eq!(key.companion().key(&key.bytes()), Some(key));
        }
        assert_eq!(Companion::Certificates.key(&[1; 32]), None, "a longer id");
        assert_eq!(Companion::Rules.key(&[1, 2, 3]), None);
        assert_eq!(Companion::from_name("rules"), Some(Companion::Rules));
    }

    #[test]
    fn a_batch_is_split_where_it_is_asked_to() {
        let keys = [None, Some(Country::US)];
        let entries = keys.map(|key| announcement(key, 1));
        let mut first = CompanionCall::AnnounceRules.batch(CONTRACT, entries);
        let second = first.split_off(1);
        let version = Version(0x0102);
        assert_eq!(first.versions(), [(CompanionKey::Rule(None), version)]);
        assert_eq!(second.versions(), [(CompanionKey::Rule(keys[1]), version)]);
        assert_eq!(second.len(), 1);
    }

    /// What the lanes send was measured to need less.
    #[test]
    fn a_transaction_of_the_most_keys_takes_half_of_what_any_may() {
        let most = CompanionCall::ALL.map(|call| call.most_keys());
        assert_eq!(most, [200, 200, 200, 200, 53, 36, 200]);
        let gas = |call: CompanionCall| call.gas(call.most_keys() as u64).0;
        assert_eq!(gas(CompanionCall::Certify), 8_000_000);
        assert_eq!(gas(CompanionCall::KeepKeys), 7_950_000);
        assert_eq!(gas(CompanionCall::IssueClaims), 7_920_000 + 600_000);
        assert_eq!(CompanionCall::DenyClaims.gas(1).0, 40_000);
    }

    #[test]
    fn some_contracts_have_mirrors_of_their_own() {
        let own = Companion::ALL.into_iter().filter(|one| one.has_mirrors());
        assert!(own.eq([Companion::Rules, Companion::Certificates]));
    }

    #[test]
    fn a_batch_without_entries_writes_nothing() {
        assert!(CompanionCall::Certify.batch(CONTRACT, []).is_empty());
        let one = CompanionCall::AnnounceRules.batch(CONTRACT, [announcement(None, 1)]);
        assert!(!one.is_empty());
    }
}
