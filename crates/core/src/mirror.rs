//! Keeping every chain equal to the register.
//!
//! [`filter`] says whom a registry is told of, [`record`] is the word that a chain holds for a wallet, [`rules`] what the
//! contract makes of a write, [`plan`] the cheapest writes that lead from what
//! a chain holds to what it must hold, [`batch`] those writes as calldata
//! carries them, [`fees`] what they may cost, [`reinstatement`] when an authority
//! may count again, [`reconciliation`] what follows where a chain holds what
//! nobody here wrote, [`reached`] how far a record has come, [`companion`] the contracts beside the registry that are
//! written as well, and [`lane`] the machine that brings it all to one chain under
//! one signer's nonces. [`planted`] is for the tests of the tests.

pub mod batch;
pub mod companion;
pub mod fees;
pub mod filter;
pub mod lane;
pub mod plan;
pub mod planted;
pub mod reached;
pub mod reconciliation;
pub mod record;
pub mod reinstatement;
pub mod rules;
