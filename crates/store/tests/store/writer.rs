//! Who decides: the register, or a registrar on chain that it follows.

use alloy_primitives::Address;
use symbolon_core::{
    command::Command,
    country::Country,
    federation::{AuthorityDeed, FederationCommand, FederationRefusal, OwnerOperation},
    ids::{AuthorityIndex, ChainId},
    investor::{RevocationReason, StatusName},
    mirror::lane::Part,
    register::{Deed, Refusal},
    time::UnixSeconds,
};
use symbolon_store::{
    Answer, FederationFailure, Request, StateDifference, StoreError, Subject, Witnessed, Writer,
};

use crate::support::{EXPIRY, NOW, ONE, Register, actor, admit, id, verdict, wallet};

const HOME: ChainId = ChainId(1);
const FIRST: AuthorityIndex = AuthorityIndex(1);

const REGISTRAR: Writer = Writer::Registrar {
    chain: HOME,
    address: Address::repeat_byte(0x42),
    deployed_block: 7,
};

fn done(investor: u8, deed: Deed) -> Witnessed {
    Witnessed {
        investor: id(investor),
        deed,
        at: NOW,
    }
}

fn added(investor: u8) -> [Witnessed; 2] {
    let verdict = Some(verdict(Country::US));
    [
        done(
            investor,
            Deed::Added {
                authority: FIRST,
                verdict,
            },
        ),
        done(investor, Deed::AddressRegistered(wallet(investor))),
    ]
}

impl Register {
    /// An issuer whose investors a registrar keeps, and nobody in it.
    async fn following() -> Self {
        let register = Self::empty().await;
        register.choose(REGISTRAR).await.unwrap();
        register
    }

    async fn choose(&self, writer: Writer) -> Result<(), StoreError> {
        let mut transaction = self.store().begin(&self.issuer).await?;
        transaction.set_writer(writer).await?;
        transaction.commit().await.map(|_| ())
    }

    async fn witness(&self, deeds: Vec<Witnessed>) -> Vec<Answer> {
        let mut transaction = self.store().begin(&self.issuer).await.unwrap();
        let appointed = AuthorityDeed::Appointed("r-1".parse().unwrap());
        let appointed = transaction.witness_authority(HOME, FIRST, appointed, NOW);
        appointed.await.unwrap().unwrap();
        let answers = transaction.witness(HOME, deeds, NOW).await.unwrap();
        transaction.commit().await.unwrap();
        answers
    }
}

#[tokio::test]
async fn a_writer_is_chosen_before_anything_is_written() {
    let register = Register::empty().await;
    let (store, issuer) = (register.store(), &register.issuer);
    assert_eq!(store.writer(issuer).await.unwrap(), Writer::Register);
    assert!(store.next_block_to_witness(issuer).await.is_err());
    register.choose(REGISTRAR).await.unwrap();
    assert_eq!(store.writer(issuer).await.unwrap(), REGISTRAR);
    assert_eq!(store.issuer(issuer).await.unwrap().writer, REGISTRAR);
    assert_eq!(store.next_block_to_witness(issuer).await.unwrap(), 7);
    register.choose(Writer::Register).await.unwrap();

    register
        .decide(vec![admit(1)])
        .await
        .pop()
        .unwrap()
        .unwrap();
    let refused = register.choose(REGISTRAR).await.unwrap_err();
    assert!(
        refused.to_string().contains("log has decisions"),
        "{refused}"
    );
    assert_eq!(store.writer(issuer).await.unwrap(), Writer::Register);
}

#[tokio::test]
async fn people_write_nothing_where_a_chain_decides() {
    let register = Register::following().await;
    let deeds = [added(1), added(2)].into_iter().flatten().collect();
    for answer in register.witness(deeds).await {
        answer.unwrap();
    }
    let head = register.store().head(&register.issuer).await.unwrap();
    let revocation = Request {
        subject: Subject::Wallet(wallet(1)),
        command: Command::Revoke(RevocationReason::Sanctions),
    };
    for answer in register.decide(vec![admit(3), revocation]).await {
        assert_eq!(answer.unwrap_err(), Refusal::WriterIsOnChain);
    }
    let mut transaction = register.store().begin(&register.issuer).await.unwrap();
    let command = FederationCommand::Propose {
        operation: OwnerOperation::RestrictAuthority { authority: FIRST },
        expires: UnixSeconds(NOW.0 + 1),
    };
    let refused = transaction.govern(command, &actor(), NOW).await.unwrap();
    assert_eq!(
        refused.unwrap_err(),
        FederationFailure::Refused(FederationRefusal::WriterIsOnChain)
    );
    drop(transaction);
    assert_eq!(register.store().head(&register.issuer).await.unwrap(), head);

    // What the register does by itself goes on.
    let mut transaction = register.store().begin(&register.issuer).await.unwrap();
    let expiry = Request {
        subject: Subject::Wallet(wallet(1)),
        command: Command::Expire,
    };
    let answers = transaction.decide(vec![expiry], &actor(), EXPIRY).await;
    let expired = answers.unwrap().pop().unwrap().unwrap();
    assert_eq!(expired.investor.status.name(), StatusName::Expired);
}

