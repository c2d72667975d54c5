//! Logs of many blocks, asked for a span at a time: nodes bound how much they
//! give at once, each in its own way, and busy blocks fill that bound sooner.

use alloy::{
    providers::Provider,
    rpc::types::{Filter, Log},
    transports::{RpcError, TransportErrorKind},
};

use crate::{
    ChainError,
    endpoint::{Endpoint, refused},
    quorum::Trouble,
};

/// Blocks whose logs are asked for at a time, at first and at most.
pub(crate) const SPAN: u64 = 10_000;
/// A node that does not answer for even this many has another reason. One that
/// refuses in words is asked for single blocks in the end: one may be as busy as
/// that.
const LEAST_SPAN: u64 = 50;
/// After so many answers in a row a wider span is tried.
const BEFORE_WIDER: u32 = 8;

/// How many blocks a node is asked for at a time, as its answers teach. Keep it
/// for as long as the same node is asked for the same logs.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    blocks: u64,
    answers: u32,
}

impl Default for Span {
    fn default() -> Self {
        Self {
            blocks: SPAN,
            answers: 0,
        }
    }
}

impl Span {
    fn last(self, from: u64, to: u64) -> u64 {
        to.min(from.saturating_add(self.blocks - 1))
    }

    fn answered(&mut self) {
        self.answers += 1;
        if self.answers >= BEFORE_WIDER {
            self.answers = 0;
            self.blocks = (self.blocks * 2).min(SPAN);
        }
    }

    /// Whether fewer may be asked for. Where not, the span was not the reason.
    fn refused(&mut self, least: u64) -> bool {
        self.answers = 0;
        let narrower = self.blocks > least;
        self.blocks = match narrower {
            true => (self.blocks / 4).max(least),
            false => SPAN,
        };
        narrower
    }
}

/// The logs that match in the first blocks of these, in the chain's order, and
/// the last block that they are of.
pub(crate) async fn next(
    endpoint: &Endpoint,
    wanted: &Filter,
    from: u64,
    to: u64,
    span: &mut Span,
) -> Result<(Vec<Log>, u64), ChainError> {
    loop {
        let last = span.last(from, to);
        let filter = wanted.clone().from_block(from).to_block(last);
        match endpoint.provider().get_logs(&filter).await {
            Ok(logs) => {
                span.answered();
                return Ok((logs, last));
            }
            Err(error) => {
                let least = least(&error);
                if least.is_none_or(|least| !span.refused(least)) {
                    return Err(refused("eth_getLogs")(error));
                }
            }
        }
    }
}

/// How many blocks to ask for at least after this error; `None` where fewer
/// make no difference.
fn least(error: &RpcError<TransportErrorKind>) -> Option<u64> {
    match error {
        RpcError::ErrorResp(_) => Some(1),
        RpcError::Transport(kind) if Trouble::of(kind).is_some_and(Trouble::is_contradiction) => {
            None
        }
        _ => Some(LEAST_SPAN),
    }
}

/// The logs that match, from one block to another, both included, in the
/// chain's order.
pub(crate) async fn logs(
    endpoint: &Endpoint,
    wanted: &Filter,
    from: u64,
    to: u64,
) -> Result<Vec<Log>, ChainError> {
    let (mut found, mut from, mut span) = (Vec::new(), from, Span::default());
    while from <= to {
        let (logs, last) = next(endpoint, wanted, from, to, &mut span).await?;
        found.extend(logs);
        from = last + 1;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_that_is_refused_is_narrower_and_widens_again() {
        let mut span = Span::default();
        assert_eq!(span.last(1, 1_000_000), SPAN);
        assert!(span.refused(LEAST_SPAN) && span.refused(LEAST_SPAN));
        assert_eq!(span.last(1, 1_000_000), SPAN / 16);
        for _ in 0..BEFORE_WIDER {
            span.answered();
        }
        assert_eq!(span.last(1, 1_000_000), SPAN / 8);
        for _ in 0..10 * BEFORE_WIDER {
            span.answered();
        }
        assert_eq!(span.last(1, 1_000_000), SPAN, "and no wider");
    }

    /// A node that is away says nothing of spans.
    #[test]
    fn what_refuses_the_narrowest_span_narrows_nothing() {
        for least in [1, LEAST_SPAN] {
            let mut span = Span::default();
            while span.refused(least) {}
            assert_eq!(span.last(1, 1_000_000), SPAN);
        }
    }
}
