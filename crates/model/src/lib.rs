//! The mirror's protocol, small enough to be explored completely.
//!
//! The random simulation runs the production lanes in a rich world and takes
//! samples. This model is poor and takes every path: approvals and denials in
//! any order, a crash between any two steps, blocks undone, agents' writes,
//! nonces taken, a signer that follows another. A checker visits every state
//! within [`Bounds`] and holds the [`promises`] in each.
//!
//! 1. [`world`] is the register with its chains, and what may happen next.
//! 2. [`register`] is what was decided; [`word`] the record, upon which the
//!    rules of `core::mirror` themselves work: `upserted`, `denied`, `step`,
//!    `whole_step`, `is_met_by`, `agent_registered` and `agent_deleted`.
//! 3. [`seat`] is one chain with its books, lane, signed transactions and
//!    registry. Pulls, answers, jobs and what is under way are restated from
//!    `core::mirror::lane`, which keeps time and so has too many states.
//!
//! # What is left out, and why that hides nothing
//!
//! - **One chain for two.** A seat's step reads the register and itself, and
//!   writes itself; a decision writes every seat by the same rule; a promise
//!   holds for the world if it holds for every seat. So a chain beside another
//!   can be in the states that it can be in alone, with the register as it is,
//!   and in no others: a test holds the model to that. A crash of the process is
//!   a crash of each lane.
//! - **Half of the worlds for all.** No rule tells two wallets apart by their
//!   numbers, so worlds that differ in nothing but which wallet is called the
//!   first have the same futures ([`World::representative`]); a test holds the
//!   model to that. An answer's wallets may come in either order for the same
//!   reason: which entry was decided first is not numbered.
//! - **Waits that decide nothing are passed over** where [`Bounds::swift`] says
//!   so. Stored bytes that no node has can be lost, mined or undone only after
//!   they were sent, and sending reads and writes nothing else. Once no fault is
//!   left that could undo a block, its depth decides only when it may be
//!   settled, and settling waits for any time anyhow.
//! - **Versions for entries.** A wallet's entries of the log are in the order of
//!   its versions, so outbox rows and the entry up to which a chain was told are
//!   versions, by wallet. Of several rows the newest stands for all.
//! - **No clock.** Waiting is a step that may be taken at any time, so every
//!   interval, hold and order of polling is among the paths. Hints are not lost
//!   for good: whoever may ask, does so at some time.
//! - **One transaction a block, one wallet a transaction.** More in a block is
//!   undone together, which the deeper reorganisation does too. At most two
//!   blocks can be undone; the one below them is final, as with three
//!   confirmations. One that is not undone decides nothing, so a look at the
//!   chain and the settlement of what is final are one step.
//! - **One attempt a nonce.** A dearer attempt writes the same.
//! - **Signing and storing are one step**, since the lane reads nothing between
//!   them; so is storing with its discharge, which is one database transaction.
//! - **A node that has bytes already changes nothing** when it gets them again,
//!   and bytes whose nonce is used neither. Late ones are those that are sent at
//!   any later step.
//! - **Two unmined transactions**: one that may approve, one more for denials.
//! - **A restored backup** is one from which the decisions up to version 2 of a
//!   wallet are missing, while its chain shows the approval.
//!
//! Out of the model: authorities and reinstatements, batches that fail or are
//! taken apart, leaps of more than 4,096 versions, a registry that takes no
//! writes from the signer, agents' updates of identity or country, a taken nonce
//! whose taker is undone later.
//!
//! # What is promised when all is still
//!
//! A chain equals the register to the bit, but for
//!
//! - what an agent wrote after the register: it may be less than the register
//!   wants, and verifies for its term alone;
//! - a version that a restored backup has forgotten: unverified unless the
//!   register verifies;
//! - bars that a former signer's transaction lays on late: a denial always lands
//!   (I2), and leaves its ground on a record that is denied on others. So where
//!   bars are decided and signers change, a wallet that is to be denied may be
//!   denied on more grounds than due, until the register approves it again
//!   ([`Bounds::exact`]). One signer's chain is exact to the bit.
//!
//! Every step but a decision and a fault leads nearer to that, and there are
//! finitely many of these: a test shows that no path goes round in circles.

pub mod bounds;
pub mod bug;
mod exploration;
pub mod promises;
pub mod register;
pub mod seat;
pub mod word;
pub mod world;

pub use bounds::Bounds;
pub use bug::Bug;
pub use world::{Action, World};
