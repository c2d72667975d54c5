//! Spanish.

use super::texts::{Asks, Moment, Occasion, Texts};

const MONTHS: [&str; 12] = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
];

pub(super) const TEXTS: Texts = Texts {
    languages: "Idioma",
    moment: |at: &Moment<'_>| {
        let (month, year) = (MONTHS[at.month], at.year);
        format!("{} de {month} de {year}, {} UTC", at.day, at.time)
    },

    title: |issuer| format!("{issuer}: verificación"),
    asks_who: |issuer| format!("{issuer} le pregunta quién es"),
    asks_wallet: |issuer| format!("{issuer} le pregunta qué monedero es suyo"),
    why: |issuer| format!("La ley exige que {issuer} sepa quién tiene sus tokens."),
    why_check: |issuer| {
        format!(
            "Un servicio de verificación examina sus documentos; {issuer} guarda el resultado, cifrado."
        )
    },
    why_chains: "Su nombre y sus documentos no están en ninguna blockchain; que su monedero está verificado sí, con su país y hasta cuándo.",
    done: "Ha terminado. Puede cerrar esta página.",
    over: |issuer| format!("Este enlace ya no es válido. Pida otro a {issuer}."),
    until: |end| format!("El enlace es válido hasta el {end}. Es solo para usted."),

    wallet: "Su monedero",
    wallet_never: "No se demostró ningún monedero.",
    wallet_proved: "Ha demostrado que este monedero es suyo:",
    wallet_replaces: "El monedero que demuestre ocupa el lugar de este, que queda entonces bloqueado:",
    wallet_keeps_tokens: |issuer| {
        format!("Los tokens que contiene no se mueven por sí solos: pregunte por ellos a {issuer}.")
    },
    sign_with_this: "Firme un mensaje con este monedero:",
    sign_with_any: "Firme un mensaje con el monedero que ha de tener sus tokens.",
    sign_is_free: "No es una transacción y no cuesta nada.",
    message_says: Some(|issuer| {
        format!("El mensaje está en inglés. Dice: confirmo a {issuer} que este monedero es mío.")
    }),
    connect: "Conectar y firmar",
    by_hand: "Firmar de otra manera",
    address: "Dirección del monedero",
    chain: "Blockchain",
    show_message: "Mostrar el mensaje",

    identity: "Su identidad",
    check_begin: "Tenga a mano un documento de identidad. Irá al servicio de verificación y volverá aquí.",
    check_never: "No se verificó.",
    check_waiting: "El servicio de verificación aún no ha terminado. Esta página le avisará cuando termine.",
    check_retry: "El servicio de verificación necesita algo de nuevo. Vuelva a entrar en él.",
    check_review: |issuer| format!("Alguien de {issuer} lo está revisando. Tendrá noticias suyas."),
    check_approved: "Su identidad está verificada.",
    check_refused: |issuer| format!("Su identidad no está verificada. Escriba a {issuer}."),
    go: "Ir a la verificación",
    go_again: "Volver a ir",
    wallet_first: "Demuestre primero su monedero.",

    chains: "En las blockchains",
    verified: "verificado",
    not_verified: "no verificado",
    not_yet: "todavía no",

    sign_title: |issuer| format!("{issuer}: firmar un mensaje"),
    sign_this: "Firme este mensaje",
    sign_how: "Firme exactamente este texto con el programa de su monedero (personal_sign), en diez minutos, y ponga la firma abajo.",
    message: "El mensaje",
    signature: "La firma",
    prove: "Demostrar el monedero",
    back: "Volver",

    leave_title: "A la verificación",
    leave: "Va al servicio de verificación",
    go_on: "Continuar",

    unknown: (
        "Este enlace no abre nada",
        "Está incompleto, o nunca existió. Ábralo de nuevo desde su correo, o pida otro a quien se lo envió.",
    ),
    elsewhere: (
        "Esto no vino de esta página",
        "Su navegador no indicó que se enviara desde este sitio, así que no se hizo nada. Abra de nuevo su enlace y hágalo allí.",
    ),
    gone: (
        "Este enlace ya no es válido",
        "Pida otro a quien se lo envió.",
    ),
    trouble: (
        "Algo ha fallado",
        "No se ha perdido nada. Inténtelo de nuevo dentro de un momento.",
    ),

    declined: "No ha firmado, así que nada ha cambiado.",
    not_offered: "El programa de su monedero no ofrece este monedero: elíjalo allí e inténtelo de nuevo.",
    unfilled: "Falta algo. Rellene todos los campos e inténtelo de nuevo.",
    bad_address: "No es la dirección de un monedero: cópiela de nuevo, 0x y 40 cifras.",
    other_wallet: "El enlace es para otro monedero: elija ese en el programa de su monedero.",
    unknown_chain: "No se pide esa blockchain: cambie su monedero a una de las blockchains de abajo.",
    bad_signature: "No es una firma: cópiela de nuevo, 0x y cifras hexadecimales.",
    not_proven: "Esta firma no demuestra el monedero: pida un mensaje nuevo y firme exactamente ese con el monedero que nombra.",
    chain_silent: "La blockchain no responde ahora. Inténtelo de nuevo dentro de un momento, o elija otra.",
    wallet_taken: |issuer| {
        format!("Este monedero ya es de otra persona. Demuestre otro, o escriba a {issuer}.")
    },
    provider_failed: "El servicio de verificación no responde ahora. Inténtelo de nuevo dentro de un momento.",
    refused: |issuer| format!("Eso no se puede hacer aquí. Escriba a {issuer}."),

    letter_subject: |issuer, occasion| match occasion {
        Occasion::First => format!("{issuer}: verifique su identidad"),
        Occasion::Again => format!("{issuer}: verifique de nuevo su identidad"),
        Occasion::Wallet => format!("{issuer}: demuestre que el monedero es suyo"),
    },
    letter_hello: "Hola:",
    letter_asks: |issuer, asks| {
        let what = match asks {
            Asks::Identity => "que verifique su identidad",
            Asks::IdentityAndWallet => {
                "que verifique su identidad y demuestre que un monedero es suyo"
            }
            Asks::Wallet => "que demuestre que un monedero es suyo",
        };
        format!("{issuer} le pide {what}.")
    },
    letter_again: |end| match end {
        Some(end) => format!(
            "Su verificación es válida hasta el {end}. Después no podrá recibir ni enviar tokens hasta que se verifique de nuevo."
        ),
        None => {
            "Su verificación es válida. Hasta que se verifique de nuevo, nada cambia.".to_owned()
        }
    },
    letter_open: "Abra este enlace, en un teléfono o en un ordenador:",
    letter_begin: "Empezar",
    letter_alone: |end| {
        format!(
            "El enlace es solo para usted: quien lo tenga puede hacer esto en su nombre, así que no lo comparta. Es válido hasta el {end}."
        )
    },
    letter_ignore: |issuer| {
        format!("Si no conoce a {issuer}, no haga caso de este correo: no pasará nada.")
    },
};
