//! What a reinstatement waits for: every denial before it, and no others.

use symbolon_core::{
    command::Command,
    federation::OwnerOperation,
    mirror::{
        batch::{AuthorityRestriction, Batch, Denial, RestrictionNumber},
        lane::{Inspection, Outcome, Part},
        plan::{Discharge, Owed, PendingRecord},
        rules::Grounds,
    },
};
use symbolon_store::Subject;

use crate::{
    federation::{BAFIN, OLD, acting_for, german, mined, restrict},
    support::{ONE, Register, id, wallet},
};

const ON: AuthorityRestriction = AuthorityRestriction::lifted(BAFIN, RestrictionNumber(1));

impl Register {
    /// With so many investors of an authority that one chain knows to be cut off.
    async fn cut_off(investors: u8) -> Self {
        let register = Self::with_authorities().await;
        for n in 1..=investors {
            register.by(&acting_for(BAFIN), german(n)).await.unwrap();
        }
        register.propose(restrict(BAFIN)).await.unwrap();
        let off = register.told(ONE, Part::Denials).await;
        register.tell(ONE, off[0]).await;
        register.show(ONE, 1).await;
        register
    }

    async fn reinstate(&self) {
        let reinstate = OwnerOperation::ReinstateAuthority { authority: BAFIN };
        self.propose(reinstate).await.unwrap();
    }

    /// The authorities that the chain may be told of as reinstated.
    async fn due(&self) -> Vec<AuthorityRestriction> {
        self.told(ONE, Part::Again).await
    }

    pub(crate) async fn strike(&self, rows: Vec<Owed>) {
        let discharge = Discharge {
            rows,
            ..Discharge::default()
        };
        let lease = self.lease(ONE).await;
        let done = self.store().discharge(&lease, &discharge);
        done.await.unwrap();
    }
}

fn rows(denials: &[PendingRecord]) -> Vec<Owed> {
    denials.iter().map(|pending| pending.owed).collect()
}

/// What carries these denials.
fn carrying(denials: &[PendingRecord]) -> Batch {
    let denial = |pending: &PendingRecord| Denial {
        wallet: pending.owed.wallet,
        version: pending.desired.version(),
        grounds: Grounds::REVOKED,
    };
    Batch::Deny(denials.iter().map(denial).collect())
}

fn striking(rows: Vec<Owed>) -> Discharge {
    Discharge {
        rows,
        ..Discharge::default()
    }
}

fn taken() -> Outcome {
    let mut receipt = mined(1, Vec::new());
    receipt.succeeded = true;
    Outcome::Mined(receipt)
}

#[tokio::test]
async fn nobody_is_reinstated_while_a_denial_waits() {
    let register = Register::with_authorities().await;
    register.by(&acting_for(BAFIN), german(1)).await.unwrap();
    register.propose(restrict(BAFIN)).await.unwrap();
    let off = register.told(ONE, Part::Denials).await;
    register.tell(ONE, off[0]).await;
    register.show(ONE, 1).await;
    register.revoke(1).await;
    let reinstate = OwnerOperation::ReinstateAuthority { authority: BAFIN };
    register.propose(reinstate).await.unwrap();
    assert_eq!(register.told(ONE, Part::Again).await, []);
    let denials = register.denials(ONE).await;
    let discharge = Discharge {
        rows: denials.iter().map(|pending| pending.owed).collect(),
        ..Discharge::default()
    };
    let lease = register.lease(ONE).await;
    let done = register.store().discharge(&lease, &discharge);
    done.await.unwrap();
    assert_eq!(register.told(ONE, Part::Again).await.len(), 1);
}

/// What a signed transaction carries is told, and yet to happen: it may fail.
#[tokio::test]
async fn nobody_is_reinstated_while_a_denial_is_yet_to_be_mined() {
    let register = Register::with_authorities().await;
    register.by(&acting_for(BAFIN), german(1)).await.unwrap();
    register.propose(restrict(BAFIN)).await.unwrap();
    let off = register.told(ONE, Part::Denials).await;
    register.tell(ONE, off[0]).await;
    register.show(ONE, 1).await;
    register.revoke(1).await;
    let denials = register.denials(ONE).await;
    let denied = Batch::Deny(vec![Denial {
        wallet: wallet(1),
        version: denials[0].desired.version(),
        grounds: Grounds::REVOKED,
    }]);
    let discharge = Discharge {
        rows: denials.iter().map(|pending| pending.owed).collect(),
        ..Discharge::default()
    };
    register.sign(OLD, 0, denied, discharge).await;
    let reinstate = OwnerOperation::ReinstateAuthority { authority: BAFIN };
    register.propose(reinstate).await.unwrap();
    let told = register.told(ONE, Part::Again).await;
    let failed = Outcome::Failed(mined(1, Vec::new()));
    register.settle(OLD, 0, failed).await;
    assert_eq!(register.denials(ONE).await.len(), 1, "it came to nothing");
    assert_eq!(
        told,
        [],
        "the authority was reinstated before its revoked investor was denied"
    );
}

