//! One wallet or investor: the verdict, every reason against it, and what
//! each chain holds.

use symbolon_core::{
    ids::IssuerId,
    investor::Investor,
    time::UnixSeconds,
    verdict::{self, Reason},
    wallet::WalletAddress,
};
use symbolon_store::{InvestorFilter, Store, WalletReport};

use super::shown::{Shown, ShownChain, ShownInvestor, ShownReason, ShownWallet, text};
use crate::{
    context::Context,
    exit::{Exit, Failure, Result},
    subject::Target,
};

/// Shows one wallet, known or not.
pub(super) async fn wallet(address: WalletAddress, context: &Context) -> Result<Exit> {
    let now = context.clock.now();
    let shown = context
        .with_issuer(async |store, issuer| {
            let report = store.wallet_report(issuer, address).await?;
            let holder = report.as_ref().and_then(|report| report.investor.as_ref());
            Ok(Shown {
                investor: holder.map(ShownInvestor::of),
                wallets: vec![show(store, issuer, address, report.as_ref(), now).await?],
            })
        })
        .await?;
    print(&shown, context)
}

/// Shows one investor with all its wallets.
pub(super) async fn investor(target: Target, context: &Context) -> Result<Exit> {
    let now = context.clock.now();
    let shown = context
        .with_issuer(async |store, issuer| {
            let found = find(&target, store, issuer).await?;
            let mut wallets = Vec::with_capacity(found.wallets.len());
            for wallet in &found.wallets {
                let report = store.wallet_report(issuer, wallet.address).await?;
                wallets.push(show(store, issuer, wallet.address, report.as_ref(), now).await?);
            }
            Ok(Shown {
                investor: Some(ShownInvestor::of(&found)),
                wallets,
            })
        })
        .await?;
    print(&shown, context)
}

/// The investor that was meant.
pub(crate) async fn find(target: &Target, store: &Store, issuer: &IssuerId) -> Result<Investor> {
    let unknown = || {
        Failure::not_found(format!(
            "{issuer} knows no investor {target}: `symbolon export` lists all"
        ))
    };
    if let Target::Investor(id) = target {
        return match store.investor(issuer, *id).await {
            Ok(record) => Ok(record.investor),
            Err(symbolon_store::StoreError::NotFound { .. }) => Err(unknown()),
            Err(error) => Err(error.into()),
        };
    }
    let filter = match target.clone() {
        Target::Wallet(wallet) => InvestorFilter {
            wallet: Some(wallet),
            ..Default::default()
        },
        Target::ExternalId(reference) => InvestorFilter {
            external_id: Some(reference),
            ..Default::default()
        },
        Target::Investor(_) => InvestorFilter::default(),
    };
    let mut page = store.investors(issuer, &filter, None, 1).await?;
    page.investors
        .pop()
        .map(|found| found.investor)
        .ok_or_else(unknown)
}

async fn show(
    store: &Store,
    issuer: &IssuerId,
    address: WalletAddress,
    report: Option<&WalletReport>,
    now: UnixSeconds,
) -> Result<ShownWallet> {
    let restricted = report.map(WalletReport::restricted).unwrap_or_default();
    let known = match report {
        Some(report) if report.names_authority() => store.authorities_on_chains(issuer).await?,
        _ => Vec::new(),
    };
    let reasons = match report.map(|report| (&report.wallet, &report.investor)) {
        Some((wallet, Some(holder))) => verdict::reasons(holder, wallet, None, restricted, now),
        _ => vec![Reason::UnknownWallet],
    };
    let chains = store.chains(issuer).await?.into_iter().filter_map(|chain| {
        let report = report?;
        let id = chain.chain.id;
        let observed = report.observed(id);
        let cut_off = known
            .iter()
            .filter(|one| one.registry == id && one.observed);
        let restricted = cut_off.map(|one| one.authority).collect();
        Some(ShownChain {
            registry: id,
            name: chain.chain.name.clone(),
            verified: observed.is_verified_at(now, restricted),
            pending: report.is_pending(&chain.chain.target()),
            version: observed.version().0,
        })
    });
    let holder = report.and_then(|report| report.investor.as_ref());
    let proof = holder.and_then(|holder| holder.proofs.get(&address));
    Ok(ShownWallet {
        wallet: address,
        signed: proof.map(|proof| proof.kind.as_str()),
        attested_by: proof.and_then(|proof| proof.attested_by.clone()),
        verified: reasons.is_empty(),
        reasons: reasons
            .into_iter()
            .map(|reason| ShownReason {
                reason,
                message: reason.to_string(),
            })
            .collect(),
        chains: chains.collect(),
    })
}

fn print(shown: &Shown, context: &Context) -> Result<Exit> {
    context.output.result(shown, || text(shown))?;
    Ok(if shown.investor.is_some() {
        Exit::Done
    } else {
        Exit::NotFound
    })
}
