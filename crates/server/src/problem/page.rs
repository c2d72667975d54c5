//! The page behind a problem's `type`: what it means and how to mend it.

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};

use super::{Kind, Problem, catalog};
use crate::docs::html::{escaped, page as frame, prose, response};

/// `GET /problems/{code}`.
pub async fn page(Path(code): Path<String>) -> Response {
    match catalog::find(&code) {
        Some(kind) => response(frame(kind.title, &body(kind))),
        None => Problem::plain(&catalog::NOT_FOUND).into_response(),
    }
}

fn body(kind: &Kind) -> String {
    let others: String = catalog::ALL
        .iter()
        .map(|other| {
            let (code, title) = (other.code, escaped(other.title));
            format!("<li><a href=\"/problems/{code}\"><code>{code}</code> {title}</a></li>")
        })
        .collect();
    format!(
        "<nav><a href=\"/docs\">API reference</a><h4>All problems</h4><ul>{others}</ul></nav>\
         <main><h1>{title}</h1><p class=\"soft\"><code>{code}</code>, HTTP {status}</p>\
         <h2>What it means</h2>{meaning}<h2>How to mend it</h2>{remedy}</main>",
        title = escaped(kind.title),
        code = kind.code,
        status = kind.status,
        meaning = prose(kind.meaning),
        remedy = prose(kind.remedy),
    )
}
