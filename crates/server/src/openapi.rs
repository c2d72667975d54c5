//! The OpenAPI document: what the routes say of themselves, and what all of
//! them have in common.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use utoipa::{
    IntoResponses, OpenApi,
    openapi::{Content, Ref, RefOr, Response, ResponseBuilder},
};

use crate::problem::{FieldError, ProblemBody};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Symbolon",
        description = "A register of verified investors, mirrored to every chain where an issuer's tokens live.\n\n\
            Every request carries an API key, `Authorization: Bearer sym_…` or `X-API-Key: sym_…`. The key says which issuer's register it opens; there is no other way to name one. A revoked key works for at most five more seconds.\n\n\
            Whatever changes something can be repeated safely: PUT and DELETE as they are, POST under an `Idempotency-Key`.\n\n\
            Errors are problem details (RFC 9457), each with a page that says how to mend it.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    tags(
        (name = "Investors", description = "Natural persons and legal entities, known by an id that says nothing about them."),
        (name = "Verdicts", description = "Verifying, rejecting and revoking by hand. Whoever does it answers for it."),
        (name = "Claims", description = "What is claimed of investors' identities (ERC-734, ERC-735)."),
        (name = "Certificates", description = "What investors were certified for beyond their verdict (ERC-5851)."),
        (name = "Links", description = "Links by which people prove their wallets and are verified by a provider."),
        (name = "Customers", description = "What each of the issuer's instances knows of investors, beyond the register that they share: with or without a wallet to come."),
        (name = "Profiles", description = "What the issuer knows of investors beyond their verdict: sealed in the vault, opened for a purpose, kept as long as the law asks."),
        (name = "Bars", description = "Restrictions and asset freezes, which lie across every verdict."),
        (name = "Batches", description = "Up to 500 at once, with a result for each."),
        (name = "Wallets", description = "Addresses bound to investors, and what every chain says of them."),
        (name = "Operations", description = "Whether a mint, transfer or burn would pass."),
        (name = "Imports", description = "Customer files of any size."),
        (name = "Chains", description = "Where the register is mirrored to, and how far."),
        (name = "Federation", description = "Authorities that verify in their countries, and who approves what the owner decides about them."),
        (name = "Rules", description = "Who may hold the tokens, by country, and from when."),
        (name = "Events", description = "Everything that happened, in a log that cannot be edited unnoticed."),
        (name = "Exports", description = "The whole register, for the regulator."),
        (name = "Register", description = "The register in numbers."),
        (name = "Health", description = "Whether the server lives and can serve."),
    ),
    components(schemas(ProblemBody, FieldError)),
)]
struct Frame;

/// The document without routes.
pub(crate) fn frame() -> utoipa::openapi::OpenApi {
    Frame::openapi()
}

/// An answer that is a problem.
pub(crate) fn problem(description: &str) -> Response {
    let schema = RefOr::Ref(Ref::from_schema_name("Problem"));
    ResponseBuilder::new()
        .description(description)
        .content("application/problem+json", Content::new(Some(schema)))
        .build()
}

/// The answer of a server without its database.
pub(crate) struct Unavailable;

impl IntoResponses for Unavailable {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        BTreeMap::from([(
            "503".to_owned(),
            RefOr::T(problem("The database does not answer")),
        )])
    }
}

/// The whole document: the routes', completed by what holds for all.
pub(crate) fn document(routes: &utoipa::openapi::OpenApi) -> serde_json::Result<Value> {
    let mut document = serde_json::to_value(routes)?;
    document["components"]["securitySchemes"] = json!({
        "bearer": {"type": "http", "scheme": "bearer", "description": "`sym_<issuer>_<secret>`"},
        "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    });
    document["components"]["parameters"] = json!({"IdempotencyKey": {
        "name": "Idempotency-Key", "in": "header", "required": false,
        "description": "1 to 255 visible ASCII characters of your choice, such as a UUID. The same request under the same key is carried out once and answered the same for 7 days, with `Idempotency-Replayed: true`; another request under that key is refused. What was refused is not remembered, so it can be tried again.",
        "schema": {"type": "string", "maxLength": 255},
        "example": "9c1f6b1e-2f0a-4a44-9d2c-0d6a3c3f7f11",
    }});
    document["components"]["responses"] = common_responses();
    document["security"] = json!([{"bearer": []}, {"apiKey": []}]);
    if let Some(paths) = document["paths"].as_object_mut() {
        for (path, methods) in paths {
            for (method, operation) in methods.as_object_mut().into_iter().flatten() {
                complete(path, method, operation);
            }
        }
    }
    Ok(document)
}

fn common_responses() -> Value {
    let described = [
        ("BadRequest", "The body or a parameter cannot be read"),
        ("Unauthorized", "A valid API key is needed"),
        ("TooLarge", "The body is too large"),
        ("UnsupportedMediaType", "Not this kind of body"),
        ("Internal", "The server failed"),
        ("Unavailable", "The database is busy or away: try again"),
    ];
    let responses = described.map(|(name, description)| {
        let schema = json!({"$ref": "#/components/schemas/Problem"});
        let content = json!({"application/problem+json": {"schema": schema}});
        (
            name.to_owned(),
            json!({"description": description, "content": content}),
        )
    });
    Value::Object(Map::from_iter(responses))
}

fn complete(path: &str, method: &str, operation: &mut Value) {
    let of_api = path.starts_with("/v1");
    let has_body = operation.get("requestBody").is_some();
    let mut add = |status: &str, name: &str| {
        if let Some(responses) = operation["responses"].as_object_mut() {
            let common = || json!({"$ref": format!("#/components/responses/{name}")});
            responses.entry(status).or_insert_with(common);
        }
    };
    add("500", "Internal");
    if of_api {
        add("400", "BadRequest");
        add("401", "Unauthorized");
        add("503", "Unavailable");
    }
    if has_body {
        add("413", "TooLarge");
        add("415", "UnsupportedMediaType");
    }
    if method == "post" {
        let key = json!({"$ref": "#/components/parameters/IdempotencyKey"});
        match operation["parameters"].as_array_mut() {
            Some(parameters) => parameters.push(key),
            None => operation["parameters"] = json!([key]),
        }
    }
}
