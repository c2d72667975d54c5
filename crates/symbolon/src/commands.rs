//! The commands, a file each: its arguments, then its work.

pub(crate) mod api_key;
pub(crate) mod audit;
pub(crate) mod case;
pub(crate) mod certificates;
pub(crate) mod chain;
pub(crate) mod claims;
pub(crate) mod companion;
pub(crate) mod customers;
pub(crate) mod doctor;
pub(crate) mod export;
pub(crate) mod federation;
pub(crate) mod import;
pub(crate) mod instances;
pub(crate) mod issuer;
pub(crate) mod links;
pub(crate) mod receipt;
pub(crate) mod revoke;
pub(crate) mod rules;
pub(crate) mod serve;
pub(crate) mod status;
pub(crate) mod token;
pub(crate) mod vault;
pub(crate) mod verify;
