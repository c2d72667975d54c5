//! The whole of it, on the fork: today, with our registry, with senders asked
//! about too, and back again.

use symbolon_chain::{
    development::DevelopmentNode, endpoint::Endpoint, erc3643::Registry, holders::Reach,
};
use symbolon_core::ids::IssuerId;

use super::{
    CheckArgs,
    cast::{Cast, Casting},
    plan::{Plan, Transaction},
    report::{Line, Report},
    subject::{Subject, quoted},
    trials::{self, Act, Outcome},
    verdicts,
};
use crate::{
    exit::{Exit, Failure, Result},
    output::Output,
};

/// A check under way.
pub(super) struct Rehearsal<'a> {
    pub(super) args: &'a CheckArgs,
    pub(super) issuer: Option<&'a IssuerId>,
    pub(super) live: &'a Endpoint,
    pub(super) fork: &'a DevelopmentNode,
    pub(super) subject: &'a Subject,
    pub(super) reach: Reach,
    pub(super) output: Output,
}

impl Rehearsal<'_> {
    /// Plays it through.
    pub(super) async fn run(&self) -> Result<Report> {
        let mut plan = Plan::make(self.live, self.subject, self.args, self.issuer).await?;
        self.output.note("looking for holders and agents");
        let casting = Casting {
            live: self.live,
            fork: self.fork,
            subject: self.subject,
            reach: self.reach,
        };
        let mut cast = casting.cast(&self.args.holders).await?;

        self.output
            .note("trying everything with the token's own registry");
        let today = self.stage(&cast, self.revocation(&cast)).await?;

        self.output
            .note("switching the token to our registry, on the fork");
        self.carry_out(&mut plan.prepare).await?;
        let copied = verdicts::copy(self.fork, &plan, &cast).await?;
        cast.notes.extend(copied.notes);
        self.carry_out(&mut plan.switch).await?;
        let denial = verdicts::revocation(&plan, &cast)?;
        let registry = self.stage(&cast, denial.clone()).await?;

        let guarded = if plan.verified_sender.is_some() {
            self.output.note("asking about senders too");
            self.carry_out(&mut plan.guard).await?;
            Some(self.stage(&cast, denial).await?)
        } else {
            None
        };

        self.output.note("switching back");
        self.carry_out(&mut plan.back).await?;
        let back = self.stage(&cast, self.revocation(&cast)).await?;

        let lines = lines(today, registry, guarded, back);
        let chain = (self.live.chain(), self.reach.head);
        let subject = self.subject.clone();
        Ok(Report::new(
            chain,
            subject,
            cast,
            plan,
            lines,
            copied.missing,
        ))
    }

    /// Every trial, as the token stands now.
    async fn stage(&self, cast: &Cast, revocation: Act) -> Result<Vec<trials::Tried>> {
        let mut tried = Vec::new();
        for trial in trials::all(self.subject.address, cast, revocation) {
            tried.push(trial.run(self.fork).await?);
        }
        Ok(tried)
    }

    /// The planned bytes, each of which must be taken.
    async fn carry_out(&self, transactions: &mut [Transaction]) -> Result<()> {
        for one in transactions {
            let done = self.fork.act(one.from, Some(one.to), one.data.clone());
            let receipt = done.await?.map_err(|reason| {
                Failure::new(
                    Exit::Unhealthy,
                    format!(
                        "{} cannot send {} to {}: {}: the token cannot be switched as it stands",
                        one.who,
                        one.function,
                        one.to,
                        quoted(&reason)
                    ),
                )
            })?;
            one.gas = receipt.gas_used().0;
        }
        Ok(())
    }

    /// How the token's own registry takes the sender's verdict back.
    fn revocation(&self, cast: &Cast) -> Act {
        let wallet = cast.sender.wallet;
        let call = Registry::deleteIdentityCall { wallet };
        Act::new(cast.registrar, self.subject.registry, &call)
    }
}

/// The stages side by side; each has tried the same in the same order.
fn lines(
    today: Vec<trials::Tried>,
    registry: Vec<trials::Tried>,
    guarded: Option<Vec<trials::Tried>>,
    back: Vec<trials::Tried>,
) -> Vec<Line> {
    let guarded: Vec<Option<Outcome>> = match guarded {
        Some(guarded) => guarded
            .into_iter()
            .map(|tried| Some(tried.outcome))
            .collect(),
        None => vec![None; today.len()],
    };
    let stages = today.into_iter().zip(registry).zip(guarded).zip(back);
    stages
        .map(|(((today, registry), guarded), back)| Line {
            operation: today.operation,
            wanted: today.wanted,
            today: today.outcome,
            registry: registry.outcome,
            guarded,
            back: back.outcome,
        })
        .collect()
}
