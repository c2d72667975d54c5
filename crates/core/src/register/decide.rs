//! From a command to events, or to a refusal.

use alloy_primitives::B256;

use super::{Refusal, View, apply_all, jurisdiction};
use crate::{
    authority::Mandate,
    certificate::{Certificate, CertificateId, RequirementVersion},
    claim::{Claim, ClaimTopic},
    command::{Command, Verdict},
    custody::may_erase,
    event::Event,
    ids::{AuthorityIndex, ChainId, ExternalId},
    investor::{Investor, InvestorKind, Status, StatusName, Verified},
    mirror::record::{WalletRecord, desired},
    time::UnixSeconds,
    wallet::{ChainScope, ProofKind, Version, Vouched, Wallet, WalletAddress, WalletClaim},
};

/// What follows from a command, given what is known and by whose mandate it is
/// asked (I5). Pure: the same arguments always give the same answer.
///
/// No events mean that all is as the command asks already.
pub fn decide(
    view: &View,
    command: Command,
    mandate: &Mandate,
    now: UnixSeconds,
) -> Result<Vec<Event>, Refusal> {
    jurisdiction::check(mandate, view.investor.as_ref(), &command)?;
    // The agent of a token has told its chain of this wallet already.
    let told = match &command {
        Command::RecoverWallet { new, .. } => Some(*new),
        _ => None,
    };
    let mut events = step(view, command, mandate.authority(), now)?;
    let records = changed_records(view, &events, told)?;
    events.extend(records);
    Ok(events)
}

