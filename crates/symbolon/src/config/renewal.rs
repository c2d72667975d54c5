//! How verdicts are renewed before they end.

use symbolon_core::{ids::IssuerId, renewal::RemindDays};
use symbolon_server::{RenewalTerms, Renewals};

use super::file::{ConfigFile, RenewalFile};
use crate::exit::{Failure, Result};

/// One `[[renewal]]`.
#[derive(Debug)]
pub(crate) struct RenewalConfig {
    issuer: IssuerId,
    terms: RenewalTerms,
}

impl RenewalConfig {
    pub(super) fn checked(place: usize, file: &RenewalFile, sends_mail: bool) -> Result<Self> {
        let wrong = |field: &str, problem: &dyn std::fmt::Display| {
            Failure::configuration(format!("renewal[{place}].{field}: {problem}"))
        };
        let issuer = file.issuer.parse();
        let issuer = issuer.map_err(|error| wrong("issuer", &error))?;
        let remind = file.remind_days.map(RemindDays::new).transpose();
        let remind = remind.map_err(|error| wrong("remind_days", &error))?;
        if file.send && !sends_mail {
            let problem = "nothing is sent without a mail server: add [mail], or leave `send` out";
            return Err(wrong("send", &problem));
        }
        Ok(Self {
            issuer,
            terms: RenewalTerms {
                remind: remind.unwrap_or_default(),
                send: file.send,
            },
        })
    }
}

/// All of the file's.
pub(super) fn all(file: &ConfigFile) -> Result<Vec<RenewalConfig>> {
    let sends_mail = file.mail.is_some();
    let mut all: Vec<RenewalConfig> = Vec::new();
    for (place, one) in file.renewal.iter().enumerate() {
        let one = RenewalConfig::checked(place, one, sends_mail)?;
        if all.iter().any(|other| other.issuer == one.issuer) {
            return Err(Failure::configuration(format!(
                "renewal[{place}].issuer: {} has a [[renewal]] already: leave one of the two out",
                one.issuer
            )));
        }
        all.push(one);
    }
    Ok(all)
}

/// What each issuer wants.
pub(crate) fn renewals(all: &[RenewalConfig]) -> Renewals {
    Renewals::new(all.iter().map(|one| (one.issuer.clone(), one.terms)))
}
