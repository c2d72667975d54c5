//! From a request to what handlers work with; everything that cannot be read
//! becomes a [`Problem`](crate::problem::Problem) that names the field.

pub(crate) mod check;
pub(crate) mod json;
pub(crate) mod page;
mod path;
mod query;

pub(crate) use check::Check;
pub(crate) use json::Body;
pub(crate) use path::{
    AuthorityPath, CustomerLinkPath, CustomerPath, HeldWalletPath, InstancePath, InvestorPath,
    JobPath, LinkPath, ProposalPath, RegistryPath, VerificationPath, WalletPath,
};
pub(crate) use query::Query;
