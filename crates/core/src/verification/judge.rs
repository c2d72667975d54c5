//! What follows from a fact.

use serde::{Deserialize, Serialize};

use super::{Environment, Fact, Standing};
use crate::{
    command::{Command, Verdict},
    country::Country,
    investor::{
        Accreditation, InvestorKind, Level, PersonFacts, RejectionReason, RevocationReason, Source,
        Status, Verified, Years,
    },
    log::EntryNumber,
    time::{Day, UnixMillis, UnixSeconds, day_text},
    transfer_rules::{PersonLacks, Schedule},
};

const SECONDS_A_DAY: u64 = 86_400;

/// What the issuer asks of a provider's record before it becomes a verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirements {
    /// How thoroughly the provider must have looked.
    #[serde(default)]
    pub least_level: Level,
    /// Whether it must have been asked about accreditation.
    #[serde(default)]
    pub accreditation: bool,
    /// Whether the document's last day must be known. One that has passed verifies
    /// nobody in any case.
    #[serde(default)]
    pub document_expiry: bool,
    /// Whether the verdict ends with the document.
    #[serde(default)]
    pub ends_with_document: bool,
    /// After how many days the verdict ends at the latest; nothing for never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lasts_days: Option<u16>,
    /// Whether records of a provider's sandbox count: never where people are real.
    #[serde(default)]
    pub sandbox: bool,
}

/// What is known of the attempt that a fact belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Where the log ended when the person was sent to the provider.
    pub opened_after: EntryNumber,
    /// When that was: what the provider approved before is another attempt's.
    pub opened: UnixSeconds,
    /// The provider's time of the newest fact that was taken in.
    pub newest: Option<UnixMillis>,
    /// The last decision that it led to. What the provider says afterwards is
    /// monitoring.
    pub decision: Option<EntryNumber>,
}

/// What others of the provider's records have told of the same attempt: whoever is sent
/// there again may get another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OtherRecords {
    /// The last decision that one of them led to.
    pub decision: Option<EntryNumber>,
}

/// Where the investor stands when a fact arrives.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// Person or entity.
    pub kind: InvestorKind,
    /// As the register named it to the provider.
    pub customer: &'a str,
    /// Where it stands.
    pub status: &'a Status,
    /// The entry that decided so; `None` while nobody has.
    pub status_entry: Option<EntryNumber>,
    /// The age by the birth date that the provider read.
    pub age: Option<Years>,
    /// Whether its profile was erased: then the provider was asked to forget it, too.
    pub erased: bool,
    /// Whether the person may still be at it: the link by which the attempt began works.
    pub may_come: bool,
    /// Whether somebody of the issuer's has looked at the attempt, and is done with it.
    pub settled: bool,
    /// The attempt, as far as the fact's own record has told.
    pub attempt: Attempt,
    /// The attempt's other records, if any of them has told anything.
    pub others: Option<OtherRecords>,
    /// What is asked of whoever is verified, by country.
    pub rules: &'a Schedule,
}

/// What follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A newer fact was taken in already.
    Stale,
    /// All is as the fact says.
    Unchanged,
    /// The person or the provider has still something to do.
    Waiting,
    /// The person must hand in something again.
    Retry,
    /// A person of the issuer's must look, because of all these.
    Review(Vec<Concern>),
    /// The register is asked for this.
    Decide(Box<Command>),
}

