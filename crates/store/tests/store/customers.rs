//! Customers of instances: rows that name one instance of one issuer, and no other.

use alloy_primitives::B256;
use symbolon_core::{
    command::Command,
    customer::{CustomerChange, CustomerId, CustomerPart, CustomerStatus, SearchKey},
    federation::KeyGrant,
    ids::{ExternalId, InstanceName, InvestorId},
    investor::{InvestorKind, StatusName},
    profile::{Sealed, TermDigest},
};
use symbolon_store::{
    ApiKey, AuditError, CustomerFilter, Instance, KeyHash, NewCustomer, SealedData, SealedNote,
    StateDifference, StoreError, Subject,
};

use crate::support::{NOW, Register, actor, id, wallet};

fn emea() -> InstanceName {
    "emea".parse().unwrap()
}

fn apac() -> InstanceName {
    "apac".parse().unwrap()
}

fn customer(n: u8) -> CustomerId {
    CustomerId([n; 16].into())
}

fn new(n: u8, investor: InvestorId, external_id: Option<&str>) -> NewCustomer {
    NewCustomer {
        id: customer(n),
        investor,
        registered_investor: true,
        external_id: external_id.map(|text| text.parse::<ExternalId>().unwrap()),
        reference: B256::repeat_byte(n),
        created_by: "key:backend".to_owned(),
    }
}

/// An issuer with two instances and three verified customers of the register's.
async fn register() -> Register {
    let register = Register::with_customers(3).await;
    let mut transaction = register.store().begin(&register.issuer).await.unwrap();
    for name in [emea(), apac()] {
        let instance = Instance {
            title: name.to_string(),
            name,
            created: NOW,
        };
        transaction.add_instance(&instance).await.unwrap();
    }
    transaction.commit().await.unwrap();
    register
}

impl Register {
    async fn holder_of(&self, n: u8) -> InvestorId {
        let held = self.store().holder(&self.issuer, wallet(n)).await;
        held.unwrap().unwrap()
    }

    async fn add_customer(
        &self,
        instance: &InstanceName,
        new: &NewCustomer,
    ) -> Result<(), StoreError> {
        let mut transaction = self.store().begin(&self.issuer).await.unwrap();
        transaction.add_customer(instance, new, NOW).await?;
        transaction.commit().await.unwrap();
        Ok(())
    }

    /// Whom the digest of ones finds.
    async fn found(&self, instance: &InstanceName) -> Vec<CustomerId> {
        self.found_with(instance, false).await
    }

    /// The same, archived ones among them or not.
    async fn found_with(&self, instance: &InstanceName, archived: bool) -> Vec<CustomerId> {
        let (key, digest) = (SearchKey::Email, TermDigest([1; 32]));
        let found = self
            .store()
            .customers_by_term(&self.issuer, instance, key, digest, archived, 9)
            .await;
        let found = found.unwrap().into_iter();
        found.map(|record| record.customer.id).collect()
    }

    async fn put_away(&self, customer: CustomerId, archived: bool) {
        let mut transaction = self.store().begin(&self.issuer).await.unwrap();
        transaction
            .archive_customer(&emea(), customer, archived, NOW)
            .await
            .unwrap();
        transaction.commit().await.unwrap();
    }

    async fn listed(&self, instance: &InstanceName, filter: &CustomerFilter) -> Vec<CustomerId> {
        let found = self
            .store()
            .customers(&self.issuer, instance, filter, None, 10);
        let found = found.await.unwrap().customers.into_iter();
        found.map(|record| record.customer.id).collect()
    }
}

fn sealed(byte: u8) -> SealedData {
    SealedData {
        data: Some(Sealed(vec![byte; 30])),
        terms: vec![(SearchKey::Email, TermDigest([byte; 32]))],
    }
}

