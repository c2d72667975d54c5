//! The vault: joins sealed values, which the store has, with the keys that open them,
//! which the keyring has wrapped and the master keys unwrap (I6, I7).
//!
//! Nothing of a profile leaves here but to somebody whose reading was decided, and so
//! logged, before.

mod at_provider;
mod customers;
mod erasure;
mod rotation;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use serde_json::Value;
use symbolon_core::{
    ids::{InvestorId, IssuerId},
    investor::InvestorKind,
    profile::{Field, MasterKeyId, Personal, Profile, ProfileError, WrappedKey},
    register::Refusal,
    time::UnixSeconds,
};
use symbolon_store::{Keyring, SealedChanges, Store, StoreError};
use symbolon_vault::{IndexKey, MasterKeys, PersonKey, VaultError};
use thiserror::Error;

pub use at_provider::AtProvider;
pub use customers::{OpenedCustomer, OpenedNote};
pub use rotation::Rotation;

/// Why the vault could not do what was asked.
#[derive(Debug, Error)]
pub enum VaultFailure {
    /// This server was given no master key.
    #[error("the vault is closed: set a master key ([vault] in the configuration)")]
    Closed,
    /// Values are there, and their key is nowhere.
    #[error("the keys of this profile are lost: was the keyring restored from a backup?")]
    KeyLost,
    /// The register knows no more who this is, so nothing is sealed.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Something does not open.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is to change of a profile.
#[derive(Debug)]
pub struct ProfileChanges {
    /// What is known now.
    pub known: Profile,
    /// What is no longer known.
    pub forgotten: BTreeSet<Field>,
}

/// A field that cannot be changed as asked.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WrongField {
    /// No profile has it.
    #[error("no field of a profile: the reference lists them")]
    Unknown,
    /// Its value, which this never repeats.
    #[error(transparent)]
    Value(#[from] ProfileError),
}

impl ProfileChanges {
    /// What is asked for at `now` by the names of fields, `null` forgetting a value; or
    /// every field that is wrong.
    pub fn read(
        kind: InvestorKind,
        asked: &BTreeMap<String, Value>,
        now: UnixSeconds,
    ) -> Result<Self, Vec<(&str, WrongField)>> {
        let mut changes = Self {
            known: Profile::empty(kind),
            forgotten: BTreeSet::new(),
        };
        let mut wrong = Vec::new();
        for (name, value) in asked {
            let Ok(field) = name.parse::<Field>() else {
                wrong.push((name.as_str(), WrongField::Unknown));
                continue;
            };
            if value.is_null() {
                changes.forgotten.insert(field);
                continue;
            }
            let taken = changes.known.set(field, value);
            if let Err(error) = taken.and_then(|()| changes.known.check_births(field, now)) {
                wrong.push((name, error.into()));
            }
        }
        match wrong.is_empty() {
            true => Ok(changes),
            false => Err(wrong),
        }
    }

    /// Every field that changes.
    pub fn fields(&self) -> BTreeSet<Field> {
        let known = self.known.values().map(|(field, _)| field);
        known.chain(self.forgotten.iter().copied()).collect()
    }
}

/// By which id an investor goes whose profile is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IdStandard {
    /// Made of the person and the issuer's key: the same person is found again.
    #[default]
    Keyed,
    /// Made of nothing.
    Random,
    /// The bare hash that `KYCRegistrar` makes of a person. Whoever knows the person can
    /// tell that it is an investor here.
    KycRegistrar,
}

/// Profiles, for whoever may open them.
pub struct Vault {
    store: Store,
    keyring: Keyring,
    masters: MasterKeys,
    /// They never change.
    index: RwLock<HashMap<IssuerId, Arc<IndexKey>>>,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vault({})", self.masters.current())
    }
}

impl Vault {
    /// The vault of this register, with these keys.
    pub fn new(store: Store, keyring: Keyring, masters: MasterKeys) -> Self {
        Self {
            store,
            keyring,
            masters,
            index: RwLock::default(),
        }
    }

    /// The master key under which everything new goes.
    pub fn master(&self) -> &MasterKeyId {
        self.masters.current()
    }

    /// Seals what changes, under the person's key, which is made where there is none.
    pub async fn seal(
        &self,
        issuer: &IssuerId,
        investor: InvestorId,
        changes: &ProfileChanges,
    ) -> Result<SealedChanges, VaultFailure> {
        let key = self.key_to_seal(issuer, investor).await?;
        let known = changes.known.values();
        let known = known.map(|(field, value)| {
            let sealed = key.seal(issuer, investor, field, value);
            (field, Some(sealed))
        });
        let forgotten = changes.forgotten.iter().map(|field| (*field, None));
        let values = known.chain(forgotten).collect();
        let mut terms = Vec::new();
        for (field, term) in changes.known.search_terms() {
            let index = self.index_key(issuer).await?;
            terms.push((field, index.digest(field, &term)));
        }
        Ok(SealedChanges { values, terms })
    }