/// Why somebody must look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "concern", rename_all = "snake_case")]
pub enum Concern {
    /// The record is of the provider's sandbox.
    Sandbox,
    /// The record is of somebody else than was sent there.
    OtherCustomer,
    /// The provider has it on hold.
    OnHold,
    /// No country of residence was found.
    CountryUnknown,
    /// The provider did not look as thoroughly as asked.
    LevelTooLow {
        /// How it did, if that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        found: Option<Level>,
    },
    /// Nothing was found about accreditation.
    AccreditationUnknown,
    /// The accreditation has ended.
    AccreditationEnded {
        /// Its last day.
        #[serde(with = "day_text")]
        last: Day,
    },
    /// The document's last day was not found.
    DocumentExpiryUnknown,
    /// The document has expired.
    DocumentExpired {
        /// Its last day.
        #[serde(with = "day_text")]
        last: Day,
    },
    /// A rule of the register asks for more.
    RuleUnmet {
        /// Of persons there.
        country: Country,
        /// What is not known of this one, or not so.
        lacks: String,
    },
    /// Somebody has decided about the investor since the attempt began.
    DecidedMeanwhile,
    /// The register refused what would follow.
    Refused {
        /// Its refusal's code.
        code: String,
    },
}

/// What follows from a fact, given what the issuer requires. Pure; and whatever
/// order facts arrive in, and however often, the newest one decides.
pub fn judge(
    fact: &Fact,
    situation: &Situation<'_>,
    requirements: &Requirements,
    now: UnixSeconds,
) -> Outcome {
    beside_others(judge_record(fact, situation, requirements, now), situation)
}

/// A record that has nothing to say takes nothing away from what another of the attempt's
/// has said.
fn beside_others(outcome: Outcome, situation: &Situation<'_>) -> Outcome {
    let Some(others) = situation.others else {
        return outcome;
    };
    let is_over = others.decision.is_some() && situation.attempt.decision.is_none();
    let denied = matches!(
        situation.status,
        Status::Rejected(_) | Status::Revoked { .. }
    );
    match outcome {
        Outcome::Waiting => Outcome::Unchanged,
        Outcome::Retry if is_over => Outcome::Unchanged,
        Outcome::Review(concerns) if is_over && concerns == [Concern::OnHold] => match denied {
            true => Outcome::Unchanged,
            // Not for the provider alone to end: somebody is verified by the other one.
            false => Outcome::Review(vec![Concern::OnHold, Concern::DecidedMeanwhile]),
        },
        outcome => outcome,
    }
}

fn judge_record(
    fact: &Fact,
    situation: &Situation<'_>,
    requirements: &Requirements,
    now: UnixSeconds,
) -> Outcome {
    let attempt = situation.attempt;
    if attempt.newest.is_some_and(|newest| fact.as_of < newest) {
        return Outcome::Stale;
    }
    let doubts = doubts(fact, situation, requirements);
    if !doubts.is_empty() {
        return Outcome::Review(doubts);
    }
    match fact.standing {
        // The verdict counts until it says otherwise.
        Standing::Open if attempt.decision.is_some() && stands_on(situation, fact) => {
            Outcome::Unchanged
        }
        Standing::Open => Outcome::Waiting,
        // The record that an earlier attempt stood on renews nothing.
        Standing::Approved
            if attempt.decision.is_none() && fact.as_of.0 / 1_000 < attempt.opened.0 =>
        {
            Outcome::Waiting
        }
        Standing::Approved => approved(fact, situation, requirements, now),
        Standing::Refused(reason) => refused(situation, reason),
        // What it says of an attempt that is decided is about that verdict, and so it is
        // where nobody renews any more.
        Standing::Retry if concerns_verdict(situation, fact) => {
            withdrawn(situation, RevocationReason::Provider)
        }
        Standing::Retry => Outcome::Retry,
        Standing::OnHold if attempt.decision.is_some() || stands_on(situation, fact) => {
            withdrawn(situation, RevocationReason::Provider)
        }
        Standing::OnHold => Outcome::Review(vec![Concern::OnHold]),
        // Whoever verified the person, and whatever by, knew nothing of that (I12).
        Standing::Listed => match situation.status {
            Status::Pending => Outcome::Review(vec![Concern::OnHold]),
            _ => withdrawn(situation, RevocationReason::Provider),
        },
        // As it was asked to; a verdict that ended well stays so.
        Standing::Withdrawn | Standing::Deleted if situation.erased => Outcome::Unchanged,
        Standing::Withdrawn if concerns_verdict(situation, fact) => {
            withdrawn(situation, RevocationReason::Provider)
        }
        Standing::Withdrawn => Outcome::Waiting,
        Standing::Deleted if attempt.decision.is_some() || stands_on(situation, fact) => {
            withdrawn(situation, RevocationReason::Provider)
        }
        Standing::Deleted => Outcome::Waiting,
    }
}

