//! Idempotency, imports, chains, column maps.

use alloy_primitives::{Address, B256};
use symbolon_core::{ids::AuthorityIndex, time::UnixSeconds};
use symbolon_store::{
    ChainStatus, IdempotentRequest, ImportError, ImportProgress, ImportState, NewImport, Recalled,
    StoreError,
};

use crate::support::{NOW, ONE, Register, TWO, actor, admit, chain, source};

#[tokio::test]
async fn a_repeated_request_gets_the_first_answer() {
    let register = Register::empty().await;
    let asker = actor();
    let request = IdempotentRequest {
        actor: &asker,
        key: "abc",
        method_path: "POST /v1/investors",
        body_hash: &[1; 32],
    };
    let mut transaction = register.store().begin(&register.issuer).await.unwrap();
    assert_eq!(
        transaction.recall_idempotent(request).await.unwrap(),
        Recalled::Unknown
    );
    transaction
        .decide(vec![admit(1)], &actor(), NOW)
        .await
        .unwrap();
    transaction
        .remember_idempotent(request, 201, "{\"n\":1}", NOW)
        .await
        .unwrap();
    transaction.commit().await.unwrap();

    let mut transaction = register.store().begin(&register.issuer).await.unwrap();
    let answer = Recalled::Answer {
        status: 201,
        body: "{\"n\":1}".to_owned(),
    };
    assert_eq!(
        transaction.recall_idempotent(request).await.unwrap(),
        answer
    );
    for other in [
        IdempotentRequest {
            body_hash: &[2; 32],
            ..request
        },
        IdempotentRequest {
            method_path: "POST /v1/imports",
            ..request
        },
    ] {
        assert_eq!(
            transaction.recall_idempotent(other).await.unwrap(),
            Recalled::OtherRequest
        );
    }
    drop(transaction);
    let forget = |before| register.store().forget_idempotent(&register.issuer, before);
    assert_eq!(forget(NOW).await.unwrap(), 0);
    assert_eq!(forget(UnixSeconds(NOW.0 + 1)).await.unwrap(), 1);
}

#[tokio::test]
async fn an_import_goes_on_where_it_stopped() {
    let register = Register::empty().await;
    let (store, issuer) = (register.store(), &register.issuer);
    let new = NewImport {
        id: "job-1".to_owned(),
        file_hash: B256::repeat_byte(9),
        actor: actor(),
        source: source(),
    };
    store.start_import(issuer, &new, NOW).await.unwrap();
    let error = |line: u64, column: Option<&str>| ImportError {
        line,
        column: column.map(str::to_owned),
        code: "country".to_owned(),
        message: "XK has no numeric code".to_owned(),
    };
    let progress = |after, line, errors: Vec<ImportError>| ImportProgress {
        after,
        line,
        accepted: 1,
        unchanged: 0,
        refused: errors.len() as u64,
        errors,
    };
    for (after, line, errors) in [
        (0, 3, vec![error(2, Some("country")), error(3, None)]),
        (3, 5, vec![error(5, None)]),
    ] {
        let mut transaction = store.begin(issuer).await.unwrap();
        transaction
            .record_import_progress("job-1", &progress(after, line, errors))
            .await
            .unwrap();
        transaction.commit().await.unwrap();
    }
    // A crash between chunks loses the chunk and its progress together.
    let mut transaction = store.begin(issuer).await.unwrap();
    transaction
        .record_import_progress("job-1", &progress(5, 8, vec![]))
        .await
        .unwrap();
    drop(transaction);
    // Two workers cannot both store the same lines, and whoever does not know that
    // a chunk was lost stores none after it.
    for (after, line) in [(3, 5), (8, 9)] {
        let mut transaction = store.begin(issuer).await.unwrap();
        let refused = transaction
            .record_import_progress("job-1", &progress(after, line, vec![]))
            .await;
        assert!(matches!(refused, Err(StoreError::Conflict { .. })));
    }
    let finished = ImportState::Finished;
    let lost = store.finish_import(issuer, "job-1", finished, 8, NOW).await;
    assert!(matches!(lost, Err(StoreError::Conflict { .. })));

    let job = store
        .import_of_file(issuer, new.file_hash, AuthorityIndex::OWNER)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((job.line, job.accepted, job.refused), (5, 2, 3));
    assert_eq!(
        (job.state, &job.source),
        (ImportState::Running, &new.source)
    );
    let errors = store.import_errors(issuer, "job-1", 0, 10).await.unwrap();
    assert_eq!(
        errors,
        [error(2, Some("country")), error(3, None), error(5, None)]
    );
    assert_eq!(
        store.import_errors(issuer, "job-1", 2, 10).await.unwrap(),
        errors[2..]
    );
    store
        .finish_import(issuer, "job-1", finished, 5, NOW)
        .await
        .unwrap();
    let job = store
        .import(issuer, "job-1", AuthorityIndex::OWNER)
        .await
        .unwrap();
    assert_eq!(
        (job.state, job.finished),
        (ImportState::Finished, Some(NOW))
    );
    let second = NewImport {
        id: "job-2".to_owned(),
        ..new
    };
    store.start_import(issuer, &second, NOW).await.unwrap();
    let listed = store
        .imports(issuer, AuthorityIndex::OWNER, None, 1)
        .await
        .unwrap();
    assert_eq!(listed[0].id, "job-2");
    assert_eq!(
        store
            .imports(issuer, AuthorityIndex::OWNER, Some(&listed[0]), 9)
            .await
            .unwrap()[0]
            .id,
        "job-1"
    );
}

