//! The calls of contracts beside a registry.

use alloy::{
    primitives::{Address, B256, Bytes},
    sol_types::SolCall,
};
use symbolon_bindings::{CertificateRegistry, ClaimIssuer, CountryRules, IdentityFactory};
use symbolon_core::{
    certificate::{CertificateId, RequirementVersion, record::CertificateRecord},
    claim::{ClaimTopic, record::Wording, signed::ClaimSignature},
    identity::{IdentitySalt, mirrored::Purposes},
    ids::InvestorId,
    mirror::companion::{
        Certification, ClaimDenial, CompanionBatch, CompanionCall, CompanionEntry, IssuedClaim,
        KeptKey, RuleWithdrawal,
    },
    wallet::{Version, WalletAddress},
};

/// The call of a companion that carries a batch, and the log's head (I9) where its
/// contract is the register's alone.
pub(super) fn calldata(registry: Address, head: B256, batch: &CompanionBatch) -> Vec<u8> {
    let argument = Bytes::from(batch.argument());
    match batch.call() {
        CompanionCall::AnnounceRules => {
            let entries = argument;
            CountryRules::announceCall { head, entries }.abi_encode()
        }
        CompanionCall::WithdrawRules => {
            let entries = argument;
            CountryRules::withdrawCall { head, entries }.abi_encode()
        }
        CompanionCall::Certify => {
            let records = argument;
            CertificateRegistry::upsertCall { head, records }.abi_encode()
        }
        CompanionCall::DenyCertificates => {
            let denials = argument;
            CertificateRegistry::denyCall { head, denials }.abi_encode()
        }
        CompanionCall::KeepKeys => {
            let keys = argument;
            IdentityFactory::keepKeysCall { registry, keys }.abi_encode()
        }
        CompanionCall::IssueClaims => {
            let claims = argument;
            IdentityFactory::addClaimsCall { registry, claims }.abi_encode()
        }
        CompanionCall::DenyClaims => {
            let denials = argument;
            ClaimIssuer::denyClaimsCall { denials }.abi_encode()
        }
    }
}

/// One like it that the contract has no reason to refuse, and that changes nothing
/// there: its version never counts, or nobody has the identity.
pub(crate) fn harmless(batch: &CompanionBatch) -> CompanionBatch {
    let Ok(nobody) = WalletAddress::new(Address::with_last_byte(1)) else {
        return batch.clone();
    };
    let stale = Version(0);
    let investor = InvestorId(B256::ZERO);
    let salt = IdentitySalt(B256::ZERO);
    let topic = ClaimTopic::KYC;
    let entry = match batch.call() {
        CompanionCall::AnnounceRules | CompanionCall::WithdrawRules => {
            CompanionEntry::WithdrawRule(RuleWithdrawal {
                key: None,
                version: stale,
            })
        }
        CompanionCall::Certify | CompanionCall::DenyCertificates => {
            CompanionEntry::Certify(Certification {
                certificate: CertificateId(0),
                holder: nobody,
                record: CertificateRecord::certifying(stale, RequirementVersion(0), None),
            })
        }
        CompanionCall::KeepKeys => CompanionEntry::KeepKey(KeptKey {
            investor,
            salt,
            wallet: nobody,
            purposes: Purposes::NONE,
        }),
        CompanionCall::IssueClaims => CompanionEntry::IssueClaim(IssuedClaim {
            investor,
            topic,
            salt,
            issuer: nobody.address(),
            version: stale,
            wording: Wording {
                ends: None,
                content: B256::ZERO,
            },
            signature: ClaimSignature([0; 65]),
        }),
        CompanionCall::DenyClaims => CompanionEntry::DenyClaim(ClaimDenial {
            investor,
            topic,
            identity: nobody.address(),
            version: stale,
        }),
    };
    entry.call().batch(batch.contract, [entry])
}
