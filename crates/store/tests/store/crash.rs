//! What a lane relies on is still there after PostgreSQL alone has crashed.

use std::path::Path;

use symbolon_core::mirror::lane::{Nonce, OpenTransaction, Outcome};
use symbolon_sandbox::{PrivatePostgres, Shutdown};
use symbolon_store::Store;
use symbolon_testkit::database::TestDatabase;

use crate::{
    lane::{SIGNER, receipt, send, settle},
    support::{ONE, Register},
};

/// A customer's register on a server that writes down by itself so rarely that a
/// commit which does not wait for it is lost in a crash.
async fn forgetful(folder: &Path) -> (PrivatePostgres, Register) {
    let postgres = PrivatePostgres::start_disposable(folder).await.unwrap();
    let register = Register::empty_in(TestDatabase::at(postgres.url()).await).await;
    let mut connection = register.raw().await;
    for statement in [
        "ALTER SYSTEM SET wal_writer_delay = '10s'",
        "SELECT pg_reload_conf()",
    ] {
        sqlx::query(statement)
            .execute(&mut connection)
            .await
            .unwrap();
    }
    register.admit(1).await;
    (postgres, register)
}

/// What is open after a crash.
async fn crash(mut postgres: PrivatePostgres, register: &Register) -> Vec<OpenTransaction> {
    postgres.restart(Shutdown::Immediate).await.unwrap();
    let store = Store::connect(postgres.url(), 1).await.unwrap();
    let open = store.open_transactions(&register.issuer, ONE, SIGNER).await;
    store.close().await;
    postgres.stop().await.unwrap();
    open.unwrap()
}

#[tokio::test]
async fn what_was_stored_to_be_sent_is_not_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let (postgres, register) = forgetful(folder.path()).await;
    let pending = register.in_turn(ONE).await;
    send(&register, &pending, 0).await;
    let open = crash(postgres, &register).await;
    assert_eq!(
        open.iter().map(|one| one.nonce).collect::<Vec<_>>(),
        [Nonce(0)]
    );
}

#[tokio::test]
async fn what_became_of_a_transaction_is_not_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let (postgres, register) = forgetful(folder.path()).await;
    let pending = register.in_turn(ONE).await;
    let signed = send(&register, &pending, 0).await;
    settle(&register, 0, Outcome::Mined(receipt(&signed, 7, &pending)))
        .await
        .unwrap();
    assert_eq!(crash(postgres, &register).await, []);
}