/// A batch that is decided ahead of its turn is no way around it.
#[tokio::test]
async fn nothing_is_foreseen_either() {
    let register = Register::following().await;
    let store = register.store();
    let mut transaction = store.begin(&register.issuer).await.unwrap();
    let batch = transaction.consider(vec![admit(1)], &actor(), NOW).await;
    let foresight = batch.unwrap().foresight();
    let requests = [admit(2)];
    let ahead = store.foresee(foresight, &requests, &actor(), NOW).await;
    let mut transaction = {
        transaction.commit().await.unwrap();
        store.begin(&register.issuer).await.unwrap()
    };
    let answers = transaction.store(ahead.unwrap().unwrap()).await.unwrap();
    assert_eq!(answers[0].as_ref().unwrap_err(), &Refusal::WriterIsOnChain);
}

#[tokio::test]
async fn a_chain_that_does_not_decide_is_not_believed() {
    for register in [Register::empty().await, Register::following().await] {
        let mut transaction = register.store().begin(&register.issuer).await.unwrap();
        let refused = transaction.witness(ONE.chain, added(1).to_vec(), NOW).await;
        assert!(matches!(refused, Err(StoreError::Conflict { .. })));
        let deed = AuthorityDeed::Restricted;
        let refused = transaction
            .witness_authority(ONE.chain, FIRST, deed, NOW)
            .await;
        assert!(matches!(refused, Err(StoreError::Conflict { .. })));
    }
}

#[tokio::test]
async fn what_is_witnessed_is_owed_to_chains_and_replays() {
    let register = Register::following().await;
    let deeds = [added(1), added(2)].into_iter().flatten().collect();
    for answer in register.witness(deeds).await {
        answer.unwrap();
    }
    let again = register.witness(vec![done(1, Deed::Restricted)]).await;
    assert!(again[0].as_ref().unwrap().investor.restricted);
    assert_eq!(register.denials(ONE).await.len(), 1);
    assert_eq!(register.in_turn(ONE).await.len(), 2);
    assert!(register.pull(ONE, Part::Denials).await[0].desired.denies());

    let store = register.store();
    let entries = store.entries(&register.issuer, Default::default(), 10);
    for entry in entries.await.unwrap() {
        assert_eq!(entry.entry.actor, "chain:1");
        assert_eq!(entry.entry.at, NOW);
    }
    let report = store.verify_log(&register.issuer).await.unwrap();
    assert_eq!((report.investors, report.wallets), (2, 2));
    register
        .tamper("UPDATE authority SET restricted = true")
        .await;
    let found = store.verify_log(&register.issuer).await.unwrap_err();
    assert!(
        matches!(
            found,
            symbolon_store::AuditError::State(StateDifference::Federation)
        ),
        "{found}"
    );
}

#[tokio::test]
async fn a_block_is_noted_with_what_followed_from_it_or_not_at_all() {
    let register = Register::following().await;
    let (store, issuer) = (register.store(), &register.issuer);
    let mut transaction = store.begin(issuer).await.unwrap();
    let deeds = added(1).to_vec();
    transaction.witness(HOME, deeds, NOW).await.unwrap();
    transaction.witnessed_through(20).await.unwrap();
    drop(transaction);
    assert_eq!(store.next_block_to_witness(issuer).await.unwrap(), 7);
    assert_eq!(store.head(issuer).await.unwrap().number.0, 0);

    let mut transaction = store.begin(issuer).await.unwrap();
    transaction.witnessed_through(20).await.unwrap();
    transaction.witnessed_through(10).await.unwrap();
    assert_eq!(transaction.next_block_to_witness().await.unwrap(), 21);
    transaction.commit().await.unwrap();
    assert_eq!(store.next_block_to_witness(issuer).await.unwrap(), 21);
}
