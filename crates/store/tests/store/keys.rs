//! API keys: each is in the log, with what it may do, and no other works.

use symbolon_core::{
    actor::Actor,
    federation::{
        ApprovalPolicy, FederationEvent, FederationRefusal, GrantedKey, KeyGrant, KeyPowers,
        OwnerOperation,
    },
    ids::{AuthorityIndex, InstanceName, InvestorId},
    log::EntryNumber,
};
use symbolon_store::{
    ApiKey, AuditError, FederationFailure, Instance, KeyHash, StateDifference, StoreError,
};

use crate::{
    federation::{BAFIN, FINMA, acting_for, approver, propose, restrict},
    support::{NOW, Register, actor},
};

fn person(name: &str) -> KeyGrant {
    KeyGrant::Person(name.parse().unwrap())
}

impl Register {
    /// A key of this name that speaks for somebody.
    pub(crate) async fn grant(
        &self,
        name: &str,
        seed: u8,
        grant: &KeyGrant,
    ) -> Result<ApiKey, FederationFailure> {
        self.key_with(name, seed, &grant.clone().into()).await
    }

    /// A key of this name that may do this.
    async fn key_with(
        &self,
        name: &str,
        seed: u8,
        powers: &KeyPowers,
    ) -> Result<ApiKey, FederationFailure> {
        let key = ApiKey::from_random(&self.issuer, [seed; 32]);
        let made = self
            .store()
            .create_api_key(name, &key, powers, &actor(), NOW)
            .await
            .unwrap();
        made.map(|()| key)
    }

    pub(crate) async fn revoke_key(&self, name: &str) {
        let revoked = self
            .store()
            .revoke_api_key(&self.issuer, name, &actor(), NOW)
            .await;
        revoked.unwrap().unwrap();
    }

    /// What the log tells of the federation after an entry, with who asked.
    async fn told_after(&self, entry: EntryNumber) -> Vec<(String, FederationEvent)> {
        let entries = self
            .store()
            .entries(&self.issuer, entry, 100)
            .await
            .unwrap();
        let events = entries.into_iter().flat_map(|stored| {
            assert_eq!(stored.entry.investor, InvestorId::NONE);
            let events: Vec<FederationEvent> = serde_json::from_str(&stored.entry.events).unwrap();
            let actor = stored.entry.actor;
            events.into_iter().map(move |event| (actor.clone(), event))
        });
        events.collect()
    }
}

#[tokio::test]
async fn a_key_remembers_for_whom_it_speaks() {
    let register = Register::with_authorities().await;
    let store = register.store();
    for (name, seed, grant) in [
        ("inspector", 5, KeyGrant::Authority(BAFIN)),
        ("ada-key", 6, person("ada")),
    ] {
        let key = register.grant(name, seed, &grant).await.unwrap();
        let owner = store.key_owner(&KeyHash::of(key.text()).unwrap()).await;
        let owner = owner.unwrap().unwrap();
        assert_eq!(owner.grant.as_ref(), Some(&grant));
        let actor = owner.actor();
        match grant {
            KeyGrant::Authority(authority) => assert_eq!(
                actor,
                Actor {
                    authority,
                    ..Actor::api_key(name)
                }
            ),
            KeyGrant::Person(person) => assert_eq!(
                actor,
                Actor {
                    person: Some(person),
                    ..Actor::api_key(name)
                }
            ),
            KeyGrant::Instance(_) => unreachable!(),
        }
    }
    let listed = store.api_keys(&register.issuer).await.unwrap();
    assert_eq!(listed[0].powers.grant, Some(person("ada")));
    assert_eq!(listed[1].powers.grant, Some(KeyGrant::Authority(BAFIN)));
}

