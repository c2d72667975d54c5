//! The master key is rotated while profiles are read and written.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use alloy::primitives::B256;
use serde_json::json;
use symbolon_core::{
    ids::{InvestorId, IssuerId},
    investor::InvestorKind,
    profile::{Field, Profile},
    time::UnixSeconds,
};
use symbolon_server::{
    Vault,
    vault::{ProfileChanges, VaultFailure},
};
use symbolon_testkit::database::TestDatabase;
use symbolon_vault::{MasterKey, MasterKeys, VaultError};
use tokio::task::JoinSet;

const PROFILES: u64 = 2_000;
const FILLERS: u64 = 8;
const OLD: u8 = 1;
const NEW: u8 = 2;

fn person(n: u64) -> InvestorId {
    InvestorId(B256::left_padding_from(&(n + 1).to_be_bytes()))
}

fn email(n: u64, turn: u64) -> String {
    format!("person-{n}-{turn}@example.com")
}

fn known(n: u64, turn: u64) -> ProfileChanges {
    let mut known = Profile::empty(InvestorKind::NaturalPerson);
    known.set(Field::Email, &json!(email(n, turn))).unwrap();
    known.set(Field::FamilyName, &json!("Doe")).unwrap();
    ProfileChanges {
        known,
        forgotten: BTreeSet::new(),
    }
}

struct Stage {
    database: TestDatabase,
    issuer: IssuerId,
}

impl Stage {
    async fn set() -> Self {
        let database = TestDatabase::fresh().await;
        let issuer: IssuerId = "acme".parse().unwrap();
        let now = UnixSeconds(1_800_000_000);
        let made = database.store.create_issuer(&issuer, "Acme", now).await;
        made.unwrap();
        Self { database, issuer }
    }

    /// As a server opens it that was given these keys.
    async fn vault(&self, current: u8, former: &[u8]) -> Vault {
        let former = former.iter().map(|key| MasterKey::new([*key; 32]));
        let keys = MasterKeys::new(MasterKey::new([current; 32]), former.collect());
        let keyring = self.database.keyring().await;
        Vault::new(self.database.store.clone(), keyring, keys)
    }

