//! Customers for people.

use serde_json::Value;

use crate::{exit::one_line, output::table};

fn text<'a>(document: &'a Value, field: &str) -> &'a str {
    document[field].as_str().unwrap_or_default()
}

/// Where a customer stands: with its instance, in the archive, and whether anybody knows
/// any more who it is.
fn standing(customer: &Value) -> String {
    let mut words = vec![text(customer, "status").to_owned()];
    for field in ["archived", "erased"] {
        if let Some(at) = customer[field].as_str() {
            words.push(format!("{field} on {}", day(at)));
        }
    }
    words.join(", ")
}

/// Of a moment, its day.
fn day(moment: &str) -> &str {
    moment.split('T').next().unwrap_or_default()
}

/// What the register says of its investor.
fn verdict(customer: &Value) -> String {
    let verdict = &customer["verdict"];
    let status = text(verdict, "status");
    let holds = verdict["verified"] == true;
    match (status, holds, verdict["expiry"].as_str()) {
        ("verified", true, Some(until)) => format!("verified until {}", day(until)),
        ("verified", true, None) => "verified".to_owned(),
        ("verified", false, _) => "verified, but not in force".to_owned(),
        (status, _, _) => status.to_owned(),
    }
}

/// A list.
pub(super) fn list(customers: &[Value]) -> String {
    if customers.is_empty() {
        return "no customers".to_owned();
    }
    let mut rows = table(["customer", "external id", "status", "verdict", "wallets"]);
    for customer in customers {
        rows.add_row([
            text(customer, "id").to_owned(),
            text(customer, "external_id").to_owned(),
            standing(customer),
            verdict(customer),
            customer["wallets"]
                .as_array()
                .map_or(0, Vec::len)
                .to_string(),
        ]);
    }
    rows.to_string()
}

/// One customer, with what was opened of it.
pub(super) fn show(customer: &Value) -> String {
    let name = customer["external_id"].as_str();
    let name = name.map(|id| format!(" ({id})")).unwrap_or_default();
    let mut lines = vec![
        format!(
            "customer {}{name} of {}: {}",
            text(customer, "id"),
            text(customer, "instance"),
            standing(customer)
        ),
        format!(
            "investor {}: {}",
            text(customer, "investor"),
            facts(customer)
        ),
    ];
    let held = customer["wallets"].as_array().into_iter().flatten();
    let mut wallets = table(["wallet", "chains", "in use", "signed"]);
    let mut any = false;
    for wallet in held {
        any = true;
        wallets.add_row([
            text(wallet, "address").to_owned(),
            chains(wallet),
            match wallet["active"] == true {
                true => "yes".to_owned(),
                false => "no".to_owned(),
            },
            match wallet["signed"].as_str() {
                Some(kind) => kind.replace('_', " "),
                None => "no, bound by somebody's word".to_owned(),
            },
        ]);
    }
    lines.push(match any {
        true => wallets.to_string(),
        false => "no wallet yet".to_owned(),
    });
    lines.push(known(customer));
    lines.push(format!(
        "made on {} by {}, changed on {}; reference key number {}",
        day(text(customer, "created")),
        text(customer, "created_by"),
        day(text(customer, "changed")),
        customer["reference_number"]
    ));
    if let Some(opened) = customer.get("opened") {
        lines.extend(read(opened));
    }
    lines.join("\n")
}

fn facts(customer: &Value) -> String {
    let of_verdict = &customer["verdict"];
    let mut words = vec![verdict(customer)];
    for field in ["country", "level"] {
        words.extend(of_verdict[field].as_str().map(str::to_owned));
    }
    match of_verdict["accreditation"].as_str() {
        Some("none") | None => {}
        Some(word) => words.push(word.to_owned()),
    }
    if of_verdict["us_person"] == true {
        words.push("US person".to_owned());
    }
    words.join(", ")
}

fn chains(wallet: &Value) -> String {
    match wallet["chains"].as_array() {
        None => "all".to_owned(),
        Some(chains) => {
            let chains: Vec<_> = chains.iter().map(ToString::to_string).collect();
            chains.join(", ")
        }
    }
}

