//! API keys, and for how long profiles are kept, as events.

use symbolon_core::{
    actor::Actor,
    custody::{Retention, RetentionYears},
    federation::{
        Federation, FederationEvent, FederationRefusal, GrantedKey, KeyGrant, KeyPowers, grant_key,
        revoke_key, set_retention,
    },
    ids::{AuthorityIndex, KeyId},
    log::EntryNumber,
};

use crate::{
    add,
    world::{World, actor, person},
};

const ENTRY: EntryNumber = EntryNumber(7);

fn key(seed: u8, powers: impl Into<KeyPowers>) -> GrantedKey {
    GrantedKey {
        key: KeyId([seed; 16].into()),
        name: format!("key-{seed}"),
        powers: powers.into(),
    }
}

fn with_an_authority() -> Federation {
    let mut world = World::default();
    world.propose("treasury", add("bafin")).unwrap();
    world.federation
}

#[test]
fn a_key_counts_from_its_grant_to_its_revocation() {
    let mut federation = with_an_authority();
    let maria = Actor::command_line("maria");
    for granted in [
        key(1, KeyGrant::Authority(AuthorityIndex(1))),
        key(2, KeyGrant::Person(person("ada"))),
        key(3, KeyPowers::default()),
    ] {
        let id = granted.key;
        let event = grant_key(&federation, granted.clone(), &maria).unwrap();
        federation.apply(&event, ENTRY).unwrap();
        assert_eq!(federation.keys.get(&id), Some(&granted));
        assert!(federation.apply(&event, ENTRY).is_err(), "granted twice");

        let event = revoke_key(&federation, id, &maria).unwrap().unwrap();
        assert_eq!(event, FederationEvent::ApiKeyRevoked(granted));
        federation.apply(&event, ENTRY).unwrap();
        assert_eq!(revoke_key(&federation, id, &maria), Ok(None));
        assert!(federation.apply(&event, ENTRY).is_err(), "revoked twice");
    }
    assert_eq!(federation, with_an_authority());
}

#[test]
fn only_the_owner_grants_and_only_for_somebody_who_is_there() {
    let federation = with_an_authority();
    let authority = |number| KeyGrant::Authority(AuthorityIndex(number));
    let inspector = actor("authority-1");
    for (granted, by, refusal) in [
        (authority(1), &inspector, FederationRefusal::OwnerOnly),
        (
            authority(2),
            &actor("ada"),
            FederationRefusal::UnknownAuthority(AuthorityIndex(2)),
        ),
        (authority(0), &actor("ada"), FederationRefusal::IsOwner),
    ] {
        let granted = grant_key(&federation, key(1, granted), by);
        assert_eq!(granted, Err(refusal));
    }
    let id = KeyId([1; 16].into());
    let revoked = revoke_key(&federation, id, &inspector);
    assert_eq!(revoked, Err(FederationRefusal::OwnerOnly));
}

#[test]
fn the_log_names_the_key_and_what_it_may_do() {
    let id = "0x01010101010101010101010101010101";
    let emea = KeyGrant::Instance("emea".parse().unwrap());
    let reader = KeyPowers {
        grant: None,
        profiles: true,
    };
    let both = KeyPowers {
        profiles: true,
        ..emea.clone().into()
    };
    for (powers, fields) in [
        (KeyPowers::default(), ""),
        (
            KeyGrant::Authority(AuthorityIndex(1)).into(),
            r#","authority":1"#,
        ),
        (KeyGrant::Person(person("ada")).into(), r#","person":"ada""#),
        (emea.into(), r#","instance":"emea""#),
        (reader, r#","profiles":true"#),
        (both, r#","instance":"emea","profiles":true"#),
    ] {
        let event = FederationEvent::ApiKeyGranted(key(1, powers));
        let text = serde_json::to_string(&event).unwrap();
        let expected = format!(r#"{{"type":"ApiKeyGranted","key":"{id}","name":"key-1"{fields}}}"#);
        assert_eq!(text, expected);
        let read: FederationEvent = serde_json::from_str(&text).unwrap();
        assert_eq!(read, event);
    }
}

#[test]
fn the_owner_alone_says_for_how_long_profiles_are_kept() {
    let mut federation = with_an_authority();
    let maria = Actor::command_line("maria");
    let to = Retention {
        years: RetentionYears(10),
        erases_by_itself: true,
    };
    let refused = set_retention(&federation, to, &actor("authority-1"));
    assert_eq!(refused, Err(FederationRefusal::OwnerOnly));
    let event = set_retention(&federation, to, &maria).unwrap().unwrap();
    let from = Retention::default();
    assert_eq!(event, FederationEvent::RetentionSet { from, to });
    let text = serde_json::to_string(&event).unwrap();
    assert_eq!(
        text,
        r#"{"type":"RetentionSet","from":{"years":5,"erases_by_itself":false},"to":{"years":10,"erases_by_itself":true}}"#
    );
    federation.apply(&event, ENTRY).unwrap();
    assert_eq!(federation.retention, to);
    assert_eq!(set_retention(&federation, to, &maria), Ok(None));
    assert!(federation.apply(&event, ENTRY).is_err(), "from what is not");
}
