//! Everything that a batch can touch, in at most six queries.

use std::collections::{BTreeSet, HashMap};

use symbolon_core::ids::{ExternalId, InvestorId};

use super::{
    Request, Subject,
    known::{Change, Known, KnownInvestor, KnownWallet, external_id_of, wallet_of},
};
use crate::{
    IssuerTransaction, Result, StoreError, chain,
    codec::issuer_key,
    investor::{addresses_in, assemble, select_investors},
    wallet::{self, WalletRow},
};

pub(super) async fn everything(
    transaction: &mut IssuerTransaction,
    requests: &[Request],
) -> Result<Known> {
    let issuer = transaction.issuer.clone();
    let named = Named::by(requests);
    let connection = &mut *transaction.transaction;

    let chains = chain::ids(&mut *connection, &issuer).await?;
    let mut wallets = WalletRow::at_addresses(&mut *connection, &issuer, &named.wallets).await?;

    let mut investors = Vec::new();
    if !named.external_ids.is_empty() {
        investors = select_investors!(
            "FROM unnest($2::text[]) AS k (key) CROSS JOIN LATERAL ( \
                 SELECT * FROM investor WHERE issuer = $1 AND external_id = k.key \
                 AND external_id IS NOT NULL LIMIT 1) i",
            issuer_key(&issuer),
            &named.external_ids,
        )
        .fetch_all(&mut *connection)
        .await?;
    }
    if !named.investors.is_empty() {
        let more = select_investors!(
            "FROM unnest($2::bytea[]) AS k (key) CROSS JOIN LATERAL ( \
                 SELECT * FROM investor WHERE issuer = $1 AND investor = k.key LIMIT 1) i",
            issuer_key(&issuer),
            &named.investors,
        )
        .fetch_all(&mut *connection)
        .await?;
        investors.extend(more);
    }
    let holders: Vec<_> = wallets.iter().filter_map(|wallet| wallet.holder).collect();
    if !holders.is_empty() {
        let more = select_investors!(
            "FROM unnest($2::bigint[]) AS k (key) CROSS JOIN LATERAL ( \
                 SELECT * FROM investor WHERE issuer = $1 AND created_entry = k.key LIMIT 1) i",
            issuer_key(&issuer),
            &holders,
        )
        .fetch_all(&mut *connection)
        .await?;
        investors.extend(more);
    }
    investors.sort_unstable_by_key(|row| row.created_entry);
    investors.dedup_by_key(|row| row.created_entry);
    let held =
        WalletRow::at_addresses(&mut *connection, &issuer, &addresses_in(&investors)).await?;

    let mut known = Known {
        issuer,
        head: transaction.head,
        chains,
        investors: HashMap::with_capacity(requests.len()),
        by_entry: HashMap::with_capacity(requests.len()),
        by_external_id: HashMap::with_capacity(requests.len()),
        wallets: HashMap::with_capacity(requests.len()),
        changed: false,
    };
    wallets.extend(held.iter().cloned());
    for row in wallets {
        let wallet = row.read()?;
        known.wallets.insert(
            wallet.address,
            KnownWallet {
                wallet,
                change: Change::None,
                due: None,
            },
        );
    }
    for record in assemble(investors, held)? {
        let id = record.investor.id;
        if let Some(reference) = &record.investor.external_id {
            known.by_external_id.insert(reference.clone(), id);
        }
        known.by_entry.insert(record.created, id);
        let change = Change::None;
        known.investors.insert(id, KnownInvestor { record, change });
    }
    // A holder without a row must not be taken for somebody new (I12).
    for KnownWallet { wallet, .. } in known.wallets.values() {
        if wallet
            .holder
            .is_some_and(|holder| !known.by_entry.contains_key(&holder))
        {
            return Err(StoreError::damaged(format!(
                "the holder of {} is missing",
                wallet.address
            )));
        }
    }
    Ok(known)
}

/// What the requests name.
struct Named {
    wallets: Vec<Vec<u8>>,
    investors: Vec<Vec<u8>>,
    external_ids: Vec<String>,
}

impl Named {
    fn by(requests: &[Request]) -> Self {
        let mut wallets = BTreeSet::new();
        let mut investors = BTreeSet::new();
        let mut references = BTreeSet::<&ExternalId>::new();
        let bytes = |id: &InvestorId| id.0.to_vec();
        for Request { subject, command } in requests {
            match subject {
                Subject::New(id) | Subject::Investor(id) => {
                    investors.insert(bytes(id));
                }
                Subject::Wallet(wallet) => {
                    wallets.insert(*wallet);
                }
                Subject::ExternalId(reference) => {
                    references.insert(reference);
                }
                // The id for somebody new is drawn at random for this row and
                // not looked up; were it taken, the insert would say so.
                Subject::Row {
                    wallet,
                    external_id,
                    ..
                } => {
                    wallets.insert(*wallet);
                    references.extend(external_id);
                }
            }
            wallets.extend(wallet_of(command));
            references.extend(external_id_of(command));
        }
        Self {
            wallets: wallets.into_iter().map(wallet::bytes).collect(),
            investors: investors.into_iter().collect(),
            external_ids: references.iter().map(|id| id.as_str().to_owned()).collect(),
        }
    }
}
