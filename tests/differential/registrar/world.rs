//! The register and the registrar, moved in step: core says what becomes of a
//! call, and the compiled contract must do that.

use alloy_primitives::keccak256;
use alloy_sol_types::SolCall;
use symbolon_bindings::KYCRegistrar as abi;
use symbolon_core::time::UnixSeconds;

use super::{
    answer::{Answer, Says},
    approvals::LIFETIME,
    chain::Chain,
    check,
    history::{Body, By, Call, START, Signer, Step, Until},
    register::Register,
};
use crate::histories::{Checked, Tally};

/// Both sides.
pub struct World<'a> {
    pub chain: &'a mut Chain,
    pub register: Register,
    pub now: UnixSeconds,
    sent: Vec<Sent>,
    tally: &'a mut Tally,
}

/// A call that somebody sent.
#[derive(Clone)]
struct Sent {
    by: Body,
    call: Call,
    at: UnixSeconds,
}

impl<'a> World<'a> {
    pub fn new(chain: &'a mut Chain, tally: &'a mut Tally) -> Self {
        chain.begin();
        Self {
            register: Register::new(chain.threshold),
            chain,
            now: UnixSeconds(START),
            sent: Vec::new(),
            tally,
        }
    }

    /// One step on both sides, and the verdicts that follow from it.
    pub fn step(&mut self, step: &Step) -> Checked {
        match step {
            Step::Send(signer, call) => {
                self.send(*signer, call)?;
                self.remember(signer.of, call);
            }
            Step::Agree(body, call) => {
                self.agreed(*body, call)?;
                self.remember(*body, call);
            }
            Step::Again(by, ago) => {
                if let Some(sent) = self.recent(*ago) {
                    let signer = by.signer(sent.by);
                    self.send(signer, &sent.call)?;
                    self.remember(signer.of, &sent.call);
                }
            }
            Step::TakeBack(by, ago) => {
                if let Some(sent) = self.recent(*ago) {
                    self.take_back(by.signer(sent.by), &sent.call)?;
                }
            }
            Step::Suspend(ago) => {
                if let Some(Sent { by, .. }) = self.recent(*ago) {
                    self.agreed(Body::OWNER, &Call::RestrictAuthority(by, true))?;
                    self.agreed(Body::OWNER, &Call::RestrictAuthority(by, false))?;
                }
            }
            Step::Wait(until) => {
                self.now = self.later(*until);
                self.chain.evm.set_timestamp(self.now.0);
            }
        }
        check::verdicts(self)
    }

    fn send(&mut self, signer: Signer, call: &Call) -> Checked {
        let data = self.chain.encode(call);
        let says = match call {
            Call::AddInvestor(..)
            | Call::UpdateInvestor(..)
            | Call::RestrictInvestor(..)
            | Call::RegisterAddresses(..)
            | Call::RestrictAddresses(..) => self.register.keep(signer, call, &data, self.now),
            Call::AddAuthority(..)
            | Call::SetCountries(..)
            | Call::RestrictAuthority(..)
            | Call::Reassign(..) => self.register.order(signer, call, &data, self.now)?,
        };
        self.agree(says, signer, &data, &format!("{call:?} by {signer:?}"))
    }

    fn agreed(&mut self, body: Body, call: &Call) -> Checked {
        body.signers()
            .take(self.chain.threshold)
            .try_for_each(|signer| self.send(signer, call))
    }

    fn remember(&mut self, by: Body, call: &Call) {
        self.sent.push(Sent {
            by,
            call: call.clone(),
            at: self.now,
        });
    }

    fn take_back(&mut self, signer: Signer, call: &Call) -> Checked {
        let data = self.chain.encode(call);
        let says = self.register.take_back(signer, &data, self.now)?;
        let callHash = keccak256(&data);
        let data = abi::cancelApprovalCall { callHash }.abi_encode();
        let what = format!("{signer:?} takes back {call:?}");
        self.agree(says, signer, &data, &what)
    }

    fn agree(&mut self, says: Says, signer: Signer, data: &[u8], what: &str) -> Checked {
        let (word, expected) = match says {
            Says::CarriedOut => ("carried out", Answer::CarriedOut),
            Says::Waits => ("waits", Answer::Waits),
            Says::Refused(why) => (why, Answer::Refused),
            Says::Apart(why) => {
                self.tally.count(why);
                return Ok(());
            }
        };
        self.tally.count(word);
        let answer = self.chain.send(signer, data)?;
        if answer == expected {
            Ok(())
        } else {
            Err(format!("{what}: contract {answer:?}, core {says:?}"))
        }
    }

    fn recent(&self, ago: usize) -> Option<Sent> {
        self.sent.iter().rev().nth(ago).cloned()
    }

    fn later(&self, until: Until) -> UnixSeconds {
        let around = |at: u64, offset: i8| UnixSeconds(at.saturating_add_signed(offset.into()));
        let wanted = match until {
            Until::Passed(seconds) => Some(UnixSeconds(self.now.0 + u64::from(seconds))),
            Until::Expiry(holder, offset) => self
                .register
                .investor(holder)
                .and_then(|investor| investor.status.verdict()?.expiry)
                .map(|end| around(end.0, offset)),
            Until::Lapse(ago, offset) => self
                .recent(ago)
                .map(|sent| around(sent.at.0 + LIFETIME, offset)),
        };
        wanted.map_or(self.now, |at| at.max(self.now))
    }
}

impl By {
    fn signer(self, of: Body) -> Signer {
        match self {
            Self::Colleague(place) => Signer { of, place },
            Self::Other(signer) => signer,
        }
    }
}
