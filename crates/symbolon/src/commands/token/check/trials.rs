//! What is tried with the token, and how it ended.

use alloy::sol_types::SolCall;
use alloy_primitives::{Address, Bytes, U256};
use serde::Serialize;
use symbolon_chain::{ChainError, development::DevelopmentNode, erc3643::Token};

use super::{cast::Cast, subject::quoted};

const ONE: U256 = U256::ONE;

/// What the token is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Wanted {
    Pass,
    Refuse,
}

/// A transaction on the fork.
#[derive(Clone, Debug)]
pub(super) struct Act {
    pub(super) from: Address,
    pub(super) to: Address,
    pub(super) input: Bytes,
}

impl Act {
    pub(super) fn new(from: Address, to: Address, call: &impl SolCall) -> Self {
        let input = call.abi_encode().into();
        Self { from, to, input }
    }
}

/// One operation: what comes first, and what is measured.
#[derive(Clone, Debug)]
pub(super) struct Trial {
    operation: &'static str,
    wanted: Wanted,
    first: Vec<Act>,
    act: Act,
}

/// An operation, and how it ended.
#[derive(Clone, Debug)]
pub(super) struct Tried {
    pub(super) operation: &'static str,
    pub(super) wanted: Wanted,
    pub(super) outcome: Outcome,
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub(super) enum Outcome {
    /// Carried out, for so much gas.
    Passed { gas: u64 },
    /// Refused with these words.
    Refused { reason: String },
    /// What had to come first was refused.
    Untried { reason: String },
}

impl Outcome {
    /// `None` where it was not tried.
    pub(super) fn is(&self, wanted: Wanted) -> Option<bool> {
        match self {
            Self::Passed { .. } => Some(wanted == Wanted::Pass),
            Self::Refused { .. } => Some(wanted == Wanted::Refuse),
            Self::Untried { .. } => None,
        }
    }

    pub(super) fn gas(&self) -> Option<u64> {
        match self {
            Self::Passed { gas } => Some(*gas),
            _ => None,
        }
    }
}

/// The transfer from a wallet that was verified and is not any more.
pub(super) const REVOKED_SENDER: &str = "transfer from a revoked sender";

/// All trials of a token; `revocation` is how its registry revokes the sender.
pub(super) fn all(token: Address, cast: &Cast, revocation: Act) -> Vec<Trial> {
    let (agent, from, to) = (cast.agent, cast.sender.wallet, cast.recipient.wallet);
    let by_sender = |call: &dyn Fn() -> Bytes| Act {
        from,
        to: token,
        input: call(),
    };
    let transfer =
        |to: Address| by_sender(&|| Token::transferCall { to, amount: ONE }.abi_encode().into());
    let passes = |operation, act| Trial {
        operation,
        wanted: Wanted::Pass,
        first: Vec::new(),
        act,
    };
    let refuses = |operation, first: Option<Act>, act| Trial {
        operation,
        wanted: Wanted::Refuse,
        first: first.into_iter().collect(),
        act,
    };
    let after = |first: Act, trial: Trial| Trial {
        first: vec![first],
        ..trial
    };
    let spender = cast.heir;
    let freeze = Token::setAddressFrozenCall {
        account: from,
        freeze: true,
    };
    let freeze = Act::new(agent, token, &freeze);
    let lock = Token::freezePartialTokensCall {
        account: from,
        amount: ONE,
    };
    let lock = Act::new(agent, token, &lock);
    let unlock = Token::unfreezePartialTokensCall {
        account: from,
        amount: ONE,
    };
    let unlock = Act::new(agent, token, &unlock);
    let pause = Act::new(agent, token, &Token::pauseCall {});
    let unpause = Act::new(agent, token, &Token::unpauseCall {});
    let batch = Token::batchTransferCall {
        to: vec![to, to],
        amounts: vec![ONE, ONE],
    };
    let spend = Token::transferFromCall {
        from,
        to,
        amount: ONE,
    };
    let forced = Token::forcedTransferCall {
        from,
        to,
        amount: ONE,
    };
    let mint = |to| Act::new(agent, token, &Token::mintCall { to, amount: ONE });
    let burn = Token::burnCall {
        account: from,
        amount: ONE,
    };
    let recovery = Token::recoveryAddressCall {
        lost: from,
        fresh: cast.heir,
        identity: cast.sender.identity,
    };
    let mut trials = vec![
        passes("transfer", transfer(to)),
        passes("batchTransfer of two", Act::new(from, token, &batch)),
        after(
            Act::new(
                from,
                token,
                &Token::approveCall {
                    spender,
                    amount: ONE,
                },
            ),
            passes("transferFrom", Act::new(spender, token, &spend)),
        ),
        passes("mint", mint(to)),
        passes("burn", Act::new(agent, token, &burn)),
        passes("forcedTransfer", Act::new(agent, token, &forced)),
        passes("setAddressFrozen", freeze.clone()),
        passes("freezePartialTokens", lock.clone()),
        after(lock, passes("unfreezePartialTokens", unlock)),
        passes("pause", pause.clone()),
        after(pause.clone(), passes("unpause", unpause)),
    ];
    if cast.recoverable {
        trials.push(passes("recoveryAddress", Act::new(agent, token, &recovery)));
    }
    trials.extend([
        refuses(
            "transfer to an unverified wallet",
            None,
            transfer(cast.stranger),
        ),
        refuses("mint to an unverified wallet", None, mint(cast.stranger)),
        refuses("transfer from a frozen wallet", Some(freeze), transfer(to)),
        refuses("transfer while paused", Some(pause), transfer(to)),
        refuses(REVOKED_SENDER, Some(revocation), transfer(to)),
    ]);
    trials
}

impl Trial {
    /// Tries it, and leaves the fork as it was.
    pub(super) async fn run(&self, fork: &DevelopmentNode) -> Result<Tried, ChainError> {
        let moment = fork.now().await?;
        let outcome = self.play(fork).await?;
        fork.back_to(moment).await?;
        Ok(Tried {
            operation: self.operation,
            wanted: self.wanted,
            outcome,
        })
    }

    async fn play(&self, fork: &DevelopmentNode) -> Result<Outcome, ChainError> {
        let act = |act: &Act| fork.act(act.from, Some(act.to), act.input.clone());
        for first in &self.first {
            if let Err(reason) = act(first).await? {
                let reason = quoted(&reason);
                return Ok(Outcome::Untried { reason });
            }
        }
        Ok(match act(&self.act).await? {
            Ok(receipt) => Outcome::Passed {
                gas: receipt.gas_used().0,
            },
            Err(reason) => Outcome::Refused {
                reason: quoted(&reason),
            },
        })
    }
}
