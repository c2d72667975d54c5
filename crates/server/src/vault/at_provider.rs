//! What has become of whoever was erased at the providers, as it is shown.

use serde::Serialize;
use symbolon_core::ids::ProviderName;
use symbolon_store::Forgetting;
use utoipa::ToSchema;

/// What has become of somebody who was erased at a provider.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Forgetting)]
pub struct AtProvider {
    /// Your account with the provider.
    #[schema(value_type = String, example = "sumsub")]
    pub provider: ProviderName,
    /// The provider's applicant or run; absent where it never said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// `waiting` while the provider is still asked, `forgotten` once it has, as far as it
    /// can, and `unasked` where it cannot be asked: then somebody must, by other means.
    #[schema(example = "forgotten")]
    pub state: &'static str,
    /// Since when it is so; absent while it waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub at: Option<String>,
    /// Why it had not forgotten when it was last asked, or cannot be asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// How often it was asked in vain.
    pub tries: u32,
}

impl From<Forgetting> for AtProvider {
    fn from(forgetting: Forgetting) -> Self {
        Self {
            provider: forgetting.provider,
            reference: forgetting.reference,
            state: forgetting.fate.as_str(),
            at: forgetting.fate.at().map(|at| at.to_string()),
            why: forgetting.fate.why().map(str::to_owned),
            tries: forgetting.tries,
        }
    }
}
