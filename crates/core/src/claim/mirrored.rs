//! What a chain must be told to come to what the register claims.

use alloy_primitives::Address;

use super::{
    Claim, ClaimTopic,
    record::{ClaimRecord, Wording},
    signed::{SignsClaims, claim_hash},
};
use crate::{
    identity::{Identities, IdentitySalt},
    ids::InvestorId,
    investor::{Investor, Status},
    mirror::companion::{ClaimDenial, CompanionEntry, CompanionWrite, IssuedClaim},
    wallet::Version,
};

/// What one chain must hold of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// The claim, with these words.
    Claimed(Wording),
    /// That it does not count, if it was ever issued there.
    Denied,
}

impl Due {
    /// By what the register holds of the investor; `counts` where the registry there
    /// holds for it.
    pub fn of(investor: &Investor, topic: ClaimTopic, counts: bool) -> Self {
        let claim = investor.claims.get(&topic).filter(|claim| !claim.revoked);
        let verdict = match &investor.status {
            Status::Verified(verdict) | Status::Expired(verdict) => Some(verdict),
            Status::Pending | Status::Rejected(_) | Status::Revoked { .. } => None,
        };
        let is_barred = investor.restricted || investor.frozen || !counts;
        match (claim, verdict) {
            (
                Some(Claim {
                    expiry, content, ..
                }),
                Some(verdict),
            ) if !is_barred => Self::Claimed(Wording {
                ends: expiry.iter().chain(&verdict.expiry).min().copied(),
                content: content.unwrap_or_default(),
            }),
            _ => Self::Denied,
        }
    }
}

/// A claim of one identity, to be held against a chain's.
#[derive(Clone, Copy, Debug)]
pub struct MirroredClaim {
    /// The claim issuer there.
    pub issuer: Address,
    /// The identities there.
    pub identities: Identities,
    /// Of whom it is.
    pub investor: InvestorId,
    /// The investor's identity there.
    pub salt: IdentitySalt,
    /// What it is about.
    pub topic: ClaimTopic,
    /// What the chain must hold.
    pub due: Due,
    /// The highest version that this chain was ever told: its signature is out there,
    /// whether the identity holds the claim or not.
    pub issued: Version,
    /// Whether the chain was told of nothing since the investor last changed. What is
    /// no news brings back no claim that was there once: people decide.
    pub is_news: bool,
}

impl MirroredClaim {
    /// What is to be written next, given what the chain will hold once everything
    /// under way is mined; nothing where that is what is due, or is left to people, or
    /// where nobody signs.
    pub fn next_write(
        &self,
        held: ClaimRecord,
        signer: Option<&dyn SignsClaims>,
    ) -> Option<CompanionWrite> {
        let denied = held.denied_version();
        let highest = held.version().max(self.issued);
        let next = Version(denied.max(highest).0.saturating_add(1));
        match self.due {
            Due::Denied => {
                // Somebody else's by the same key may count without a version.
                let is_foreign = held.is_held() && denied == Version(0);
                let may_count = denied < highest || is_foreign;
                may_count.then(|| self.deny(held, next, true))
            }
            Due::Claimed(wording) => {
                let signer = signer?;
                if held.stands() && held.says(&wording) && held.is_signed_by(signer.address()) {
                    return None;
                }
                // One whose signer is dismissed is held, and not denied.
                let is_there = held.is_held() && held.version() > denied;
                let unheard_of = denied == Version(0) && self.issued == Version(0);
                if !(self.is_news || is_there || unheard_of) {
                    return None;
                }
                let says_less = !held.has_content(wording.content) || is_sooner(&wording, &held);
                if held.stands() && says_less {
                    return Some(self.deny(held, next, false));
                }
                (next > denied.max(highest))
                    .then(|| self.issue(held, next, wording, signer))
                    .flatten()
            }
        }
    }

    fn issue(
        &self,
        held: ClaimRecord,
        version: Version,
        wording: Wording,
        signer: &dyn SignsClaims,
    ) -> Option<CompanionWrite> {
        let identity = self.identities.address(self.salt);
        let signature = signer.sign_claim(claim_hash(identity, self.topic, version, &wording))?;
        Some(CompanionWrite {
            contract: self.identities.factory(),
            entry: CompanionEntry::IssueClaim(IssuedClaim {
                investor: self.investor,
                topic: self.topic,
                salt: self.salt,
                issuer: self.issuer,
                version,
                wording,
                signature,
            }),
            is_denial: false,
            is_last: true,
            becomes: held.claimed(version, wording, signer.address()).0,
        })
    }

