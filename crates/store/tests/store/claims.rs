//! Claims and identities' keys as they are stored, and when chains are owed them.

use alloy_primitives::{Address, B256, U256};
use symbolon_core::{
    claim::{
        ClaimTopic,
        record::ClaimRecord,
        signed::{ClaimSignature, SignsClaims},
    },
    command::Command,
    mirror::companion::{Companion, CompanionCall, CompanionKey, PendingErrand},
    wallet::ChainScope,
};
use symbolon_store::{KnownCompanion, Subject};

use crate::{
    federation::{BAFIN, acting_for, german, restrict},
    support::{NOW, ONE, Register, wallet},
};

const CLAIM: Command = Command::IssueClaim {
    topic: ClaimTopic::KYC,
    expiry: None,
    content: None,
};
const REVOKE: Command = Command::RevokeClaim {
    topic: ClaimTopic::KYC,
};

struct Signer;

impl SignsClaims for Signer {
    fn address(&self) -> Address {
        Address::repeat_byte(5)
    }

    fn sign_claim(&self, _: B256) -> Option<ClaimSignature> {
        Some(ClaimSignature([5; 65]))
    }
}

impl Register {
    async fn add_identities(&self) {
        let mut transaction = self.store().begin(&self.issuer).await.unwrap();
        for companion in [Companion::Identities, Companion::Claims] {
            let known = KnownCompanion {
                registry: ONE,
                companion,
                contract: Address::repeat_byte(0x88),
            };
            transaction.add_companion(&known).await.unwrap();
        }
        transaction.commit().await.unwrap();
    }

    /// What is owed where a chain holds this of every claim, and no key, of whatever
    /// nobody has read.
    async fn owed_by(
        &self,
        signer: Option<&dyn SignsClaims>,
        claims: ClaimRecord,
    ) -> Vec<PendingErrand> {
        loop {
            let lease = self.lease(ONE).await;
            let pulled = self
                .store()
                .pull_errands(&lease, &ONE.into(), signer, 100, NOW)
                .await;
            let (pulled, unread) = pulled.unwrap();
            let keys: Vec<_> = unread.into_iter().flat_map(|unread| unread.keys).collect();
            if keys.is_empty() {
                return pulled.errands;
            }
            let words: Vec<_> = keys
                .into_iter()
                .map(|key| match key {
                    CompanionKey::Claim(..) => (key, claims.0),
                    _ => (key, U256::ZERO),
                })
                .collect();
            let noted = self.store().note_companion(&lease, 10, &words);
            noted.await.unwrap();
        }
    }

    async fn owed(&self) -> Vec<PendingErrand> {
        self.owed_by(Some(&Signer), ClaimRecord::EMPTY).await
    }
}

fn calls(owed: &[PendingErrand]) -> Vec<(CompanionCall, bool)> {
    let writes = owed.iter().filter_map(|one| one.write);
    let calls = writes.map(|write| (write.entry.call(), write.is_denial));
    calls.collect()
}

const KEPT: (CompanionCall, bool) = (CompanionCall::KeepKeys, false);
const ISSUED: (CompanionCall, bool) = (CompanionCall::IssueClaims, false);

#[tokio::test]
async fn a_claim_is_stored_with_its_investor_and_survives_the_audit() {
    let register = Register::with_customers(2).await;
    let claimed = register.one(Subject::Wallet(wallet(1)), CLAIM).await;
    let record = register
        .store()
        .investor(&register.issuer, claimed.investor.id)
        .await;
    assert_eq!(record.unwrap().investor, claimed.investor);
    assert_eq!(claimed.investor.claims.len(), 1);
    register.one(Subject::Wallet(wallet(1)), REVOKE).await;
    register.store().verify_log(&register.issuer).await.unwrap();
    register
        .tamper("UPDATE investor SET claims = NULL WHERE claims IS NOT NULL")
        .await;
    let found = register.store().verify_log(&register.issuer).await;
    found.unwrap_err();
}

#[tokio::test]
async fn an_identity_comes_before_what_is_claimed_of_it_and_others_have_none() {
    let register = Register::with_customers(3).await;
    register.add_identities().await;
    assert_eq!(register.owed().await, []);
    register.one(Subject::Wallet(wallet(1)), CLAIM).await;
    assert_eq!(calls(&register.owed().await), [KEPT, ISSUED]);
    register.revoke(2).await;
    assert_eq!(calls(&register.owed().await), [KEPT, ISSUED]);
    register.revoke(1).await;
    assert_eq!(calls(&register.owed().await), [KEPT], "but the identity");
}

#[tokio::test]
async fn a_new_contract_is_owed_what_was_claimed_before() {
    let register = Register::with_customers(2).await;
    register.one(Subject::Wallet(wallet(1)), CLAIM).await;
    register.add_identities().await;
    assert_eq!(calls(&register.owed().await), [KEPT, ISSUED]);
}

#[tokio::test]
async fn where_nobody_signs_claims_wait_and_denials_do_not() {
    let register = Register::with_customers(2).await;
    register.add_identities().await;
    register.one(Subject::Wallet(wallet(1)), CLAIM).await;
    let owed = register.owed_by(None, ClaimRecord::EMPTY).await;
    assert_eq!(calls(&owed), [KEPT]);
    assert_eq!(calls(&register.owed().await), [KEPT, ISSUED]);

    let wording = symbolon_core::claim::record::Wording {
        ends: None,
        content: B256::ZERO,
    };
    let version = symbolon_core::wallet::Version(1);
    let held = ClaimRecord::EMPTY.claimed(version, wording, Signer.address());
    let lease = register.lease(ONE).await;
    let report = register.store().wallet_report(&register.issuer, wallet(1));
    let investor = report.await.unwrap().unwrap().investor.unwrap().id;
    let words = [(CompanionKey::Claim(investor, ClaimTopic::KYC), held.0)];
    let noted = register.store().note_companion(&lease, 11, &words);
    noted.await.unwrap();
    register.one(Subject::Wallet(wallet(1)), REVOKE).await;
    let owed = register.owed_by(None, held).await;
    assert!(calls(&owed).contains(&(CompanionCall::DenyClaims, true)));
}

#[tokio::test]
async fn nothing_stands_of_whom_a_compromised_authority_verified() {
    let register = Register::with_authorities().await;
    register.add_identities().await;
    register.by(&acting_for(BAFIN), german(5)).await.unwrap();
    register.one(Subject::Wallet(wallet(5)), CLAIM).await;
    assert_eq!(calls(&register.owed().await), [KEPT, ISSUED]);
    register.propose(restrict(BAFIN)).await.unwrap();
    assert_eq!(calls(&register.owed().await), [KEPT]);
}

#[tokio::test]
async fn a_wallet_that_is_bound_anew_gets_a_key_and_one_on_other_chains_none() {
    let register = Register::with_customers(1).await;
    register.add_identities().await;
    register.one(Subject::Wallet(wallet(1)), CLAIM).await;
    for (n, chains) in [
        (8, ChainScope::All),
        (
            9,
            ChainScope::Only([symbolon_core::ids::ChainId(77)].into()),
        ),
    ] {
        let link = Command::LinkWallet {
            wallet: wallet(n),
            chains,
        };
        register.one(Subject::Wallet(wallet(1)), link).await;
    }
    assert_eq!(calls(&register.owed().await), [KEPT, KEPT, ISSUED]);
}
