//! Events make state: the one way in which an investor changes.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::{
    certificate::Certificate,
    claim::Claim,
    custody::Custody,
    event::Event,
    ids::InvestorId,
    investor::{Investor, Status},
    wallet::{Wallet, WalletAddress, WalletProof},
};

/// An event that does not fit the state it meets: the log is damaged.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{event} cannot follow: {why}")]
pub struct Inapplicable {
    event: &'static str,
    why: &'static str,
}

/// The investor after one event.
pub fn apply(
    id: InvestorId,
    investor: Option<Investor>,
    event: &Event,
) -> Result<Investor, Inapplicable> {
    let damaged = |why| Inapplicable {
        event: event.name(),
        why,
    };
    if let Event::InvestorRegistered {
        kind,
        external_id,
        authority,
    } = event
    {
        return match investor {
            Some(_) => Err(damaged("the investor is registered already")),
            None => Ok(Investor {
                id,
                kind: *kind,
                external_id: external_id.clone(),
                authority: *authority,
                status: Status::Pending,
                restricted: false,
                frozen: false,
                wallets: Vec::new(),
                certificates: BTreeMap::new(),
                claims: BTreeMap::new(),
                proofs: BTreeMap::new(),
                custody: Custody::default(),
            }),
        };
    }
    let mut investor = investor.ok_or_else(|| damaged("the investor is unknown"))?;
    match event {
        Event::InvestorRegistered { .. } => {}
        Event::ExternalIdAssigned { external_id } => {
            investor.external_id = Some(external_id.clone());
        }
        Event::WalletLinked {
            wallet,
            chains,
            version,
        } => {
            if investor.wallet(*wallet).is_some() {
                return Err(damaged("the wallet is bound already"));
            }
            investor.wallets.push(Wallet {
                address: *wallet,
                chains: chains.clone(),
                active: true,
                version: *version,
            });
        }
        Event::WalletProven {
            wallet,
            at,
            evidence,
            attested,
        } => {
            let proof = WalletProof {
                chain: evidence.chain,
                kind: evidence.kind,
                at: *at,
                attested_by: attested.as_ref().map(|word| word.operator.clone()),
            };
            investor.proofs.insert(*wallet, proof);
        }
        Event::WalletRemoved { wallet } => {
            investor.proofs.remove(wallet);
            investor.wallets.retain(|held| held.address != *wallet);
        }
        Event::WalletDeactivated { wallet } => {
            held(&mut investor, *wallet)
                .ok_or_else(|| damaged("unknown wallet"))?
                .active = false;
        }
        Event::WalletReactivated { wallet } => {
            held(&mut investor, *wallet)
                .ok_or_else(|| damaged("unknown wallet"))?
                .active = true;
        }
        Event::InvestorReassigned { authority } => investor.authority = *authority,
        Event::InvestorVerified(verdict) => investor.status = Status::Verified(verdict.clone()),
        Event::InvestorRejected { reason } => investor.status = Status::Rejected(*reason),
        Event::InvestorRevoked { reason } => match investor.status {
            Status::Verified(verdict) | Status::Expired(verdict) => {
                investor.status = Status::Revoked {
                    reason: *reason,
                    verdict,
                };
            }
            _ => return Err(damaged("there is no verdict to withdraw")),
        },
        Event::InvestorExpired => match investor.status {
            Status::Verified(verdict) => investor.status = Status::Expired(verdict),
            _ => return Err(damaged("there is no verdict to end")),
        },
        Event::InvestorRestricted => investor.restricted = true,
        Event::RestrictionLifted => investor.restricted = false,
        Event::AssetsFrozen => investor.frozen = true,
        Event::AssetsUnfrozen { .. } => investor.frozen = false,
        Event::CertificateIssued {
            certificate,
            requirements,
            expiry,
        } => {
            let issued = Certificate {
                requirements: *requirements,
                expiry: *expiry,
                revoked: false,
            };
            investor.certificates.insert(*certificate, issued);
        }
        Event::CertificateRevoked { certificate } => {
            let held = investor.certificates.entry(*certificate);
            held.or_insert_with(Certificate::never_issued).revoked = true;
        }
        Event::ClaimIssued {
            topic,
            expiry,
            content,
        } => {
            let issued = Claim {
                expiry: *expiry,
                content: *content,
                revoked: false,
            };
            investor.claims.insert(*topic, issued);
        }
        Event::ClaimRevoked { topic } => {
            let held = investor.claims.entry(*topic);
            held.or_insert_with(Claim::never_issued).revoked = true;
        }
        Event::LegalHoldPlaced { reference } => {
            investor.custody.holds.insert(reference.clone());
        }
        Event::LegalHoldLifted { reference } => {
            investor.custody.holds.remove(reference);
        }
        Event::LinkOffered { .. }
        | Event::LinkWithdrawn { .. }
        | Event::VerificationSettled { .. }
        | Event::ProfileChanged { .. }
        | Event::ProfileOpened { .. }
        | Event::ProfileExported { .. }
        | Event::CustomerAdded { .. }
        | Event::CustomerChanged { .. }
        | Event::CustomerOpened { .. }
        | Event::CustomerExported { .. } => {}
        Event::InvestorMerged { into } => {
            investor.custody.erased = true;
            investor.custody.merged_into = Some(*into);
        }
        Event::ProfileErased => investor.custody.erased = true,
        // A removed wallet's tombstone has a version too, but no holder.
        Event::RecordChanged { wallet, version } => {
            if let Some(wallet) = held(&mut investor, *wallet) {
                wallet.version = *version;
            }
        }
    }
    Ok(investor)
}

/// The investor after several events.
pub fn apply_all<'a>(
    id: InvestorId,
    investor: Option<Investor>,
    events: impl IntoIterator<Item = &'a Event>,
) -> Result<Option<Investor>, Inapplicable> {
    events
        .into_iter()
        .try_fold(investor, |state, event| apply(id, state, event).map(Some))
}

fn held(investor: &mut Investor, address: WalletAddress) -> Option<&mut Wallet> {
    investor
        .wallets
        .iter_mut()
        .find(|wallet| wallet.address == address)
}