fn step(
    view: &View,
    command: Command,
    authority: AuthorityIndex,
    now: UnixSeconds,
) -> Result<Vec<Event>, Refusal> {
    let investor = match command {
        Command::RegisterInvestor { kind, external_id } => {
            return match view.investor {
                Some(_) => Err(Refusal::InvestorExists),
                None => Ok(vec![Event::InvestorRegistered {
                    kind,
                    external_id,
                    authority,
                }]),
            };
        }
        Command::Admit {
            kind,
            external_id,
            wallet,
            chains,
            verdict,
        } => {
            let verdict = verified(verdict, now)?;
            meets_rules(view, kind, &verdict, now)?;
            let mut events = admit(view, kind, external_id, wallet, chains, authority)?;
            events.extend(admitted(view, verdict));
            return Ok(events);
        }
        _ => view.investor.as_ref().ok_or(Refusal::UnknownInvestor)?,
    };
    let event = match command {
        Command::RegisterInvestor { .. } | Command::Admit { .. } => return Ok(Vec::new()),
        Command::LinkWallet { wallet, chains } => link(view, wallet, chains)?,
        Command::ProveWallet(claim) => return prove(view, investor, claim, now),
        Command::RemoveWallet { wallet } => {
            bound(investor, wallet)?;
            Event::WalletRemoved { wallet }
        }
        Command::RecoverWallet { lost, new, chain } => {
            return recover(view, investor, lost, new, chain);
        }
        Command::DeactivateWallet { wallet } => {
            unless(
                !bound(investor, wallet)?.active,
                "the wallet is inactive already",
            )?;
            Event::WalletDeactivated { wallet }
        }
        Command::ReactivateWallet { wallet } => {
            unless(
                bound(investor, wallet)?.active,
                "the wallet is active already",
            )?;
            Event::WalletReactivated { wallet }
        }
        Command::RenewRecord { wallet } => {
            let approved = facts(investor, bound(investor, wallet)?);
            let approved = approved.is_some_and(|record| !record.denies());
            next_record(view, bound(investor, wallet)?, approved)?
        }
        Command::Verify(verdict) => {
            Refusal::unless_known(investor)?;
            let verdict = verified(verdict, now)?;
            meets_rules(view, investor.kind, &verdict, now)?;
            return Ok(taken_over(investor, authority)
                .into_iter()
                .chain([Event::InvestorVerified(verdict)])
                .collect());
        }
        // Somebody who changed hands meanwhile must not keep the others back.
        Command::Reassign { to } if investor.authority == to.authority() => {
            return Ok(Vec::new());
        }
        Command::Reassign { to } => reassigned(investor, &to)?,
        Command::Reject(reason) => match investor.status {
            Status::Pending => Event::InvestorRejected { reason },
            _ => return Err(wrong_status(investor, "rejected")),
        },
        Command::Revoke(reason) => match investor.status {
            Status::Verified(_) | Status::Expired(_) => Event::InvestorRevoked { reason },
            Status::Revoked { .. } => {
                return Err(Refusal::AlreadySo("the investor is revoked already"));
            }
            _ => return Err(wrong_status(investor, "revoked")),
        },
        Command::Expire => match &investor.status {
            Status::Verified(verdict) => match verdict.expiry {
                Some(expiry) if now < expiry => return Err(Refusal::NotExpired(expiry)),
                Some(_) => Event::InvestorExpired,
                None => return Err(wrong_status(investor, "expired: its verdict never ends")),
            },
            _ => return Err(wrong_status(investor, "expired")),
        },
        Command::Restrict => {
            unless(investor.restricted, "the investor is restricted already")?;
            Event::InvestorRestricted
        }
        Command::LiftRestriction => {
            unless(!investor.restricted, "the investor is not restricted")?;
            Event::RestrictionLifted
        }
        Command::FreezeAssets => {
            unless(investor.frozen, "the assets are frozen already")?;
            Event::AssetsFrozen
        }
        Command::UnfreezeAssets { licence } => {
            unless(!investor.frozen, "the assets are not frozen")?;
            Event::AssetsUnfrozen { licence }
        }
        Command::Certify {
            certificate,
            requirements,
            expiry,
        } => certified(investor, certificate, requirements, expiry, now)?,
        Command::RevokeCertificate { certificate } => {
            let held = investor.certificates.get(&certificate);
            let revoked = held.is_some_and(|held| held.revoked);
            unless(revoked, "the certificate is revoked already")?;
            Event::CertificateRevoked { certificate }
        }
        Command::IssueClaim {
            topic,
            expiry,
            content,
        } => claimed(investor, topic, expiry, content, now)?,
        Command::RevokeClaim { topic } => {
            let held = investor.claims.get(&topic);
            let revoked = held.is_some_and(|held| held.revoked);
            unless(revoked, "the claim is revoked already")?;
            Event::ClaimRevoked { topic }
        }
        Command::OfferLink { link } => {
            Refusal::unless_known(investor)?;
            Event::LinkOffered { link }
        }
        Command::WithdrawLink { link } => Event::LinkWithdrawn { link },
        Command::SettleVerification { verification } => Event::VerificationSettled { verification },
        Command::PlaceHold { reference } => {
            Refusal::unless_known(investor)?;
            let held = investor.custody.holds.contains(&reference);
            unless(
                held,
                "a hold with this reference keeps the profile already; another one needs a reference of its own",
            )?;
            Event::LegalHoldPlaced { reference }
        }
        Command::LiftHold { reference } => {
            let held = investor.custody.holds.contains(&reference);
            unless(
                !held,
                "no hold with this reference lies on the profile: its custody lists them",
            )?;
            Event::LegalHoldLifted { reference }
        }
        Command::ChangeProfile { fields } => {
            Refusal::unless_known(investor)?;
            Event::ProfileChanged { fields }
        }
        Command::OpenProfile { purpose } => {
            Refusal::unless_known(investor)?;
            Event::ProfileOpened { purpose }
        }
        Command::ExportProfile { purpose } => {
            Refusal::unless_known(investor)?;
            Event::ProfileExported { purpose }
        }
        Command::AddCustomer { instance } => {
            Refusal::unless_known(investor)?;
            Event::CustomerAdded { instance }
        }
        Command::ChangeCustomer { instance, change } => {
            if change.needs_person() {
                Refusal::unless_known(investor)?;
            }
            Event::CustomerChanged { instance, change }
        }
        Command::OpenCustomer { instance, purpose } => {
            Refusal::unless_known(investor)?;
            Event::CustomerOpened { instance, purpose }
        }
        Command::ExportCustomer { instance, purpose } => {
            Refusal::unless_known(investor)?;
            Event::CustomerExported { instance, purpose }
        }
        Command::MergeInvestor { into } => {
            investor.bare().map_err(Refusal::NotBare)?;
            Event::InvestorMerged { into }
        }
        Command::EraseProfile { since, retention } => {
            unless(investor.custody.erased, "the profile is erased already")?;
            // Whoever was refused, or never judged, is kept as long as whoever left.
            let lasts = matches!(investor.status, Status::Verified(_));
            let ended = (!lasts).then_some(since);
            may_erase(&investor.custody, ended, retention, now).map_err(Refusal::MustKeep)?;
            Event::ProfileErased
        }
    };
    Ok(vec![event])
}

