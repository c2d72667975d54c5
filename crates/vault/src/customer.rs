//! What an instance keeps of its customers, sealed by their persons' keys.

use symbolon_core::{
    customer::{CustomerId, CustomerPart, SearchKey},
    ids::{InstanceName, InvestorId, IssuerId},
    profile::{Personal, Sealed, TermDigest},
};

use crate::{IndexKey, PersonKey, VaultError, bound_to, cipher};

const VALUE: &str = "symbolon customer value 1";
const TERM: &[u8] = b"symbolon customer term 1";

/// Where something about a customer is kept.
#[derive(Clone, Copy, Debug)]
pub struct CustomerPlace<'a> {
    /// Whose register.
    pub issuer: &'a IssuerId,
    /// The person, whose key seals it.
    pub investor: InvestorId,
    /// Which instance knows it.
    pub instance: &'a InstanceName,
    /// The customer there.
    pub customer: CustomerId,
}

impl CustomerPlace<'_> {
    fn bound(&self, part: CustomerPart) -> Vec<u8> {
        let part = part.to_string();
        let rest = [
            self.investor.0.as_slice(),
            self.instance.as_str().as_bytes(),
            self.customer.0.as_slice(),
            part.as_bytes(),
        ];
        bound_to(VALUE, self.issuer, &rest)
    }
}

impl PersonKey {
    /// A part of what is known of a customer as it is stored, bound to its place.
    pub fn seal_part(
        &self,
        place: &CustomerPlace<'_>,
        part: CustomerPart,
        value: &Personal,
    ) -> Sealed {
        let message = value.expose().as_bytes();
        Sealed(cipher::encrypt(self.expose(), message, &place.bound(part)))
    }

    /// A part as it was stored at this place.
    pub fn open_part(
        &self,
        place: &CustomerPlace<'_>,
        part: CustomerPart,
        sealed: &Sealed,
    ) -> Result<Personal, VaultError> {
        let what = "what is known of a customer";
        let opened = cipher::decrypt(self.expose(), &sealed.0, &place.bound(part), what)?;
        String::from_utf8(opened)
            .map(Personal::new)
            .map_err(|_| VaultError::Damaged(what))
    }
}

impl IndexKey {
    /// What a search term of an instance's becomes. Another instance's digest of the same
    /// term is another one, so that nobody sees who is a customer of both.
    pub fn customer_digest(
        &self,
        instance: &InstanceName,
        key: SearchKey,
        term: &Personal,
    ) -> TermDigest {
        let (instance, key) = (instance.as_str().as_bytes(), key.as_str().as_bytes());
        TermDigest(self.mac(&[TERM, instance, key, term.expose().as_bytes()]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_opens_at_its_place_alone() {
        let (acme, bank) = ("acme".parse().unwrap(), "bank".parse().unwrap());
        let (emea, apac) = ("emea".parse().unwrap(), "apac".parse().unwrap());
        let place = CustomerPlace {
            issuer: &acme,
            investor: InvestorId::NONE,
            instance: &emea,
            customer: CustomerId([1; 16].into()),
        };
        let key = PersonKey::fresh();
        let value = Personal::new("\"Canary\"".into());
        let sealed = key.seal_part(&place, CustomerPart::Data, &value);
        assert!(!String::from_utf8_lossy(&sealed.0).contains("Canary"));
        let opened = key.open_part(&place, CustomerPart::Data, &sealed).unwrap();
        assert_eq!(opened.expose(), value.expose());
        let elsewhere = [
            CustomerPlace {
                issuer: &bank,
                ..place
            },
            CustomerPlace {
                investor: InvestorId([1; 32].into()),
                ..place
            },
            CustomerPlace {
                instance: &apac,
                ..place
            },
            CustomerPlace {
                customer: CustomerId([2; 16].into()),
                ..place
            },
        ];
        for other in elsewhere {
            let opened = key.open_part(&other, CustomerPart::Data, &sealed);
            assert!(opened.is_err(), "{other:?}");
        }
        let part = CustomerPart::Note(1);
        assert!(key.open_part(&place, part, &sealed).is_err());
        let other = PersonKey::fresh();
        let opened = other.open_part(&place, CustomerPart::Data, &sealed);
        assert!(opened.is_err());
    }

    #[test]
    fn a_term_is_of_one_instance() {
        let index = IndexKey::fresh();
        let term = SearchKey::Email.term("Jane@example.com");
        let digest =
            |instance: &str, key| index.customer_digest(&instance.parse().unwrap(), key, &term);
        let emea = digest("emea", SearchKey::Email);
        assert_eq!(emea, digest("emea", SearchKey::Email));
        assert_ne!(emea, digest("apac", SearchKey::Email));
        assert_ne!(emea, digest("emea", SearchKey::Name));
    }
}
