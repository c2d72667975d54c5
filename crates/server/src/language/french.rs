//! French.

use super::texts::{Asks, Moment, Occasion, Texts};

const MONTHS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];

pub(super) const TEXTS: Texts = Texts {
    languages: "Langue",
    moment: |at: &Moment<'_>| {
        let day = match at.day {
            1 => "1er".to_owned(),
            day => day.to_string(),
        };
        format!("{day} {} {} à {} UTC", MONTHS[at.month], at.year, at.time)
    },

    title: |issuer| format!("{issuer} : vérification"),
    asks_who: |issuer| format!("{issuer} vous demande qui vous êtes"),
    asks_wallet: |issuer| format!("{issuer} vous demande quel portefeuille est le vôtre"),
    why: |issuer| format!("La loi demande à {issuer} de savoir qui détient ses jetons."),
    why_check: |issuer| {
        format!(
            "Un service de vérification examine vos documents ; {issuer} en conserve le résultat, chiffré."
        )
    },
    why_chains: "Votre nom et vos documents ne figurent sur aucune blockchain ; le fait que votre portefeuille est vérifié y figure, avec votre pays et la date de fin.",
    done: "Vous avez terminé. Vous pouvez fermer cette page.",
    over: |issuer| format!("Ce lien n'est plus valable. Veuillez en demander un autre à {issuer}."),
    until: |end| format!("Le lien est valable jusqu'au {end}. Il n'est destiné qu'à vous."),

    wallet: "Votre portefeuille",
    wallet_never: "Aucun portefeuille n'a été prouvé.",
    wallet_proved: "Vous avez prouvé que ce portefeuille est le vôtre :",
    wallet_replaces: "Le portefeuille que vous prouvez prend la place de celui-ci, qui est alors bloqué :",
    wallet_keeps_tokens: |issuer| {
        format!(
            "Les jetons qu'il détient ne bougent pas d'eux-mêmes : renseignez-vous auprès de {issuer}."
        )
    },
    sign_with_this: "Signez un message avec ce portefeuille :",
    sign_with_any: "Signez un message avec le portefeuille qui doit détenir vos jetons.",
    sign_is_free: "Ce n'est pas une transaction et cela ne coûte rien.",
    message_says: Some(|issuer| {
        format!(
            "Le message est en anglais. Il dit : je confirme à {issuer} que ce portefeuille est le mien."
        )
    }),
    connect: "Connecter et signer",
    by_hand: "Signer autrement",
    address: "Adresse du portefeuille",
    chain: "Blockchain",
    show_message: "Afficher le message",

    identity: "Votre identité",
    check_begin: "Préparez une pièce d'identité. Vous allez au service de vérification, puis vous revenez ici.",
    check_never: "Elle n'a pas été vérifiée.",
    check_waiting: "Le service de vérification n'a pas encore terminé. Cette page vous dira quand ce sera fait.",
    check_retry: "Le service de vérification a de nouveau besoin de quelque chose. Veuillez y retourner.",
    check_review: |issuer| {
        format!("Quelqu'un chez {issuer} l'examine. Vous en aurez des nouvelles.")
    },
    check_approved: "Votre identité est vérifiée.",
    check_refused: |issuer| {
        format!("Votre identité n'est pas vérifiée. Veuillez écrire à {issuer}.")
    },
    go: "Aller à la vérification",
    go_again: "Y retourner",
    wallet_first: "Prouvez d'abord votre portefeuille.",

    chains: "Sur les blockchains",
    verified: "vérifié",
    not_verified: "non vérifié",
    not_yet: "pas encore",

    sign_title: |issuer| format!("{issuer} : signer un message"),
    sign_this: "Signez ce message",
    sign_how: "Signez exactement ce texte avec le logiciel de votre portefeuille (personal_sign), dans les dix minutes, et collez la signature ci-dessous.",
    message: "Le message",
    signature: "La signature",
    prove: "Prouver le portefeuille",
    back: "Retour",

    leave_title: "Vers la vérification",
    leave: "Vous allez au service de vérification",
    go_on: "Continuer",

    unknown: (
        "Ce lien n'ouvre rien",
        "Il est incomplet, ou il n'a jamais existé. Veuillez l'ouvrir de nouveau depuis votre courriel, ou en demander un autre à l'expéditeur.",
    ),
    elsewhere: (
        "Cela ne vient pas de cette page",
        "Votre navigateur n'a pas indiqué que l'envoi venait de ce site ; rien n'a donc été fait. Veuillez rouvrir votre lien et recommencer à partir de là.",
    ),
    gone: (
        "Ce lien n'est plus valable",
        "Veuillez en demander un autre à l'expéditeur.",
    ),
    trouble: (
        "Quelque chose n'a pas fonctionné",
        "Rien n'est perdu. Veuillez réessayer dans un instant.",
    ),

    declined: "Vous n'avez pas signé, donc rien n'a changé.",
    not_offered: "Le logiciel de votre portefeuille ne propose pas ce portefeuille : choisissez-le là-bas, puis réessayez.",
    unfilled: "Il manque quelque chose. Veuillez remplir tous les champs et réessayer.",
    bad_address: "Ce n'est pas l'adresse d'un portefeuille : copiez-la de nouveau, 0x et 40 chiffres.",
    other_wallet: "Le lien est pour un autre portefeuille : choisissez celui-là dans le logiciel de votre portefeuille.",
    unknown_chain: "Cette blockchain n'est pas demandée : passez votre portefeuille sur l'une des blockchains ci-dessous.",
    bad_signature: "Ce n'est pas une signature : copiez-la de nouveau, 0x et des chiffres hexadécimaux.",
    not_proven: "Cette signature ne prouve pas le portefeuille : demandez un nouveau message, et signez exactement celui-là avec le portefeuille qu'il nomme.",
    chain_silent: "La blockchain ne répond pas pour l'instant. Veuillez réessayer dans un instant, ou en choisir une autre.",
    wallet_taken: |issuer| {
        format!(
            "Ce portefeuille est déjà celui de quelqu'un d'autre. Prouvez-en un autre, ou écrivez à {issuer}."
        )
    },
    provider_failed: "Le service de vérification ne répond pas pour l'instant. Veuillez réessayer dans un instant.",
    refused: |issuer| format!("Cela n'est pas possible ici. Veuillez écrire à {issuer}."),

    letter_subject: |issuer, occasion| match occasion {
        Occasion::First => format!("{issuer} : veuillez vérifier votre identité"),
        Occasion::Again => format!("{issuer} : veuillez vérifier de nouveau votre identité"),
        Occasion::Wallet => format!("{issuer} : veuillez prouver votre portefeuille"),
    },
    letter_hello: "Bonjour,",
    letter_asks: |issuer, asks| {
        let what = match asks {
            Asks::Identity => "de faire vérifier votre identité",
            Asks::IdentityAndWallet => {
                "de faire vérifier votre identité et de prouver qu'un portefeuille est le vôtre"
            }
            Asks::Wallet => "de prouver qu'un portefeuille est le vôtre",
        };
        format!("{issuer} vous demande {what}.")
    },
    letter_again: |end| match end {
        Some(end) => format!(
            "Vous êtes vérifié(e) jusqu'au {end}. Ensuite, vous ne pourrez ni recevoir ni envoyer de jetons tant que vous ne l'êtes pas de nouveau."
        ),
        None => "Vous êtes vérifié(e). Tant que vous ne l'êtes pas de nouveau, rien ne change."
            .to_owned(),
    },
    letter_open: "Ouvrez ce lien, sur un téléphone ou un ordinateur :",
    letter_begin: "Commencer",
    letter_alone: |end| {
        format!(
            "Le lien n'est destiné qu'à vous : quiconque le possède peut le faire en votre nom, ne le transmettez donc pas. Il est valable jusqu'au {end}."
        )
    },
    letter_ignore: |issuer| {
        format!(
            "Si vous ne connaissez pas {issuer}, veuillez ignorer ce courriel : il ne se passera rien."
        )
    },
};
