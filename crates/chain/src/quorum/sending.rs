//! A transaction goes to all nodes at once. Whoever takes it first answers, so
//! that a denial waits for no dead node; the others go on by themselves.

use alloy::{
    primitives::{Bytes, keccak256},
    rpc::json_rpc::{ErrorPayload, SerializedRequest},
    transports::{RpcError, TransportResult},
};
use serde_json::value::to_raw_value;
use symbolon_core::mirror::lane::Broadcast;

use super::{Answer, Quorum, Said, parameters};
use crate::words::outcome_of;

impl Quorum {
    /// One node's acceptance suffices: it cannot be made up to any harm, since
    /// only receipts tell what was mined.
    pub(super) async fn send(&self, request: SerializedRequest) -> TransportResult<Said> {
        // Also to those that are left out: what they are for is to spread it.
        let mut answers = self.ask((0..self.nodes.count()).collect(), &request);
        let mut telling: Option<ErrorPayload> = None;
        while let Some((_, answer)) = answers.recv().await {
            match answer {
                Answer::Said(_) => {
                    self.nodes.heads.forget();
                    return hash_of(&request);
                }
                Answer::Refused(payload) => {
                    if outcome_of(&payload.message) == Broadcast::Known {
                        return Err(RpcError::ErrorResp(payload));
                    }
                    if telling
                        .as_ref()
                        .is_none_or(|told| tells(&payload) > tells(told))
                    {
                        telling = Some(payload);
                    }
                }
                Answer::Silent => {}
            }
        }
        Err(match telling {
            Some(payload) => RpcError::ErrorResp(payload),
            None => self.too_few(request.method()),
        })
    }
}

/// The transaction's hash, which is no node's to say.
fn hash_of(request: &SerializedRequest) -> TransportResult<Said> {
    let raw = parameters(request).and_then(|all| all.into_iter().next());
    let raw: Bytes = serde_json::from_value(raw.unwrap_or_default()).map_err(RpcError::SerError)?;
    to_raw_value(&keccak256(&raw)).map_err(RpcError::SerError)
}

/// How much a refusal tells of what is to be done.
fn tells(payload: &ErrorPayload) -> u8 {
    match outcome_of(&payload.message) {
        Broadcast::NonceTooLow => 4,
        Broadcast::Underpriced => 3,
        Broadcast::Unfunded => 2,
        Broadcast::Refused => 1,
        Broadcast::Accepted | Broadcast::Known | Broadcast::Unreachable => 0,
    }
}
