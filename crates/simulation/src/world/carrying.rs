//! Who carries effects out: the database, the nodes, and what may happen on the
//! way there and back.

use alloy_primitives::{Address, Bytes, keccak256};
use anyhow::Result;
use symbolon_chain::lane::{Form, sign};
use symbolon_core::mirror::{
    lane::{Broadcast, Effect, Envelope, Estimate, Input, Outcome, Signed},
    planted::{Bug, is_planted},
};

use super::{Event, Worker, World};
use crate::{
    chain::Signer,
    database::{Refused, Token},
    faults::Fault,
    trace::told_by,
};

impl World {
    fn answer(&mut self, worker: Worker, signer: Signer, input: Input) {
        let after = self.dice.u64(1..40);
        self.schedule(self.now + after, Event::Answer(worker, signer, input));
    }

    pub(super) fn answered(&mut self, worker: Worker, signer: Signer, input: Input) {
        if self.worker(worker).is_none() {
            return;
        }
        let now = self.now();
        let what = (worker, signer, word(&input));
        self.trace.note(now, "answer", what);
        self.tell(worker, signer, input);
    }

    pub(super) fn act(&mut self, worker: Worker, signer: Signer, effect: Effect) -> Result<()> {
        let (chain, _) = worker;
        let now = self.now();
        match effect {
            Effect::Broadcast {
                nonce,
                attempt,
                raw,
                ..
            } => {
                let outcome = self.broadcast(chain, &raw);
                let what = (chain, signer, nonce.0, attempt.0, outcome as u8);
                self.trace.note(now, "sent", what);
                let input = Input::Broadcast {
                    nonce,
                    attempt,
                    outcome,
                };
                self.answer(worker, signer, input);
                return Ok(());
            }
            Effect::Inspect { nonce, wallets } => {
                let lost =
                    self.strikes(Fault::NodeDown, chain) || self.strikes(Fault::AnswerLost, chain);
                let seat = &self.seats[chain];
                let inspection = seat.nodes.inspect(&seat.chain, &wallets);
                let input = Input::Inspected(nonce, inspection.filter(|_| !lost));
                self.answer(worker, signer, input);
                return Ok(());
            }
            Effect::Estimate { urgency, .. } => {
                // No wallet makes the registry refuse a batch.
                let takes = !self.seats[chain].chain.barred[signer];
                let estimate = match takes && !self.strikes(Fault::NodeDown, chain) {
                    true => Estimate::Passes,
                    false => Estimate::Unknown,
                };
                self.answer(worker, signer, Input::Estimated(urgency, estimate));
                return Ok(());
            }
            Effect::Observe(open) => {
                let lost =
                    self.strikes(Fault::NodeDown, chain) || self.strikes(Fault::AnswerLost, chain);
                let own = self
                    .worker(worker)
                    .is_some_and(|drive| drive.signer == signer);
                let seat = &self.seats[chain];
                let mut seen = seat.nodes.observe(&seat.chain, signer, &open);
                // Read for former signers alone.
                if let Some(observation) = seen.as_mut().filter(|_| own) {
                    observation.barred = false;
                }
                if seat.nodes.lies && !open.is_empty() && !lost {
                    self.faults.fire(Fault::NodeLies);
                    self.trace.note(now, "lied to", (chain, seen.is_some()));
                }
                let input = match seen.filter(|_| !lost) {
                    None => Input::ObserveFailed,
                    Some(observation) => Input::Observed(observation),
                };
                self.answer(worker, signer, input);
                return Ok(());
            }
            _ => {}
        }
        // The rest is the database's.
        if self.strikes(Fault::DatabaseFails, chain) {
            self.abandon(worker);
            return Ok(());
        }
        let written = self.write(worker, signer, effect)?;
        match written {
            Ok(input) if !self.strikes(Fault::DatabaseForgetsToAnswer, chain) => {
                self.answer(worker, signer, input);
            }
            Ok(_) => self.abandon(worker),
            Err(refused) => {
                self.trace
                    .note(now, "refused", (worker, refused == Refused::Fenced));
                self.abandon(worker);
            }
        }
        Ok(())
    }

