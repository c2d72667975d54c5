//! The page's body: operations by tag, each with parameters, fields, examples
//! and a line for curl.

use std::fmt::Write;

use serde_json::Value;

use super::{
    html::{escaped, page as frame, prose},
    sample::{resolved, sample},
};

pub(super) fn page(document: &Value) -> String {
    let operations = operations(document);
    let (mut index, mut body) = (String::new(), String::new());
    let tags = document["tags"].as_array().into_iter().flatten();
    for tag in tags {
        let name = text(&tag["name"]);
        let _ = write!(index, "<h4>{0}</h4><ul>", escaped(name));
        let _ = write!(
            body,
            "<h2>{0}</h2>{1}",
            escaped(name),
            prose(text(&tag["description"]))
        );
        for operation in operations
            .iter()
            .filter(|operation| operation.tag() == name)
        {
            operation.list(&mut index);
            operation.describe(document, &mut body);
        }
        index.push_str("</ul>");
    }
    let info = &document["info"];
    frame(
        "Symbolon API",
        &format!(
            "<nav><h3>Symbolon API {version}</h3><p class=\"soft\"><a href=\"/openapi.json\">openapi.json</a></p>{index}</nav>\
             <main><h1>Symbolon API</h1>{intro}{body}</main>",
            version = escaped(text(&info["version"])),
            intro = prose(text(&info["description"])),
        ),
    )
}

struct Operation<'a> {
    path: &'a str,
    method: &'a str,
    about: &'a Value,
}

fn operations(document: &Value) -> Vec<Operation<'_>> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let mut found = Vec::new();
    for (path, methods) in paths {
        for (method, about) in methods.as_object().into_iter().flatten() {
            found.push(Operation {
                path,
                method,
                about,
            });
        }
    }
    found
}

