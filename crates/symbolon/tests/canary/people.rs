//! People whose every value is a word that stands nowhere else.

use serde_json::{Value, json};

/// What nobody else is called, and nothing else is made of.
pub(crate) const CANARIES: [&str; 53] = [
    "Quillfeather",
    "Vexbrook",
    "1957-08-23",
    "CNRY-4471-9982",
    "CNRY44719982",
    "PASSCNRY77120",
    "4930998877665",
    "4930112233445",
    "Canarienvogelgasse",
    "Zwitscherstadt",
    "Kanarenhof",
    "CANARYLEI",
    "Goldammer Canaria",
    "HRB-CNRY-88123",
    "Zeisigmann",
    "1948-02-17",
    "Stieglitz-Kern",
    "agentbird",
    "Oriolanda",
    "Finchwater",
    "1963-11-09",
    "DOCFINCH55121",
    "briefwren",
    "unknownfinch",
    "Importlark",
    "Wrongfinch",
    "Wrongbrook",
    "Wrongfield",
    "Sizefinch",
    "postalfinch",
    "Regionfinch",
    "wrongmail",
    "quillfeather.vexbrook",
    "Uhuvogel",
    "Kauzmann",
    "1951-06-17",
    "DOCOWL99812",
    "Kundenfalk",
    "kundenfalk@",
    "Vorliebe-Elster",
    "Notizsperling",
    "csvpirol",
    "Pirolina",
    "Pirolmann",
    "1969-04-13",
    "DOCPIROL33871",
    "DOCPIROL44982",
    "unsentsiskin",
    "wrongrowmail",
    "Umzugsmeise",
    "umzugsmeise@",
    "Mauersegler",
    "Blaukehlchen",
];

/// What is planted to be found.
pub(crate) const PLANTED: &str = "Nightjar-90210";

/// A natural person, by all that the vault may know.
pub(crate) fn jane() -> Value {
    json!({
        "given_names": "Quillfeather",
        "family_name": "Vexbrook",
        "birth_date": "1957-08-23",
        "nationalities": ["DE", "US"],
        "residence": "DE",
        "residency": "citizen",
        "national_id": {"country": "DE", "number": "CNRY-4471-9982"},
        "documents": [{
            "kind": "passport", "country": "DE", "number": "PASSCNRY77120", "expires": "2033-01-01",
        }],
        "address": {
            "street": "Canarienvogelgasse 77b", "postal_code": "postalfinch",
            "city": "Zwitscherstadt", "region": "Regionfinch", "country": "DE",
        },
        "source_of_funds": "Sale of the Kanarenhof.",
        "email": "quillfeather.vexbrook@example.com",
        "phone": "+49 30 112233445",
    })
}

/// A legal entity, its directors and its owners.
pub(crate) fn entity() -> Value {
    json!({
        "lei": "CANARYLEI00000000089",
        "legal_name": "Goldammer Canaria Holding",
        "registration_number": "HRB-CNRY-88123",
        "registration_country": "DE",
        "directors": [{"name": "Ada Zeisigmann", "birth_date": "1948-02-17", "country": "DE"}],
        "beneficial_owners": [{"name": "Bea Stieglitz-Kern", "share_percent": 51.5}],
        "email": "agentbird@example.com",
    })
}

/// Values that no field takes: they are refused without being repeated.
pub(crate) fn remark_of_nobody() -> Value {
    json!({
        "birth_date": "31.12.Wrongfinch",
        "email": "wrongmail at Wrongbrook",
        "lei": "Wrongfield",
        "shoe_size": "Sizefinch",
    })
}

/// Whom the provider reads from a passport.
pub(crate) const FINCH: [(&str, &str); 8] = [
    ("given_names", "Oriolanda"),
    ("family_name", "Finchwater"),
    ("birth_date", "1963-11-09"),
    ("country", "DEU"),
    ("nationality", "FRA"),
    ("document_number", "DOCFINCH55121"),
    ("document_expires", "2035-01-01"),
    ("accredited", "false"),
];

/// Whom another provider reads from a passport.
pub(crate) const OWL: [(&str, &str); 8] = [
    ("given_names", "Uhuvogel"),
    ("family_name", "Kauzmann"),
    ("birth_date", "1951-06-17"),
    ("country", "FRA"),
    ("nationality", "DEU"),
    ("document_number", "DOCOWL99812"),
    ("document_expires", "2034-01-01"),
    ("accredited", "false"),
];

/// What an instance knows of a customer of its own.
pub(crate) fn customer() -> Value {
    json!({
        "external_id": "CRM-77",
        "data": {
            "name": "Kundenfalk Ostermann", "email": "kundenfalk@example.com",
            "wishes": ["Vorliebe-Elster"],
        },
    })
}

/// What it notes about it.
pub(crate) const NOTE: &str = "Notizsperling has called back.";

/// Whom a provider reads from each of two passports, whatever their numbers and ends are.
pub(crate) const PIROL: [(&str, &str); 6] = [
    ("given_names", "Pirolina"),
    ("family_name", "Pirolmann"),
    ("birth_date", "1969-04-13"),
    ("country", "DEU"),
    ("nationality", "DEU"),
    ("accredited", "false"),
];

/// Who stands in a file, and is sent nothing.
pub(crate) const SISKIN: &str = "unsentsiskin@example.com";

/// What stands in a file in an address's place.
pub(crate) const WRONG_ROW: &str = "wrongrowmail at nowhere";

/// What an instance knows of a customer who is somebody else's investor, too.
pub(crate) fn moved_customer() -> Value {
    json!({
        "external_id": "CRM-78",
        "data": {
            "name": "Umzugsmeise Kleiber", "email": "umzugsmeise@example.com",
            "wishes": ["Mauersegler"],
        },
    })
}

/// What it notes about it.
pub(crate) const MOVED_NOTE: &str = "Blaukehlchen has moved.";