    /// One database transaction.
    fn write(
        &mut self,
        worker: Worker,
        signer: Signer,
        effect: Effect,
    ) -> Result<Result<Input, Refused>> {
        let (chain, _) = worker;
        let now = self.now();
        let Some(token) = self.worker(worker).map(|drive| drive.token) else {
            return Ok(Err(Refused::Fenced));
        };
        if let Effect::Store(envelope) = effect {
            return self.store(worker, signer, token, envelope);
        }
        let (register, seat) = (&mut self.register, &mut self.seats[chain]);
        let books = &mut seat.books;
        Ok(match effect {
            Effect::Pull { part, limit } => books
                .pull(token, register, part, limit)
                .map(|pulled| Input::Pulled { part, pulled }),
            Effect::Discharge(discharge) => books
                .discharge(token, &discharge)
                .map(|()| Input::Discharged),
            Effect::Settle(mut ended) => {
                for (nonce, outcome) in &ended {
                    let early = |block| !seat.chain.was_final(block);
                    if matches!(outcome, Outcome::Mined(receipt) if early(receipt.block_number)) {
                        let what = format!(
                            "chain {chain}: nonce {} counted before its block was final",
                            nonce.0
                        );
                        self.broken.push(what);
                    }
                }
                if signer != seat.signer {
                    // A successor may have written to the same wallets in the
                    // same block: what the newest one left there that counts is
                    // what counts.
                    for (_, outcome) in &mut ended {
                        if let Outcome::Mined(receipt) = outcome {
                            let wallets = receipt.records.iter().map(|(wallet, _)| *wallet);
                            let wallets: Vec<_> = wallets.collect();
                            let Some(seen) = seat.nodes.inspect(&seat.chain, &wallets) else {
                                return Ok(Err(Refused::Conflict));
                            };
                            books.suspect(register, &wallets);
                            receipt.records = seen.records;
                        }
                    }
                }
                let words: Vec<_> = ended
                    .iter()
                    .map(|(nonce, outcome)| (nonce.0, end(outcome)))
                    .collect();
                self.trace.note(now, "settled", (chain, signer, words));
                let nonces = ended.iter().map(|(nonce, _)| *nonce).collect();
                books
                    .settle(token, signer, register, &ended)
                    .map(|()| Input::Settled(nonces))
            }
            Effect::TellAgain(nonces) => books
                .tell_again(token, signer, register, &nonces)
                .map(|()| Input::ToldAgain),
            Effect::Store(_)
            | Effect::Quarantine { .. }
            | Effect::Broadcast { .. }
            | Effect::Estimate { .. }
            | Effect::Inspect { .. }
            | Effect::Observe(_) => Err(Refused::Conflict),
        })
    }

    fn store(
        &mut self,
        worker: Worker,
        signer: Signer,
        token: Token,
        envelope: Envelope,
    ) -> Result<Result<Input, Refused>> {
        let (chain, _) = worker;
        let id = self.seats[chain].books.target().id.chain;
        let bytes = sign(
            &self.signers[signer],
            id,
            Address::ZERO,
            Form::DynamicFee,
            &envelope,
        )?;
        let signed = Signed {
            envelope,
            hash: bytes.hash,
            raw: bytes.raw,
            stored_at: self.now(),
        };
        self.signed += 1;
        self.seats[chain].chain.learn(signer, &signed);
        if is_planted(Bug::BroadcastBeforeStore) {
            self.broadcast(chain, &signed.raw);
        }
        let (nonce, attempt) = (signed.envelope.nonce, signed.envelope.attempt);
        let stored = self.seats[chain].books.store_signed(token, signer, &signed);
        let now = self.now();
        let what = (chain, signer, nonce.0, attempt.0, stored.is_ok());
        self.trace.note(now, "stored", what);
        let batch = &signed.envelope.batch;
        self.trace.tell(now, "which carries", || told_by(batch));
        Ok(stored.map(|()| Input::Stored(signed)))
    }

    fn broadcast(&mut self, chain: usize, raw: &Bytes) -> Broadcast {
        let hash = keccak256(raw);
        if !self.seats[chain].books.has(hash) {
            let what = format!("chain {chain}: {hash} was sent and is not stored");
            self.broken.push(what);
        }
        if self.strikes(Fault::NodeDown, chain) {
            return Broadcast::Unreachable;
        }
        if self.strikes(Fault::AcceptedAndDropped, chain) {
            return Broadcast::Accepted;
        }
        if self.strikes(Fault::BytesLate, chain) {
            let after = self.dice.u64(500..20_000);
            self.schedule(self.now + after, Event::Bytes(chain, raw.clone()));
            return Broadcast::Unreachable;
        }
        let outcome = self.seats[chain].chain.send(raw);
        let may_keep = outcome == Broadcast::Accepted && self.seats[chain].chain.may_keep(hash);
        if may_keep && self.strikes(Fault::KeptAndNotMined, chain) {
            self.seats[chain].chain.keep(hash);
        }
        if self.strikes(Fault::AnswerLost, chain) {
            return Broadcast::Unreachable;
        }
        outcome
    }
}

fn end(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Mined(_) => "mined",
        Outcome::Failed(_) => "failed",
        Outcome::Dropped(_) => "dropped",
    }
}

fn word(input: &Input) -> &'static str {
    match input {
        Input::Woken => "woken",
        Input::Pulled { .. } => "pulled",
        Input::Discharged => "discharged",
        Input::Stored(_) => "stored",
        Input::Broadcast { .. } => "broadcast",
        Input::Observed(_) => "observed",
        Input::ObserveFailed => "not observed",
        Input::Estimated(..) => "estimated",
        Input::Inspected(..) => "inspected",
        Input::Settled(_) => "settled",
        Input::ToldAgain => "told again",
        Input::FormerEnded => "former ended",
    }
}
