//! The compiled registrar, with an owner and two authorities.

use alloy_primitives::{Address, B256, FixedBytes, aliases::U40, keccak256};
use alloy_sol_types::{Panic, SolCall, SolConstructor, SolError};
use symbolon_bindings::KYCRegistrar as abi;
use symbolon_testkit::evm::{Evm, Revert, Snapshot};

use super::{
    answer::Answer,
    history::{Body, COUNTRIES, Call, Expiry, Holder, START, Signer, Terms, Wallet},
};

/// The chain, and the registrar on it.
pub struct Chain {
    pub evm: Evm,
    /// How many signers of each authority, of the owner too, a call needs.
    pub threshold: usize,
    address: Address,
    beginning: Snapshot,
}

/// The countries where an authority may act at first, by their place.
pub fn first_countries(of: Body) -> Vec<usize> {
    vec![usize::from(of.0) - 1, usize::from(of.0)]
}

impl Chain {
    /// Deploys the registrar and appoints the first authorities.
    pub fn deploy(threshold: usize) -> Result<Self, Revert> {
        let mut evm = Evm::at(START);
        let arguments = abi::constructorCall {
            owners: Body::OWNER.signers().map(Signer::bare).collect(),
            threshold: threshold as u32,
        };
        let deployer = Body::NONE.signers().map(Signer::bare).next();
        let deployer = deployer.unwrap_or_default();
        let (address, _) = evm.deploy(deployer, &abi::BYTECODE, &arguments.abi_encode())?;
        let beginning = evm.snapshot();
        let mut chain = Self {
            evm,
            threshold,
            address,
            beginning,
        };
        for body in Body::FIRST {
            let data = chain.encode(&Call::AddAuthority(body, first_countries(body)));
            for signer in Body::OWNER.signers().take(threshold) {
                chain
                    .evm
                    .call(signer.bare(), address, data.clone().into())?;
            }
        }
        chain.beginning = chain.evm.snapshot();
        Ok(chain)
    }

    /// Goes back to where every history begins.
    pub fn begin(&mut self) {
        self.evm.restore(&self.beginning);
    }

    /// A transaction. Fails if the contract breaks instead of refusing.
    pub fn send(&mut self, signer: Signer, data: &[u8]) -> Result<Answer, String> {
        let data = data.to_vec().into();
        match self.evm.call(signer.bare(), self.address, data) {
            Ok(output) => match output.data.last() {
                Some(0) => Ok(Answer::Waits),
                _ => Ok(Answer::CarriedOut),
            },
            Err(revert) if revert.data.len() < 4 || Panic::abi_decode(&revert.data).is_ok() => {
                Err(format!("the registrar broke: {revert:?}"))
            }
            Err(_) => Ok(Answer::Refused),
        }
    }

    /// The registrar's answer.
    pub fn ask<C: SolCall>(&mut self, call: &C) -> Result<C::Return, String> {
        self.evm
            .view(self.address, call)
            .map_err(|revert| format!("{}: {revert:?}", C::SIGNATURE))
    }

    /// The id of an authority.
    pub fn id(&self, body: Body) -> B256 {
        match (body, body.signers().next()) {
            (Body::OWNER, _) | (_, None) => keccak256(self.address),
            (_, Some(first)) => keccak256([self.address, first.bare()].concat()),
        }
    }

    /// The calldata of a call.
    pub fn encode(&self, call: &Call) -> Vec<u8> {
        match call {
            Call::AddInvestor(holder, country, terms, wallets) => abi::addInvestorCall {
                id: holder.id().0,
                country: COUNTRIES[*country],
                region: REGION,
                rating: terms.rating,
                expires: expires(*terms),
                addr: bare(wallets),
            }
            .abi_encode(),
            Call::UpdateInvestor(holder, terms) => abi::updateInvestorCall {
                id: holder.id().0,
                region: REGION,
                rating: terms.rating,
                expires: expires(*terms),
            }
            .abi_encode(),
            Call::RestrictInvestor(holder, restricted) => abi::setInvestorRestrictionCall {
                id: holder.id().0,
                restricted: *restricted,
            }
            .abi_encode(),
            Call::RegisterAddresses(holder, wallets) => abi::registerAddressesCall {
                id: holder.id().0,
                addr: bare(wallets),
            }
            .abi_encode(),
            Call::RestrictAddresses(holder, wallets) => abi::restrictAddressesCall {
                id: holder.id().0,
                addr: bare(wallets),
            }
            .abi_encode(),
            Call::AddAuthority(body, countries) => abi::addAuthorityCall {
                addr: body.signers().map(Signer::bare).collect(),
                countries: numeric(countries),
                threshold: self.threshold as u32,
            }
            .abi_encode(),
            Call::SetCountries(body, countries, permitted) => abi::setAuthorityCountriesCall {
                id: self.id(*body),
                countries: numeric(countries),
                permitted: *permitted,
            }
            .abi_encode(),
            Call::RestrictAuthority(body, restricted) => abi::setAuthorityRestrictionCall {
                id: self.id(*body),
                restricted: *restricted,
            }
            .abi_encode(),
            Call::Reassign(body, holders) => abi::setInvestorAuthorityCall {
                authID: self.id(*body),
                ids: holders
                    .iter()
                    .copied()
                    .map(|holder: Holder| holder.id().0)
                    .collect(),
            }
            .abi_encode(),
        }
    }
}

/// The register has no counterpart: any will do.
const REGION: FixedBytes<3> = FixedBytes([0x41, 0x4c, 0]);

/// For the registrar, the largest means never.
fn expires(terms: Terms) -> U40 {
    match terms.expiry {
        Expiry::Never => U40::MAX,
        after => after.at().map_or(U40::MAX, |at| U40::from(at.0)),
    }
}

fn bare(wallets: &[Wallet]) -> Vec<Address> {
    wallets.iter().copied().map(Wallet::bare).collect()
}

fn numeric(countries: &[usize]) -> Vec<u16> {
    countries.iter().map(|place| COUNTRIES[*place]).collect()
}
