//! Whom a command is about, and who answers for it, as people type it.

use std::{fmt, str::FromStr};

use clap::Args;
use symbolon_core::{
    actor::Actor,
    ids::{ExternalId, InvestorId},
    investor::{Attestation, Source},
    wallet::WalletAddress,
};
use symbolon_store::Subject;

use crate::{
    config,
    exit::{Failure, Result},
};

/// A wallet or an investor, by what was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// The holder of this wallet.
    Wallet(WalletAddress),
    /// The investor of this id.
    Investor(InvestorId),
    /// The investor of this reference.
    ExternalId(ExternalId),
}

impl FromStr for Target {
    type Err = String;

    /// Addresses and ids differ in length. References have an option of their
    /// own, since they may look like anything.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.len() == 66 {
            return text
                .parse()
                .map(Self::Investor)
                .map_err(|error| format!("{error}"));
        }
        text.parse().map(Self::Wallet).map_err(|error| {
            format!("{error}; an investor id is 0x and 64 digits; for your own reference use --external-id")
        })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wallet(wallet) => wallet.fmt(f),
            Self::Investor(investor) => investor.fmt(f),
            Self::ExternalId(reference) => reference.fmt(f),
        }
    }
}

impl From<Target> for Subject {
    fn from(target: Target) -> Self {
        match target {
            Target::Wallet(wallet) => Self::Wallet(wallet),
            Target::Investor(investor) => Self::Investor(investor),
            Target::ExternalId(reference) => Self::ExternalId(reference),
        }
    }
}

/// One investor.
#[derive(Clone, Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct OneArgs {
    /// A wallet or the id of an investor
    #[arg(value_name = "WALLET|INVESTOR")]
    target: Option<Target>,

    /// The investor of this reference of yours
    #[arg(long, value_name = "ID")]
    external_id: Option<ExternalId>,
}

impl OneArgs {
    /// Whoever was meant.
    pub(crate) fn target(&self) -> Result<Target> {
        let reference = self.external_id.clone().map(Target::ExternalId);
        let named = self.target.clone().or(reference);
        named.ok_or_else(|| Failure::usage("name a wallet, an investor, or --external-id"))
    }
}

/// The bytes of a name that the log keeps.
const MOST_OF_A_NAME: usize = 100;

/// The text that an importer signs unless told otherwise, and its version.
pub(crate) const IMPORT_ATTESTATION: (&str, &str) = (
    "Every customer in this file was verified by the issuer's own procedure.",
    "symbolon-import-1",
);

/// Who answers for a verdict that is given by hand.
#[derive(Clone, Debug, Args)]
pub(crate) struct OperatorArgs {
    /// Who answers for it, as the issuer's staff list has them [default: the user of this machine]
    #[arg(
        long,
        value_name = "NAME",
        env = "SYMBOLON_OPERATOR",
        hide_env_values = true
    )]
    operator: Option<String>,

    /// The text that the operator signs [default: the one below]
    #[arg(long, value_name = "TEXT")]
    attestation: Option<String>,

    /// The issuer's version of that text
    #[arg(
        long,
        value_name = "VERSION",
        requires = "attestation",
        default_value_if("attestation", clap::builder::ArgPredicate::IsPresent, "1")
    )]
    attestation_version: Option<String>,
}

impl OperatorArgs {
    /// Who answers for it.
    pub(crate) fn name(&self) -> Result<String> {
        operator(self.operator.as_deref())
    }

    /// What is signed for the rows of a file.
    pub(crate) fn import_attestation(&self) -> Result<Attestation> {
        let (text, version) = IMPORT_ATTESTATION;
        attestation(
            self.attestation.as_deref().unwrap_or(text),
            self.attestation_version.as_deref().unwrap_or(version),
        )
    }

    /// Who answers for the rows of a file.
    pub(crate) fn of_import(&self) -> Result<(Actor, Source)> {
        let operator = self.name()?;
        let actor = Actor::command_line(&operator);
        let attestation = self.import_attestation()?;
        let source = Source::Operator {
            operator,
            attestation,
        };
        Ok((actor, source))
    }
}

/// What somebody signs for a verdict.
pub(crate) fn attestation(text: &str, version: &str) -> Result<Attestation> {
    let signed = |option: &str, said: &str, longest: usize| {
        let said = said.trim();
        match (1..=longest).contains(&said.chars().count()) {
            true => Ok(said.to_owned()),
            false => Err(Failure::usage(format!(
                "{option}: what is signed has 1 to {longest} characters: write it so"
            ))),
        }
    };
    Ok(Attestation {
        text: signed("--attestation", text, Attestation::LONGEST_TEXT)?,
        version: signed(
            "--attestation-version",
            version,
            Attestation::LONGEST_VERSION,
        )?,
    })
}

