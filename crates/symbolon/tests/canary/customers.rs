//! Customers of an instance's, with data and notes of its own.

use serde_json::{Value, json};

use crate::{
    people::{MOVED_NOTE, NOTE, customer, moved_customer},
    stage::Stage,
};

const CUSTOMERS: &str = "/v1/instances/desk/customers";

/// A customer of an instance's.
pub(crate) struct Kept {
    pub(crate) investor: String,
    place: String,
}

impl Kept {
    /// What the instance keeps of it, opened for a purpose.
    pub(crate) async fn open(&self, stage: &Stage) -> (u16, Value) {
        let opening = json!({"purpose": "review"});
        let path = format!("{}/open", self.place);
        stage.try_post(&path, opening).await
    }
}

/// Data and notes of a customer that an instance keeps, changes, finds and closes.
pub(crate) async fn customer_of_an_instance(stage: &Stage) -> Kept {
    let desk = json!({"name": "desk", "title": "Desk"});
    stage.post("/v1/instances", desk).await;
    let made = stage.post(CUSTOMERS, customer()).await;
    let place = format!("{CUSTOMERS}/{}", made["id"].as_str().unwrap());
    let note = json!({"text": NOTE});
    stage.post(&format!("{place}/notes"), note).await;
    let data = customer()["data"].clone();
    stage
        .post(&format!("{place}/data"), json!({"data": data}))
        .await;
    let by_name = json!({"name": data["name"]});
    let found = stage.post(&format!("{CUSTOMERS}/search"), by_name).await;
    assert_eq!(found["customers"][0]["id"], made["id"], "{found}");
    let held = json!({"status": "on_hold"});
    stage.post(&format!("{place}/status"), held).await;
    let investor = made["investor"].as_str().unwrap().to_owned();
    Kept { investor, place }
}

/// A customer whose wallet turns out to be somebody's whom the register knows: what is
/// kept of it is sealed anew under that person's key.
pub(crate) async fn moved_onto(stage: &Stage, known: &str, wallet: &str) -> Kept {
    let made = stage.post(CUSTOMERS, moved_customer()).await;
    let place = format!("{CUSTOMERS}/{}", made["id"].as_str().unwrap());
    let note = json!({"text": MOVED_NOTE});
    stage.post(&format!("{place}/notes"), note).await;
    let link = json!({"reference_key": made["reference_key"], "address": wallet});
    let path = format!("{CUSTOMERS}/link-wallet");
    let linked = stage.post(&path, link).await;
    assert_eq!(linked["moved_from"], made["investor"], "{linked}");
    assert_eq!(linked["investor"], known);
    let kept = Kept {
        investor: known.to_owned(),
        place,
    };
    let (_, opened) = kept.open(stage).await;
    assert_eq!(opened["data"], moved_customer()["data"]);
    assert_eq!(opened["notes"][0]["text"], MOVED_NOTE);
    kept
}
