//! How the command ends: an exit code that scripts can rely on, and one line
//! that says what went wrong and how to mend it.

use std::{fmt, process::ExitCode};

use symbolon_chain::ChainError;
use symbolon_core::register::Refusal;
use symbolon_sandbox::SandboxError;
use symbolon_server::problem::Problem;
use symbolon_store::StoreError;

/// The exit codes, as `symbolon --help` lists them.
pub(crate) const HELP: &str = "\
Exit codes:
    0  done
    1  something unexpected failed
    2  the command line is wrong
    3  the configuration is wrong
    4  input was refused, all of it or some rows or entries
    5  not found
    6  the database failed or cannot be reached
    7  a chain failed, cannot be reached, or differs from the register
    8  the audit found tampering
    9  doctor or a token's check found problems
   10  chains deny whom the register approves: a person must decide
  130  interrupted; the same command goes on";

/// The exit codes, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Done.
    Done = 0,
    /// Something that nobody foresaw.
    Unexpected = 1,
    /// The command line is wrong.
    Usage = 2,
    /// The configuration is wrong.
    Configuration = 3,
    /// Input was refused, all of it or a part.
    Refused = 4,
    /// There is no such thing.
    NotFound = 5,
    /// The database failed.
    Database = 6,
    /// A chain failed.
    Chain = 7,
    /// The audit found tampering.
    Tampering = 8,
    /// Doctor, or a token's check, found problems.
    Unhealthy = 9,
    /// Chains deny whom the register approves.
    Disputed = 10,
    /// Ctrl-C; the same command goes on.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// What commands return.
pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

/// Why a command could not do its work: `what: remedy`, and its exit code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    message: String,
}

impl Failure {
    /// `message` says what is wrong and, after a colon, how to mend it.
    pub(crate) fn new(exit: Exit, message: impl fmt::Display) -> Self {
        Self {
            exit,
            message: one_line(&message.to_string()),
        }
    }

    /// The command line is wrong.
    pub(crate) fn usage(message: impl fmt::Display) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// The configuration is wrong.
    pub(crate) fn configuration(message: impl fmt::Display) -> Self {
        Self::new(Exit::Configuration, message)
    }

    /// The input is refused.
    pub(crate) fn refused(message: impl fmt::Display) -> Self {
        Self::new(Exit::Refused, message)
    }

    /// There is no such thing.
    pub(crate) fn not_found(message: impl fmt::Display) -> Self {
        Self::new(Exit::NotFound, message)
    }

    /// There is a file where a new one was to be.
    pub(crate) fn taken(path: &std::path::Path) -> Self {
        let path = path.display();
        Self::refused(format!(
            "{path}: there is a file already, and none is written over: name a new one"
        ))
    }

    /// A file that cannot be read or written.
    pub(crate) fn file(
        action: &'static str,
        path: &std::path::Path,
    ) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.display().to_string();
        move |error| {
            let (exit, why) = match error.kind() {
                std::io::ErrorKind::NotFound => {
                    (Exit::NotFound, "there is no such file".to_owned())
                }
                other => (Exit::Unexpected, other.to_string()),
            };
            Self::new(
                exit,
                format!("cannot {action} {path}: {why}: check the path and its permissions"),
            )
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Messages may quote a child's log, a node's or a contract's words: one line,
/// and nothing that steers a terminal.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for part in text.lines().map(str::trim).filter(|part| !part.is_empty()) {
        if !line.is_empty() {
            line.push_str(" / ");
        }
        line.extend(
            part.chars()
                .map(|c| if c.is_control() { '\u{fffd}' } else { c }),
        );
    }
    line
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        match error {
            StoreError::NotFound { what } => {
                let remedy = match what {
                    "investor" => "`symbolon export` lists all",
                    "link" => "`symbolon links list` shows their ids",
                    "customer" => "`symbolon customers list` shows their ids",
                    "proposal" => "`symbolon proposal list` shows their numbers",
                    _ => "check the name",
                };
                Self::not_found(format!("no such {what}: {remedy}"))
            }
            StoreError::Conflict { what } => {
                Self::refused(format!("{what}: choose another, or look at what is there"))
            }
            StoreError::OutOfRange { .. } => {
                Self::refused(format!("{error}: give a smaller value"))
            }
            StoreError::Damaged { .. } => Self::new(
                Exit::Database,
                format!("{error}: run `symbolon audit verify`, then restore the row from a backup"),
            ),
            StoreError::Migration(_) => Self::new(
                Exit::Database,
                format!(
                    "{error} ({}): its role needs the right to change the schema, and the database must not be newer than this program",
                    cause.unwrap_or_default()
                ),
            ),
            StoreError::Database(_) => Self::new(
                Exit::Database,
                format!(
                    "{error} ({}): check that PostgreSQL runs and that the database URL is right; `symbolon doctor` tells more",
                    cause.unwrap_or_default()
                ),
            ),
            // The store may learn to fail in other ways.
            #[allow(unreachable_patterns, reason = "the store's errors may grow")]
            other => Self::new(Exit::Database, other),
        }
    }
}

impl From<ChainError> for Failure {
    fn from(error: ChainError) -> Self {
        let remedy = match &error {
            ChainError::Rpc { .. } => ": check that the node runs and that its URL is right",
            ChainError::Signing | ChainError::Nonsense { .. } => {
                ": try another node, and report it"
            }
            ChainError::NotMined { .. } => ": look it up before you try again",
            ChainError::Reverted { .. } => ": check the signer's role and funds",
            ChainError::ForeignCode(_) => ": use another registry address",
            _ => "",
        };
        Self::new(Exit::Chain, format!("{error}{remedy}"))
    }
}

impl From<SandboxError> for Failure {
    fn from(error: SandboxError) -> Self {
        Self::new(Exit::Database, error)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::UnknownInvestor => {
                Self::not_found("no such investor: `symbolon export` lists all")
            }
            other => Self::refused(other),
        }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        let remedy = match problem.kind.code {
            "wallet_of_other_customer" => {
                " (`symbolon customers list --wallet WALLET --archived` shows which)"
            }
            "customer_archived" => " Restore it first: `symbolon customers restore`",
            "vault_closed" => return crate::vault::closed(),
            _ => "",
        };
        let exit = match problem.kind.status {
            404 => Exit::NotFound,
            500.. => Exit::Unexpected,
            _ => Exit::Refused,
        };
        Self::new(exit, format!("{}{remedy}", problem.detail))
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::new(Exit::Unexpected, format!("{error:#}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_one_line_that_steers_nothing() {
        let failure = Failure::usage("a\n\n  b\u{1b}[31m\r\nc");
        assert_eq!(failure.to_string(), "a / b\u{fffd}[31m / c");
    }

    #[test]
    fn every_exit_code_is_listed() {
        for exit in [
            Exit::Done,
            Exit::Unexpected,
            Exit::Usage,
            Exit::Configuration,
            Exit::Refused,
            Exit::NotFound,
            Exit::Database,
            Exit::Chain,
            Exit::Tampering,
            Exit::Unhealthy,
            Exit::Disputed,
            Exit::Interrupted,
        ] {
            let code = format!("\n{:>5}  ", exit as u8);
            assert!(HELP.contains(&code), "{code:?}");
        }
    }
}
