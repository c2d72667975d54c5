//! The newest block that as many nodes have as it takes.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use alloy::{
    rpc::json_rpc::SerializedRequest,
    transports::{RpcError, TransportResult},
};
use serde_json::{Value, json, value::to_raw_value};
use tokio::time::{Instant, timeout};

use super::{Answer, GRACE, Quorum, Said, Trouble, canonical, parameters, rewritten};

/// What is asked of the newest block just after that was agreed upon is asked of
/// the same one, so that one look at a chain sees one state.
const ONE_LOOK: Duration = Duration::from_millis(100);
/// No reorganisation is deeper: nodes that have nothing newer are behind. One
/// that lies together with others that fail would otherwise turn time back.
const MOST_UNDONE: u64 = 256;

/// What was agreed upon last.
#[derive(Default)]
pub(super) struct Heads(Mutex<Known>);

#[derive(Default)]
struct Known {
    latest: Option<(u64, Instant)>,
    /// The highest, by tag.
    highest: BTreeMap<String, u64>,
}

impl Heads {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something new is in a block, perhaps in a newer one.
    pub(super) fn forget(&self) {
        self.known().latest = None;
    }

    fn recent(&self) -> Option<u64> {
        let (number, at) = self.known().latest?;
        (at.elapsed() < ONE_LOOK).then_some(number)
    }

    /// Notes a block unless it is long gone; else says what was seen.
    fn note(&self, tag: &str, number: u64) -> Result<(), u64> {
        let mut known = self.known();
        let highest = known.highest.entry(tag.to_owned()).or_default();
        if number + MOST_UNDONE < *highest {
            return Err(*highest);
        }
        *highest = number.max(*highest);
        if tag == "latest" {
            known.latest = Some((number, Instant::now()));
        }
        Ok(())
    }
}

/// By which name a block is asked for, where not by its number.
pub(super) fn tag_of(request: &SerializedRequest) -> Option<String> {
    let first = parameters(request)?.into_iter().next()?;
    by_name(Some(&first))
}

fn by_name(block: Option<&Value>) -> Option<String> {
    match block.map_or(Some("latest"), Value::as_str)? {
        // What is pending is no two nodes' the same.
        "latest" | "pending" => Some("latest".to_owned()),
        tag @ ("safe" | "finalized") => Some(tag.to_owned()),
        _ => None,
    }
}

/// Where a method says of which block it asks.
fn place_of_block(method: &str) -> Option<usize> {
    match method {
        "eth_call"
        | "eth_getBalance"
        | "eth_getCode"
        | "eth_getTransactionCount"
        | "eth_estimateGas"
        | "eth_createAccessList"
        | "eth_feeHistory" => Some(1),
        "eth_getStorageAt" | "eth_getProof" => Some(2),
        _ => None,
    }
}

struct Seen {
    number: u64,
    key: String,
    said: Said,
}

impl Quorum {
    /// The same request of a block that has a number.
    pub(super) async fn at_a_number(
        &self,
        request: SerializedRequest,
    ) -> TransportResult<SerializedRequest> {
        let Some(place) = place_of_block(request.method()) else {
            return Ok(request);
        };
        let Some(mut all) = parameters(&request).filter(|all| all.len() >= place) else {
            return Ok(request);
        };
        let Some(tag) = by_name(all.get(place)) else {
            return Ok(request);
        };
        let recent = self.nodes.heads.recent().filter(|_| tag == "latest");
        let number = match recent {
            Some(number) => number,
            None => self.number_of(&request, &tag).await?,
        };
        all.truncate(place);
        let after = parameters(&request).unwrap_or_default();
        all.push(json!(format!("{number:#x}")));
        all.extend(after.into_iter().skip(place + 1));
        rewritten(&request, all)
    }

    async fn number_of(&self, request: &SerializedRequest, tag: &str) -> TransportResult<u64> {
        let asked = block_request(request, json!(tag))?;
        let said = self.newest(asked).await?;
        match number_in(&said) {
            Some(number) => Ok(number),
            None => Err(self.too_few("eth_getBlockByNumber")),
        }
    }

    /// Its number alone.
    pub(super) async fn newest_number(&self, request: SerializedRequest) -> TransportResult<Said> {
        let number = self.number_of(&request, "latest").await?;
        to_raw_value(&format!("{number:#x}")).map_err(RpcError::SerError)
    }

