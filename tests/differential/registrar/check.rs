//! The comparisons.

use std::collections::BTreeSet;

use alloy_primitives::{Address, B256, aliases::U40};
use symbolon_bindings::KYCRegistrar as abi;
use symbolon_core::{country::Country, identity::IdentitySalt, ids::ChainId, time::UnixSeconds};

use super::{
    history::{Body, COUNTRIES, Holder, SIGNERS, Signer, Wallet},
    world::World,
};
use crate::histories::{Checked, expect};

/// Where the wallets are, for whatever depends on it.
const CHAIN: ChainId = ChainId(1);

/// The verdict on every address, now.
pub fn verdicts(world: &mut World<'_>) -> Checked {
    at(world, world.now)
}

/// The same, around the end of every verification.
pub fn verdicts_around_expiries(world: &mut World<'_>) -> Checked {
    let ends = Holder::all().filter_map(|holder| {
        let investor = world.register.investor(holder)?;
        investor.status.verdict()?.expiry
    });
    let moments: BTreeSet<_> = ends
        .flat_map(|end| [-1, 0, 1].map(|offset| UnixSeconds(end.0.saturating_add_signed(offset))))
        .collect();
    for moment in moments {
        world.chain.evm.set_timestamp(moment.0);
        at(world, moment)?;
    }
    world.chain.evm.set_timestamp(world.now.0);
    Ok(())
}

fn at(world: &mut World<'_>, moment: UnixSeconds) -> Checked {
    for wallet in Wallet::all() {
        let what = format!("{wallet:?} at {}", moment.0);
        let core = world.register.verified(wallet, moment);
        let _userAddress = wallet.bare();
        let verified = world.chain.ask(&abi::isVerifiedCall { _userAddress })?;
        expect(verified, core, &format!("isVerified of {what}"))?;
        let addr = wallet.bare();
        let permitted = world.chain.ask(&abi::isPermittedCall { addr })?;
        expect(permitted, core, &format!("isPermitted of {what}"))?;
    }
    Ok(())
}

/// What else both know: of wallets, investors and authorities.
pub fn records(world: &mut World<'_>) -> Checked {
    for wallet in Wallet::all() {
        of_wallet(world, wallet)?;
    }
    for holder in Holder::all() {
        of_investor(world, holder)?;
    }
    for body in Body::all() {
        of_authority(world, body)?;
    }
    Ok(())
}

fn of_wallet(world: &mut World<'_>, wallet: Wallet) -> Checked {
    let (_userAddress, addr) = (wallet.bare(), wallet.bare());
    let holder = world.register.holder(wallet);
    let id = holder.map(|investor| investor.id);
    let country = holder
        .and_then(|investor| investor.status.verdict())
        .map_or(0, |verdict| verdict.country.numeric());
    let chain = &mut world.chain;
    let known = chain.ask(&abi::getIDCall { addr })?;
    expect(known, id.map_or(B256::ZERO, |id| id.0), "getID")?;
    let contained = chain.ask(&abi::containsCall { _userAddress })?;
    expect(contained, id.is_some(), "contains")?;
    let lives = chain.ask(&abi::investorCountryCall { _userAddress })?;
    expect(lives, country, "investorCountry")?;
    let identity = chain.ask(&abi::identityCall { _userAddress })?;
    let derived = id.map(|id| Address::from_word(IdentitySalt::of(id, CHAIN).0));
    expect(identity, derived.unwrap_or_default(), "identity")
}

fn of_investor(world: &mut World<'_>, holder: Holder) -> Checked {
    let id = holder.id().0;
    let registered = world.chain.ask(&abi::isRegisteredCall { id })?;
    let investor = world.register.investor(holder);
    expect(registered, investor.is_some(), "isRegistered")?;
    let Some((investor, verdict)) =
        investor.and_then(|investor| Some((investor, investor.status.verdict()?)))
    else {
        return Ok(());
    };
    let chain = &mut world.chain;
    let in_charge = chain.id(Body(investor.authority.0));
    let says = chain.ask(&abi::getInvestorAuthorityCall { id })?;
    expect(says, in_charge, "getInvestorAuthority")?;
    let restricted = chain.ask(&abi::isInvestorRestrictedCall { id })?;
    expect(restricted, investor.restricted, "isInvestorRestricted")?;
    let rating = chain.ask(&abi::getRatingCall { id })?;
    expect(rating, verdict.accreditation.rating(), "getRating")?;
    let expires = chain.ask(&abi::getExpiresCall { id })?;
    let ends = verdict.expiry.map_or(U40::MAX, |end| U40::from(end.0));
    expect(expires, ends, "getExpires")
}

/// Where each signer may act now (I5).
fn of_authority(world: &mut World<'_>, body: Body) -> Checked {
    for (place, country) in COUNTRIES.into_iter().enumerate() {
        // Each signer is asked about some country.
        let signer = Signer {
            of: body,
            place: place % SIGNERS,
        };
        let addr = signer.bare();
        let mandate = world.register.mandate(signer);
        let covered = mandate.is_some_and(|mandate| {
            let known = Country::from_numeric(country);
            !mandate.is_restricted() && known.is_some_and(|known| mandate.covers(known))
        });
        let may = world
            .chain
            .ask(&abi::isApprovedAuthorityCall { addr, country })?;
        expect(
            may,
            covered,
            &format!("isApprovedAuthority({signer:?}, {country})"),
        )?;
    }
    Ok(())
}