/// What rules ask of persons is asked of no entity.
fn meets_rules(
    view: &View,
    kind: InvestorKind,
    verdict: &Verified,
    now: UnixSeconds,
) -> Result<(), Refusal> {
    let country = verdict.country;
    let rule = view.rules.rule_at(country, now);
    match rule.lacks(&verdict.person) {
        Some(lacks) if kind == InvestorKind::NaturalPerson => {
            Err(Refusal::RuleUnmet { country, lacks })
        }
        _ => Ok(()),
    }
}

/// Whoever is not verified is certified for nothing.
fn certified(
    investor: &Investor,
    certificate: CertificateId,
    requirements: RequirementVersion,
    expiry: Option<UnixSeconds>,
    now: UnixSeconds,
) -> Result<Event, Refusal> {
    let Status::Verified(_) = &investor.status else {
        return Err(wrong_status(investor, "certified"));
    };
    if let Some(expiry) = expiry {
        ends_in_time(expiry, now)?;
    }
    let issued = Certificate {
        requirements,
        expiry,
        revoked: false,
    };
    let held = investor.certificates.get(&certificate);
    unless(held == Some(&issued), "the certificate stands so already")?;
    Ok(Event::CertificateIssued {
        certificate,
        requirements,
        expiry,
    })
}

/// Nothing is claimed of whoever is not verified.
fn claimed(
    investor: &Investor,
    topic: ClaimTopic,
    expiry: Option<UnixSeconds>,
    content: Option<B256>,
    now: UnixSeconds,
) -> Result<Event, Refusal> {
    let Status::Verified(_) = &investor.status else {
        return Err(wrong_status(investor, "given a claim"));
    };
    if let Some(expiry) = expiry {
        ends_in_time(expiry, now)?;
    }
    let issued = Claim {
        expiry,
        content,
        revoked: false,
    };
    let held = investor.claims.get(&topic);
    unless(held == Some(&issued), "the claim stands so already")?;
    Ok(Event::ClaimIssued {
        topic,
        expiry,
        content,
    })
}

fn admit(
    view: &View,
    kind: InvestorKind,
    external_id: Option<ExternalId>,
    wallet: WalletAddress,
    chains: ChainScope,
    authority: AuthorityIndex,
) -> Result<Vec<Event>, Refusal> {
    let mut events = Vec::with_capacity(4);
    match &view.investor {
        None => events.push(Event::InvestorRegistered {
            kind,
            external_id,
            authority,
        }),
        Some(known) => {
            if let (Some(known), Some(named)) = (&known.external_id, &external_id)
                && known != named
            {
                return Err(Refusal::ExternalIdDiffers(known.to_string()));
            }
            Refusal::unless_known(known)?;
            if known.status.name() == StatusName::Revoked {
                return Err(Refusal::RevokedNotInBatch);
            }
            // With the investor, a row would take over whatever wallets the
            // authority in charge has bound.
            if known.authority != authority {
                return Err(Refusal::OtherAuthority(known.authority));
            }
            if let (None, Some(external_id)) = (&known.external_id, external_id) {
                events.push(Event::ExternalIdAssigned { external_id });
            }
        }
    }
    let known = view.investor.as_ref();
    if known.is_none_or(|known| known.wallet(wallet).is_none()) {
        events.push(link(view, wallet, chains)?);
    }
    Ok(events)
}