    /// Opens all that is known of an investor. Whoever calls has had it decided, and so
    /// logged.
    pub async fn open(
        &self,
        issuer: &IssuerId,
        investor: InvestorId,
        kind: InvestorKind,
    ) -> Result<Profile, VaultFailure> {
        let sealed = self.store.profile(issuer, investor).await?;
        let mut profile = Profile::empty(kind);
        if sealed.is_empty() {
            return Ok(profile);
        }
        let key = self.keyring.person_key(issuer, investor).await?;
        let key = self.unwrap(issuer, investor, &key.ok_or(VaultFailure::KeyLost)?)?;
        for (field, sealed) in sealed {
            profile.restore(field, key.open(issuer, investor, field, &sealed)?);
        }
        Ok(profile)
    }

    /// Whose profile has this value, in its canonical form for searches.
    pub async fn find(
        &self,
        issuer: &IssuerId,
        field: Field,
        term: &Personal,
        limit: u32,
    ) -> Result<Vec<InvestorId>, VaultFailure> {
        let digest = self.index_key(issuer).await?.digest(field, term);
        let found = self.store.investors_by_term(issuer, field, digest, limit);
        Ok(found.await?)
    }

    /// The id of whoever this profile is about; `None` where it says too little, or where
    /// ids are made of nothing.
    pub async fn identify(
        &self,
        issuer: &IssuerId,
        profile: &Profile,
        standard: IdStandard,
    ) -> Result<Option<InvestorId>, VaultFailure> {
        let Some(identity) = profile.standard_identity() else {
            return Ok(None);
        };
        Ok(match standard {
            IdStandard::Random => None,
            IdStandard::KycRegistrar => Some(IndexKey::unkeyed_investor(&identity)),
            IdStandard::Keyed => Some(self.index_key(issuer).await?.investor(&identity)),
        })
    }

    /// The person's key, or its first one: never a second beside values that another
    /// key sealed, and never one for somebody who was erased or merged (I7).
    async fn key_to_seal(
        &self,
        issuer: &IssuerId,
        investor: InvestorId,
    ) -> Result<PersonKey, VaultFailure> {
        if let Some(wrapped) = self.keyring.person_key(issuer, investor).await? {
            return self.unwrap(issuer, investor, &wrapped);
        }
        Refusal::unless_gone(&self.store.custody(issuer, investor).await?)?;
        if self.store.has_sealed(issuer, investor).await? {
            return Err(VaultFailure::KeyLost);
        }
        let fresh = self.masters.wrap(issuer, investor, &PersonKey::fresh());
        let kept = self.keyring.keep_person_key(issuer, investor, &fresh);
        let kept = kept.await?;
        // An erasure that was committed meanwhile has looked for a key before this one
        // was there; one that is committed later finds it.
        let gone = Refusal::unless_gone(&self.store.custody(issuer, investor).await?);
        if let Err(refusal) = gone {
            self.keyring.destroy_person_key(issuer, investor).await?;
            return Err(refusal.into());
        }
        self.unwrap(issuer, investor, &kept)
    }

    fn unwrap(
        &self,
        issuer: &IssuerId,
        investor: InvestorId,
        wrapped: &WrappedKey,
    ) -> Result<PersonKey, VaultFailure> {
        Ok(self.masters.unwrap(issuer, investor, wrapped)?)
    }

    fn known_index_key(&self, issuer: &IssuerId) -> Option<Arc<IndexKey>> {
        let known = self.index.read().unwrap_or_else(PoisonError::into_inner);
        known.get(issuer).cloned()
    }

    async fn index_key(&self, issuer: &IssuerId) -> Result<Arc<IndexKey>, VaultFailure> {
        if let Some(key) = self.known_index_key(issuer) {
            return Ok(key);
        }
        let wrapped = match self.keyring.index_key(issuer).await? {
            Some(wrapped) => wrapped,
            None => {
                let fresh = self.masters.wrap_index(issuer, &IndexKey::fresh());
                self.keyring.keep_index_key(issuer, &fresh).await?
            }
        };
        let key = Arc::new(self.masters.unwrap_index(issuer, &wrapped)?);
        let mut known = self.index.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(issuer.clone(), Arc::clone(&key));
        Ok(key)
    }
}
