//! What follows from a comparison.

use std::collections::BTreeSet;

use sqlx::postgres::PgBindIterExt;
use symbolon_core::{
    actor::Actor,
    command::Command,
    ids::RegistryId,
    mirror::{
        filter::MirroredRegistry,
        reconciliation::{Circumstances, Finding, Remedy, remedy},
    },
    time::UnixSeconds,
    wallet::WalletAddress,
};

use super::{Compared, Judged, Measure, Seen, footing, judge};
use crate::{
    IssuerTransaction, Request, Result, Subject,
    codec::{bigint, issuer_key, record_bytes, registry_key},
    observed::{self, Sighting},
    wallet,
};

/// What came of wallets that were compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Course {
    /// Given a newer version first, since the chain would not take the record.
    renewed: Vec<WalletAddress>,
    /// Told again.
    told: Vec<WalletAddress>,
    /// Left to a person.
    disputed: Vec<WalletAddress>,
    /// Yet to be looked at again.
    suspect: Vec<WalletAddress>,
    /// Understood, and waiting for other chains.
    awaiting: Vec<WalletAddress>,
    /// No longer disputed here.
    undisputed: Vec<WalletAddress>,
}

impl Course {
    /// `lossy`: the register may have lost decisions, so whatever it cannot
    /// explain waits for a person.
    pub(super) fn of(judged: &[Judged], lossy: bool) -> Self {
        let mut course = Self::default();
        for Judged {
            compared,
            bound,
            carried,
            disputed,
            unclear_elsewhere,
            unexpected,
            ..
        } in judged
        {
            let Compared {
                wallet,
                desired,
                held,
                finding,
                ..
            } = *compared;
            let known = Circumstances {
                bound: *bound,
                carried: *carried,
                disputed: *disputed,
                unclear_elsewhere: *unclear_elsewhere,
                unexpected: *unexpected,
                lossy,
            };
            match remedy(finding, desired, held, known) {
                Remedy::Nothing => course.undisputed.push(wallet),
                Remedy::Wait => {}
                Remedy::LookAgain => course.suspect.push(wallet),
                Remedy::AwaitOthers => course.awaiting.push(wallet),
                Remedy::Dispute => course.disputed.push(wallet),
                Remedy::Tell { renewed } => {
                    if renewed {
                        course.renewed.push(wallet);
                    }
                    course.told.push(wallet);
                    course.undisputed.push(wallet);
                }
            }
        }
        course
    }

    /// Notes at each wallet what is done about it.
    pub(super) fn mark(&self, judged: &mut [Judged]) {
        for Judged { compared, .. } in judged {
            compared.measure = if self.disputed.contains(&compared.wallet) {
                Measure::LeftToPeople
            } else if !self.told.contains(&compared.wallet) {
                Measure::Nothing
            } else if compared.desired.denies() {
                Measure::Denied
            } else {
                Measure::Rewritten
            };
        }
    }
}

impl IssuerTransaction {
    /// Compares these wallets with the register as it stands, and repairs:
    /// denials are owed at once, records are written anew, and what the chain
    /// denies waits for a person. Where the register may have lost decisions,
    /// such wallets are barred on every chain.
    pub async fn reconcile(
        &mut self,
        target: &MirroredRegistry,
        seen: &Seen,
        now: UnixSeconds,
    ) -> Result<Vec<Compared>> {
        let issuer = self.issuer.clone();
        let footing = footing(&mut self.transaction, &issuer, target.id, true).await?;
        let mut judged = judge(&mut self.transaction, &issuer, target, seen, &footing).await?;
        let course = Course::of(&judged, footing.lossy);
        course.mark(&mut judged);
        self.take_notice(target.id, seen, &judged).await?;
        let barred = self.change(&course, footing.lossy, now).await?;
        self.keep_disputes(&judged, &course.renewed).await?;
        self.requeue(target, &course.told, now).await?;
        self.settle_disputes(target.id, &course.undisputed).await?;
        let disputed = judged
            .iter()
            .filter(|judged| course.disputed.contains(&judged.compared.wallet));
        let disputed: Vec<_> = disputed.map(|judged| judged.compared).collect();
        self.dispute(target.id, seen.block, &disputed, &barred, now)
            .await?;
        let compared: Vec<_> = judged.into_iter().map(|judged| judged.compared).collect();
        let settled = compared
            .iter()
            .filter(|one| one.finding != Finding::OnItsWay);
        let settled: Vec<_> = settled.map(|one| one.wallet).collect();
        self.acquit(target.id, &settled).await?;
        self.suspect(target.id, &course.suspect).await?;
        self.suspect(target.id, &course.awaiting).await?;
        self.await_others(target.id, &course.awaiting).await?;
        Ok(compared)
    }

