//! Instances: the issuer's deployments, which share its register.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};
use symbolon_core::ids::InstanceName;
use symbolon_store::Instance;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Absent, Refused};
use crate::{
    auth::Caller,
    change::Post,
    extract::{Check, InstancePath},
    problem::Result,
    state::AppState,
};

/// Characters of a title.
const LONGEST_TITLE: usize = 200;

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(create, list))
        .routes(routes!(show))
}

/// A deployment to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewInstance {
    /// 1 to 40 of a–z, 0–9 and `-`; unique among the issuer's instances.
    #[schema(example = "emea")]
    name: String,
    /// What people call it, up to 200 characters.
    #[schema(example = "Europe, Middle East, Africa")]
    title: String,
}

/// One of the issuer's deployments.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Instance)]
pub(super) struct InstanceBody {
    #[schema(example = "emea")]
    name: String,
    title: String,
    #[schema(format = DateTime)]
    created: String,
}

impl From<Instance> for InstanceBody {
    fn from(instance: Instance) -> Self {
        Self {
            name: instance.name.to_string(),
            title: instance.title,
            created: instance.created.to_string(),
        }
    }
}

/// All of the issuer's deployments.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Instances {
    /// By name.
    instances: Vec<InstanceBody>,
}

/// Make an instance
///
/// One of your deployments: it shares the register's investors, verdicts and wallets with
/// the others, and has customers of its own that they do not see. `symbolon api-key create
/// NAME --instance INSTANCE` makes a key that opens nothing but those.
#[utoipa::path(
    post, path = "/instances", operation_id = "create_instance", tag = "Customers",
    request_body = NewInstance,
    responses((status = 201, description = "The instance", body = InstanceBody), Refused)
)]
async fn create(State(state): State<AppState>, post: Post<NewInstance>) -> Result<Response> {
    post.caller.require_owner()?;
    let mut check = Check::default();
    let name = check.slug::<InstanceName>("name", &post.body.name);
    let title = check.prose("title", &post.body.title, LONGEST_TITLE);
    let (name, title) = check.finish(name.zip(title))?;
    let (name, title) = (&name, &title);
    post.commit(&state, |mut transaction| async move {
        let instance = Instance {
            name: name.clone(),
            title: title.clone(),
            created: transaction.now,
        };
        transaction.inner().add_instance(&instance).await?;
        Ok(transaction.done(StatusCode::CREATED, InstanceBody::from(instance)))
    })
    .await
}

/// List instances
///
/// All of the issuer's, by name.
#[utoipa::path(
    get, path = "/instances", operation_id = "list_instances", tag = "Customers",
    responses((status = 200, description = "The instances", body = Instances))
)]
async fn list(caller: Caller, State(state): State<AppState>) -> Result<Json<Instances>> {
    caller.require_owner()?;
    let instances = state.store.instances(&caller.issuer).await?;
    let instances = instances.into_iter().map(InstanceBody::from).collect();
    Ok(Json(Instances { instances }))
}

/// Show an instance
///
/// Its name and title.
#[utoipa::path(
    get, path = "/instances/{instance}", operation_id = "show_instance", tag = "Customers",
    params(("instance" = String, Path, description = "The instance's name")),
    responses((status = 200, description = "The instance", body = InstanceBody), Absent)
)]
async fn show(
    caller: Caller,
    InstancePath(name): InstancePath,
    State(state): State<AppState>,
) -> Result<Json<InstanceBody>> {
    caller.require_owner()?;
    let instance = state.store.instance(&caller.issuer, &name).await?;
    Ok(Json(instance.into()))
}