    fn deny(&self, held: ClaimRecord, version: Version, is_last: bool) -> CompanionWrite {
        CompanionWrite {
            contract: self.issuer,
            entry: CompanionEntry::DenyClaim(ClaimDenial {
                investor: self.investor,
                topic: self.topic,
                identity: self.identities.address(self.salt),
                version,
            }),
            is_denial: true,
            is_last,
            becomes: held.denied(version).0,
        }
    }
}

/// Whether a claim in these words would end before the one that is held.
fn is_sooner(wording: &Wording, held: &ClaimRecord) -> bool {
    match (wording.ends, held.ends()) {
        (Some(ends), Some(held)) => ends < held,
        (Some(_), None) => true,
        (None, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{B256, U256};

    use super::*;
    use crate::{
        claim::signed::ClaimSignature,
        country::Country,
        ids::ChainId,
        investor::{Level, RevocationReason},
        mirror::filter::tests::investor,
        time::UnixSeconds,
    };

    const EXPIRY: UnixSeconds = UnixSeconds(1_830_297_600);
    const ISSUER: Address = Address::repeat_byte(8);

    struct Key(u8);

    impl SignsClaims for Key {
        fn address(&self) -> Address {
            Address::repeat_byte(self.0)
        }

        fn sign_claim(&self, claim: B256) -> Option<ClaimSignature> {
            let mut signature = [self.0; 65];
            signature[..32].copy_from_slice(claim.as_slice());
            Some(ClaimSignature(signature))
        }
    }

    fn wording() -> Wording {
        Wording {
            ends: Some(EXPIRY),
            content: B256::repeat_byte(3),
        }
    }

    fn holder() -> Investor {
        let mut holder = investor(Country::US, Level::Basic);
        let claim = Claim {
            expiry: Some(EXPIRY),
            content: Some(wording().content),
            revoked: false,
        };
        holder.claims.insert(ClaimTopic::KYC, claim);
        holder
    }

    fn claim(due: Due) -> MirroredClaim {
        let investor = InvestorId(B256::repeat_byte(1));
        MirroredClaim {
            issuer: ISSUER,
            identities: Identities::of(Address::repeat_byte(4), Address::repeat_byte(5)),
            investor,
            salt: IdentitySalt::of(investor, ChainId(1)),
            topic: ClaimTopic::KYC,
            due,
            issued: Version(0),
            is_news: true,
        }
    }

    fn next(claim: &MirroredClaim, held: ClaimRecord) -> Option<(CompanionWrite, ClaimRecord)> {
        let write = claim.next_write(held, Some(&Key(1)))?;
        Some((write, ClaimRecord(write.becomes)))
    }

    fn claimed() -> ClaimRecord {
        ClaimRecord::EMPTY.claimed(Version(1), wording(), Key(1).address())
    }

    #[test]
    fn a_claim_ends_with_the_verdict_at_the_latest() {
        let due = |investor: &Investor| Due::of(investor, ClaimTopic::KYC, true);
        let mut holder = holder();
        assert_eq!(due(&holder), Due::Claimed(wording()));
        let sooner = UnixSeconds(EXPIRY.0 - 1);
        let Status::Verified(verdict) = &mut holder.status else {
            panic!("verified");
        };
        verdict.expiry = Some(sooner);
        let ends = Wording {
            ends: Some(sooner),
            ..wording()
        };
        assert_eq!(due(&holder), Due::Claimed(ends));
    }

    #[test]
    fn nothing_is_claimed_of_whoever_is_barred() {
        let Status::Verified(verdict) = holder().status else {
            panic!("verified");
        };
        let reason = RevocationReason::Sanctions;
        let revoked = Status::Revoked { reason, verdict };
        let mut taken = holder();
        taken.claims.insert(ClaimTopic::KYC, Claim::never_issued());
        let restricted = Investor {
            restricted: true,
            ..holder()
        };
        let frozen = Investor {
            frozen: true,
            ..holder()
        };
        let rejected = Investor {
            status: revoked,
            ..holder()
        };
        for barred in [taken, restricted, frozen, rejected] {
            assert_eq!(Due::of(&barred, ClaimTopic::KYC, true), Due::Denied);
        }
        assert_eq!(Due::of(&holder(), ClaimTopic::KYC, false), Due::Denied);
        assert_eq!(Due::of(&holder(), ClaimTopic::AML, true), Due::Denied);
    }

    #[test]
    fn a_claim_is_issued_once_and_denied_once() {
        let due = claim(Due::Claimed(wording()));
        let (write, held) = next(&due, ClaimRecord::EMPTY).unwrap();
        assert!(!write.is_denial && write.contract == due.identities.factory());
        assert_eq!(held, claimed());
        assert_eq!(next(&due, held), None);

        let denied = claim(Due::Denied);
        assert_eq!(next(&denied, ClaimRecord::EMPTY), None);
        let (write, held) = next(&denied, held).unwrap();
        assert!(write.is_denial && write.is_last && write.contract == ISSUER);
        assert!(!held.stands());
        assert_eq!(next(&denied, held), None);

        let (_, again) = next(&due, held).unwrap();
        assert!(again.stands());
        assert_eq!(again.version(), Version(3));
    }

    #[test]
    fn a_claim_that_the_register_did_not_make_is_denied_as_well() {
        let foreign = ClaimRecord(U256::from(1) << 72);
        let denied = claim(Due::Denied);
        let (write, held) = next(&denied, foreign).unwrap();
        assert!(write.is_denial && held.denied_version() == Version(1));
        assert_eq!(next(&denied, held), None);
        let due = claim(Due::Claimed(wording()));
        assert!(next(&due, foreign).unwrap().1.stands(), "or replaced");
    }

    /// Its holder may take a claim off the identity, and put it back after it was revoked.
    #[test]
    fn a_claim_that_is_nowhere_to_be_seen_is_denied_as_well() {
        let away = MirroredClaim {
            issued: Version(2),
            ..claim(Due::Denied)
        };
        let (write, held) = next(&away, ClaimRecord::EMPTY).unwrap();
        assert!(write.is_denial);
        assert!(held.denied_version() > Version(2));
        assert_eq!(next(&away, held), None);
    }

    #[test]
    fn what_says_less_is_issued_once_the_older_one_is_denied() {
        let sooner = Wording {
            ends: Some(UnixSeconds(EXPIRY.0 - 1)),
            ..wording()
        };
        let other = Wording {
            content: B256::ZERO,
            ..wording()
        };
        for less in [sooner, other] {
            let due = claim(Due::Claimed(less));
            let (write, held) = next(&due, claimed()).unwrap();
            assert!(write.is_denial && !write.is_last);
            let (write, held) = next(&due, held).unwrap();
            assert!(!write.is_denial && held.says(&less));
        }
        let longer = claim(Due::Claimed(Wording {
            ends: None,
            ..wording()
        }));
        let (write, _) = next(&longer, claimed()).unwrap();
        assert!(!write.is_denial, "there is always one that counts");
    }

    #[test]
    fn another_signer_signs_anew_and_nobody_signs_nothing() {
        let due = claim(Due::Claimed(wording()));
        let write = due.next_write(claimed(), Some(&Key(2))).unwrap();
        let CompanionEntry::IssueClaim(issued) = write.entry else {
            panic!("issued");
        };
        assert!(!write.is_denial && issued.version == Version(2));
        let identity = due.identities.address(due.salt);
        let signed = claim_hash(identity, ClaimTopic::KYC, Version(2), &wording());
        assert_eq!(Some(issued.signature), Key(2).sign_claim(signed));
        assert_eq!(due.next_write(ClaimRecord::EMPTY, None), None);
        let denied = claim(Due::Denied);
        assert!(denied.next_write(claimed(), None).is_some());
    }

    #[test]
    fn what_is_not_there_is_claimed_by_news_alone() {
        let lost = MirroredClaim {
            is_news: false,
            ..claim(Due::Claimed(wording()))
        };
        assert!(next(&lost, ClaimRecord::EMPTY).is_some(), "never told");
        assert_eq!(next(&lost, ClaimRecord::EMPTY.denied(Version(1))), None);
        let old = MirroredClaim {
            issued: Version(1),
            ..lost
        };
        assert_eq!(next(&old, ClaimRecord::EMPTY), None, "its holder's will");
        assert_eq!(next(&old, claimed().denied(Version(1))), None);
        let stands: U256 = U256::from(1) << 73;
        let unsigned = ClaimRecord(claimed().0 ^ stands);
        assert!(next(&old, unsigned).is_some(), "its signer was dismissed");
    }

    #[test]
    fn at_the_last_version_only_denials_are_written() {
        let signer = Key(1).address();
        let last = ClaimRecord::EMPTY.claimed(Version(u16::MAX), wording(), signer);
        let longer = Wording {
            ends: None,
            ..wording()
        };
        assert_eq!(next(&claim(Due::Claimed(longer)), last), None);
        assert!(next(&claim(Due::Denied), last).unwrap().0.is_denial);
    }
}