/// What nothing may follow from, whatever the record says.
fn doubts(fact: &Fact, situation: &Situation<'_>, requirements: &Requirements) -> Vec<Concern> {
    let mut doubts = Vec::new();
    if fact.environment == Environment::Sandbox && !requirements.sandbox {
        doubts.push(Concern::Sandbox);
    }
    if fact.customer.as_deref() != Some(situation.customer) {
        doubts.push(Concern::OtherCustomer);
    }
    doubts
}

fn approved(
    fact: &Fact,
    situation: &Situation<'_>,
    requirements: &Requirements,
    now: UnixSeconds,
) -> Outcome {
    let (verdict, mut concerns) = verdict(fact, situation, requirements, now);
    if decided_meanwhile(situation) {
        concerns.push(Concern::DecidedMeanwhile);
    }
    let Some(verdict) = verdict.filter(|_| concerns.is_empty()) else {
        return Outcome::Review(concerns);
    };
    match situation.status {
        Status::Verified(held) if was_decided(situation) && says_no_more(held, &verdict) => {
            Outcome::Unchanged
        }
        // Whoever was done with it has not seen this.
        _ if situation.settled => Outcome::Review(vec![Concern::DecidedMeanwhile]),
        _ => Outcome::Decide(Box::new(Command::Verify(verdict))),
    }
}

/// Whether what a provider takes back is the verdict, and not a renewal's progress.
fn concerns_verdict(situation: &Situation<'_>, fact: &Fact) -> bool {
    situation.attempt.decision.is_some() || (!situation.may_come && stands_on(situation, fact))
}

/// Whether the verdict in force is by this very record: then a renewal that is under
/// way keeps nothing of monitoring back (I12).
fn stands_on(situation: &Situation<'_>, fact: &Fact) -> bool {
    matches!(situation.status, Status::Verified(held) if held.source == source(fact))
}

/// By whichever of its records.
fn was_decided(situation: &Situation<'_>) -> bool {
    situation.attempt.decision.is_some()
        || situation
            .others
            .is_some_and(|others| others.decision.is_some())
}

/// Whoever decided by hand, or by another attempt, after the person was sent to the
/// provider knew more than this attempt; and so did another of its records that refused
/// the person: trying again until one passes is no way around it.
fn decided_meanwhile(situation: &Situation<'_>) -> bool {
    let attempt = situation.attempt;
    let approved = match situation.status {
        Status::Verified(_) | Status::Expired(_) => {
            situation.others.and_then(|others| others.decision)
        }
        Status::Pending | Status::Rejected(_) | Status::Revoked { .. } => None,
    };
    situation.status_entry.is_some_and(|entry| {
        entry > attempt.opened_after && ![attempt.decision, approved].contains(&Some(entry))
    })
}

/// The same record, read again.
fn says_no_more(held: &Verified, verdict: &Verdict) -> bool {
    (
        held.level,
        held.country,
        held.accreditation,
        held.accreditation_ends,
    ) == (
        verdict.level,
        verdict.country,
        verdict.accreditation,
        verdict.accreditation_ends,
    ) && (held.us_person, held.person) == (verdict.us_person, verdict.person)
        && ends_no_later(held.expiry, verdict.expiry)
}

/// `None` is never.
fn ends_no_later(held: Option<UnixSeconds>, verdict: Option<UnixSeconds>) -> bool {
    verdict.is_none_or(|verdict| held.is_some_and(|held| held <= verdict))
}

fn source(fact: &Fact) -> Source {
    Source::Provider {
        name: fact.provider.to_string(),
        reference: fact.reference.clone(),
    }
}

