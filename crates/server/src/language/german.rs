//! German.

use super::texts::{Asks, Moment, Occasion, Texts};

const MONTHS: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];

pub(super) const TEXTS: Texts = Texts {
    languages: "Sprache",
    moment: |at: &Moment<'_>| {
        let (month, year) = (MONTHS[at.month], at.year);
        format!("{}. {month} {year}, {} Uhr (UTC)", at.day, at.time)
    },

    title: |issuer| format!("{issuer}: Verifizierung"),
    asks_who: |issuer| format!("{issuer} möchte wissen, wer Sie sind"),
    asks_wallet: |issuer| format!("{issuer} möchte wissen, welches Wallet Ihnen gehört"),
    why: |issuer| format!("Das Gesetz verlangt, dass {issuer} weiß, wer die Token hält."),
    why_check: |issuer| {
        format!(
            "Ein Prüfdienst sieht Ihre Ausweise an; {issuer} bewahrt das Ergebnis verschlüsselt auf."
        )
    },
    why_chains: "Ihr Name und Ihre Ausweise stehen auf keiner Blockchain; dass Ihr Wallet verifiziert ist, steht dort, mit Ihrem Land und bis wann.",
    done: "Hier ist alles erledigt. Sie können diese Seite schließen.",
    over: |issuer| {
        format!("Dieser Link gilt nicht mehr. Bitte erbitten Sie von {issuer} einen neuen.")
    },
    until: |end| format!("Der Link gilt bis {end}. Er ist nur für Sie bestimmt."),

    wallet: "Ihr Wallet",
    wallet_never: "Es wurde kein Wallet nachgewiesen.",
    wallet_proved: "Sie haben nachgewiesen, dass dieses Wallet Ihnen gehört:",
    wallet_replaces: "Das Wallet, das Sie nachweisen, tritt an die Stelle von diesem, das dann gesperrt wird:",
    wallet_keeps_tokens: |issuer| {
        format!("Die Token darin ziehen nicht von selbst um: Fragen Sie {issuer} danach.")
    },
    sign_with_this: "Unterschreiben Sie eine Nachricht mit diesem Wallet:",
    sign_with_any: "Unterschreiben Sie eine Nachricht mit dem Wallet, das Ihre Token halten soll.",
    sign_is_free: "Das ist keine Transaktion und kostet nichts.",
    message_says: Some(|issuer| {
        format!(
            "Die Nachricht ist auf Englisch. Sie besagt: Ich bestätige {issuer}, dass dieses Wallet mir gehört."
        )
    }),
    connect: "Verbinden und unterschreiben",
    by_hand: "Auf andere Weise unterschreiben",
    address: "Adresse des Wallets",
    chain: "Blockchain",
    show_message: "Nachricht anzeigen",

    identity: "Ihre Identität",
    check_begin: "Halten Sie ein Ausweisdokument bereit. Sie gehen zum Prüfdienst und kommen danach hierher zurück.",
    check_never: "Sie wurde nicht verifiziert.",
    check_waiting: "Der Prüfdienst ist noch nicht fertig. Diese Seite sagt Ihnen, sobald er es ist.",
    check_retry: "Der Prüfdienst braucht etwas noch einmal. Bitte gehen Sie erneut dorthin.",
    check_review: |issuer| format!("Jemand bei {issuer} sieht es sich an. Sie hören von dort."),
    check_approved: "Ihre Identität ist verifiziert.",
    check_refused: |issuer| {
        format!("Ihre Identität ist nicht verifiziert. Bitte schreiben Sie an {issuer}.")
    },
    go: "Zur Verifizierung",
    go_again: "Noch einmal dorthin",
    wallet_first: "Weisen Sie zuerst Ihr Wallet nach.",

    chains: "Auf den Blockchains",
    verified: "verifiziert",
    not_verified: "nicht verifiziert",
    not_yet: "noch nicht",

    sign_title: |issuer| format!("{issuer}: Nachricht unterschreiben"),
    sign_this: "Unterschreiben Sie diese Nachricht",
    sign_how: "Unterschreiben Sie genau diesen Text mit der Software Ihres Wallets (personal_sign), innerhalb von zehn Minuten, und tragen Sie die Unterschrift unten ein.",
    message: "Die Nachricht",
    signature: "Die Unterschrift",
    prove: "Wallet nachweisen",
    back: "Zurück",

    leave_title: "Zur Verifizierung",
    leave: "Sie gehen zum Prüfdienst",
    go_on: "Weiter",

    unknown: (
        "Dieser Link öffnet nichts",
        "Er ist unvollständig, oder es gab ihn nie. Bitte öffnen Sie ihn noch einmal aus Ihrer E-Mail, oder bitten Sie den Absender um einen neuen.",
    ),
    elsewhere: (
        "Das kam nicht von dieser Seite",
        "Ihr Browser hat nicht gesagt, dass es von dieser Website gesendet wurde, deshalb ist nichts geschehen. Bitte öffnen Sie Ihren Link noch einmal, und tun Sie es dort.",
    ),
    gone: (
        "Dieser Link gilt nicht mehr",
        "Bitten Sie den Absender um einen neuen.",
    ),
    trouble: (
        "Etwas ist schiefgegangen",
        "Es ist nichts verloren. Bitte versuchen Sie es gleich noch einmal.",
    ),

    declined: "Sie haben nicht unterschrieben, daher hat sich nichts geändert.",
    not_offered: "Die Software Ihres Wallets bietet dieses Wallet nicht an: Wählen Sie es dort aus und versuchen Sie es noch einmal.",
    unfilled: "Es fehlt etwas. Bitte füllen Sie alle Felder aus, und versuchen Sie es noch einmal.",
    bad_address: "Das ist keine Adresse eines Wallets: Kopieren Sie sie noch einmal, 0x und 40 Stellen.",
    other_wallet: "Der Link ist für ein anderes Wallet: Wählen Sie dieses in der Software Ihres Wallets aus.",
    unknown_chain: "Nach dieser Blockchain ist nicht gefragt: Stellen Sie Ihr Wallet auf eine der Blockchains unten um.",
    bad_signature: "Das ist keine Unterschrift: Kopieren Sie sie noch einmal, 0x und hexadezimale Stellen.",
    not_proven: "Diese Unterschrift weist das Wallet nicht nach: Lassen Sie sich eine neue Nachricht zeigen, und unterschreiben Sie genau diese mit dem Wallet, das darin steht.",
    chain_silent: "Die Blockchain antwortet gerade nicht. Bitte versuchen Sie es gleich noch einmal, oder wählen Sie eine andere.",
    wallet_taken: |issuer| {
        format!(
            "Dieses Wallet gehört schon jemand anderem. Weisen Sie ein anderes nach, oder schreiben Sie an {issuer}."
        )
    },
    provider_failed: "Der Prüfdienst antwortet gerade nicht. Bitte versuchen Sie es gleich noch einmal.",
    refused: |issuer| format!("Das geht hier nicht. Bitte schreiben Sie an {issuer}."),

    letter_subject: |issuer, occasion| match occasion {
        Occasion::First => format!("{issuer}: Bitte weisen Sie Ihre Identität nach"),
        Occasion::Again => format!("{issuer}: Bitte weisen Sie Ihre Identität erneut nach"),
        Occasion::Wallet => format!("{issuer}: Bitte weisen Sie Ihr Wallet nach"),
    },
    letter_hello: "Guten Tag,",
    letter_asks: |issuer, asks| {
        let what = match asks {
            Asks::Identity => "Ihre Identität nachzuweisen",
            Asks::IdentityAndWallet => {
                "Ihre Identität nachzuweisen und zu zeigen, dass ein Wallet Ihnen gehört"
            }
            Asks::Wallet => "nachzuweisen, dass ein Wallet Ihnen gehört",
        };
        format!("{issuer} bittet Sie, {what}.")
    },
    letter_again: |end| match end {
        Some(end) => format!(
            "Sie sind bis {end} verifiziert. Danach können Sie Token weder erhalten noch versenden, bis Sie erneut verifiziert sind."
        ),
        None => {
            "Sie sind verifiziert. Bis Sie erneut verifiziert sind, ändert sich nichts.".to_owned()
        }
    },
    letter_open: "Öffnen Sie diesen Link, auf einem Telefon oder einem Computer:",
    letter_begin: "Beginnen",
    letter_alone: |end| {
        format!(
            "Der Link ist nur für Sie bestimmt: Wer ihn hat, kann dies in Ihrem Namen tun. Bitte geben Sie ihn also nicht weiter. Er gilt bis {end}."
        )
    },
    letter_ignore: |issuer| {
        format!(
            "Wenn Sie {issuer} nicht kennen, beachten Sie diese E-Mail bitte nicht: Dann geschieht nichts."
        )
    },
};
