//! What instances know of their customers, sealed under their persons' keys.

use symbolon_core::{
    customer::{CustomerData, CustomerPart, SearchKey},
    ids::{InstanceName, InvestorId, IssuerId},
    profile::{Personal, Sealed},
    time::UnixSeconds,
};
use symbolon_store::{CustomerRecord, SealedCustomer, SealedData};
use symbolon_vault::{CustomerPlace, PersonKey};

use super::{Vault, VaultFailure};

/// All that an instance knows of a customer, for whoever may see it.
#[derive(Debug, Default)]
pub struct OpenedCustomer {
    /// Its data, as JSON; nothing is known.
    pub data: Option<Personal>,
    /// Its notes, in order.
    pub notes: Vec<OpenedNote>,
}

/// A note, for whoever may see it.
#[derive(Debug)]
pub struct OpenedNote {
    /// Which, counted from 1.
    pub number: u32,
    /// What it says, as JSON.
    pub text: Personal,
    /// Who wrote it, as the log names them.
    pub author: String,
    /// When.
    pub written: UnixSeconds,
}

impl Vault {
    /// Seals what an instance is to know of a customer; nothing forgets it.
    pub async fn seal_data(
        &self,
        place: &CustomerPlace<'_>,
        data: Option<&CustomerData>,
    ) -> Result<SealedData, VaultFailure> {
        let Some(data) = data else {
            return Ok(SealedData::default());
        };
        let key = self.key_to_seal(place.issuer, place.investor).await?;
        let mut terms = Vec::new();
        for (search, term) in data.terms() {
            let index = self.index_key(place.issuer).await?;
            terms.push((
                *search,
                index.customer_digest(place.instance, *search, term),
            ));
        }
        Ok(SealedData {
            data: Some(key.seal_part(place, CustomerPart::Data, data.json())),
            terms,
        })
    }

    /// Seals a note.
    pub async fn seal_note(
        &self,
        place: &CustomerPlace<'_>,
        number: u32,
        note: &Personal,
    ) -> Result<Sealed, VaultFailure> {
        let key = self.key_to_seal(place.issuer, place.investor).await?;
        Ok(key.seal_part(place, CustomerPart::Note(number), note))
    }

    /// Opens all that an instance knows of a customer. Whoever calls has had it decided,
    /// and so logged.
    pub async fn open_customer(
        &self,
        place: &CustomerPlace<'_>,
    ) -> Result<OpenedCustomer, VaultFailure> {
        let sealed = self.sealed(place).await?;
        if sealed == SealedCustomer::default() {
            return Ok(OpenedCustomer::default());
        }
        let key = self.key_to_open(place.issuer, place.investor).await?;
        let data = sealed.data.as_ref();
        let data = data.map(|data| key.open_part(place, CustomerPart::Data, data));
        let notes = sealed.notes.into_iter().map(|note| {
            let part = CustomerPart::Note(note.number);
            Ok(OpenedNote {
                number: note.number,
                text: key.open_part(place, part, &note.sealed)?,
                author: note.author,
                written: note.written,
            })
        });
        Ok(OpenedCustomer {
            data: data.transpose()?,
            notes: notes.collect::<Result<_, VaultFailure>>()?,
        })
    }

    /// Seals all that is known of a customer under another person's key: the customer
    /// turned out to be that one. Nobody is shown anything.
    pub async fn reseal(
        &self,
        place: &CustomerPlace<'_>,
        to: InvestorId,
    ) -> Result<Vec<(CustomerPart, Sealed)>, VaultFailure> {
        let sealed = self.sealed(place).await?;
        let data = sealed
            .data
            .into_iter()
            .map(|data| (CustomerPart::Data, data));
        let notes = sealed.notes.into_iter();
        let notes = notes.map(|note| (CustomerPart::Note(note.number), note.sealed));
        let parts: Vec<_> = data.chain(notes).collect();
        if parts.is_empty() {
            return Ok(parts);
        }
        let from = self.key_to_open(place.issuer, place.investor).await?;
        let key = self.key_to_seal(place.issuer, to).await?;
        let there = CustomerPlace {
            investor: to,
            ..*place
        };
        parts
            .into_iter()
            .map(|(part, sealed)| {
                let value = from.open_part(place, part, &sealed)?;
                Ok((part, key.seal_part(&there, part, &value)))
            })
            .collect()
    }

    /// An instance's customers of this e-mail address or name; archived ones where they
    /// are asked for.
    pub async fn find_customers(
        &self,
        issuer: &IssuerId,
        instance: &InstanceName,
        key: SearchKey,
        value: &str,
        archived: bool,
        limit: u32,
    ) -> Result<Vec<CustomerRecord>, VaultFailure> {
        let index = self.index_key(issuer).await?;
        let digest = index.customer_digest(instance, key, &key.term(value));
        let found = self
            .store
            .customers_by_term(issuer, instance, key, digest, archived, limit);
        Ok(found.await?)
    }

    async fn sealed(&self, place: &CustomerPlace<'_>) -> Result<SealedCustomer, VaultFailure> {
        let (issuer, instance) = (place.issuer, place.instance);
        let sealed = self.store.sealed_customer(issuer, instance, place.customer);
        Ok(sealed.await?)
    }

    async fn key_to_open(
        &self,
        issuer: &IssuerId,
        investor: InvestorId,
    ) -> Result<PersonKey, VaultFailure> {
        let key = self.keyring.person_key(issuer, investor).await?;
        self.unwrap(issuer, investor, &key.ok_or(VaultFailure::KeyLost)?)
    }
}