/// The verdict that a record makes, if it makes one, and what is wrong with it.
fn verdict(
    fact: &Fact,
    situation: &Situation<'_>,
    requirements: &Requirements,
    now: UnixSeconds,
) -> (Option<Verdict>, Vec<Concern>) {
    let found = &fact.findings;
    let mut concerns = Vec::new();
    if found
        .level
        .is_none_or(|level| level < requirements.least_level)
    {
        concerns.push(Concern::LevelTooLow { found: found.level });
    }
    if requirements.accreditation && found.accreditation.is_none() {
        concerns.push(Concern::AccreditationUnknown);
    }
    if let Some(last) = found.accreditation_ends.filter(|last| last.end() <= now) {
        concerns.push(Concern::AccreditationEnded { last });
    }
    match found.document_expires {
        Some(last) if last.end() <= now => concerns.push(Concern::DocumentExpired { last }),
        None if requirements.document_expiry || requirements.ends_with_document => {
            concerns.push(Concern::DocumentExpiryUnknown);
        }
        _ => {}
    }
    let Some(country) = found.country else {
        concerns.push(Concern::CountryUnknown);
        return (None, concerns);
    };
    let rule = situation.rules.rule_at(country, now);
    let person = PersonFacts {
        least_age: rule
            .least_age
            .filter(|least| situation.age.is_some_and(|age| age >= *least)),
        residency: found.residency,
    };
    if situation.kind == InvestorKind::NaturalPerson
        && let Some(lacks) = rule.lacks(&person)
    {
        concerns.push(unmet(country, lacks));
    }
    let verdict = found.level.map(|level| Verdict {
        level,
        country,
        accreditation: found.accreditation.unwrap_or(Accreditation::None),
        accreditation_ends: found.accreditation_ends,
        us_person: found.us_person.unwrap_or(country.is_united_states()),
        person,
        expiry: expiry(fact, requirements, now),
        source: source(fact),
    });
    (verdict, concerns)
}

fn unmet(country: Country, lacks: PersonLacks) -> Concern {
    Concern::RuleUnmet {
        country,
        lacks: lacks.to_string(),
    }
}

/// The days that a verdict lasts are counted from the provider's review, however often
/// it is read.
fn expiry(fact: &Fact, requirements: &Requirements, now: UnixSeconds) -> Option<UnixSeconds> {
    let document = fact.findings.document_expires;
    let with_document = document.filter(|_| requirements.ends_with_document);
    let reviewed = now.0.min(fact.as_of.0 / 1_000);
    let lasts = requirements
        .lasts_days
        .map(|days| UnixSeconds(reviewed + u64::from(days) * SECONDS_A_DAY));
    let ends = with_document.map(Day::end).into_iter().chain(lasts).min();
    ends.map(|end| end.min(UnixSeconds::MAX_ON_CHAIN))
}

/// A refusal for good denies, whatever was decided before it and by whom (I12).
fn refused(situation: &Situation<'_>, reason: RejectionReason) -> Outcome {
    let revocation = match reason {
        RejectionReason::Sanctions => RevocationReason::Sanctions,
        RejectionReason::SourceOfFunds => RevocationReason::ComplianceViolation,
        RejectionReason::Identity => RevocationReason::Documents,
        RejectionReason::Country | RejectionReason::Provider => RevocationReason::Provider,
    };
    match situation.status {
        Status::Pending => Outcome::Decide(Box::new(Command::Reject(reason))),
        Status::Rejected(_) | Status::Revoked { .. } => Outcome::Unchanged,
        Status::Verified(_) | Status::Expired(_) => withdrawn(situation, revocation),
    }
}

fn withdrawn(situation: &Situation<'_>, reason: RevocationReason) -> Outcome {
    match situation.status {
        Status::Verified(_) | Status::Expired(_) => {
            Outcome::Decide(Box::new(Command::Revoke(reason)))
        }
        Status::Pending | Status::Rejected(_) | Status::Revoked { .. } => Outcome::Unchanged,
    }
}

#[cfg(test)]
mod tests;