    /// Notes what the chain holds, and raises what is known of its versions (I2).
    async fn take_notice(
        &mut self,
        registry: RegistryId,
        seen: &Seen,
        judged: &[Judged],
    ) -> Result<()> {
        let fresh = judged.iter().filter(|judged| !judged.outdated);
        let sightings: Vec<_> = fresh
            .map(|judged| Sighting {
                wallet: judged.compared.wallet,
                record: judged.compared.held,
                block: seen.block,
            })
            .collect();
        observed::write(&mut self.transaction, &self.issuer, registry, &sightings).await?;
        let versions: Vec<_> = judged
            .iter()
            .map(|judged| judged.compared)
            .filter(|compared| compared.held.version() > compared.desired.version())
            .map(|compared| (compared.wallet, compared.held.version()))
            .collect();
        self.raise_chain_versions(&versions).await
    }

    /// Renews and bars in the log; returns who was barred.
    async fn change(
        &mut self,
        course: &Course,
        bars: bool,
        now: UnixSeconds,
    ) -> Result<Vec<WalletAddress>> {
        let bars = course.disputed.iter().filter(|_| bars);
        let (renewals, bars) = (course.renewed.iter(), bars.copied().collect::<Vec<_>>());
        let requests: Vec<_> = renewals
            .map(|wallet| Command::RenewRecord { wallet: *wallet })
            .zip(&course.renewed)
            .chain(
                bars.iter()
                    .map(|wallet| (Command::DeactivateWallet { wallet: *wallet }, wallet)),
            )
            .map(|(command, wallet)| Request {
                subject: Subject::Wallet(*wallet),
                command,
            })
            .collect();
        if requests.is_empty() {
            return Ok(Vec::new());
        }
        let actor = Actor::system("reconciliation");
        let answers = self.decide(requests, &actor, now).await?;
        // A version may be the last there is, and where a registrar decides
        // nobody else bars: then the record stays as it is, and disputed.
        let answers = answers.into_iter().skip(course.renewed.len());
        let barred = bars.into_iter().zip(answers);
        Ok(barred
            .filter_map(|(wallet, answer)| answer.ok().map(|_| wallet))
            .collect())
    }

    /// A renewal is nobody's decision: what was disputed before it still is.
    async fn keep_disputes(&mut self, judged: &[Judged], renewed: &[WalletAddress]) -> Result<()> {
        for judged in judged.iter().filter(|judged| judged.disputed) {
            let wallet = judged.compared.wallet;
            if !renewed.contains(&wallet) {
                continue;
            }
            sqlx::query!(
                "UPDATE dispute SET entry_number = w.changed_entry FROM wallet w \
                 WHERE dispute.issuer = $1 AND dispute.wallet = $2 \
                 AND dispute.entry_number = $3 AND w.issuer = $1 AND w.address = $2",
                issuer_key(&self.issuer),
                wallet::bytes(wallet),
                bigint(judged.turn.0),
            )
            .execute(&mut *self.transaction)
            .await?;
        }
        Ok(())
    }