#[tokio::test]
async fn each_instance_has_customers_of_its_own() {
    let register = register().await;
    let (store, issuer) = (register.store(), &register.issuer);
    let one = register.holder_of(1).await;
    let two = register.holder_of(2).await;
    register
        .add_customer(&emea(), &new(1, one, Some("C-1")))
        .await
        .unwrap();
    register
        .add_customer(&emea(), &new(2, two, Some("C-2")))
        .await
        .unwrap();
    register
        .add_customer(&apac(), &new(3, one, Some("C-1")))
        .await
        .unwrap();

    // One investor once, and one external id.
    for again in [
        new(4, one, None),
        new(4, register.holder_of(3).await, Some("C-2")),
    ] {
        let refused = register.add_customer(&emea(), &again).await;
        assert!(
            matches!(refused, Err(StoreError::Conflict { .. })),
            "{refused:?}"
        );
    }
    let nowhere = register
        .add_customer(&"nowhere".parse().unwrap(), &new(4, one, None))
        .await;
    assert!(matches!(nowhere, Err(StoreError::NotFound { .. })));

    let all = CustomerFilter::default();
    assert_eq!(
        register.listed(&emea(), &all).await,
        [customer(1), customer(2)]
    );
    assert_eq!(register.listed(&apac(), &all).await, [customer(3)]);
    for filter in [
        CustomerFilter {
            external_id: Some("C-2".parse().unwrap()),
            ..all.clone()
        },
        CustomerFilter {
            wallet: Some(wallet(2)),
            ..all.clone()
        },
        CustomerFilter {
            investor: Some(two),
            ..all.clone()
        },
    ] {
        assert_eq!(
            register.listed(&emea(), &filter).await,
            [customer(2)],
            "{filter:?}"
        );
        assert_eq!(register.listed(&apac(), &filter).await, [], "{filter:?}");
    }
    register.revoke(2).await;
    let revoked = CustomerFilter {
        verdict: Some(StatusName::Revoked),
        ..all
    };
    assert_eq!(register.listed(&emea(), &revoked).await, [customer(2)]);

    let found = store.customer(issuer, &apac(), customer(1)).await;
    assert!(matches!(found, Err(StoreError::NotFound { .. })));
    let reference = B256::repeat_byte(1);
    let found = store
        .customer_by_reference(issuer, &apac(), reference)
        .await;
    assert_eq!(found.unwrap(), None);
    let found = store
        .customer_by_reference(issuer, &emea(), reference)
        .await;
    assert_eq!(found.unwrap().unwrap().investor.id, one);
}

#[tokio::test]
async fn another_issuer_has_nothing_of_it() {
    let register = register().await;
    let one = register.holder_of(1).await;
    register
        .add_customer(&emea(), &new(1, one, None))
        .await
        .unwrap();
    let (store, other) = (register.store(), crate::support::issuer("other"));
    crate::support::open(store, &other).await;
    assert!(store.instances(&other).await.unwrap().is_empty());
    let found = store.customer(&other, &emea(), customer(1)).await;
    assert!(matches!(found, Err(StoreError::NotFound { .. })));
    let found = store
        .customer_by_reference(&other, &emea(), B256::repeat_byte(1))
        .await;
    assert_eq!(found.unwrap(), None);
    assert_eq!(store.holder(&other, wallet(1)).await.unwrap(), None);
    let sealed = store.sealed_customer(&other, &emea(), customer(1)).await;
    assert_eq!(sealed.unwrap(), Default::default());
}

#[tokio::test]
async fn what_is_sealed_moves_with_the_customer_and_goes_with_the_person() {
    let register = register().await;
    let (store, issuer) = (register.store(), &register.issuer);
    let name = Command::RegisterInvestor {
        kind: InvestorKind::NaturalPerson,
        external_id: None,
    };
    register.one(Subject::New(id(77)), name).await;
    register
        .add_customer(&emea(), &new(1, id(77), None))
        .await
        .unwrap();
    assert!(!store.has_sealed(issuer, id(77)).await.unwrap());
    let note = |number| SealedNote {
        number,
        sealed: Sealed(vec![number as u8; 30]),
        author: "key:backend".to_owned(),
        written: NOW,
    };
    let mut transaction = store.begin(issuer).await.unwrap();
    transaction
        .keep_customer_data(&emea(), customer(1), &sealed(1), NOW)
        .await
        .unwrap();
    assert!(
        transaction
            .add_note(&emea(), customer(1), &note(1))
            .await
            .unwrap()
    );
    assert!(
        !transaction
            .add_note(&emea(), customer(1), &note(1))
            .await
            .unwrap()
    );
    transaction.commit().await.unwrap();
    assert!(store.has_sealed(issuer, id(77)).await.unwrap());
    let found = register.found(&emea()).await;
    assert_eq!(found, [customer(1)]);
    let found = register.found(&apac()).await;
    assert_eq!(found, []);
    register.put_away(customer(1), true).await;
    assert_eq!(register.found(&emea()).await, []);
    assert_eq!(register.found_with(&emea(), true).await, [customer(1)]);
    register.put_away(customer(1), false).await;

    // Onto the holder of a wallet, with the other key still to be destroyed.
    let to = register.holder_of(1).await;
    let resealed = [
        (CustomerPart::Data, Sealed(vec![7; 30])),
        (CustomerPart::Note(1), Sealed(vec![8; 30])),
    ];
    let mut transaction = store.begin(issuer).await.unwrap();
    let before = transaction
        .lock_customer(&emea(), customer(1))
        .await
        .unwrap();
    transaction
        .move_customer(&emea(), customer(1), to, &resealed, NOW)
        .await
        .unwrap();
    let after = transaction
        .lock_customer(&emea(), customer(1))
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    assert_eq!((before.investor, after.investor), (id(77), to));
    assert!(after.revision > before.revision);
    assert_eq!(
        store.unfinished_erasures(issuer, 9).await.unwrap(),
        [id(77)]
    );
    let kept = store
        .sealed_customer(issuer, &emea(), customer(1))
        .await
        .unwrap();
    assert_eq!(kept.data, Some(Sealed(vec![7; 30])));
    assert_eq!(kept.notes[0].sealed, Sealed(vec![8; 30]));
    assert!(!store.has_sealed(issuer, id(77)).await.unwrap());

    let erased = || async {
        let found = store.customer(issuer, &emea(), customer(1)).await;
        found.unwrap().customer.erased
    };
    assert_eq!(erased().await, None);
    let mut transaction = store.begin(issuer).await.unwrap();
    transaction.erase_profile(to, NOW).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(erased().await, Some(NOW));
    let kept = store
        .sealed_customer(issuer, &emea(), customer(1))
        .await
        .unwrap();
    assert_eq!(kept, Default::default());
    let remains = store.profile_remains(issuer, to).await.unwrap();
    assert_eq!(remains, Default::default());
    let found = register.found(&emea()).await;
    assert_eq!(found, []);
}

