//! What a chain's `CertificateRegistry` must be told to come to what the register
//! certifies.

use alloy_primitives::Address;

use super::{Certificate, CertificateId, record::CertificateRecord};
use crate::{
    investor::{Investor, Status},
    mirror::companion::{CertificateDenial, Certification, CompanionEntry, CompanionWrite},
    time::UnixSeconds,
    wallet::{Version, Wallet, WalletAddress},
};

/// What one chain must hold of a certificate for one wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// The certificate, until then.
    Certified(Certificate),
    /// That it was revoked, for wallets that never held it, too.
    Revoked,
    /// That it does not count, if the chain heard of it.
    Denied,
}

impl Due {
    /// By what the register holds of the holder; `counts` where the wallet counts on
    /// the chain, for whom the registry there holds.
    pub fn of(
        investor: &Investor,
        wallet: &Wallet,
        certificate: CertificateId,
        counts: bool,
    ) -> Self {
        let Some(held) = investor.certificates.get(&certificate) else {
            return Self::Denied;
        };
        if held.revoked {
            return Self::Revoked;
        }
        let verdict = match &investor.status {
            Status::Verified(verdict) | Status::Expired(verdict) => verdict,
            Status::Pending | Status::Rejected(_) | Status::Revoked { .. } => return Self::Denied,
        };
        let is_barred = investor.restricted || investor.frozen || !wallet.active || !counts;
        match is_barred {
            true => Self::Denied,
            false => Self::Certified(Certificate {
                expiry: earlier(held.expiry, verdict.expiry),
                ..*held
            }),
        }
    }
}

/// A certificate of one wallet, to be held against a chain's.
#[derive(Clone, Copy, Debug)]
pub struct MirroredCertificate {
    /// Where the chain's `CertificateRegistry` is.
    pub contract: Address,
    /// Which certificate.
    pub certificate: CertificateId,
    /// Whose wallet.
    pub holder: WalletAddress,
    /// What the chain must hold.
    pub due: Due,
    /// Whether the chain was told of nothing since the holder last changed. What is
    /// no news certifies nobody whom the chain denies: people decide.
    pub is_news: bool,
}

impl MirroredCertificate {
    /// What is to be written next, given what the chain will hold once everything
    /// under way is mined; nothing where that is what is due, or is left to people.
    pub fn next_write(&self, held: CertificateRecord) -> Option<CompanionWrite> {
        let version = Version(held.version().0.saturating_add(1));
        match self.due {
            Due::Certified(certificate) => {
                let Certificate {
                    requirements,
                    expiry,
                    ..
                } = certificate;
                let record = CertificateRecord::certifying(version, requirements, expiry);
                let same = record.requirements() == held.requirements()
                    && record.expiry() == held.expiry()
                    && held.is_certified()
                    && !held.is_by_proof();
                let may = version > held.version() && (self.is_news || !held.is_revoked());
                (may && !same).then(|| {
                    let certification = Certification {
                        certificate: self.certificate,
                        holder: self.holder,
                        record,
                    };
                    self.write(CompanionEntry::Certify(certification), false, record)
                })
            }
            Due::Revoked if !held.is_revoked() => Some(self.deny(held, version)),
            Due::Denied if held.is_certified() => Some(self.deny(held, version)),
            Due::Revoked | Due::Denied => None,
        }
    }

    fn deny(&self, held: CertificateRecord, version: Version) -> CompanionWrite {
        let denial = CertificateDenial {
            certificate: self.certificate,
            holder: self.holder,
            version,
        };
        let entry = CompanionEntry::DenyCertificate(denial);
        self.write(entry, true, held.denied(version))
    }

    fn write(
        &self,
        entry: CompanionEntry,
        is_denial: bool,
        becomes: CertificateRecord,
    ) -> CompanionWrite {
        CompanionWrite {
            contract: self.contract,
            entry,
            is_denial,
            is_last: true,
            becomes: becomes.0,
        }
    }
}