    async fn keep(&self, vault: &Vault, n: u64, turn: u64) -> Result<(), VaultFailure> {
        let sealed = vault.seal(&self.issuer, person(n), &known(n, turn)).await?;
        let mut transaction = self.database.store.begin(&self.issuer).await?;
        let now = UnixSeconds(1_800_000_000);
        transaction.keep_profile(person(n), &sealed, now).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// The share of one of those who fill it at once.
    async fn fill(&self, vault: &Vault, first: u64) -> Result<(), VaultFailure> {
        let mut sealed = Vec::new();
        for n in (first..PROFILES).step_by(FILLERS as usize) {
            let changes = known(n, 0);
            sealed.push((n, vault.seal(&self.issuer, person(n), &changes).await?));
        }
        let mut transaction = self.database.store.begin(&self.issuer).await?;
        let now = UnixSeconds(1_800_000_000);
        for (n, sealed) in sealed {
            transaction.keep_profile(person(n), &sealed, now).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    async fn email(&self, vault: &Vault, n: u64) -> Result<Option<String>, VaultFailure> {
        let kind = InvestorKind::NaturalPerson;
        let profile = vault.open(&self.issuer, person(n), kind).await?;
        Ok(profile.get(Field::Email).and_then(|email| email.text()))
    }
}

/// Until it is told to stop; how often it did so.
async fn until_stopped<F: Future<Output = Result<(), VaultFailure>>>(
    stop: &AtomicBool,
    done: &AtomicU64,
    work: impl Fn(u64) -> F,
) {
    let mut turn = 0;
    while !stop.load(Ordering::Relaxed) {
        turn += 1;
        work(turn).await.unwrap();
        done.fetch_add(1, Ordering::Relaxed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_fails_while_the_master_key_is_rotated() {
    let stage = Arc::new(Stage::set().await);
    let old = Arc::new(stage.vault(OLD, &[]).await);
    let mut filling = JoinSet::new();
    for first in 0..FILLERS {
        let (stage, old) = (Arc::clone(&stage), Arc::clone(&old));
        filling.spawn(async move { stage.fill(&old, first).await });
    }
    while let Some(filled) = filling.join_next().await {
        filled.unwrap().unwrap();
    }
    // One server was given both keys and still seals under the old one.
    let behind = Arc::new(stage.vault(OLD, &[NEW]).await);
    let ahead = Arc::new(stage.vault(NEW, &[OLD]).await);
    let (stop, done) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicU64::new(0)),
    );
    let mut requests = JoinSet::new();
    for (place, vault) in [&behind, &ahead, &behind, &ahead].into_iter().enumerate() {
        let (stage, vault) = (Arc::clone(&stage), Arc::clone(vault));
        let (stop, done) = (Arc::clone(&stop), Arc::clone(&done));
        let place = place as u64;
        requests.spawn(async move {
            until_stopped(&stop, &done, |turn| {
                let (stage, vault) = (&stage, &vault);
                async move {
                    let n = (turn * 7 + place * 500) % PROFILES;
                    // What it had, of somebody new, and what somebody else may change.
                    let read = stage.email(vault, n).await?.unwrap();
                    assert!(read.starts_with(&format!("person-{n}-")), "{read}");
                    stage.keep(vault, n, turn).await?;
                    stage.keep(vault, PROFILES * (place + 1) + turn, turn).await
                }
            })
            .await;
        });
    }
    while done.load(Ordering::Relaxed) < 20 {
        tokio::task::yield_now().await;
    }
    // Erased meanwhile, somebody stays so.
    let erased = person(PROFILES - 1);
    let mut pages = 0;
    let rotation = ahead.rotate(&stage.issuer, |_| pages += 1);
    let (rotation, destroyed) = tokio::join!(rotation, old.destroy_key(&stage.issuer, erased));
    let rotation = rotation.unwrap();
    destroyed.unwrap();
    assert!(rotation.rewrapped >= PROFILES - 1, "{rotation:?}");
    assert!(pages >= 4, "a page at a time");
    stop.store(true, Ordering::Relaxed);
    while let Some(ended) = requests.join_next().await {
        ended.unwrap();
    }

    // That server seals under the new one now, and what it left behind is taken along.
    let rotation = ahead.rotate(&stage.issuer, |_| {}).await.unwrap();
    assert_eq!(rotation.left, 0);
    let again = ahead.rotate(&stage.issuer, |_| {}).await.unwrap();
    assert_eq!((again.rewrapped, again.left), (0, 0));
    let keyring = stage.database.keyring().await;
    let masters = keyring.masters(&stage.issuer).await.unwrap();
    assert_eq!(masters.len(), 1, "{masters:?}");
    let key = keyring.person_key(&stage.issuer, erased).await.unwrap();
    assert!(key.is_none(), "a rotation makes no key");

    let new = stage.vault(NEW, &[]).await;
    let term = symbolon_core::profile::Personal::new(email(3, 0));
    for n in (0..PROFILES - 1).step_by(97) {
        assert!(stage.email(&new, n).await.unwrap().is_some());
        let refused = stage.email(&old, n).await;
        assert!(
            matches!(
                refused,
                Err(VaultFailure::Vault(VaultError::MissingMasterKey(_)))
            ),
            "{refused:?}"
        );
    }
    // The old key alone finds nobody either.
    let stranger = stage.vault(OLD, &[]).await;
    let found = stranger.find(&stage.issuer, Field::Email, &term, 1).await;
    assert!(found.is_err(), "{found:?}");
    assert!(
        new.find(&stage.issuer, Field::Email, &term, 1)
            .await
            .is_ok()
    );
}
