//! What nodes only suggest: fees, and what a transaction may need.

use alloy::{
    primitives::U256,
    rpc::json_rpc::SerializedRequest,
    transports::{RpcError, TransportResult},
};
use tokio::time::timeout;

use super::{Answer, GRACE, Quorum, Said};

impl Quorum {
    /// The middle of what nodes suggest, and never more than an honest one does.
    pub(super) async fn hint(&self, request: SerializedRequest) -> TransportResult<Said> {
        let (agreement, all) = (self.nodes.agreement, self.nodes.count());
        let (mut suggested, mut refusals) = (Vec::new(), Vec::new());
        for wave in self.waves(&request) {
            if suggested.len() >= agreement {
                break;
            }
            let mut answers = self.ask(wave, &request);
            loop {
                let answer = if suggested.len() < agreement {
                    answers.recv().await
                } else {
                    timeout(GRACE, answers.recv()).await.ok().flatten()
                };
                match answer {
                    Some((_, Answer::Said(said))) => {
                        let amount = serde_json::from_str::<U256>(said.get());
                        suggested.extend(amount.ok().map(|amount| (amount, said)));
                    }
                    Some((_, Answer::Refused(payload))) => refusals.push(payload),
                    Some((_, Answer::Silent)) => {}
                    None => break,
                }
            }
        }
        if suggested.len() < agreement {
            let refusal = refusals.pop().filter(|_| refusals.len() + 1 >= agreement);
            return Err(match refusal {
                Some(payload) => RpcError::ErrorResp(payload),
                None => self.too_few(request.method()),
            });
        }
        suggested.sort_by_key(|(amount, _)| *amount);
        let place = place(suggested.len(), all - agreement);
        Ok(suggested.swap_remove(place).1)
    }
}

/// Which of so many amounts, in their order, is in the middle and yet not above
/// what all honest nodes say, where so many lie.
fn place(amounts: usize, liars: usize) -> usize {
    let middle = (amounts - 1) / 2;
    middle.min((amounts - 1).saturating_sub(liars))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_liar_raises_it_beyond_its_neighbours() {
        for (amounts, liars, expected) in [
            (1, 0, 0),
            (2, 1, 0),
            (3, 1, 1),
            (3, 2, 0),
            (5, 2, 2),
            (4, 2, 1),
        ] {
            assert_eq!(place(amounts, liars), expected, "{amounts} {liars}");
            let honest_above = amounts - expected > liars;
            assert!(honest_above, "some honest node says as much or more");
        }
    }
}