fn earlier(one: Option<UnixSeconds>, other: Option<UnixSeconds>) -> Option<UnixSeconds> {
    one.into_iter().chain(other).min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        certificate::RequirementVersion,
        country::Country,
        investor::{Level, RevocationReason},
        mirror::filter::tests::investor,
        wallet::ChainScope,
    };

    const ID: CertificateId = CertificateId(7);
    const EXPIRY: UnixSeconds = UnixSeconds(1_830_297_600);

    fn certificate() -> Certificate {
        Certificate {
            requirements: RequirementVersion(2),
            expiry: Some(EXPIRY),
            revoked: false,
        }
    }

    fn wallet() -> Wallet {
        Wallet {
            address: WalletAddress::new(Address::repeat_byte(9)).unwrap(),
            chains: ChainScope::All,
            active: true,
            version: Version(1),
        }
    }

    fn holder() -> Investor {
        let mut holder = investor(Country::US, Level::Basic);
        holder.certificates.insert(ID, certificate());
        holder
    }

    fn due(investor: &Investor) -> Due {
        Due::of(investor, &wallet(), ID, true)
    }

    fn next(due: Due, is_news: bool, held: CertificateRecord) -> Option<CompanionWrite> {
        let mirrored = MirroredCertificate {
            contract: Address::repeat_byte(8),
            certificate: ID,
            holder: wallet().address,
            due,
            is_news,
        };
        mirrored.next_write(held)
    }

    #[test]
    fn a_certificate_ends_with_the_verdict_at_the_latest() {
        let mut holder = holder();
        assert_eq!(due(&holder), Due::Certified(certificate()));
        let sooner = UnixSeconds(EXPIRY.0 - 1);
        let Status::Verified(verdict) = &mut holder.status else {
            panic!("verified");
        };
        verdict.expiry = Some(sooner);
        let expiry = Some(sooner);
        let ends = Certificate {
            expiry,
            ..certificate()
        };
        assert_eq!(due(&holder), Due::Certified(ends));
    }

    #[test]
    fn whoever_is_barred_is_certified_for_nothing() {
        let verified = holder();
        let Status::Verified(verdict) = verified.status.clone() else {
            panic!("verified");
        };
        let revoked = Status::Revoked {
            reason: RevocationReason::Sanctions,
            verdict,
        };
        for barred in [
            Investor {
                restricted: true,
                ..holder()
            },
            Investor {
                frozen: true,
                ..holder()
            },
            Investor {
                status: Status::Pending,
                ..holder()
            },
            Investor {
                status: revoked,
                ..holder()
            },
        ] {
            assert_eq!(due(&barred), Due::Denied, "{barred:?}");
        }
        let lost = Wallet {
            active: false,
            ..wallet()
        };
        assert_eq!(Due::of(&verified, &lost, ID, true), Due::Denied);
        assert_eq!(Due::of(&verified, &wallet(), ID, false), Due::Denied);
        assert_eq!(
            Due::of(&verified, &wallet(), CertificateId(8), true),
            Due::Denied
        );
        let mut taken = holder();
        taken.certificates.get_mut(&ID).unwrap().revoked = true;
        assert_eq!(due(&taken), Due::Revoked);
    }

    #[test]
    fn a_certificate_is_written_once_and_denied_once() {
        let certified = Due::Certified(certificate());
        let write = next(certified, true, CertificateRecord::EMPTY).unwrap();
        assert!(!write.is_denial);
        let held = CertificateRecord(write.becomes);
        assert_eq!((held.version(), held.expiry()), (Version(1), Some(EXPIRY)));
        assert_eq!(next(certified, true, held), None);
        let renewed = Due::Certified(Certificate {
            expiry: None,
            ..certificate()
        });
        assert!(next(renewed, true, held).is_some());
        let denied = next(Due::Denied, true, held).unwrap();
        assert!(denied.is_denial);
        let gone = CertificateRecord(denied.becomes);
        assert!(gone.is_revoked() && gone.version() == Version(2));
        assert_eq!(next(Due::Denied, true, gone), None);
        assert_eq!(next(Due::Revoked, true, gone), None);
    }

    #[test]
    fn a_revocation_is_kept_of_those_who_never_held_anything() {
        let held = CertificateRecord::EMPTY;
        assert_eq!(next(Due::Denied, true, held), None);
        assert!(next(Due::Revoked, true, held).unwrap().is_denial);
    }

    #[test]
    fn what_a_chain_denies_is_certified_by_news_alone() {
        let denied = CertificateRecord::EMPTY.denied(Version(4));
        let certified = Due::Certified(certificate());
        assert_eq!(next(certified, false, denied), None);
        let write = next(certified, true, denied).unwrap();
        assert_eq!(CertificateRecord(write.becomes).version(), Version(5));
    }

    #[test]
    fn what_was_proven_is_written_over() {
        let write = next(
            Due::Certified(certificate()),
            true,
            CertificateRecord::EMPTY,
        )
        .unwrap();
        let proven = CertificateRecord(write.becomes | alloy_primitives::U256::from(1) << 84);
        assert!(next(Due::Certified(certificate()), false, proven).is_some());
    }

    #[test]
    fn at_the_last_version_only_denials_are_written() {
        let last = CertificateRecord::certifying(Version(u16::MAX), RequirementVersion(1), None);
        assert_eq!(next(Due::Certified(certificate()), true, last), None);
        assert!(next(Due::Denied, true, last).is_some());
    }
}
