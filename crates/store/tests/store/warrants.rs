//! Whose an import is, and until when it may go on.

use alloy_primitives::B256;
use symbolon_core::{
    actor::Actor,
    federation::{KeyGrant, OwnerOperation},
    ids::AuthorityIndex,
};
use symbolon_store::{
    IdempotentRequest, ImportState, Lapse, NewImport, Recalled, StoreError, Warrant,
};

use crate::{
    federation::{BAFIN, FINMA, acting_for, countries, restrict},
    support::{NOW, Register, actor, source},
};

const FILE: B256 = B256::repeat_byte(9);

impl Register {
    async fn begin_import(&self, id: &str, actor: &Actor) {
        let new = NewImport {
            id: id.to_owned(),
            file_hash: FILE,
            actor: actor.clone(),
            source: source(),
        };
        self.store()
            .start_import(&self.issuer, &new, NOW)
            .await
            .unwrap();
    }

    /// What the authority's inspector may do, by a key of its own.
    async fn inspector(&self) -> Warrant {
        let grant = KeyGrant::Authority(BAFIN);
        self.grant("inspector", 1, &grant).await.unwrap();
        let holder = acting_for(BAFIN);
        let warrant = self
            .store()
            .warrant(&self.issuer, &holder, Some("inspector"));
        warrant.await.unwrap()
    }

    async fn lapse(&self, warrant: &Warrant) -> Option<Lapse> {
        let mut transaction = self.store().begin(&self.issuer).await.unwrap();
        transaction.lapse(warrant).await.unwrap()
    }
}

#[tokio::test]
async fn an_import_is_found_by_its_authority_alone() {
    let register = Register::with_authorities().await;
    let (store, issuer) = (register.store(), &register.issuer);
    register.begin_import("job-1", &acting_for(BAFIN)).await;
    let of_file = async |authority| {
        let job = store.import_of_file(issuer, FILE, authority).await;
        job.unwrap().map(|job| (job.id, job.authority))
    };
    assert_eq!(of_file(BAFIN).await, Some(("job-1".to_owned(), BAFIN)));
    assert_eq!(of_file(FINMA).await, None);
    assert_eq!(of_file(AuthorityIndex::OWNER).await, None);
    // Somebody else's newer import of the same file does not hide it.
    register.begin_import("job-2", &actor()).await;
    assert_eq!(of_file(BAFIN).await, Some(("job-1".to_owned(), BAFIN)));

    let seen = async |by| {
        let jobs = store.imports(issuer, by, None, 10).await.unwrap();
        jobs.into_iter().map(|job| job.id).collect::<Vec<_>>()
    };
    assert_eq!(seen(AuthorityIndex::OWNER).await, ["job-2", "job-1"]);
    assert_eq!(seen(BAFIN).await, ["job-1"]);
    assert!(seen(FINMA).await.is_empty());
    assert!(store.import(issuer, "job-1", BAFIN).await.is_ok());
    let owner = AuthorityIndex::OWNER;
    assert!(store.import(issuer, "job-1", owner).await.is_ok());
    for (id, by) in [("job-1", FINMA), ("job-2", BAFIN), ("job-3", owner)] {
        let absent = store.import(issuer, id, by).await;
        let said = StoreError::NotFound { what: "import" }.to_string();
        assert_eq!(absent.unwrap_err().to_string(), said, "{id} by {by}");
    }
}

#[tokio::test]
async fn a_warrant_holds_as_long_as_its_key_and_its_mandate() {
    let register = Register::with_authorities().await;
    let inspector = register.inspector().await;
    assert_eq!(register.lapse(&inspector).await, None);
    register.propose(restrict(FINMA)).await.unwrap();
    assert_eq!(register.lapse(&inspector).await, None, "another's");

    let more = OwnerOperation::SetAuthorityCountries {
        authority: BAFIN,
        countries: countries(&["AT", "DE"]),
    };
    register.propose(more).await.unwrap();
    let changed = Lapse::MandateChanged(BAFIN);
    assert_eq!(register.lapse(&inspector).await, Some(changed));
    register.propose(restrict(BAFIN)).await.unwrap();
    let restricted = Lapse::AuthorityRestricted(BAFIN);
    assert_eq!(register.lapse(&inspector).await, Some(restricted));
    register.revoke_key("inspector").await;
    let revoked = Lapse::KeyRevoked;
    assert_eq!(register.lapse(&inspector).await, Some(revoked));
}

#[tokio::test]
async fn the_command_line_needs_no_key() {
    let register = Register::empty().await;
    let (store, issuer) = (register.store(), &register.issuer);
    let maria = store.warrant(issuer, &actor(), None).await.unwrap();
    assert_eq!(register.lapse(&maria).await, None);
    let unknown = store.warrant(issuer, &actor(), Some("nobody")).await;
    let revoked = Some(Lapse::KeyRevoked);
    assert_eq!(register.lapse(&unknown.unwrap()).await, revoked);
}

#[tokio::test]
async fn an_import_that_is_stopped_says_why_and_where() {
    let register = Register::with_authorities().await;
    let (store, issuer) = (register.store(), &register.issuer);
    register.begin_import("job-1", &acting_for(BAFIN)).await;
    let stop = async || {
        let mut transaction = store.begin(issuer).await.unwrap();
        let stopped = transaction
            .stop_import("job-1", Lapse::KeyRevoked, NOW)
            .await;
        transaction.commit().await.unwrap();
        stopped
    };
    stop().await.unwrap();
    let job = store.import(issuer, "job-1", BAFIN).await.unwrap();
    assert_eq!((job.state, job.line), (ImportState::Stopped, 0));
    assert_eq!(job.finished, Some(NOW));
    let errors = store.import_errors(issuer, "job-1", 0, 10).await.unwrap();
    assert_eq!((errors.len(), errors[0].line), (1, 1));
    assert_eq!(errors[0].code, "key_revoked");
    assert!(matches!(stop().await, Err(StoreError::Conflict { .. })));
}

#[tokio::test]
async fn the_same_idempotency_key_is_anothers_in_other_hands() {
    let register = Register::with_authorities().await;
    let ada = Actor {
        person: Some("ada".parse().unwrap()),
        ..actor()
    };
    let askers = [actor(), ada, acting_for(BAFIN), acting_for(FINMA)];
    for (status, asker) in (201..).zip(&askers) {
        let request = IdempotentRequest {
            actor: asker,
            key: "key-1",
            method_path: "POST /v1/investors",
            body_hash: &[1; 32],
        };
        let mut transaction = register.store().begin(&register.issuer).await.unwrap();
        let recalled = transaction.recall_idempotent(request).await.unwrap();
        assert_eq!(recalled, Recalled::Unknown, "{asker:?}");
        transaction
            .remember_idempotent(request, status, "{}", NOW)
            .await
            .unwrap();
        let recalled = transaction.recall_idempotent(request).await.unwrap();
        let body = "{}".to_owned();
        assert_eq!(recalled, Recalled::Answer { status, body });
        transaction.commit().await.unwrap();
    }
}
