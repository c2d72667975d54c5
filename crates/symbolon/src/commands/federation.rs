//! The federation at the command line: `symbolon authority`, `symbolon
//! approvers` and `symbolon proposal`, all of which are the owner's.

pub(crate) mod approvers;
pub(crate) mod authority;
pub(crate) mod owner;
pub(crate) mod proposal;
mod words;