#[tokio::test]
async fn customers_are_put_away_and_taken_out_again() {
    let register = register().await;
    let (store, issuer) = (register.store(), &register.issuer);
    let one = register.holder_of(1).await;
    register
        .add_customer(&emea(), &new(1, one, None))
        .await
        .unwrap();
    let mut transaction = store.begin(issuer).await.unwrap();
    transaction
        .archive_customer(&emea(), customer(1), true, NOW)
        .await
        .unwrap();
    transaction
        .set_customer_status(&emea(), customer(1), CustomerStatus::Closed, NOW)
        .await
        .unwrap();
    let renewed = B256::repeat_byte(99);
    transaction
        .renew_reference(&emea(), customer(1), renewed, NOW)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(
        register.listed(&emea(), &CustomerFilter::default()).await,
        []
    );
    let archived = CustomerFilter {
        archived: true,
        status: Some(CustomerStatus::Closed),
        ..CustomerFilter::default()
    };
    assert_eq!(register.listed(&emea(), &archived).await, [customer(1)]);
    let former = store
        .customer_by_reference(issuer, &emea(), B256::repeat_byte(1))
        .await;
    assert_eq!(former.unwrap(), None);
    let named = store.customer_by_reference(issuer, &emea(), renewed).await;
    assert_eq!(named.unwrap().unwrap().customer.references_made, 2);
    let mut transaction = store.begin(issuer).await.unwrap();
    transaction
        .archive_customer(&emea(), customer(1), false, NOW)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(
        register.listed(&emea(), &CustomerFilter::default()).await,
        [customer(1)]
    );
}

#[tokio::test]
async fn an_instance_has_each_external_id_once_and_may_change_it() {
    let register = register().await;
    let (store, issuer) = (register.store(), &register.issuer);
    let (one, two) = (register.holder_of(1).await, register.holder_of(2).await);
    for (instance, new) in [
        (emea(), new(1, one, Some("C-1"))),
        (emea(), new(2, two, None)),
        (apac(), new(3, one, Some("C-9"))),
    ] {
        register.add_customer(&instance, &new).await.unwrap();
    }
    let rename = async |id: Option<&str>| {
        let id = id.map(|text| text.parse::<ExternalId>().unwrap());
        let mut transaction = store.begin(issuer).await.unwrap();
        let set = transaction
            .set_customer_external_id(&emea(), customer(2), id.as_ref(), NOW)
            .await;
        match set {
            Ok(()) => transaction.commit().await.map(drop),
            refused => refused,
        }
    };
    let taken = rename(Some("C-1")).await;
    assert!(
        matches!(taken, Err(StoreError::Conflict { .. })),
        "{taken:?}"
    );
    // What another instance has is no matter.
    rename(Some("C-9")).await.unwrap();
    let named = CustomerFilter {
        external_id: Some("C-9".parse().unwrap()),
        ..CustomerFilter::default()
    };
    assert_eq!(register.listed(&emea(), &named).await, [customer(2)]);
    rename(None).await.unwrap();
    assert_eq!(register.listed(&emea(), &named).await, []);
    assert_eq!(register.listed(&apac(), &named).await, [customer(3)]);
}

