//! One of the demo's chains, as the issuer and the investors use it.

use std::{collections::BTreeMap, path::Path, time::Duration};

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    providers::Provider,
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use anyhow::{Context, Result, anyhow, bail};
use secrecy::SecretString;
use symbolon_bindings::{CountryRules, IdentityRegistry, RegulatedToken};
use symbolon_chain::{
    companion::{Beside, words_at},
    deploy,
    endpoint::Endpoint,
    history::{self, MirrorTransaction},
    signer::LaneSigner,
    token,
    transaction::mined,
};
use symbolon_core::{
    country::Country,
    ids::ChainId,
    mirror::{batch::Batch, companion::CompanionKey},
    time::UnixSeconds,
    transfer_rules::{CountryRule, record::RuleRecord},
    wallet::{Version, WalletAddress},
};
use symbolon_sandbox::{Anvil, Mining};

/// Anvil's first two development keys, which everybody knows: the issuer's
/// owner key, and the key that the mirror signs with.
const OWNER_KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
pub(super) const MIRROR_KEY: &str =
    "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";

/// So many people may have a wallet of the node's, each with so many ether.
const ACCOUNTS: u16 = 20;
const ETHER: u64 = 10_000;

/// How often a condition is looked at again.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// A chain with the issuer's registry and token on it.
#[derive(Debug)]
pub(super) struct DemoChain {
    pub(super) name: &'static str,
    pub(super) endpoint: Endpoint,
    pub(super) registry: Address,
    pub(super) deployed_block: u64,
    pub(super) token: Address,
    /// The rules by country that the token asks.
    pub(super) rules: Address,
    owner: LaneSigner,
    mirror: Address,
    anvil: Anvil,
}

impl DemoChain {
    /// Starts the chain in its folder, one block a second, and puts registry
    /// and token in place unless an earlier run did.
    pub(super) async fn start(id: u64, name: &'static str, folder: &Path) -> Result<Self> {
        let anvil = Anvil::builder(id)
            .folder(folder)
            .mining(Mining::EverySeconds(1))
            .save_every(2)
            .accounts(ACCOUNTS, ETHER)
            .start()
            .await?;
        let endpoint = Endpoint::connect(anvil.url(), ChainId(id)).await?;
        let owner = LaneSigner::from_hex(&SecretString::from(OWNER_KEY))?;
        let mirror = LaneSigner::from_hex(&SecretString::from(MIRROR_KEY))?.address();
        let code = deploy::registry_code(owner.address());
        let registry = deploy::deploy(&endpoint, &owner, &code, B256::ZERO).await?;
        deploy::appoint_mirror(&endpoint, &owner, registry.address, mirror).await?;
        let code = deploy::token_code("Demo Bond", "DEMO", registry.address, owner.address());
        let token = deploy::deploy(&endpoint, &owner, &code, B256::ZERO).await?;
        let code = deploy::rules_code(owner.address(), registry.address);
        let rules = deploy::deploy(&endpoint, &owner, &code, B256::ZERO).await?;
        deploy::appoint_mirror(&endpoint, &owner, rules.address, mirror).await?;
        token::take_rules(&endpoint, &owner, token.address, rules.address).await?;
        Ok(Self {
            name,
            registry: registry.address,
            deployed_block: registry.block,
            token: token.address,
            rules: rules.address,
            endpoint,
            owner,
            mirror,
            anvil,
        })
    }

    pub(super) fn id(&self) -> ChainId {
        self.endpoint.chain()
    }

    pub(super) fn url(&self) -> &str {
        self.anvil.url()
    }

    pub(super) async fn stop(self) -> Result<()> {
        Ok(self.anvil.stop().await?)
    }

    /// The number of the newest block.
    pub(super) async fn height(&self) -> Result<u64> {
        Ok(self.endpoint.head().await?.number)
    }

    /// The time of the newest block.
    pub(super) async fn time(&self) -> Result<UnixSeconds> {
        Ok(self.endpoint.head().await?.at)
    }

    /// Sets the chain's clock forward to this time.
    pub(super) async fn forward_to(&self, time: UnixSeconds) -> Result<()> {
        let node = self.endpoint.provider();
        let seconds = time.0.saturating_sub(self.time().await?.0);
        node.raw_request::<_, serde_json::Value>("evm_increaseTime".into(), (seconds,))
            .await?;
        node.raw_request::<_, serde_json::Value>("evm_mine".into(), ())
            .await?;
        Ok(())
    }

