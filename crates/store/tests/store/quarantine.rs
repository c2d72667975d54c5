//! Approvals that a registry would not carry out.

use symbolon_core::{
    mirror::{
        lane::{Inspection, Outcome, Part},
        plan::Discharge,
    },
    wallet::Version,
};

use crate::support::{NOW, ONE, Register, wallet};

#[tokio::test]
async fn what_is_in_quarantine_is_owed_no_longer_until_its_wallet_changes() {
    let register = Register::with_customers(2).await;
    let pending = register.in_turn(ONE).await;
    let refused = [(pending[0].owed.wallet, pending[0].desired.version())];
    let discharge = Discharge {
        through: Some(pending[0].owed.entry),
        ..Discharge::default()
    };
    let store = register.store();
    store
        .quarantine(&register.lease(ONE).await, &refused, &discharge, NOW)
        .await
        .unwrap();

    let told = store.told_through(&register.issuer, ONE).await;
    assert_eq!(told.unwrap(), pending[0].owed.entry);
    assert!(register.pull(ONE, Part::Again).await.is_empty());
    let people_see = store.quarantined(&register.issuer, ONE).await;
    let people_see = people_see.unwrap();
    assert_eq!(people_see.len(), 1);
    assert_eq!(people_see[0].wallet, wallet(1));
    assert_eq!(people_see[0].version, Version(1));
    assert_eq!(people_see[0].since, NOW);

    register.revoke(1).await;
    let people_see = store.quarantined(&register.issuer, ONE).await;
    assert!(people_see.unwrap().is_empty(), "it has another version");
    assert_eq!(register.denials(ONE).await.len(), 1);
}

/// What nobody can show a receipt of may have been carried out.
#[tokio::test]
async fn what_an_inspection_showed_is_not_told_again() {
    let register = Register::with_customers(2).await;
    let pending = register.in_turn(ONE).await;
    crate::lane::send(&register, &pending, 0).await;
    let inspection = Inspection {
        block_number: 7,
        records: vec![(pending[0].owed.wallet, pending[0].desired)],
    };
    crate::lane::settle(&register, 0, Outcome::Dropped(inspection))
        .await
        .unwrap();
    let again = register.pull(ONE, Part::Again).await;
    let lacks: Vec<_> = again
        .iter()
        .filter(|one| one.desired != one.observed)
        .collect();
    assert_eq!(lacks.len(), 1);
    assert_eq!(lacks[0].owed.wallet, wallet(2));
}