/// The verdict of a row, where it is not what stands already.
fn admitted(view: &View, verdict: Verified) -> Option<Event> {
    let known = view.investor.as_ref();
    let unchanged = known.is_some_and(
        |known| matches!(&known.status, Status::Verified(held) if held.same_facts(&verdict)),
    );
    (!unchanged).then_some(Event::InvestorVerified(verdict))
}

/// Whoever verifies is in charge from then on.
pub(super) fn taken_over(investor: &Investor, authority: AuthorityIndex) -> Option<Event> {
    (investor.authority != authority).then_some(Event::InvestorReassigned { authority })
}

fn reassigned(investor: &Investor, to: &Mandate) -> Result<Event, Refusal> {
    let authority = to.authority();
    if to.is_restricted() {
        return Err(Refusal::AuthorityRestricted(authority));
    }
    match investor.status.verdict() {
        Some(held) if !to.covers(held.country) => Err(Refusal::OutsideJurisdiction {
            authority,
            country: held.country,
        }),
        _ => Ok(Event::InvestorReassigned { authority }),
    }
}

/// Neither over already nor beyond what a chain's word can say.
fn ends_in_time(expiry: UnixSeconds, now: UnixSeconds) -> Result<(), Refusal> {
    if expiry <= now {
        return Err(Refusal::ExpiryPassed(expiry));
    }
    if expiry > UnixSeconds::MAX_ON_CHAIN {
        return Err(Refusal::ExpiryTooFar(expiry));
    }
    Ok(())
}

pub(super) fn verified(verdict: Verdict, now: UnixSeconds) -> Result<Verified, Refusal> {
    if let Some(expiry) = verdict.expiry {
        ends_in_time(expiry, now)?;
    }
    if let Some(last) = verdict.accreditation_ends
        && last.end() <= now
    {
        return Err(Refusal::AccreditationEnded(last));
    }
    Ok(Verified {
        level: verdict.level,
        country: verdict.country,
        accreditation: verdict.accreditation,
        accreditation_ends: verdict.accreditation_ends,
        us_person: verdict.us_person,
        person: verdict.person,
        expiry: verdict.expiry,
        source: verdict.source,
        verified_at: now,
    })
}

pub(super) fn link(
    view: &View,
    wallet: WalletAddress,
    chains: ChainScope,
) -> Result<Event, Refusal> {
    let history = view.history(wallet);
    match history.holder {
        Some(holder) if holder == view.id => Err(Refusal::WalletAlreadyLinked(wallet)),
        Some(_) => Err(Refusal::WalletTaken(wallet)),
        None => Ok(Event::WalletLinked {
            wallet,
            chains,
            version: history.version,
        }),
    }
}

/// Whoever signed again has said nothing new.
fn prove(
    view: &View,
    investor: &Investor,
    claim: WalletClaim,
    now: UnixSeconds,
) -> Result<Vec<Event>, Refusal> {
    Refusal::unless_known(investor)?;
    claim.vouched.is_enough_for(investor)?;
    let WalletClaim {
        wallet,
        chains,
        replaces,
        evidence,
        vouched,
    } = claim;
    let mut events = Vec::with_capacity(3);
    if investor.wallet(wallet).is_none() {
        let chains = match evidence.kind {
            ProofKind::Key => chains,
            ProofKind::Contract | ProofKind::UndeployedContract => {
                ChainScope::Only([evidence.chain].into())
            }
        };
        events.push(link(view, wallet, chains)?);
    }
    if !investor.proofs.contains_key(&wallet) {
        let at = now;
        events.push(Event::WalletProven {
            wallet,
            at,
            evidence,
            attested: match vouched {
                Vouched::ByEmail(attested) => attested,
                Vouched::Otherwise => None,
            },
        });
    }
    if let Some(lost) = replaces.filter(|lost| *lost != wallet)
        && bound(investor, lost)?.active
    {
        events.push(Event::WalletDeactivated { wallet: lost });
    }
    Ok(events)
}

