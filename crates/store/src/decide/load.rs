//! Everything that a batch can touch, in a handful of queries.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use sqlx::PgConnection;
use symbolon_core::{
    ids::{ExternalId, InvestorId, IssuerId},
    log::Head,
    wallet::WalletAddress,
};

use super::{
    Request, Subject, Witnessed,
    known::{Change, Known, KnownInvestor, KnownWallet, external_id_of, wallets_of},
};
use crate::{
    Result, StoreError, chain,
    codec::issuer_key,
    investor::{addresses_in, assemble, select_investors},
    rules,
    wallet::{self, WalletRow},
};

pub(super) async fn everything(
    connection: &mut PgConnection,
    issuer: &IssuerId,
    head: Head,
    named: &Named,
) -> Result<Known> {
    let issuer = issuer.clone();

    let registries = chain::targets(&mut *connection, &issuer).await?;
    let rules = Arc::new(rules::all(&mut *connection, &issuer).await?);
    let mut wallets =
        WalletRow::at_addresses(&mut *connection, &issuer, &named.addresses()).await?;

    let mut investors = Vec::new();
    if !named.external_ids.is_empty() {
        investors = select_investors!(
            "FROM unnest($2::text[]) AS k (key) CROSS JOIN LATERAL ( \
                 SELECT * FROM investor WHERE issuer = $1 AND external_id = k.key \
                 AND external_id IS NOT NULL LIMIT 1) i",
            issuer_key(&issuer),
            &named.references(),
        )
        .fetch_all(&mut *connection)
        .await?;
    }
    if !named.investors.is_empty() {
        let more = select_investors!(
            "FROM unnest($2::bytea[]) AS k (key) CROSS JOIN LATERAL ( \
                 SELECT * FROM investor WHERE issuer = $1 AND investor = k.key LIMIT 1) i",
            issuer_key(&issuer),
            &named.ids(),
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
        head,
        registries,
        rules,
        investors: HashMap::with_capacity(named.requests),
        by_entry: HashMap::with_capacity(named.requests),
        by_external_id: HashMap::with_capacity(named.requests),
        wallets: HashMap::with_capacity(named.requests),
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
#[derive(Default)]
pub(super) struct Named {
    /// How many requests there are.
    requests: usize,
    wallets: BTreeSet<WalletAddress>,
    investors: BTreeSet<InvestorId>,
    external_ids: BTreeSet<ExternalId>,
}

impl Named {
    pub(super) fn by(requests: &[Request]) -> Self {
        let mut named = Self {
            requests: requests.len(),
            ..Self::default()
        };
        let Self {
            wallets,
            investors,
            external_ids,
            ..
        } = &mut named;
        for Request { subject, command } in requests {
            match subject {
                Subject::New(id) | Subject::Investor(id) => {
                    investors.insert(*id);
                }
                Subject::Wallet(wallet) => {
                    wallets.insert(*wallet);
                }
                Subject::ExternalId(reference) => {
                    external_ids.insert(reference.clone());
                }
                // The id for somebody new is drawn at random for this row and
                // not looked up; were it taken, the insert would say so.
                Subject::Row {
                    wallet,
                    external_id,
                    ..
                } => {
                    wallets.insert(*wallet);
                    external_ids.extend(external_id.clone());
                }
            }
            wallets.extend(wallets_of(command).into_iter().flatten());
            external_ids.extend(external_id_of(command).cloned());
        }
        named
    }

    pub(super) fn in_deeds(deeds: &[Witnessed]) -> Self {
        Self {
            requests: deeds.len(),
            investors: deeds.iter().map(|done| done.investor).collect(),
            wallets: deeds.iter().filter_map(|done| done.deed.wallet()).collect(),
            external_ids: BTreeSet::new(),
        }
    }

    /// Whether any of them is among what is known.
    pub(super) fn any_in(&self, known: &Known) -> bool {
        let Self {
            wallets,
            investors,
            external_ids,
            ..
        } = self;
        wallets
            .iter()
            .any(|wallet| known.wallets.contains_key(wallet))
            || investors.iter().any(|id| known.investors.contains_key(id))
            || external_ids
                .iter()
                .any(|id| known.by_external_id.contains_key(id))
    }

    fn addresses(&self) -> Vec<Vec<u8>> {
        self.wallets.iter().copied().map(wallet::bytes).collect()
    }

    fn ids(&self) -> Vec<Vec<u8>> {
        self.investors.iter().map(|id| id.0.to_vec()).collect()
    }

    fn references(&self) -> Vec<String> {
        self.external_ids
            .iter()
            .map(|id| id.as_str().to_owned())
            .collect()
    }
}
