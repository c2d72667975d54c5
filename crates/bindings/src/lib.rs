//! The contracts' ABI and bytecode for Rust, generated from `contracts/abi`,
//! which `npm run contracts:abi` writes and a test proves fresh.
//!
//! Each contract is a module: `IdentityRegistry::upsertCall` encodes a call,
//! `IdentityRegistry::WalletRecorded` decodes a log, `IdentityRegistry::BYTECODE`
//! deploys it. With the feature `rpc` each is also a type that calls through an
//! alloy provider, and with `probes` the contracts that measure others are here
//! too. The traits that do the encoding come from [`alloy_sol_types`].

#![allow(
    missing_docs,
    reason = "what is generated is documented in contracts/src/interfaces"
)]
#![allow(
    clippy::too_many_arguments,
    reason = "a contract's signatures are its own"
)]

pub use alloy_sol_types;

/// One contract from its file under `contracts/abi`.
macro_rules! contract {
    ($(#[$attribute:meta])* $name:ident, $file:literal) => {
        #[cfg(not(feature = "rpc"))]
        alloy_sol_types::sol! {
            #![sol(all_derives)]
            $(#[$attribute])*
            $name, $file
        }
        #[cfg(feature = "rpc")]
        alloy_sol_types::sol! {
            #![sol(all_derives, rpc, alloy_contract = alloy::contract)]
            $(#[$attribute])*
            $name, $file
        }
    };
}

contract!(
    /// The mirror of the register on a chain: one word a wallet.
    IdentityRegistry,
    "../../contracts/abi/IdentityRegistry.json"
);

contract!(
    /// The registrar of investors that a federation of authorities keeps.
    KYCRegistrar,
    "../../contracts/abi/KYCRegistrar.json"
);

contract!(
    /// Several registries behind one address, in the order in which they decide.
    RegistrySet,
    "../../contracts/abi/RegistrySet.json"
);

contract!(
    /// The reference token, which moves only between verified wallets.
    RegulatedToken,
    "../../contracts/abi/RegulatedToken.json"
);

contract!(
    /// Transfer rules by country, as a token's compliance or a module of it.
    CountryRules,
    "../../contracts/abi/CountryRules.json"
);

contract!(
    /// Certificates whose requirements are data (ERC-5851).
    CertificateRegistry,
    "../../contracts/abi/CertificateRegistry.json"
);

contract!(
    /// Where identities come from, and how the register keeps them.
    IdentityFactory,
    "../../contracts/abi/IdentityFactory.json"
);

contract!(
    /// An investor's identity: its keys, and what is claimed of it.
    Identity,
    "../../contracts/abi/Identity.json"
);

contract!(
    /// Who stands by claims, and takes them back.
    ClaimIssuer,
    "../../contracts/abi/ClaimIssuer.json"
);

contract!(
    /// The compliance, or module of one, that asks about senders too.
    VerifiedSender,
    "../../contracts/abi/VerifiedSender.json"
);

contract!(
    /// What a wallet that is a contract says to a signature: called, never deployed.
    SignatureCheck,
    "../../contracts/abi/SignatureCheck.json"
);

/// Contracts that measure others: no part of what is deployed.
#[cfg(feature = "probes")]
pub mod probes {
    contract!(
        /// A token without any check.
        BareToken,
        "../../contracts/abi/probes/BareToken.json"
    );

    contract!(
        /// The same with the check of both parties that any token inherits.
        GuardedToken,
        "../../contracts/abi/probes/GuardedToken.json"
    );

    contract!(
        /// What a contract pays for asking the registrar about both parties.
        InvestorsProbe,
        "../../contracts/abi/probes/InvestorsProbe.json"
    );

    contract!(
        /// What a contract pays for asking the registry, the call included.
        VerifiedProbe,
        "../../contracts/abi/probes/VerifiedProbe.json"
    );

    contract!(
        /// An owner of two keys, to whom a registry is handed over.
        TwoOfTwo,
        "../../contracts/abi/probes/TwoOfTwo.json"
    );

    contract!(
        /// A wallet (ERC-1271) that may misbehave.
        MoodyWallet,
        "../../contracts/abi/probes/MoodyWallet.json"
    );

    contract!(
        /// Deploys such wallets, or only says so.
        MoodyFactory,
        "../../contracts/abi/probes/MoodyFactory.json"
    );
}