#[tokio::test]
async fn a_chains_configuration_and_status_survive() {
    let register = Register::empty().await;
    let (store, issuer) = (register.store(), &register.issuer);
    let status = ChainStatus {
        head_block: Some(12),
        head_time: Some(NOW),
        finalized_block: Some(10),
        signer: Some(Address::repeat_byte(5)),
        signer_balance_wei: Some(u128::MAX),
        last_error: Some("no answer".to_owned()),
        updated: Some(NOW),
    };
    store
        .update_chain_status(&register.lease(ONE).await, &status)
        .await
        .unwrap();
    assert_eq!(store.chain(issuer, ONE).await.unwrap().status, status);
    store
        .update_chain_status(&register.lease(ONE).await, &ChainStatus::default())
        .await
        .unwrap();
    let healed = ChainStatus {
        last_error: None,
        ..status
    };
    assert_eq!(store.chain(issuer, ONE).await.unwrap().status, healed);
    let mut renamed = chain(TWO);
    renamed.name = "other".to_owned();
    store.configure_chain(issuer, &renamed).await.unwrap();
    assert_eq!(store.chain(issuer, TWO).await.unwrap().chain, renamed);
    assert_eq!(store.chains(issuer).await.unwrap().len(), 2);
    let nowhere = store.chain(issuer, symbolon_core::ids::ChainId(5)).await;
    assert!(matches!(
        nowhere,
        Err(StoreError::NotFound { what: "chain" })
    ));
}

/// The lane and the follower of one chain each note what is wrong with theirs.
#[tokio::test]
async fn neither_error_of_a_chain_hides_the_other() {
    let register = Register::empty().await;
    let (store, issuer) = (register.store(), &register.issuer);
    let lane = async |error: Option<&str>| {
        let status = ChainStatus {
            last_error: error.map(str::to_owned),
            ..ChainStatus::default()
        };
        store
            .update_chain_status(&register.lease(ONE).await, &status)
            .await
            .unwrap();
    };
    let follower = async |error| store.note_following(issuer, ONE, error).await.unwrap();
    let trouble = async || store.chain(issuer, ONE).await.unwrap().trouble();

    assert_eq!(trouble().await, None);
    follower(Some("too many logs")).await;
    lane(None).await;
    let unread = "recoveries by tokens are not taken in: too many logs";
    assert_eq!(trouble().await.as_deref(), Some(unread));
    lane(Some("no funds")).await;
    assert_eq!(trouble().await.unwrap(), format!("no funds; {unread}"));
    follower(None).await;
    assert_eq!(trouble().await.as_deref(), Some("no funds"));
    let other = store.chain(issuer, TWO).await.unwrap();
    assert_eq!(other.trouble(), None);
}

#[tokio::test]
async fn a_column_map_is_the_issuers_own() {
    let register = Register::empty().await;
    let map = [("Kunde Wallet".to_owned(), "address".to_owned())].into();
    register
        .store()
        .set_column_map(&register.issuer, &map)
        .await
        .unwrap();
    assert_eq!(
        register.store().column_map(&register.issuer).await.unwrap(),
        map
    );
    let nobody = crate::support::issuer("nobody");
    assert!(
        register
            .store()
            .set_column_map(&nobody, &map)
            .await
            .is_err()
    );
    let twice = register
        .store()
        .create_issuer(&register.issuer, "Again", NOW)
        .await;
    assert!(matches!(twice, Err(StoreError::Conflict { .. })));
}