#[tokio::test]
async fn the_log_tells_of_every_key_and_of_what_it_may_do() {
    let register = Register::with_authorities().await;
    let store = register.store();
    let before = store.head(&register.issuer).await.unwrap();
    let (bens, bafins) = (person("ben"), KeyGrant::Authority(BAFIN));
    let ben = register.grant("ben-key", 1, &bens).await.unwrap();
    let bafin = register.grant("inspector", 2, &bafins).await.unwrap();
    let reads = KeyPowers {
        grant: None,
        profiles: true,
    };
    let reader = register.key_with("desk", 3, &reads).await.unwrap();
    let plain = KeyPowers::default();
    let own = register.key_with("backend", 4, &plain).await.unwrap();
    register.revoke_key("ben-key").await;
    register.revoke_key("ben-key").await;
    register.revoke_key("backend").await;

    let key = |key: &ApiKey, name: &str, powers| GrantedKey {
        key: key.id(),
        name: name.to_owned(),
        powers,
    };
    let bens = key(&ben, "ben-key", bens.into());
    let bafins = key(&bafin, "inspector", bafins.into());
    let (reads, own) = (key(&reader, "desk", reads), key(&own, "backend", plain));
    let told = register.told_after(before.number).await;
    let by = |event| ("cli:maria".to_owned(), event);
    assert_eq!(
        told,
        [
            by(FederationEvent::ApiKeyGranted(bens.clone())),
            by(FederationEvent::ApiKeyGranted(bafins)),
            by(FederationEvent::ApiKeyGranted(reads)),
            by(FederationEvent::ApiKeyGranted(own.clone())),
            by(FederationEvent::ApiKeyRevoked(bens)),
            by(FederationEvent::ApiKeyRevoked(own)),
        ]
    );
    let text = serde_json::to_string(&told).unwrap();
    for key in [&ben, &bafin] {
        let secret = key.text().rsplit('_').next().unwrap();
        assert!(!text.contains(secret) && text.contains(&key.id().to_string()));
    }
    let report = store.verify_log(&register.issuer).await.unwrap();
    assert_eq!(report.granted_keys, 2);
}

#[tokio::test]
async fn nobody_gets_a_key_for_whom_there_is_not() {
    let register = Register::with_authorities().await;
    let head = register.store().head(&register.issuer).await.unwrap();
    for (authority, refusal) in [
        (
            AuthorityIndex(7),
            FederationRefusal::UnknownAuthority(AuthorityIndex(7)),
        ),
        (AuthorityIndex::OWNER, FederationRefusal::IsOwner),
    ] {
        let granted = register
            .grant("x", 1, &KeyGrant::Authority(authority))
            .await;
        assert_eq!(granted, Err(refusal.into()));
    }
    let key = ApiKey::from_random(&register.issuer, [1; 32]);
    let by = acting_for(FINMA);
    let (store, grant) = (register.store(), KeyGrant::Authority(FINMA));
    let powers = KeyPowers::from(grant.clone());
    let granted = store.create_api_key("x", &key, &powers, &by, NOW).await;
    assert_eq!(granted.unwrap(), Err(FederationRefusal::OwnerOnly.into()));
    assert!(store.api_keys(&register.issuer).await.unwrap().is_empty());

    // A name is given once, so the log's names stay whose they were.
    register.grant("x", 1, &grant).await.unwrap();
    register.revoke_key("x").await;
    let again = ApiKey::from_random(&register.issuer, [2; 32]);
    let granted = store
        .create_api_key("x", &again, &powers, &actor(), NOW)
        .await;
    assert!(matches!(granted, Err(StoreError::Conflict { .. })));
    let after = store.head(&register.issuer).await.unwrap();
    assert_eq!(after.number.0, head.number.0 + 2);
}