#[tokio::test]
async fn whoever_adds_or_changes_a_customer_without_the_log_is_found_out() {
    let register = register().await;
    let (store, issuer) = (register.store(), &register.issuer);
    let name = Command::RegisterInvestor {
        kind: InvestorKind::NaturalPerson,
        external_id: None,
    };
    register.one(Subject::New(id(77)), name).await;
    let one = register.holder_of(1).await;
    for (instance, new) in [
        (emea(), new(1, id(77), None)),
        (apac(), new(2, one, None)),
        (emea(), new(3, register.holder_of(2).await, None)),
    ] {
        register.add_customer(&instance, &new).await.unwrap();
        let unlogged = StateDifference::Customer(instance.clone(), new.investor);
        match store.verify_log(issuer).await {
            Err(AuditError::State(difference)) => assert_eq!(difference, unlogged),
            other => panic!("{other:?}"),
        }
        let added = Command::AddCustomer { instance };
        register.one(Subject::Investor(new.investor), added).await;
        store.verify_log(issuer).await.unwrap();
    }
    let change = async |investor, instance: InstanceName, change| {
        let change = Command::ChangeCustomer { instance, change };
        register.one(Subject::Investor(investor), change).await;
    };
    // Closed and put away, then moved onto another investor.
    let closed = CustomerStatus::Closed;
    change(id(77), emea(), CustomerChange::Status(closed)).await;
    change(id(77), emea(), CustomerChange::Archived).await;
    change(one, apac(), CustomerChange::Status(CustomerStatus::OnHold)).await;
    change(one, apac(), CustomerChange::Status(CustomerStatus::Active)).await;
    change(one, apac(), CustomerChange::DataReplaced).await;
    let mut transaction = store.begin(issuer).await.unwrap();
    transaction
        .set_customer_status(&emea(), customer(1), closed, NOW)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    register.put_away(customer(1), true).await;
    store.verify_log(issuer).await.unwrap();
    let mut transaction = store.begin(issuer).await.unwrap();
    transaction
        .move_customer(&emea(), customer(1), one, &[], NOW)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    let merged = Command::MergeInvestor { into: one };
    register.one(Subject::Investor(id(77)), merged).await;
    store.verify_log(issuer).await.unwrap();

    let two = register.holder_of(2).await;
    for (instance, investor, change, back) in [
        (
            "emea",
            one,
            "UPDATE customer SET status = 'active' WHERE number = 1 AND instance = 'emea'",
            "UPDATE customer SET status = 'closed' WHERE number = 1 AND instance = 'emea'",
        ),
        (
            "emea",
            one,
            "UPDATE customer SET archived_s = NULL WHERE number = 1 AND instance = 'emea'",
            "UPDATE customer SET archived_s = 7 WHERE number = 1 AND instance = 'emea'",
        ),
        (
            "apac",
            one,
            "UPDATE customer SET status = 'on_hold' WHERE instance = 'apac'",
            "UPDATE customer SET status = 'active' WHERE instance = 'apac'",
        ),
        (
            "emea",
            two,
            "UPDATE customer SET archived_s = 7 WHERE number = 2 AND instance = 'emea'",
            "UPDATE customer SET archived_s = NULL WHERE number = 2 AND instance = 'emea'",
        ),
        (
            "emea",
            two,
            "UPDATE customer SET issuer = 7 WHERE number = 2 AND instance = 'emea'",
            "UPDATE customer SET issuer = (SELECT issuer FROM issuer) WHERE issuer = 7",
        ),
    ] {
        register.tamper(change).await;
        let found = store.verify_log(issuer).await;
        let of_a_customer = StateDifference::Customer(instance.parse().unwrap(), investor);
        match found {
            Err(AuditError::State(difference)) => assert_eq!(difference, of_a_customer, "{change}"),
            other => panic!("{change}: {other:?}"),
        }
        register.tamper(back).await;
        store.verify_log(issuer).await.unwrap();
    }
}

#[tokio::test]
async fn a_key_is_confined_to_an_instance_that_is_there() {
    let register = register().await;
    let (store, issuer) = (register.store(), &register.issuer);
    let key = ApiKey::from_random(issuer, [9; 32]);
    let confined = async |instance: &str| {
        let powers = KeyGrant::Instance(instance.parse().unwrap()).into();
        store
            .create_api_key("desk", &key, &powers, &actor(), NOW)
            .await
    };
    let refused = confined("nowhere").await;
    assert!(matches!(refused, Err(StoreError::NotFound { .. })));
    confined("emea").await.unwrap().unwrap();
    let owner = store.key_owner(&KeyHash::of(key.text()).unwrap()).await;
    assert_eq!(owner.unwrap().unwrap().instance(), Some(&emea()));
    let grant = &store.api_keys(issuer).await.unwrap()[0].powers.grant;
    assert_eq!(*grant, Some(KeyGrant::Instance(emea())));
    store.verify_log(issuer).await.unwrap();
}
