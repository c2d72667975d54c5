//! Several nodes of one chain, of which m must agree (I12).
//!
//! [`Quorum`] is the transport under an [`Endpoint`](crate::endpoint::Endpoint):
//! whoever asks a chain anything asks all of its nodes, and is answered with what
//! m of them say, as soon as they have. So nothing is believed that fewer than m
//! nodes said, and with at most n - m liars something is said at all. With one
//! node requests pass as they are.
//!
//! 1. The newest block is the newest that m nodes have ([`head`]), and what is
//!    asked of the newest block is asked of that one by its number: nodes that
//!    are late or ahead can be compared.
//! 2. Answers are the same where the fields are that anybody here reads
//!    ([`canonical`]).
//! 3. Late and dead nodes contradict nobody. Two different answers of which none
//!    is m nodes' are a disagreement: nothing goes on, and people are told.
//! 4. Transactions go to all nodes at once, and whoever takes one first answers
//!    ([`sending`]). Fees are no facts: any honest node's will do ([`hints`]).
//! 5. A node says which chain it is on before it is asked anything, and again
//!    after each failure ([`node`]); nodes that fail are left out for a while
//!    ([`health`]) unless it takes them to agree.

mod ballot;
mod canonical;
mod head;
mod health;
mod hints;
mod node;
mod sending;
mod trouble;

use std::{
    fmt,
    num::NonZeroUsize,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use alloy::{
    rpc::json_rpc::{
        Request, RequestPacket, Response, ResponsePacket, ResponsePayload, SerializedRequest,
    },
    transports::{RpcError, TransportError, TransportFut, TransportResult},
};
use futures::future::try_join_all;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, value::RawValue};
use symbolon_core::ids::ChainId;
use tokio::{
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
    time::Instant,
};
use tower::Service;

use ballot::{Ballot, Verdict, Vote};
use head::Heads;
use node::{Answer, Node};
pub(crate) use trouble::Trouble;

use crate::{ChainError, words::contract_refuses};

/// How long one request may take before a node counts as down.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the others are waited for where enough have answered, but more
/// would make a better answer.
const GRACE: Duration = Duration::from_millis(500);

const DISAGREEMENTS: &str = "symbolon_rpc_disagreements_total";

/// The nodes of one chain, and how many must agree. Clones share what is known
/// of the nodes' health.
#[derive(Clone)]
pub struct Nodes {
    nodes: Arc<[Arc<Node>]>,
    agreement: usize,
    heads: Arc<Heads>,
}

impl Nodes {
    /// One node, which is believed.
    pub fn one(url: &SecretString) -> Result<Self, ChainError> {
        Self::new(std::slice::from_ref(url), None)
    }

    /// The nodes at these URLs, of which so many must agree: more than half,
    /// where nobody says. URLs are secrets, since they carry keys.
    pub fn new(urls: &[SecretString], agreement: Option<NonZeroUsize>) -> Result<Self, ChainError> {
        Self::within(REQUEST_TIMEOUT, urls, agreement)
    }

    pub(crate) fn within(
        timeout: Duration,
        urls: &[SecretString],
        agreement: Option<NonZeroUsize>,
    ) -> Result<Self, ChainError> {
        let agreement = agreement.map_or(urls.len() / 2 + 1, NonZeroUsize::get);
        if agreement > urls.len() {
            return Err(ChainError::Agreement {
                agreement,
                nodes: urls.len(),
            });
        }
        let nodes = urls
            .iter()
            .map(|url| Ok(Arc::new(Node::new(url.expose_secret(), timeout)?)))
            .collect::<Result<_, ChainError>>()?;
        Ok(Self {
            nodes,
            agreement,
            heads: Arc::default(),
        })
    }

    /// Each node by itself, with its URL without secrets.
    pub fn each(&self) -> impl Iterator<Item = (&str, Self)> {
        self.nodes.iter().map(|node| {
            let alone = Self {
                nodes: Arc::new([Arc::clone(node)]),
                agreement: 1,
                heads: Arc::default(),
            };
            (node.host.as_str(), alone)
        })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.nodes.len()
    }