impl Operation<'_> {
    fn tag(&self) -> &str {
        text(&self.about["tags"][0])
    }

    fn name(&self) -> &str {
        text(&self.about["operationId"])
    }

    fn head(&self) -> String {
        format!(
            "<span class=\"method {0}\">{1}</span> ",
            escaped(self.method),
            self.method.to_uppercase()
        )
    }

    fn list(&self, out: &mut String) {
        let summary = escaped(text(&self.about["summary"]));
        let _ = write!(
            out,
            "<li><a href=\"#{}\">{}{summary}</a></li>",
            self.name(),
            self.head()
        );
    }

    fn describe(&self, document: &Value, out: &mut String) {
        let _ = write!(
            out,
            "<article id=\"{}\"><h3>{}</h3><p>{}<code>{}</code></p>{}",
            self.name(),
            escaped(text(&self.about["summary"])),
            self.head(),
            escaped(self.path),
            prose(text(&self.about["description"])),
        );
        self.parameters(document, out);
        self.body(document, out);
        let _ = write!(
            out,
            "<h4>Try it</h4><pre>{}</pre>",
            escaped(&self.curl(document))
        );
        self.responses(document, out);
        out.push_str("</article>");
    }

    fn parameters(&self, document: &Value, out: &mut String) {
        let Some(parameters) = self.about["parameters"].as_array() else {
            return;
        };
        out.push_str("<h4>Parameters</h4><table>");
        for parameter in parameters {
            let parameter = resolved(document, parameter);
            let required = if parameter["required"] == true {
                ", required"
            } else {
                ""
            };
            let words = words(document, &parameter["schema"]);
            let _ = write!(
                out,
                "<tr><td><code>{}</code><br><span class=\"soft\">{}{required}</span></td><td>{}{}</td></tr>",
                escaped(text(&parameter["name"])),
                escaped(text(&parameter["in"])),
                prose(text(&parameter["description"])),
                escaped(&words),
            );
        }
        out.push_str("</table>");
    }

    fn body(&self, document: &Value, out: &mut String) {
        let body = resolved(document, &self.about["requestBody"]);
        let Some((kind, media)) = body["content"]
            .as_object()
            .and_then(|kinds| kinds.iter().next())
        else {
            return;
        };
        let _ = write!(out, "<h4>Body: {}</h4>", escaped(kind));
        fields(document, &media["schema"], "", out);
    }

    fn curl(&self, document: &Value) -> String {
        let mut path = self.path.to_owned();
        for parameter in self.about["parameters"].as_array().into_iter().flatten() {
            let parameter = resolved(document, parameter);
            if parameter["in"] == "query" && parameter["required"] == true {
                path.push(if path.contains('?') { '&' } else { '?' });
                let _ = write!(path, "{}=…", text(&parameter["name"]));
            }
        }
        let mut line = format!("curl \"$SYMBOLON{path}\"");
        if self.method != "get" {
            let _ = write!(line, " -X {}", self.method.to_uppercase());
        }
        if self.path.starts_with("/v1") {
            line.push_str(" \\\n  -H \"Authorization: Bearer $SYMBOLON_KEY\"");
        }
        let content = self.about["requestBody"]["content"].as_object();
        match content.and_then(|kinds| kinds.iter().next()) {
            Some((kind, media)) if kind == "application/json" => {
                let example = sample(document, &media["schema"]);
                let example = serde_json::to_string_pretty(&example).unwrap_or_default();
                let _ = write!(line, " \\\n  -H 'Content-Type: {kind}' -d '{example}'");
            }
            Some((kind, _)) => {
                let _ = write!(
                    line,
                    " \\\n  -H 'Content-Type: {kind}' --data-binary @customers.csv"
                );
            }
            None => {}
        }
        line
    }

    fn responses(&self, document: &Value, out: &mut String) {
        out.push_str("<h4>Answers</h4>");
        let responses = self.about["responses"].as_object().into_iter().flatten();
        for (status, response) in responses {
            let response = resolved(document, response);
            let description = escaped(text(&response["description"]));
            let _ = write!(out, "<details><summary>{status} {description}</summary>");
            let kinds = response["content"].as_object().into_iter().flatten();
            for (kind, media) in kinds {
                if kind.ends_with("json") {
                    let example = sample(document, &media["schema"]);
                    let example = serde_json::to_string_pretty(&example).unwrap_or_default();
                    let _ = write!(out, "<pre>{}</pre>", escaped(&example));
                } else {
                    let _ = write!(out, "<p class=\"soft\">{}</p>", escaped(kind));
                }
            }
            out.push_str("</details>");
        }
    }
}

/// A row for each field, fields of fields with their path.
fn fields(document: &Value, schema: &Value, within: &str, out: &mut String) {
    let schema = resolved(document, schema);
    let Some(properties) = schema["properties"].as_object() else {
        return;
    };
    if within.is_empty() {
        out.push_str("<table>");
    }
    let required = schema["required"].as_array();
    for (name, field) in properties {
        let path = format!("{within}{name}");
        let is_required = required.is_some_and(|names| names.iter().any(|found| found == name));
        let shown = resolved(document, field);
        let description = field.get("description").unwrap_or(&shown["description"]);
        let _ = write!(
            out,
            "<tr><td><code>{}</code><br><span class=\"soft\">{}</span></td><td>{}{}</td></tr>",
            escaped(&path),
            if is_required { "required" } else { "optional" },
            prose(text(description)),
            escaped(&words(document, field)),
        );
        if within.matches('.').count() < 3 {
            fields(document, field, &format!("{path}."), out);
            fields(document, &shown["items"], &format!("{path}[]."), out);
        }
    }
    if within.is_empty() {
        out.push_str("</table>");
    }
}

/// The words that a field may be, if they are counted.
fn words(document: &Value, schema: &Value) -> String {
    let schema = resolved(document, schema);
    let alternatives = schema["oneOf"].as_array().into_iter().flatten();
    let nested = alternatives.flat_map(|one| {
        resolved(document, one)["enum"]
            .as_array()
            .into_iter()
            .flatten()
    });
    let own = schema["enum"].as_array().into_iter().flatten();
    let found: Vec<_> = own.chain(nested).filter_map(Value::as_str).collect();
    found.join(" · ")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("")
}
