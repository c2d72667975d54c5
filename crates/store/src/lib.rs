//! The register's memory: the only user of PostgreSQL.
//!
//! Every change goes through an [`IssuerTransaction`]: it locks the issuer's
//! row, lets `core::register` decide upon what is stored, and writes the
//! entries of the log, the state that they make and the outbox rows that they
//! cause, all in one database transaction (I1). Everything else here reads, or
//! keeps the lanes' books: which chain must be told of which wallet
//! ([`Store::pull`]), and which signed bytes were stored before they were sent
//! ([`Store::store_signed`], I11). Several servers may share a database: what a
//! lane writes, it writes under its [`Lease`].
//!
//! Rules of the schema (`migrations/`):
//!
//! - Every table, key and unique constraint carries the issuer, so the data
//!   shards by issuer. No query names two issuers.
//! - The log is append-only by design. In production the server's role should
//!   lack the right to change it: `REVOKE UPDATE, DELETE, TRUNCATE ON entry
//!   FROM …`. [`Store::verify_log`] finds what was changed regardless (I9).
//! - One dialect of SQL, without extensions, triggers, sequences or advisory
//!   locks. `NOTIFY` is a hint; polling is the truth.
//! - A row that cannot be read is [`StoreError::Damaged`], never a guess (I12).
//!
//! Deliberately absent: a storage trait (there is one backend), SQL made at
//! run time, personal data (the vault's business, I6).

mod api_key;
mod audit;
mod authority;
mod chain;
mod codec;
mod companion;
mod connection;
mod copy;
mod crash;
mod customer;
mod decide;
mod departure;
mod diagnosis;
mod dispute;
mod entry;
mod error;
mod federation;
mod following;
mod forgetting;
mod idempotency;
mod import;
mod instance;
mod investor;
mod issuer;
mod keyring;
mod landmark;
mod lane;
mod lease;
mod letter;
mod link;
mod look;
mod monitoring;
mod notify;
mod observed;
mod outbox;
mod profile;
mod quarantine;
mod receipt;
mod reconciliation;
mod renewal;
mod reorganisation;
mod rules;
mod standing;
mod statistics;
mod token;
mod transaction;
mod verification;
mod wallet;
mod warrant;
mod writer;

pub use api_key::{ApiKey, ApiKeyInfo, KeyHash, KeyOwner};
pub use audit::{AuditError, AuditReport, StateDifference};
pub use authority::AuthorityOnChain;
pub use chain::{Chain, ChainStatus, LaneDriver, NewChain};
pub use companion::{CompanionOnChain, IdentityOnChain, KnownCompanion, Unread};
pub use connection::Store;
pub use crash::CrashPoint;
pub use customer::{
    Customer, CustomerFilter, CustomerPage, CustomerRecord, NewCustomer, SealedCustomer,
    SealedData, SealedNote,
};
pub use decide::{Answer, DecidedBatch, Decision, Foresight, Request, Subject, Witnessed};
pub use departure::Departure;
pub use diagnosis::Diagnosis;
pub use dispute::Dispute;
pub use entry::StoredEntry;
pub use error::StoreError;
pub use federation::{FederationDecision, FederationFailure, ProposalRecord, ProposalState};
pub use following::Followed;
pub use forgetting::{Forgetting, ForgettingFate};
pub use idempotency::{IdempotentRequest, Recalled};
pub use import::{ImportError, ImportJob, ImportProgress, ImportState, NewImport};
pub use instance::Instance;
pub use investor::{InvestorFilter, InvestorPage, InvestorRecord};
pub use issuer::Issuer;
pub use keyring::{Keyring, Rewrapped};
pub use landmark::Landmark;
pub use lease::{FencingToken, Lease};
pub use letter::{Letter, LetterFate};
pub use link::{Link, LinkFilter, LinkPurpose, WhoseLinks};
pub use look::{Look, ReceivedHint};
pub use monitoring::Monitoring;
pub use notify::{Hint, Hints};
pub use profile::{DueProfile, ProfileRemains, SealedChanges, StatusSince};
pub use quarantine::Quarantined;
pub use receipt::{ApprovalReceipt, DenialReceipt, Milestone};
pub use reconciliation::{Compared, Findings, Measure, Scan, Seen, Step, ToCompare};
pub use renewal::{DueRenewal, RenewalNotice, RenewalPlace, WhichRenewals};
pub use reorganisation::Settled;
pub use standing::MirrorStanding;
pub use statistics::{ChainStatistics, Statistics};
pub use token::KnownToken;
pub use transaction::IssuerTransaction;
pub use verification::{DueLook, Unasked, Verification};
pub use wallet::{ChainRecord, WalletReport};
pub use warrant::{Lapse, Warrant};
pub use writer::Writer;

/// What the functions of this crate return.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;