/// Who was named, else the person at this machine, as the machine knows them: a service
/// manager or a container may set no `USER`, and still runs as somebody. The log has no
/// entry that nobody answers for.
pub(crate) fn operator(named: Option<&str>) -> Result<String> {
    if let Some(named) = named {
        return name(named).ok_or_else(|| {
            Failure::usage(format!(
                "--operator (or SYMBOLON_OPERATOR): the log keeps a name on one line, of 1 to {MOST_OF_A_NAME} bytes: write one, or leave it out for the user of this machine"
            ))
        });
    }
    let of_session = ["USER", "LOGNAME"]
        .into_iter()
        .find_map(config::environment);
    let uid = rustix::process::getuid().as_raw();
    let accounts = || std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    Ok(of_machine(of_session, accounts, uid))
}

/// A name as the log keeps it, if it may.
fn name(text: &str) -> Option<String> {
    let text = text.trim();
    let is_name = (1..=MOST_OF_A_NAME).contains(&text.len()) && !text.contains(char::is_control);
    is_name.then(|| text.to_owned())
}

/// The session's name for a user, else that of the machine's accounts; where the log may
/// not keep it, the user's number.
fn of_machine(of_session: Option<String>, accounts: impl FnOnce() -> String, uid: u32) -> String {
    let known = of_session.or_else(|| account(&accounts(), uid));
    let known = known.as_deref().and_then(name);
    known.unwrap_or_else(|| format!("uid-{uid}"))
}

/// The name of this user in the lines of `/etc/passwd`.
fn account(accounts: &str, uid: u32) -> Option<String> {
    let uid = uid.to_string();
    accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, number) = (fields.next()?, fields.nth(1)?);
        (number == uid && !name.is_empty()).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    #[test]
    fn a_wallet_and_an_investor_differ_in_length() {
        let wallet = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
        assert!(matches!(wallet.parse(), Ok(Target::Wallet(_))));
        let investor = format!("0x{}", "ab".repeat(32));
        assert!(matches!(investor.parse(), Ok(Target::Investor(_))));
        let refused = "C-00001".parse::<Target>().unwrap_err();
        assert!(refused.contains("--external-id"), "{refused}");
    }

    #[test]
    fn the_machine_knows_who_runs_it() {
        let accounts = "root:x:0:0::/:/bin/sh\nmaria:x:1000:1000::/:/bin/sh\n";
        assert_eq!(account(accounts, 1000).as_deref(), Some("maria"));
        assert_eq!(account(accounts, 0).as_deref(), Some("root"));
        assert_eq!(account(accounts, 100), None);
        assert_eq!(account("", 0), None);
        assert_eq!(operator(Some(" Maria Kern ")).unwrap(), "Maria Kern");
        for name in ["", "  ", "Maria\nKern", "\u{1b}[2J", &"x".repeat(101)] {
            assert_eq!(operator(Some(name)).unwrap_err().exit, Exit::Usage);
        }
        let session = |name: &str| of_machine(Some(name.to_owned()), || accounts.to_owned(), 1000);
        assert_eq!(session("ben"), "ben");
        for name in ["ben\nAda", "\u{1b}[2J", &"x".repeat(101)] {
            assert_eq!(session(name), "uid-1000");
        }
        let machine = |accounts: &'static str| of_machine(None, || accounts.to_owned(), 7);
        assert_eq!(machine("ada:x:7:7::/:/bin/sh\n"), "ada");
        assert_eq!(machine("ad\u{7}a:x:7:7::/:/bin/sh\n"), "uid-7");
        assert_eq!(machine(""), "uid-7");
    }

    #[test]
    fn what_is_signed_says_something_and_ends() {
        let signed = attestation(" Seen. ", "1").unwrap();
        assert_eq!((&*signed.text, &*signed.version), ("Seen.", "1"));
        let long = "x".repeat(Attestation::LONGEST_TEXT);
        attestation(&long, "1").unwrap();
        for (text, version) in [
            ("", "1"),
            (" \n", "1"),
            (&*format!("{long}x"), "1"),
            ("Seen.", ""),
            ("Seen.", &*"1".repeat(Attestation::LONGEST_VERSION + 1)),
        ] {
            let refused = attestation(text, version).unwrap_err();
            assert_eq!(refused.exit, Exit::Usage, "{refused}");
        }
    }
}
