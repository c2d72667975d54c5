//! What the registrar of a federation costs, measured as Forge's snapshots
//! measure it.

use alloy_primitives::{Address, B256, FixedBytes, U256, aliases::U40, keccak256};
use alloy_sol_types::{SolCall, SolConstructor, SolValue};
use symbolon_bindings::{KYCRegistrar, probes::InvestorsProbe};

use super::{Evm, Output, Revert};

const NOW: u64 = 1_790_000_000;
const YEAR: u64 = 365 * 86_400;
/// The United States, and Alabama.
const COUNTRY: u16 = 840;
const REGION: FixedBytes<3> = FixedBytes([0x41, 0x4c, 0]);
/// Investors whom the restricted authority has.
const INVESTORS: u64 = 350;

/// Gas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    /// `addInvestor` with one address, by an authority of one signer.
    pub add_investor: u64,
    /// `getInvestors` called by a contract, cold.
    pub get_investors: u64,
    /// `setAuthorityRestriction` of an authority with 350 investors.
    pub restriction: u64,
}

/// A registrar with one authority of one signer.
struct Registrar {
    evm: Evm,
    address: Address,
}

/// Takes all figures.
pub fn measure() -> Result<Figures, Revert> {
    let mut registrar = Registrar::deploy()?;
    let add_investor = registrar.add(0)?.gas_used;
    registrar.add(1)?;
    let get_investors = registrar.asked(wallet(0), wallet(1))?;
    for n in 2..INVESTORS {
        registrar.add(n)?;
    }
    let restriction = registrar.restrict()?.gas_used;
    for n in 0..INVESTORS {
        if registrar.permits(wallet(n))? {
            return Err(Revert::refused("an investor outlived its authority"));
        }
    }
    Ok(Figures {
        add_investor,
        get_investors,
        restriction,
    })
}

impl Registrar {
    fn deploy() -> Result<Self, Revert> {
        let mut evm = Evm::at(NOW);
        let arguments = KYCRegistrar::constructorCall {
            owners: vec![owner()],
            threshold: 1,
        };
        let code = &KYCRegistrar::BYTECODE;
        let (address, _) = evm.deploy(owner(), code, &arguments.abi_encode())?;
        let appoint = KYCRegistrar::addAuthorityCall {
            addr: vec![signer()],
            countries: vec![COUNTRY],
            threshold: 1,
        };
        evm.send(owner(), address, &appoint)?;
        Ok(Self { evm, address })
    }

    fn add(&mut self, n: u64) -> Result<Output, Revert> {
        let call = KYCRegistrar::addInvestorCall {
            id: keccak256(("investor", U256::from(n)).abi_encode_params()),
            country: COUNTRY,
            region: REGION,
            rating: 2,
            expires: U40::from(NOW + YEAR),
            addr: vec![wallet(n)],
        };
        let output = self.evm.send(signer(), self.address, &call)?;
        match KYCRegistrar::addInvestorCall::abi_decode_returns(&output.data) {
            Ok(true) if self.permits(wallet(n))? => Ok(output),
            _ => Err(Revert::refused("the investor is not permitted")),
        }
    }

    fn restrict(&mut self) -> Result<Output, Revert> {
        let addr = signer();
        let id: B256 = self
            .evm
            .view(self.address, &KYCRegistrar::getAuthorityIDCall { addr })?;
        let restricted = true;
        let call = KYCRegistrar::setAuthorityRestrictionCall { id, restricted };
        self.evm.send(owner(), self.address, &call)
    }

    fn permits(&mut self, wallet: Address) -> Result<bool, Revert> {
        let question = KYCRegistrar::isVerifiedCall {
            _userAddress: wallet,
        };
        self.evm.view(self.address, &question)
    }

    /// What the probe says that its question cost; the answer must be yes.
    fn asked(&mut self, from: Address, to: Address) -> Result<u64, Revert> {
        let (probe, _) = self.evm.deploy(owner(), &InvestorsProbe::BYTECODE, &[])?;
        let registrar = self.address;
        let question = InvestorsProbe::getInvestorsCall {
            registrar,
            from,
            to,
        };
        let answer = self
            .evm
            .static_call(owner(), probe, question.abi_encode().into())?;
        match <(bool, U256)>::abi_decode_params(&answer.data) {
            Ok((true, gas)) => Ok(gas.saturating_to()),
            _ => Err(Revert::refused("the probe was not told yes")),
        }
    }
}

fn owner() -> Address {
    named("owner", 0)
}

fn signer() -> Address {
    named("signer", 0)
}

fn wallet(n: u64) -> Address {
    named("wallet", n)
}

/// Addresses as dense as real ones.
fn named(what: &str, n: u64) -> Address {
    Address::from_word(keccak256((what, U256::from(n)).abi_encode_params()))
}
