//! What people and scrapers read.

use crate::harness::Server;

#[tokio::test]
async fn the_reference_lists_every_operation_and_loads_nothing() {
    let server = Server::start().await;
    let page = server.get("/docs").await;
    assert_eq!(page.status, 200);
    let document = server.get("/openapi.json").await.expect(200);
    for (path, methods) in document["paths"].as_object().unwrap() {
        assert!(
            page.text.contains(&format!("<code>{path}</code>")),
            "{path}"
        );
        for operation in methods.as_object().unwrap().values() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(page.text.contains(&format!("id=\"{id}\"")), "{id}");
        }
    }
    for loaded in ["src=", "<script", "<link", "@import", "url("] {
        assert!(!page.text.contains(loaded), "{loaded}");
    }
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'"));
    assert_eq!(server.get("/").await.headers["location"], "/docs");
}

#[tokio::test]
async fn metrics_name_routes_and_nobody() {
    let server = Server::start().await;
    let id = server.register(&[]).await;
    server.get(&format!("/v1/investors/{id}")).await.expect(200);
    let metrics = server.get("/metrics").await.text;
    assert!(
        metrics.contains("route=\"/v1/investors/{id}\""),
        "{metrics}"
    );
    assert!(metrics.contains("symbolon_http_request_duration_seconds_bucket"));
    assert!(!metrics.contains(&id) && !metrics.contains(crate::harness::ACME));
}
