//! Italian.

use super::texts::{Asks, Moment, Occasion, Texts};

const MONTHS: [&str; 12] = [
    "gennaio",
    "febbraio",
    "marzo",
    "aprile",
    "maggio",
    "giugno",
    "luglio",
    "agosto",
    "settembre",
    "ottobre",
    "novembre",
    "dicembre",
];

pub(super) const TEXTS: Texts = Texts {
    languages: "Lingua",
    moment: |at: &Moment<'_>| {
        let (month, year) = (MONTHS[at.month], at.year);
        format!("{} {month} {year}, ore {} UTC", at.day, at.time)
    },

    title: |issuer| format!("{issuer}: verifica"),
    asks_who: |issuer| format!("{issuer} chiede chi è Lei"),
    asks_wallet: |issuer| format!("{issuer} chiede quale portafoglio è Suo"),
    why: |issuer| format!("La legge chiede a {issuer} di sapere chi detiene i suoi token."),
    why_check: |issuer| {
        format!(
            "Un servizio di verifica esamina i Suoi documenti; {issuer} conserva il risultato, cifrato."
        )
    },
    why_chains: "Il Suo nome e i Suoi documenti non sono su nessuna blockchain; che il Suo portafoglio è verificato sì, con il Suo Paese e fino a quando.",
    done: "Ha finito. Può chiudere questa pagina.",
    over: |issuer| format!("Questo link non è più valido. Ne chieda un altro a {issuer}."),
    until: |end| format!("Il link è valido fino al {end}. È solo per Lei."),

    wallet: "Il Suo portafoglio",
    wallet_never: "Nessun portafoglio è stato dimostrato.",
    wallet_proved: "Ha dimostrato che questo portafoglio è Suo:",
    wallet_replaces: "Il portafoglio che dimostra prende il posto di questo, che viene allora bloccato:",
    wallet_keeps_tokens: |issuer| {
        format!("I token che contiene non si spostano da soli: ne chieda a {issuer}.")
    },
    sign_with_this: "Firmi un messaggio con questo portafoglio:",
    sign_with_any: "Firmi un messaggio con il portafoglio che deve detenere i Suoi token.",
    sign_is_free: "Non è una transazione e non costa nulla.",
    message_says: Some(|issuer| {
        format!(
            "Il messaggio è in inglese. Dice: confermo a {issuer} che questo portafoglio è mio."
        )
    }),
    connect: "Connetti e firma",
    by_hand: "Firma in altro modo",
    address: "Indirizzo del portafoglio",
    chain: "Blockchain",
    show_message: "Mostra il messaggio",

    identity: "La Sua identità",
    check_begin: "Tenga a portata di mano un documento d'identità. Andrà al servizio di verifica e tornerà qui.",
    check_never: "Non è stata verificata.",
    check_waiting: "Il servizio di verifica non ha ancora finito. Questa pagina La avvisa quando avrà finito.",
    check_retry: "Il servizio di verifica ha di nuovo bisogno di qualcosa. Ci torni, per favore.",
    check_review: |issuer| format!("Qualcuno presso {issuer} la sta esaminando. Riceverà notizie."),
    check_approved: "La Sua identità è verificata.",
    check_refused: |issuer| format!("La Sua identità non è verificata. Scriva a {issuer}."),
    go: "Vai alla verifica",
    go_again: "Torna alla verifica",
    wallet_first: "Dimostri prima il Suo portafoglio.",

    chains: "Sulle blockchain",
    verified: "verificato",
    not_verified: "non verificato",
    not_yet: "non ancora",

    sign_title: |issuer| format!("{issuer}: firmare un messaggio"),
    sign_this: "Firmi questo messaggio",
    sign_how: "Firmi esattamente questo testo con il software del Suo portafoglio (personal_sign), entro dieci minuti, e inserisca la firma qui sotto.",
    message: "Il messaggio",
    signature: "La firma",
    prove: "Dimostra il portafoglio",
    back: "Indietro",

    leave_title: "Alla verifica",
    leave: "Sta andando al servizio di verifica",
    go_on: "Continua",

    unknown: (
        "Questo link non apre nulla",
        "È incompleto, o non è mai esistito. Lo apra di nuovo dalla Sua e-mail, o ne chieda un altro a chi lo ha inviato.",
    ),
    elsewhere: (
        "Questo non è arrivato da questa pagina",
        "Il Suo browser non ha indicato che l'invio partisse da questo sito, quindi non è stato fatto nulla. Apra di nuovo il Suo link e lo faccia lì.",
    ),
    gone: (
        "Questo link non è più valido",
        "Ne chieda un altro a chi lo ha inviato.",
    ),
    trouble: (
        "Qualcosa è andato storto",
        "Nulla è andato perso. Riprovi tra un momento.",
    ),

    declined: "Non ha firmato, quindi nulla è cambiato.",
    not_offered: "Il software del Suo portafoglio non offre questo portafoglio: lo scelga lì e riprovi.",
    unfilled: "Manca qualcosa. Compili tutti i campi e riprovi.",
    bad_address: "Non è l'indirizzo di un portafoglio: lo copi di nuovo, 0x e 40 cifre.",
    other_wallet: "Il link è per un altro portafoglio: scelga quello nel software del Suo portafoglio.",
    unknown_chain: "Quella blockchain non è richiesta: passi il Suo portafoglio a una delle blockchain qui sotto.",
    bad_signature: "Non è una firma: la copi di nuovo, 0x e cifre esadecimali.",
    not_proven: "Questa firma non dimostra il portafoglio: chieda un nuovo messaggio e firmi esattamente quello con il portafoglio che nomina.",
    chain_silent: "La blockchain ora non risponde. Riprovi tra un momento, o ne scelga un'altra.",
    wallet_taken: |issuer| {
        format!(
            "Questo portafoglio è già di qualcun altro. Ne dimostri un altro, o scriva a {issuer}."
        )
    },
    provider_failed: "Il servizio di verifica ora non risponde. Riprovi tra un momento.",
    refused: |issuer| format!("Qui non si può fare. Scriva a {issuer}."),

    letter_subject: |issuer, occasion| match occasion {
        Occasion::First => format!("{issuer}: verifichi la Sua identità"),
        Occasion::Again => format!("{issuer}: verifichi di nuovo la Sua identità"),
        Occasion::Wallet => format!("{issuer}: dimostri che il portafoglio è Suo"),
    },
    letter_hello: "Buongiorno,",
    letter_asks: |issuer, asks| {
        let what = match asks {
            Asks::Identity => "di verificare la Sua identità",
            Asks::IdentityAndWallet => {
                "di verificare la Sua identità e di dimostrare che un portafoglio è Suo"
            }
            Asks::Wallet => "di dimostrare che un portafoglio è Suo",
        };
        format!("{issuer} Le chiede {what}.")
    },
    letter_again: |end| match end {
        Some(end) => format!(
            "La Sua verifica è valida fino al {end}. In seguito non potrà né ricevere né inviare token finché non si verifica di nuovo."
        ),
        None => {
            "La Sua verifica è valida. Finché non si verifica di nuovo, nulla cambia.".to_owned()
        }
    },
    letter_open: "Apra questo link, su un telefono o un computer:",
    letter_begin: "Inizia",
    letter_alone: |end| {
        format!(
            "Il link è solo per Lei: chi lo possiede può farlo a Suo nome, quindi non lo inoltri. È valido fino al {end}."
        )
    },
    letter_ignore: |issuer| {
        format!("Se non conosce {issuer}, ignori questa e-mail: non succederà nulla.")
    },
};
