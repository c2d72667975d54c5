//! Acting for anybody on a development node, and finding who holds a token.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test")]

use alloy::{
    primitives::{Address, U256},
    providers::Provider,
    sol_types::{SolCall, SolConstructor},
};
use symbolon_bindings::probes::BareToken;
use symbolon_chain::{
    development::DevelopmentNode,
    endpoint::Endpoint,
    erc3643::{Token, ask, proxied_by},
    holders::{self, Reach},
};
use symbolon_core::ids::ChainId;
use symbolon_sandbox::Anvil;

const OWNER: Address = Address::repeat_byte(0xaa);

/// A chain with a token that asks nobody.
struct Case {
    node: DevelopmentNode,
    token: Address,
    // Kept for its lifetime.
    _anvil: Anvil,
}

impl Case {
    async fn start() -> Self {
        let anvil = Anvil::builder(31_337).start().await.unwrap();
        let endpoint = Endpoint::fork(anvil.url(), ChainId(31_337)).await.unwrap();
        let node = DevelopmentNode::new(endpoint);
        let arguments = BareToken::constructorCall {
            name: "Bare".to_owned(),
            symbol: "BARE".to_owned(),
            owner: OWNER,
        };
        let code = [&BareToken::BYTECODE[..], &arguments.abi_encode()].concat();
        let receipt = node.act(OWNER, None, code.into()).await.unwrap().unwrap();
        let token = receipt.contract_address.unwrap();
        Self {
            node,
            token,
            _anvil: anvil,
        }
    }

    async fn mint(&self, from: Address, to: Address) -> Result<u64, String> {
        let amount = U256::ONE;
        let input = BareToken::mintCall { to, amount }.abi_encode().into();
        let done = self.node.act(from, Some(self.token), input).await.unwrap();
        done.map(|receipt| receipt.block_number().unwrap())
    }

    async fn balance(&self, account: Address) -> U256 {
        let question = Token::balanceOfCall { account };
        let answer = ask(self.node.endpoint(), self.token, &question).await;
        answer.unwrap().unwrap()
    }
}

#[tokio::test]
async fn anybody_acts_and_it_can_be_taken_back() {
    let (case, holder) = (Case::start().await, Address::repeat_byte(1));
    let moment = case.node.now().await.unwrap();
    case.mint(OWNER, holder).await.unwrap();
    assert_eq!(case.balance(holder).await, U256::ONE);
    // Somebody else may not mint, and the token says so.
    assert!(case.mint(holder, holder).await.is_err());
    case.node.back_to(moment).await.unwrap();
    assert_eq!(case.balance(holder).await, U256::ZERO);
    assert!(case.node.back_to(moment).await.is_err(), "it is used up");
}

#[tokio::test]
async fn what_a_contract_does_not_have_is_no_answer() {
    let case = Case::start().await;
    let node = case.node.endpoint();
    let paused = ask(node, case.token, &Token::pausedCall {}).await;
    assert_eq!(paused.unwrap(), None);
    let nowhere = ask(node, OWNER, &Token::pausedCall {}).await;
    assert_eq!(nowhere.unwrap(), None);
    assert_eq!(proxied_by(node, case.token).await.unwrap(), None);
}

#[tokio::test]
async fn holders_are_found_newest_first_within_reach() {
    let case = Case::start().await;
    let [early, late] = [1, 2].map(Address::repeat_byte);
    let minted = case.mint(OWNER, early).await.unwrap();
    let provider = case.node.endpoint().provider();
    let _: () = provider
        .raw_request("anvil_mine".into(), ("0x20",))
        .await
        .unwrap();
    case.mint(OWNER, late).await.unwrap();
    let head = case.node.endpoint().head().await.unwrap().number;
    assert!(head - minted > 32, "{minted} {head}");
    let within = async |blocks, enough| {
        let reach = Reach {
            head,
            blocks,
            enough,
        };
        let found = holders::receivers(case.node.endpoint(), case.token, reach);
        found.await.unwrap()
    };
    assert_eq!(within(10, 9).await, [late]);
    assert_eq!(within(head, 9).await, [late, early]);
    assert_eq!(within(head, 1).await, [late]);
}