    /// Waits until this country's rule is announced, or holds, and says from when.
    pub(super) async fn until_announced(
        &self,
        country: Country,
        rule: CountryRule,
    ) -> Result<Option<UnixSeconds>> {
        let key = [CompanionKey::Rule(Some(country))];
        for _ in 0..1_200 {
            let head = self.endpoint.head().await?;
            let words = words_at(
                &self.endpoint,
                Beside::registry(self.registry),
                self.rules,
                &key,
                head.number,
            )
            .await?;
            for (_, word) in words {
                let word = RuleRecord(word);
                if word.in_the_end() == Some(rule) {
                    return Ok(word.announced(head.at).map(|(_, from)| from));
                }
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        bail!("chain {} was never told of the rule", self.id())
    }

    /// Whose wallet the rules refuse in a transfer, and the country whose rule does.
    pub(super) async fn refused_by(
        &self,
        from: WalletAddress,
        to: WalletAddress,
    ) -> Result<(&'static str, Option<Country>)> {
        let call = CountryRules::explainToCall {
            asker: self.token,
            from: from.address(),
            to: to.address(),
            _3: U256::from(1),
        };
        let request = TransactionRequest::default()
            .to(self.rules)
            .input(Bytes::from(call.abi_encode()).into());
        let answer = self.endpoint.call(request).await?;
        let output = answer.map_err(|reason| anyhow!("explainTo: {reason}"))?;
        let said = CountryRules::explainToCall::abi_decode_returns(&output)?;
        let party = match said.party {
            1 => "the sender",
            2 => "the recipient",
            _ => "nobody",
        };
        Ok((party, Country::from_numeric(said.country)))
    }

    /// How many transactions the mirror has sent so far.
    pub(super) async fn mirror_nonce(&self) -> Result<u64> {
        Ok(self.endpoint.mined_nonce(self.mirror).await?)
    }

    /// How many of these wallets the registry itself calls verified now.
    pub(super) async fn verified(&self, wallets: &[WalletAddress]) -> Result<usize> {
        let mut verified = 0;
        for wallet in wallets {
            let call = IdentityRegistry::isVerifiedCall {
                _userAddress: wallet.address(),
            };
            let request = TransactionRequest::default()
                .to(self.registry)
                .input(Bytes::from(call.abi_encode()).into());
            let answer = self.endpoint.call(request).await?;
            let output = answer.map_err(|reason| anyhow!("isVerified: {reason}"))?;
            let is = IdentityRegistry::isVerifiedCall::abi_decode_returns(&output)?;
            verified += usize::from(is);
        }
        Ok(verified)
    }

    /// Issues tokens, as the issuer.
    pub(super) async fn mint(&self, to: WalletAddress, amount: u64) -> Result<()> {
        let amount = U256::from(amount);
        token::mint(
            &self.endpoint,
            &self.owner,
            self.token,
            to.address(),
            amount,
        )
        .await?;
        Ok(())
    }

    pub(super) async fn balance(&self, wallet: WalletAddress) -> Result<U256> {
        Ok(token::balance(&self.endpoint, self.token, wallet.address()).await?)
    }

    /// Sends a real transfer as the wallet's holder, whose key the development
    /// node does without; `ok`, or the token's words of refusal.
    pub(super) async fn transfer(
        &self,
        from: WalletAddress,
        to: WalletAddress,
        amount: u64,
    ) -> Result<String> {
        let (from, to, amount) = (from.address(), to.address(), U256::from(amount));
        let foretold = token::try_transfer(&self.endpoint, self.token, from, to, amount).await?;
        let node = self.endpoint.provider();
        let purse = U256::from(10).pow(U256::from(18));
        node.raw_request::<_, serde_json::Value>("anvil_impersonateAccount".into(), (from,))
            .await?;
        node.raw_request::<_, serde_json::Value>("anvil_setBalance".into(), (from, purse))
            .await?;
        let call = RegulatedToken::transferCall { to, value: amount };
        let hash: B256 = node
            .raw_request(
                "eth_sendTransaction".into(),
                (serde_json::json!({
                    "from": from,
                    "to": self.token,
                    "gas": "0x30d40",
                    "data": alloy::hex::encode_prefixed(call.abi_encode()),
                }),),
            )
            .await
            .context("sending the transfer")?;
        let receipt = mined(&self.endpoint, hash, "to transfer").await?;
        match foretold {
            Ok(()) if receipt.succeeded() => Ok("ok".to_owned()),
            Err(reason) if !receipt.succeeded() => Ok(reason),
            _ => bail!("the chain changed between asking and sending"),
        }
    }

    /// Whether a transfer would pass at the newest block: `ok`, or the words
    /// of refusal.
    pub(super) async fn would_transfer(
        &self,
        from: WalletAddress,
        to: WalletAddress,
    ) -> Result<String> {
        let (from, to) = (from.address(), to.address());
        let answer =
            token::try_transfer(&self.endpoint, self.token, from, to, U256::from(1)).await?;
        Ok(answer.map_or_else(|reason| reason, |()| "ok".to_owned()))
    }

    /// Waits until a transfer would end so.
    pub(super) async fn until_transfer(
        &self,
        from: WalletAddress,
        to: WalletAddress,
        wanted: &str,
    ) -> Result<()> {
        for _ in 0..1_200 {
            if self.would_transfer(from, to).await? == wanted {
                return Ok(());
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        bail!(
            "chain {} never answered a transfer with `{wanted}`",
            self.id()
        )
    }

    /// What mirrors wrote from this block on.
    pub(super) async fn mirrored_since(&self, block: u64) -> Result<Vec<MirrorTransaction>> {
        let to = self.height().await?;
        Ok(history::mirror_transactions(&self.endpoint, self.registry, block, to).await?)
    }
}

/// Gas for one wallet of the upserts among these; 0 where there are none.
pub(super) fn gas_per_wallet(transactions: &[MirrorTransaction]) -> u64 {
    let (gas, wallets) = transactions
        .iter()
        .filter_map(|transaction| match &transaction.batch {
            Some(Batch::Upsert(entries)) => Some((transaction.gas_used.0, entries.len() as u64)),
            _ => None,
        })
        .fold((0, 0), |(gas, wallets), (g, w)| (gas + g, wallets + w));
    gas.checked_div(wallets).unwrap_or(0)
}

/// How often each wallet's version stands in the calldata of these.
pub(super) fn versions_mined(
    transactions: &[MirrorTransaction],
) -> BTreeMap<(WalletAddress, Version), u64> {
    let mut mined = BTreeMap::new();
    for batch in transactions.iter().filter_map(|each| each.batch.as_ref()) {
        for version in batch.versions() {
            *mined.entry(version).or_insert(0) += 1;
        }
    }
    mined
}