    async fn dispute(
        &mut self,
        registry: RegistryId,
        block: u64,
        disputed: &[Compared],
        barred: &[WalletAddress],
        now: UnixSeconds,
    ) -> Result<()> {
        if disputed.is_empty() {
            return Ok(());
        }
        sqlx::query!(
            "INSERT INTO dispute (issuer, wallet, registry_id, entry_number, record, \
                 block_number, barred, since_s) \
             SELECT $1, w.address, $2, w.changed_entry, d.record, $3, d.barred, $4 \
             FROM unnest($5::bytea[], $6::bytea[], $7::boolean[]) AS d (wallet, record, barred) \
             JOIN wallet w ON w.issuer = $1 AND w.address = d.wallet \
             ON CONFLICT (issuer, wallet, registry_id) DO UPDATE SET \
                 since_s = CASE WHEN dispute.entry_number = excluded.entry_number \
                     THEN dispute.since_s ELSE excluded.since_s END, \
                 entry_number = excluded.entry_number, record = excluded.record, \
                 block_number = excluded.block_number, barred = excluded.barred",
            issuer_key(&self.issuer),
            registry_key(registry),
            bigint(block),
            bigint(now.0),
            disputed
                .iter()
                .map(|one| wallet::bytes(one.wallet))
                .bind_iter() as _,
            disputed
                .iter()
                .map(|one| record_bytes(one.held).to_vec())
                .bind_iter() as _,
            disputed
                .iter()
                .map(|one| barred.contains(&one.wallet))
                .bind_iter() as _,
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Where the chain has come round by itself nobody need decide. Who was
    /// barred stays so until somebody does.
    async fn settle_disputes(
        &mut self,
        registry: RegistryId,
        wallets: &[WalletAddress],
    ) -> Result<()> {
        let wallets: Vec<_> = wallets.iter().copied().map(wallet::bytes).collect();
        sqlx::query!(
            "DELETE FROM dispute WHERE issuer = $1 AND registry_id = $2 \
             AND wallet = ANY($3) AND NOT barred",
            issuer_key(&self.issuer),
            registry_key(registry),
            &wallets,
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// Marks wallets that somebody else wrote to this registry, to be compared
    /// at once. The register knows them from then on.
    pub async fn suspect(&mut self, registry: RegistryId, wallets: &[WalletAddress]) -> Result<()> {
        if wallets.is_empty() {
            return Ok(());
        }
        let wallets = Vec::from_iter(BTreeSet::from_iter(wallets.iter().copied()));
        self.make_known(&wallets).await?;
        let wallets: Vec<_> = wallets.into_iter().map(wallet::bytes).collect();
        sqlx::query!(
            "INSERT INTO suspect (issuer, registry_id, wallet) \
             SELECT $1, $2, s.wallet FROM unnest($3::bytea[]) AS s (wallet) \
             ON CONFLICT (issuer, registry_id, wallet) DO UPDATE SET awaits_others = false",
            issuer_key(&self.issuer),
            registry_key(registry),
            &wallets,
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    async fn await_others(
        &mut self,
        registry: RegistryId,
        wallets: &[WalletAddress],
    ) -> Result<()> {
        let wallets: Vec<_> = wallets.iter().copied().map(wallet::bytes).collect();
        sqlx::query!(
            "UPDATE suspect SET awaits_others = true \
             WHERE issuer = $1 AND registry_id = $2 AND wallet = ANY($3)",
            issuer_key(&self.issuer),
            registry_key(registry),
            &wallets,
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    async fn acquit(&mut self, registry: RegistryId, wallets: &[WalletAddress]) -> Result<()> {
        let wallets: Vec<_> = wallets.iter().copied().map(wallet::bytes).collect();
        sqlx::query!(
            "DELETE FROM suspect WHERE issuer = $1 AND registry_id = $2 AND wallet = ANY($3)",
            issuer_key(&self.issuer),
            registry_key(registry),
            &wallets,
        )
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    /// An address that the register never saw gets a row of its own: it is to be
    /// denied there, and bound above what the chain holds.
    pub(super) async fn make_known(&mut self, wallets: &[WalletAddress]) -> Result<()> {
        let unseen: Vec<_> = wallets
            .iter()
            .map(|wallet| (*wallet, symbolon_core::wallet::Version::default()))
            .collect();
        self.raise_chain_versions(&unseen).await
    }
}