    /// The newest block of this name that as many nodes have as it takes.
    pub(super) async fn newest(&self, request: SerializedRequest) -> TransportResult<Said> {
        let tag = tag_of(&request).unwrap_or_else(|| "latest".to_owned());
        let request = block_request(&request, json!(tag))?;
        let (seen, nothing, refused) = self.look(&request, &tag).await?;
        let agreement = self.nodes.agreement;
        if seen.len() < agreement {
            return match (nothing, refused) {
                (Some(said), _) => Ok(said),
                (None, Some(payload)) => Err(RpcError::ErrorResp(payload)),
                (None, None) => Err(self.too_few(request.method())),
            };
        }
        let mut numbers: Vec<_> = seen.iter().map(|seen| seen.number).collect();
        numbers.sort_unstable_by(|a, b| b.cmp(a));
        let number = numbers[agreement - 1];
        let same = |one: &&Seen| seen.iter().filter(|two| one.key == two.key).count() >= agreement;
        let at_once = seen.iter().filter(|one| one.number == number).find(same);
        let said = match at_once {
            Some(seen) => seen.said.clone(),
            None => {
                let by_number = block_request(&request, json!(format!("{number:#x}")))?;
                self.agreed(by_number).await?
            }
        };
        match self.nodes.heads.note(&tag, number) {
            Ok(()) => Ok(said),
            Err(seen) => Err(Trouble::Behind {
                agreement,
                nodes: self.nodes.count(),
                block: number,
                seen,
            }
            .into()),
        }
    }

    /// What nodes call newest. Who is slow is waited for a little where the
    /// others differ: it may have a newer one.
    #[allow(clippy::type_complexity, reason = "said once")]
    async fn look(
        &self,
        request: &SerializedRequest,
        tag: &str,
    ) -> TransportResult<(
        Vec<Seen>,
        Option<Said>,
        Option<alloy::rpc::json_rpc::ErrorPayload>,
    )> {
        let agreement = self.nodes.agreement;
        let mut seen: Vec<Seen> = Vec::new();
        let (mut nothings, mut refusals) = (Vec::new(), Vec::new());
        for wave in self.waves(request) {
            if seen.len() >= agreement {
                break;
            }
            let mut answers = self.ask(wave, request);
            loop {
                let same = |one: &Seen| seen.iter().filter(|two| one.key == two.key).count();
                let answer = if seen.iter().any(|one| same(one) >= agreement) {
                    None
                } else if seen.len() >= agreement {
                    timeout(GRACE, answers.recv()).await.ok().flatten()
                } else {
                    answers.recv().await
                };
                let Some((node, answer)) = answer else {
                    break;
                };
                match answer {
                    Answer::Said(said) => {
                        match (
                            number_in(&said),
                            canonical::of(request.method(), said.get()),
                        ) {
                            (Some(number), Some(key)) => {
                                if tag == "latest" {
                                    self.nodes.nodes[node].health().head = number;
                                }
                                seen.push(Seen { number, key, said });
                            }
                            (_, None) => nothings.push(said),
                            (None, Some(_)) => {}
                        }
                    }
                    Answer::Refused(payload) => refusals.push(payload),
                    Answer::Silent => {}
                }
            }
        }
        let enough = |count: usize| count >= agreement;
        let nothing = nothings.pop().filter(|_| enough(nothings.len() + 1));
        let refused = refusals.pop().filter(|_| enough(refusals.len() + 1));
        Ok((seen, nothing, refused))
    }
}

fn block_request(like: &SerializedRequest, block: Value) -> TransportResult<SerializedRequest> {
    alloy::rpc::json_rpc::Request::new("eth_getBlockByNumber", like.id().clone(), (block, false))
        .serialize()
        .map_err(RpcError::SerError)
}

fn number_in(said: &Said) -> Option<u64> {
    let block: Value = serde_json::from_str(said.get()).ok()?;
    let digits = block.get("number")?.as_str()?.strip_prefix("0x")?;
    u64::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_not_turned_back() {
        let heads = Heads::default();
        assert_eq!(heads.note("latest", 1_000), Ok(()));
        assert_eq!(heads.note("latest", 900), Ok(()), "a reorganisation");
        assert_eq!(heads.note("latest", 1), Err(1_000));
        assert_eq!(heads.note("finalized", 1), Ok(()));
        assert_eq!(heads.recent(), Some(900));
        heads.forget();
        assert_eq!(heads.recent(), None);
    }
}
