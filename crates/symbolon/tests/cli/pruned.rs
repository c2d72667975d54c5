//! A node that has kept none of its logs, before one that has.

use axum::{Json, Router, extract::State, routing::post};
use serde_json::{Value, json};
use tokio::net::TcpListener;

#[derive(Clone)]
struct Node {
    url: String,
    client: reqwest::Client,
}

/// Its URL; it ends with the test's runtime.
pub(crate) async fn before(url: &str) -> String {
    let node = Node {
        url: url.to_owned(),
        client: reqwest::Client::builder().no_proxy().build().unwrap(),
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = format!("http://{}", listener.local_addr().unwrap());
    let routes = Router::new().route("/", post(pass)).with_state(node);
    tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
    place
}

async fn pass(State(node): State<Node>, Json(asked): Json<Value>) -> Json<Value> {
    if asked["method"] == "eth_getLogs" {
        return Json(json!({"jsonrpc": "2.0", "id": asked["id"], "result": []}));
    }
    let answer = node.client.post(&node.url).json(&asked).send().await;
    Json(answer.unwrap().json().await.unwrap())
}
