//! What an operator can set.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

/// How the server behaves. [`ServerConfig::default`] is what production uses.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// Where to listen. Whoever binds the listener reads it; TLS is the
    /// business of whatever stands in front.
    pub listen: SocketAddr,
    /// The largest JSON body.
    pub body_limit: usize,
    /// The largest body of a batch.
    pub batch_body_limit: usize,
    /// How long a request may take, uploads and exports aside.
    pub request_timeout: Duration,
    /// The largest upload, which needs as much room in the temporary folder.
    pub upload_limit: u64,
    /// For how long an upload may say nothing.
    pub upload_idle_timeout: Duration,
    /// For how long an `Idempotency-Key` is remembered.
    pub idempotency_retention: Duration,
    /// For how long a verified API key is taken as valid without asking the
    /// database again: a revoked key works no longer than this.
    pub key_cache: Duration,
    /// After so long without a sign of life from the server that drives a lane,
    /// another one takes over.
    pub lane_lease: Duration,
    /// How many imports this process works on at the same time; further ones
    /// wait for their turn.
    pub concurrent_imports: usize,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            body_limit: 64 * 1024,
            batch_body_limit: 1024 * 1024,
            request_timeout: Duration::from_secs(30),
            upload_limit: 2 * 1024 * 1024 * 1024,
            upload_idle_timeout: Duration::from_secs(60),
            idempotency_retention: Duration::from_secs(7 * 24 * 3600),
            key_cache: Duration::from_secs(5),
            lane_lease: Duration::from_secs(5),
            concurrent_imports: 4,
        }
    }
}