/// No events where all of it is so already, since a chain may tell it again.
fn recover(
    view: &View,
    investor: &Investor,
    lost: WalletAddress,
    new: WalletAddress,
    chain: ChainId,
) -> Result<Vec<Event>, Refusal> {
    let before = bound(investor, lost)?;
    let mut events = Vec::with_capacity(2);
    if investor.wallet(new).is_none() {
        events.push(link(view, new, ChainScope::Only([chain].into()))?);
    }
    if before.active {
        events.push(Event::WalletDeactivated { wallet: lost });
    }
    Ok(events)
}

pub(super) fn bound(investor: &Investor, wallet: WalletAddress) -> Result<&Wallet, Refusal> {
    investor
        .wallet(wallet)
        .ok_or(Refusal::UnknownWallet(wallet))
}

fn unless(already: bool, so: &'static str) -> Result<(), Refusal> {
    if already {
        Err(Refusal::AlreadySo(so))
    } else {
        Ok(())
    }
}

pub(super) fn wrong_status(investor: &Investor, wanted: &'static str) -> Refusal {
    Refusal::WrongStatus {
        from: investor.status.name(),
        wanted,
    }
}

/// The wallets whose record is another after these events, each with its next
/// version (I2). A wallet that no chain was told of, and that is not approved
/// now, stays untold.
///
/// A wallet that was `told` of by somebody else is told of in any case, and so
/// is one that a chain denies, once somebody verifies its holder again.
pub(super) fn changed_records(
    view: &View,
    events: &[Event],
    told: Option<WalletAddress>,
) -> Result<Vec<Event>, Refusal> {
    let told_of = told;
    let before = view.investor.as_ref();
    let after = apply_all(view.id, view.investor.clone(), events)
        .ok()
        .flatten();
    let Some(after) = after else {
        return Ok(Vec::new());
    };
    let removed = before
        .iter()
        .flat_map(|before| &before.wallets)
        .filter(|wallet| after.wallet(wallet.address).is_none());
    let verified_anew = events
        .iter()
        .any(|event| matches!(event, Event::InvestorVerified(_)));
    let mut changed = Vec::new();
    for wallet in after.wallets.iter().chain(removed) {
        let then = before.and_then(|before| facts(before, before.wallet(wallet.address)?));
        let now = after
            .wallet(wallet.address)
            .and_then(|wallet| facts(&after, wallet));
        let new = told_of == Some(wallet.address)
            && before.is_none_or(|before| before.wallet(wallet.address).is_none());
        let told = new || !wallet.version.is_zero();
        let approved = now.is_some_and(|record| !record.denies());
        let settled = verified_anew && view.history(wallet.address).disputed;
        if (then == now && !new && !settled) || !(told || approved) {
            continue;
        }
        changed.push(next_record(view, wallet, approved)?);
    }
    Ok(changed)
}

/// The record that follows all that is known of the wallet's (I2).
fn next_record(view: &View, wallet: &Wallet, approved: bool) -> Result<Event, Refusal> {
    let known = wallet.version.max(view.history(wallet.address).version);
    let version = match known.next() {
        Some(next) => next,
        // A denial needs no newer version to land (I2).
        None if !approved => known,
        None => return Err(Refusal::VersionsExhausted(wallet.address)),
    };
    Ok(Event::RecordChanged {
        wallet: wallet.address,
        version,
    })
}

/// What a chain must hold of a wallet, but for its identity and version;
/// `None` where nothing but a tombstone is due.
fn facts(investor: &Investor, wallet: &Wallet) -> Option<WalletRecord> {
    let unversioned = Wallet {
        version: Version::default(),
        ..wallet.clone()
    };
    desired(
        investor,
        &unversioned,
        alloy_primitives::Address::with_last_byte(1),
    )
}
