//! Certificates as they are stored, and when chains are owed them.

use alloy_primitives::Address;
use symbolon_core::{
    certificate::{CertificateId, RequirementVersion, record::CertificateRecord},
    command::Command,
    mirror::companion::{Companion, CompanionKey, PendingErrand},
    wallet::Version,
};
use symbolon_store::{KnownCompanion, Subject, Unread};

use crate::{
    federation::{BAFIN, acting_for, german, restrict},
    support::{EXPIRY, NOW, ONE, Register, wallet},
};

const ID: CertificateId = CertificateId(7);

const CERTIFY: Command = Command::Certify {
    certificate: ID,
    requirements: RequirementVersion(1),
    expiry: None,
};

impl Register {
    async fn with_certificates_contract(customers: u8) -> Self {
        let register = Self::with_customers(customers).await;
        register.add_certificates_contract().await;
        register
    }

    async fn add_certificates_contract(&self) {
        let mut transaction = self.store().begin(&self.issuer).await.unwrap();
        let known = KnownCompanion {
            registry: ONE,
            companion: Companion::Certificates,
            contract: Address::repeat_byte(0x88),
        };
        transaction.add_companion(&known).await.unwrap();
        transaction.commit().await.unwrap();
    }

    /// What is owed where the contract holds this of everybody whom nobody has read.
    async fn owed_upon(&self, held: CertificateRecord) -> Vec<PendingErrand> {
        loop {
            let lease = self.lease(ONE).await;
            let pulled = self
                .store()
                .pull_errands(&lease, &ONE.into(), None, 100, NOW)
                .await;
            let (pulled, unread) = pulled.unwrap();
            if unread.is_empty() {
                return pulled.errands;
            }
            for Unread { keys, .. } in unread {
                let words: Vec<_> = keys.into_iter().map(|key| (key, held.0)).collect();
                let noted = self.store().note_companion(&lease, 10, &words);
                noted.await.unwrap();
            }
        }
    }
}

/// Whether each wallet that is owed is denied, by its number.
fn denials(owed: &[PendingErrand]) -> Vec<(u8, Option<bool>)> {
    let denial = |one: &PendingErrand| {
        let CompanionKey::Certificate(_, holder) = one.errand.key else {
            panic!("{one:?}");
        };
        (holder.address()[0], one.write.map(|write| write.is_denial))
    };
    let mut denials: Vec<_> = owed.iter().map(denial).collect();
    denials.sort_unstable();
    denials
}

#[tokio::test]
async fn a_certificate_is_stored_with_its_holder_and_survives_the_audit() {
    let register = Register::with_customers(2).await;
    let certified = register.one(Subject::Wallet(wallet(1)), CERTIFY).await;
    let record = register
        .store()
        .investor(&register.issuer, certified.investor.id)
        .await;
    assert_eq!(record.unwrap().investor, certified.investor);
    assert_eq!(certified.investor.certificates.len(), 1);
    let revoke = Command::RevokeCertificate { certificate: ID };
    register.one(Subject::Wallet(wallet(1)), revoke).await;
    register.store().verify_log(&register.issuer).await.unwrap();
    register
        .tamper("UPDATE investor SET certificates = NULL WHERE certificates IS NOT NULL")
        .await;
    let found = register.store().verify_log(&register.issuer).await;
    found.unwrap_err();
}

#[tokio::test]
async fn whatever_happens_to_a_holder_is_owed_and_nothing_of_others() {
    let register = Register::with_certificates_contract(3).await;
    assert_eq!(register.owed_upon(CertificateRecord::EMPTY).await, []);
    register.one(Subject::Wallet(wallet(1)), CERTIFY).await;
    let owed = register.owed_upon(CertificateRecord::EMPTY).await;
    assert_eq!(denials(&owed), [(1, Some(false))]);
    register.revoke(2).await;
    assert_eq!(
        denials(&register.owed_upon(CertificateRecord::EMPTY).await).len(),
        1
    );
    register.revoke(1).await;
    let owed = register.owed_upon(CertificateRecord::EMPTY).await;
    assert_eq!(denials(&owed), [(1, None)], "the chain never heard of it");
}

#[tokio::test]
async fn whom_a_compromised_authority_verified_is_certified_for_nothing() {
    let register = Register::with_authorities().await;
    register.admit(1).await;
    register.add_certificates_contract().await;
    register.by(&acting_for(BAFIN), german(5)).await.unwrap();
    for n in [1, 5] {
        register.one(Subject::Wallet(wallet(n)), CERTIFY).await;
    }
    let ends = Some(EXPIRY);
    let held = CertificateRecord::certifying(Version(1), RequirementVersion(1), ends);
    let owed = register.owed_upon(held).await;
    assert_eq!(denials(&owed), [(1, None), (5, None)], "it is so already");
    register.propose(restrict(BAFIN)).await.unwrap();
    let owed = register.owed_upon(held).await;
    assert_eq!(denials(&owed), [(1, None), (5, Some(true))]);
}

/// A scan that comes before the lane must not make old news of it.
#[tokio::test]
async fn whom_an_authority_counts_for_again_is_certified_again_whatever_is_scanned() {
    let register = Register::with_authorities().await;
    register.add_certificates_contract().await;
    register.by(&acting_for(BAFIN), german(5)).await.unwrap();
    register.one(Subject::Wallet(wallet(5)), CERTIFY).await;
    register.propose(restrict(BAFIN)).await.unwrap();
    let reinstate =
        symbolon_core::federation::OwnerOperation::ReinstateAuthority { authority: BAFIN };
    register.propose(reinstate).await.unwrap();
    let reinstated = register
        .store()
        .head(&register.issuer)
        .await
        .unwrap()
        .number;
    let begun = register.store().begin_scan(&register.issuer, ONE, 0, NOW);
    begun.await.unwrap();
    let owed = register
        .owed_upon(CertificateRecord::EMPTY.denied(Version(3)))
        .await;
    assert_eq!(owed[0].errand.entry, reinstated);
    assert_eq!(denials(&owed), [(5, Some(false))]);
}

/// A restored backup has lost the decision that a chain carries.
#[tokio::test]
async fn what_a_chain_revoked_stays_so_where_decisions_may_be_lost_until_people_decide() {
    let register = Register::with_certificates_contract(2).await;
    register.one(Subject::Wallet(wallet(1)), CERTIFY).await;
    let mut transaction = register.store().begin(&register.issuer).await.unwrap();
    let blocks = (1, 9);
    let alarm = transaction.alarm(ONE, "it carries a newer log", true, blocks, NOW);
    alarm.await.unwrap();
    transaction.commit().await.unwrap();
    register
        .tamper("UPDATE chain SET approvals_held = false, alarm = NULL")
        .await;
    let revoked = CertificateRecord::EMPTY.denied(Version(4));
    let owed = register.owed_upon(revoked).await;
    assert_eq!(denials(&owed), [(1, None)], "the chain knows better");
    let revoke = Command::RevokeCertificate { certificate: ID };
    register.one(Subject::Wallet(wallet(1)), revoke).await;
    register.one(Subject::Wallet(wallet(1)), CERTIFY).await;
    let owed = register.owed_upon(revoked).await;
    assert_eq!(denials(&owed), [(1, Some(false))], "somebody has decided");
}