/// How much is known, without a word of it.
fn known(customer: &Value) -> String {
    if customer["erased"].is_string() {
        return "its person was erased: nothing is known, and nothing is taken in".to_owned();
    }
    let data = match customer["has_data"] == true {
        true => "data",
        false => "no data",
    };
    let notes = match customer["notes"].as_u64() {
        None | Some(0) => "no notes".to_owned(),
        Some(1) => "1 note".to_owned(),
        Some(many) => format!("{many} notes"),
    };
    let hint = match (customer.get("opened"), data, notes.as_str()) {
        (Some(_), _, _) | (None, "no data", "no notes") => "",
        (None, _, _) => ": `symbolon customers show --purpose …` opens them",
    };
    format!("{data}, {notes}{hint}")
}

/// What was opened, a value a line.
fn read(opened: &Value) -> Vec<String> {
    let plain = |value: &Value| match value.as_str() {
        Some(text) => one_line(text),
        None => one_line(&value.to_string()),
    };
    let data = opened["data"].as_object().into_iter().flatten();
    let data = data.map(|(field, value)| format!("  {}: {}", one_line(field), plain(value)));
    let mut lines: Vec<_> = data.collect();
    for note in opened["notes"].as_array().into_iter().flatten() {
        lines.push(format!(
            "  note {} of {} by {}: {}",
            note["number"],
            text(note, "written"),
            text(note, "author"),
            plain(&note["text"])
        ));
    }
    lines
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn customer() -> Value {
        json!({
            "id": "0x01", "instance": "emea", "external_id": "CRM-1", "status": "on_hold",
            "archived": null, "erased": null, "has_data": true, "notes": 2, "investor": "0x02",
            "verdict": {
                "status": "verified", "verified": true, "level": "basic", "country": "DE",
                "accreditation": "none", "us_person": false, "expiry": "2028-01-01T00:00:00Z",
            },
            "wallets": [{"address": "0xAb", "chains": [1, 8453], "active": true, "signed": null}],
            "created": "2026-01-02T03:04:05Z", "created_by": "cli:maria",
            "changed": "2026-02-02T03:04:05Z", "reference_number": 2,
        })
    }

    #[test]
    fn a_customer_is_told_in_sentences() {
        let shown = show(&customer());
        let lines: Vec<_> = shown.lines().collect();
        assert_eq!(lines[0], "customer 0x01 (CRM-1) of emea: on_hold");
        assert_eq!(
            lines[1],
            "investor 0x02: verified until 2028-01-01, DE, basic"
        );
        assert!(shown.contains("1, 8453") && shown.contains("somebody's word"));
        assert!(shown.contains("data, 2 notes: `symbolon customers show --purpose …` opens them"));
        assert!(shown.ends_with(
            "made on 2026-01-02 by cli:maria, changed on 2026-02-02; reference key number 2"
        ));
    }

    #[test]
    fn an_erased_customer_looks_so_and_what_is_opened_steers_no_terminal() {
        let mut erased = customer();
        erased["archived"] = json!("2027-01-01T00:00:00Z");
        erased["erased"] = json!("2027-02-01T00:00:00Z");
        let standing = "on_hold, archived on 2027-01-01, erased on 2027-02-01";
        assert!(show(&erased).contains(standing));
        assert!(list(&[erased.clone()]).contains("erased on 2027-02-01"));
        assert!(show(&erased).contains("nothing is known"));
        let mut opened = customer();
        opened["opened"] = json!({
            "data": {"name": "Jane\u{1b}[31m", "tier": 2},
            "notes": [{"number": 1, "text": "a\nb", "author": "cli:maria", "written": "2026"}],
        });
        let shown = show(&opened);
        assert!(!shown.contains('\u{1b}') && shown.contains("  tier: 2"));
        assert!(
            shown.ends_with("  note 1 of 2026 by cli:maria: a / b"),
            "{shown}"
        );
    }
}