#[tokio::test]
async fn a_reinstatement_waits_for_no_denial_that_was_decided_later() {
    let register = Register::cut_off(3).await;
    register.revoke(1).await;
    let before = register.denials(ONE).await;
    register.reinstate().await;
    register.revoke(2).await;
    assert_eq!(register.due().await, []);

    register
        .sign(OLD, 0, carrying(&before), striking(rows(&before)))
        .await;
    assert_eq!(register.due().await, [], "it is yet to be mined");
    register.settle(OLD, 0, taken()).await;
    assert_eq!(register.denials(ONE).await.len(), 1, "the later one waits");
    assert_eq!(register.due().await, [ON]);

    // Nor for a later one that is stored, and for none that never cease.
    let later = register.denials(ONE).await;
    register
        .sign(OLD, 1, carrying(&later), striking(rows(&later)))
        .await;
    register.revoke(3).await;
    assert_eq!(register.due().await, [ON]);
    register.tell(ONE, ON).await;
    assert_eq!(register.due().await, []);
}

/// Barred before the reinstatement, and again after it: the row of the first is
/// overtaken, the denial is not.
#[tokio::test]
async fn a_denial_does_not_get_younger() {
    let register = Register::cut_off(1).await;
    register.revoke(1).await;
    register.reinstate().await;
    register
        .one(Subject::Investor(id(1)), Command::FreezeAssets)
        .await;
    let denials = register.denials(ONE).await;
    assert_eq!(denials.len(), 2, "both entries' rows");
    assert!(denials.iter().all(|one| one.desired == denials[0].desired));
    assert_eq!(register.due().await, []);

    // Carried and failed, it is owed by the older entry.
    register
        .sign(OLD, 0, carrying(&denials[..1]), striking(rows(&denials)))
        .await;
    register
        .settle(OLD, 0, Outcome::Failed(mined(1, Vec::new())))
        .await;
    let again = register.denials(ONE).await;
    assert_eq!(rows(&again), [denials[0].owed]);
    assert_eq!(register.due().await, []);

    register
        .sign(OLD, 1, carrying(&again), striking(rows(&again)))
        .await;
    register.settle(OLD, 1, taken()).await;
    assert_eq!(register.due().await, [ON]);
}

/// It had its turn among approvals, by a transaction that no row speaks of.
#[tokio::test]
async fn a_row_that_is_struck_as_needless_leaves_its_age_to_what_is_open() {
    let register = Register::cut_off(1).await;
    register.revoke(1).await;
    let denials = register.denials(ONE).await;
    register.reinstate().await;
    register
        .sign(OLD, 0, carrying(&denials), Discharge::default())
        .await;
    register.strike(rows(&denials)).await;
    assert!(register.denials(ONE).await.is_empty());
    assert_eq!(register.due().await, []);

    register
        .settle(OLD, 0, Outcome::Dropped(Inspection::default()))
        .await;
    assert_eq!(rows(&register.denials(ONE).await), rows(&denials));
    assert_eq!(register.due().await, []);
}

/// One that was lifted holds nobody up.
#[tokio::test]
async fn a_denial_that_was_lifted_again_is_not_waited_for() {
    let register = Register::cut_off(1).await;
    let bar = |command| register.one(Subject::Investor(id(1)), command);
    bar(Command::Restrict).await;
    register.reinstate().await;
    assert_eq!(register.due().await, []);
    bar(Command::LiftRestriction).await;
    assert!(register.denials(ONE).await.is_empty());
    assert_eq!(register.due().await, [ON]);
}

/// Neither what it cut off nor what it reinstated arrived: it is told whatever
/// the register holds by then.
#[tokio::test]
async fn what_came_to_nothing_is_told_again_whichever_way_the_register_turns() {
    let register = Register::cut_off(0).await;
    let off = AuthorityRestriction::cut_off(BAFIN);
    let telling = |authority| Discharge {
        authority: Some(authority),
        ..Discharge::default()
    };
    register
        .sign(OLD, 0, Batch::Authority(off), telling(off))
        .await;
    register.reinstate().await;
    register
        .settle(OLD, 0, Outcome::Failed(mined(1, Vec::new())))
        .await;
    register.propose(restrict(BAFIN)).await.unwrap();
    assert_eq!(register.told(ONE, Part::Denials).await, [off]);
}
