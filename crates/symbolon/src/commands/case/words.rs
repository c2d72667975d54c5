//! What a case file's entries say, in words for people.

use symbolon_core::{
    event::Event,
    investor::{Source, Verified},
    profile::Field,
    time::UnixSeconds,
    wallet::ChainScope,
};

use crate::kind::word;

/// One event as a sentence.
pub(super) fn event(event: &Event) -> String {
    match event {
        Event::InvestorRegistered {
            kind,
            external_id,
            authority,
        } => {
            let mut said = format!("made known as a {}", plain(kind));
            if let Some(id) = external_id {
                said.push_str(&format!(", {id} with the issuer"));
            }
            if !authority.is_owner() {
                said.push_str(&format!(", by authority {authority}"));
            }
            said
        }
        Event::ExternalIdAssigned { external_id } => {
            format!("the issuer knows it as {external_id}")
        }
        Event::WalletLinked { wallet, chains, .. } => match chains {
            ChainScope::All => format!("wallet {wallet} was bound, on every chain"),
            ChainScope::Only(some) => {
                let some: Vec<_> = some.iter().map(ToString::to_string).collect();
                format!("wallet {wallet} was bound, on chain {}", some.join(", "))
            }
        },
        Event::WalletProven { wallet, at, .. } => {
            format!("whoever holds wallet {wallet} signed at {at}")
        }
        Event::WalletRemoved { wallet } => format!("wallet {wallet} was removed"),
        Event::WalletDeactivated { wallet } => format!("wallet {wallet} was barred"),
        Event::WalletReactivated { wallet } => format!("wallet {wallet} may be used again"),
        Event::InvestorReassigned { authority } => {
            format!("authority {authority} is in charge from then on")
        }
        Event::InvestorVerified(verdict) => format!(
            "verified: {}; {}",
            facts(verdict).join(", "),
            source(&verdict.source)
        ),
        Event::InvestorRejected { reason } => format!("rejected: {}", plain(reason)),
        Event::InvestorRevoked { reason } => format!("revoked: {}", plain(reason)),
        Event::InvestorExpired => "its verdict had ended".to_owned(),
        Event::InvestorRestricted => "barred, whatever the verdict".to_owned(),
        Event::RestrictionLifted => "the bar was lifted".to_owned(),
        Event::AssetsFrozen => "its assets were frozen".to_owned(),
        Event::AssetsUnfrozen { licence } => {
            format!("its assets were released by licence {licence}")
        }
        Event::CertificateIssued {
            certificate,
            requirements,
            expiry,
        } => format!(
            "certificate {certificate} by requirements {}, {}",
            requirements.0,
            until_or_verdict(*expiry)
        ),
        Event::CertificateRevoked { certificate } => {
            format!("certificate {certificate} was taken back")
        }
        Event::ClaimIssued { topic, expiry, .. } => {
            format!("claim {topic}, {}", until_or_verdict(*expiry))
        }
        Event::ClaimRevoked { topic } => format!("claim {topic} was taken back"),
        Event::LinkOffered { link } => format!("link {link} was offered"),
        Event::LinkWithdrawn { link } => format!("link {link} was taken back"),
        Event::VerificationSettled { verification } => {
            format!("attempt {verification} was looked at and settled")
        }
        Event::LegalHoldPlaced { reference } => format!("legal hold {reference}"),
        Event::LegalHoldLifted { reference } => format!("legal hold {reference} was lifted"),
        Event::ProfileChanged { fields } => {
            let fields: Vec<_> = fields.iter().map(Field::to_string).collect();
            format!("its profile was changed: {}", fields.join(", "))
        }
        Event::ProfileOpened { purpose } => format!("its profile was shown, for: {purpose}"),
        Event::ProfileExported { purpose } => {
            format!("its profile was exported, for: {purpose}")
        }
        Event::CustomerAdded { instance } => format!("a customer of instance {instance}"),
        Event::CustomerChanged { instance, change } => {
            format!("as a customer of instance {instance}: {}", plain(change))
        }
        Event::CustomerOpened { instance, purpose } => {
            format!("what instance {instance} knows was shown, for: {purpose}")
        }
        Event::CustomerExported { instance, purpose } => {
            format!("what instance {instance} knows was exported, for: {purpose}")
        }
        Event::InvestorMerged { into } => format!("it is investor {into}"),
        Event::ProfileErased => "its profile was erased".to_owned(),
        Event::RecordChanged { wallet, version } => {
            format!(
                "chains are owed version {} of wallet {wallet}'s record",
                version.0
            )
        }
    }
}

/// What a verdict says. What was seen of the person stays out.
pub(super) fn facts(verdict: &Verified) -> Vec<String> {
    let mut facts = vec![
        plain(&verdict.level),
        verdict.country.to_string(),
        format!("accreditation {}", plain(&verdict.accreditation)),
    ];
    if let Some(last) = verdict.accreditation_ends {
        facts.push(format!("accredited to {last}"));
    }
    if verdict.us_person {
        facts.push("a US person".to_owned());
    }
    facts.push(end(verdict.expiry));
    facts
}

/// Until when a verdict counts.
pub(super) fn end(expiry: Option<UnixSeconds>) -> String {
    match expiry {
        Some(end) => format!("until {end}"),
        None => "without end".to_owned(),
    }
}

/// Who answers for a verdict, and where to look.
pub(super) fn source(source: &Source) -> String {
    match source {
        Source::Provider { name, reference } => {
            format!("by the record {reference} of provider {name}")
        }
        Source::Operator {
            operator,
            attestation,
        } => format!(
            "{operator} answers for it by attestation {}: {}",
            attestation.version, attestation.text
        ),
    }
}

/// One of the core's words as people write it, and whatever comes with it.
pub(super) fn plain(value: &impl serde::Serialize) -> String {
    let text = word(value);
    text.replace('_', " ").replace(['{', '}', '"'], "")
}

fn until_or_verdict(expiry: Option<UnixSeconds>) -> String {
    match expiry {
        Some(end) => format!("until {end}"),
        None => "as long as the verdict".to_owned(),
    }
}