    /// How many must agree.
    pub fn agreement(&self) -> usize {
        self.agreement
    }

    pub(crate) fn is_local(&self) -> bool {
        self.nodes.iter().all(|node| node.is_local())
    }
}

impl fmt::Debug for Nodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts: Vec<_> = self.nodes.iter().map(|node| &node.host).collect();
        write!(f, "Nodes({} of {hosts:?})", self.agreement)
    }
}

/// The nodes of one chain as one transport.
#[derive(Clone, Debug)]
pub(crate) struct Quorum {
    nodes: Nodes,
    chain: ChainId,
}

type Said = Box<RawValue>;

impl Quorum {
    /// Nodes that are to be on this chain.
    pub(crate) fn new(nodes: Nodes, chain: ChainId) -> Self {
        Self { nodes, chain }
    }

    async fn answer(self, request: SerializedRequest) -> TransportResult<Response> {
        let id = request.id().clone();
        let said = match request.method() {
            "eth_sendRawTransaction" => self.send(request).await,
            "eth_maxPriorityFeePerGas" | "eth_gasPrice" | "eth_estimateGas" => {
                let request = self.at_a_number(request).await?;
                self.hint(request).await
            }
            "eth_blockNumber" => self.newest_number(request).await,
            "eth_getBlockByNumber" if head::tag_of(&request).is_some() => {
                self.newest(request).await
            }
            _ => {
                let request = self.at_a_number(request).await?;
                self.agreed(request).await
            }
        };
        let payload = match said {
            Ok(said) => ResponsePayload::Success(said),
            Err(RpcError::ErrorResp(payload)) => ResponsePayload::Failure(payload),
            Err(error) => return Err(error),
        };
        Ok(Response { id, payload })
    }

    /// What as many nodes as it takes say, without waiting for the others. Who
    /// is left out is asked only where the others do not agree.
    async fn agreed(&self, request: SerializedRequest) -> TransportResult<Said> {
        let method = request.method_clone();
        let mut ballot = Ballot::new(self.nodes.agreement);
        let mut waves = self.waves(&request);
        let mut outstanding: usize = waves.iter().map(Vec::len).sum();
        'waves: for wave in &mut waves {
            let mut answers = self.ask(std::mem::take(wave), &request);
            while let Some((node, answer)) = answers.recv().await {
                outstanding -= 1;
                ballot.cast(node, vote(&method, answer));
                if ballot.is_over(outstanding) {
                    break 'waves;
                }
            }
        }
        for node in ballot.outvoted() {
            let node = &self.nodes.nodes[node];
            tracing::warn!(chain = %self.chain, %method, host = %node.host, "a node contradicts those that agree");
            node.count(self.chain, "outvoted");
        }
        let quarrelling = ballot.quarrelling();
        match ballot.verdict(method == "eth_getLogs") {
            Verdict::Agreed(Ok(said)) => {
                if method == "eth_getTransactionReceipt" {
                    self.nodes.heads.forget();
                }
                Ok(said)
            }
            Verdict::Agreed(Err(payload)) | Verdict::Refused(payload) => {
                Err(RpcError::ErrorResp(payload))
            }
            Verdict::Disagreement => Err(self.disagreement(&method, &quarrelling)),
            Verdict::TooFew => Err(self.too_few(&method)),
        }
    }

    /// Whom to ask at once, and whom after that. Logs are not asked of nodes
    /// that do not have the blocks, where others do: they would show none.
    fn waves(&self, request: &SerializedRequest) -> Vec<Vec<usize>> {
        let now = Instant::now();
        let blocks = (request.method() == "eth_getLogs").then(|| last_block(request));
        let least = blocks.flatten().unwrap_or(0);
        let (mut first, mut second) = (Vec::new(), Vec::new());
        for (place, node) in self.nodes.nodes.iter().enumerate() {
            let health = node.health();
            if health.is_willing(now) && (health.head == 0 || health.head >= least) {
                first.push(place);
            } else if health.may_be_asked(now) {
                second.push(place);
            }
        }
        vec![first, second]
    }

    /// Asks these nodes; each goes on to its end, so that it is known which are
    /// down, even where nobody waits for it.
    fn ask(
        &self,
        places: Vec<usize>,
        request: &SerializedRequest,
    ) -> UnboundedReceiver<(usize, Answer)> {
        let (answers, received) = unbounded_channel();
        for place in places {
            let (node, chain) = (Arc::clone(&self.nodes.nodes[place]), self.chain);
            let (request, answers) = (request.clone(), answers.clone());
            tokio::spawn(async move {
                let answer = match request.method() {
                    "eth_chainId" => match node.connect(chain).await {
                        Ok(said) => Answer::Said(said),
                        Err(answer) => answer,
                    },
                    _ => node.ask(request, chain).await,
                };
                // Whoever asked may have heard enough.
                let _ = answers.send((place, answer));
            });
        }
        received
    }

    fn disagreement(&self, method: &str, places: &[usize]) -> TransportError {
        let hosts: Vec<_> = places
            .iter()
            .map(|place| self.nodes.nodes[*place].host.as_str())
            .collect();
        let hosts = hosts.join(", ");
        tracing::error!(chain = %self.chain, %method, %hosts, "nodes contradict each other: nothing of it is believed");
        metrics::counter!(DISAGREEMENTS, "chain" => self.chain.to_string()).increment(1);
        let method = method.to_owned();
        Trouble::Disagreement { method, hosts }.into()
    }

    fn too_few(&self, method: &str) -> TransportError {
        Trouble::TooFew {
            method: method.to_owned(),
            agreement: self.nodes.agreement,
            nodes: self.nodes.count(),
        }
        .into()
    }
}

