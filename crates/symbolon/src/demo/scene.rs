//! Where everything is, for programs that play on the demo's stage.

use std::path::PathBuf;

use serde::Serialize;

use super::stage::Stage;

/// Printed as one line of JSON by `symbolon demo --stage --json`, once all of it answers.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Scene {
    server: String,
    api_key_file: PathBuf,
    chains: Vec<SceneChain>,
    /// The stand-in for the provider.
    stand_in: String,
}

#[derive(Clone, Debug, Serialize)]
struct SceneChain {
    chain_id: u64,
    name: &'static str,
    url: String,
    registry: String,
}

impl Scene {
    pub(super) fn of(stage: &Stage) -> Self {
        let chains = stage.chains.iter().map(|chain| SceneChain {
            chain_id: chain.id().0,
            name: chain.name,
            url: chain.url().to_owned(),
            registry: chain.registry.to_string(),
        });
        Self {
            server: format!("http://{}", stage.listen()),
            api_key_file: stage.key_file(),
            chains: chains.collect(),
            stand_in: stage.sumsub.url().to_owned(),
        }
    }
}