#[tokio::test]
async fn the_audit_sees_a_key_that_was_made_in_the_database() {
    for edit in [
        "INSERT INTO api_key (issuer, name, hash, person, authority, created_s) \
         SELECT issuer, 'ben-key', '\\x07', 'ben', 0, 1 FROM issuer",
        "UPDATE api_key SET person = 'ben' WHERE name = 'backend'",
        "UPDATE api_key SET profiles = true WHERE name = 'backend'",
        "UPDATE api_key SET instance = NULL WHERE name = 'emea'",
        "UPDATE api_key SET name = 'other' WHERE name = 'backend'",
        "INSERT INTO api_key (issuer, name, hash, authority, created_s) \
         SELECT issuer, 'unlogged', '\\x07', 0, 1 FROM issuer",
        "UPDATE api_key SET person = 'ben' WHERE name = 'ada-key'",
        "UPDATE api_key SET hash = '\\x07' WHERE name = 'ada-key'",
        "UPDATE api_key SET authority = 2 WHERE name = 'inspector'",
        "UPDATE api_key SET authority = 0 WHERE name = 'inspector'",
        "UPDATE api_key SET revoked_s = NULL WHERE name = 'revoked'",
        "DELETE FROM api_key WHERE name = 'ada-key'",
    ] {
        let register = Register::with_authorities().await;
        let (store, issuer) = (register.store(), &register.issuer);
        let plain = KeyPowers::default();
        register.key_with("backend", 4, &plain).await.unwrap();
        let name: InstanceName = "emea".parse().unwrap();
        let instance = Instance {
            name: name.clone(),
            title: "EMEA".to_owned(),
            created: NOW,
        };
        let mut transaction = store.begin(issuer).await.unwrap();
        transaction.add_instance(&instance).await.unwrap();
        transaction.commit().await.unwrap();
        let emea = KeyGrant::Instance(name);
        register.grant("emea", 5, &emea).await.unwrap();
        register.grant("ada-key", 1, &person("ada")).await.unwrap();
        let bafin = KeyGrant::Authority(BAFIN);
        register.grant("inspector", 2, &bafin).await.unwrap();
        register.grant("revoked", 3, &person("ada")).await.unwrap();
        register.revoke_key("revoked").await;
        store.verify_log(issuer).await.unwrap();
        register.tamper(edit).await;
        let audited = store.verify_log(issuer).await;
        assert!(
            matches!(audited, Err(AuditError::State(StateDifference::ApiKeys))),
            "{edit}: {audited:?}"
        );
    }
}

/// The key is put into the database, used, and taken out again.
#[tokio::test]
async fn the_audit_sees_an_approval_by_a_key_that_nobody_granted() {
    let register = Register::with_authorities().await;
    let (store, issuer) = (register.store(), &register.issuer);
    let policy = ApprovalPolicy {
        approvers: ["ada", "ben"].map(|name| name.parse().unwrap()).into(),
        required: 2,
    };
    let set = OwnerOperation::SetApprovalPolicy { policy };
    register.propose(set).await.unwrap();
    register.grant("ada", 1, &person("ada")).await.unwrap();
    register.grant("ben", 2, &person("ben")).await.unwrap();
    let ada = approver("ada");
    let proposed = register.govern(&ada, propose(restrict(BAFIN)));
    proposed.await.unwrap();
    store.verify_log(issuer).await.unwrap();

    let forged = Actor {
        person: approver("ben").person,
        ..Actor::api_key("forged")
    };
    let approve = async || register.govern(&forged, propose(restrict(FINMA))).await;
    let revoked = FederationRefusal::KeyRevoked("ben".parse().unwrap());
    assert_eq!(approve().await, Err(revoked.into()));
    register
        .tamper(
            "INSERT INTO api_key (issuer, name, hash, person, authority, created_s) \
             SELECT issuer, 'forged', '\\x07', 'ben', 0, 1 FROM issuer",
        )
        .await;
    let entry = approve().await.unwrap().entry.0;
    register
        .tamper("DELETE FROM api_key WHERE name = 'forged'")
        .await;
    let audited = store.verify_log(issuer).await;
    let Err(AuditError::State(StateDifference::UngrantedApproval(found))) = audited else {
        panic!("{audited:?}");
    };
    assert_eq!(found, entry);
}

/// A revoked key approves nothing, whoever still remembers it.
#[tokio::test]
async fn an_approver_whose_key_was_revoked_approves_nothing() {
    let register = Register::with_authorities().await;
    let policy = ApprovalPolicy {
        approvers: ["ada".parse().unwrap()].into(),
        required: 1,
    };
    let set = OwnerOperation::SetApprovalPolicy { policy };
    register.propose(set).await.unwrap();
    register.grant("ada", 1, &person("ada")).await.unwrap();
    register.revoke_key("ada").await;
    let ada = approver("ada");
    let refused = register.govern(&ada, propose(restrict(BAFIN)));
    let revoked = FederationRefusal::KeyRevoked("ada".parse().unwrap());
    assert_eq!(refused.await, Err(revoked.into()));
    let issuer = &register.issuer;
    register.store().verify_log(issuer).await.unwrap();
}