fn vote(method: &str, answer: Answer) -> Vote<Result<Said, alloy::rpc::json_rpc::ErrorPayload>> {
    match answer {
        Answer::Said(said) => match canonical::of(method, said.get()) {
            Some(key) => Vote::For(key, Ok(said)),
            None => Vote::Nothing(Ok(said)),
        },
        Answer::Refused(payload) if contract_refuses(&payload) => {
            Vote::For(canonical::of_revert(&payload), Err(payload))
        }
        Answer::Refused(payload) => Vote::Refusal(payload),
        Answer::Silent => Vote::Silence,
    }
}

/// The parameters of a request.
fn parameters(request: &SerializedRequest) -> Option<Vec<Value>> {
    serde_json::from_str(request.params()?.get()).ok()
}

/// The last block whose logs are asked for.
fn last_block(request: &SerializedRequest) -> Option<u64> {
    let filter = parameters(request)?.into_iter().next()?;
    let digits = filter.get("toBlock")?.as_str()?.strip_prefix("0x")?;
    u64::from_str_radix(digits, 16).ok()
}

/// The same request with other parameters.
fn rewritten(
    request: &SerializedRequest,
    parameters: Vec<Value>,
) -> TransportResult<SerializedRequest> {
    Request::new(request.method_clone(), request.id().clone(), parameters)
        .serialize()
        .map_err(RpcError::SerError)
}

impl Service<RequestPacket> for Quorum {
    type Response = ResponsePacket;
    type Error = TransportError;
    type Future = TransportFut<'static>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, packet: RequestPacket) -> Self::Future {
        let this = self.clone();
        Box::pin(async move {
            if let [only] = &*this.nodes.nodes {
                return only.pass(packet, this.chain).await;
            }
            match packet {
                RequestPacket::Single(request) => {
                    this.answer(request).await.map(ResponsePacket::Single)
                }
                RequestPacket::Batch(requests) => {
                    let answers = requests.into_iter().map(|each| this.clone().answer(each));
                    try_join_all(answers).await.map(ResponsePacket::Batch)
                }
            }
        })
    }
}
