//! English.

use super::texts::{Asks, Moment, Occasion, Texts};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(super) const TEXTS: Texts = Texts {
    languages: "Language",
    moment: |at: &Moment<'_>| {
        let (month, year) = (MONTHS[at.month], at.year);
        format!("{} {month} {year}, {} UTC", at.day, at.time)
    },

    title: |issuer| format!("{issuer}: verification"),
    asks_who: |issuer| format!("{issuer} asks who you are"),
    asks_wallet: |issuer| format!("{issuer} asks which wallet is yours"),
    why: |issuer| format!("The law asks {issuer} to know who holds its tokens."),
    why_check: |issuer| {
        format!(
            "A verification service looks at your documents; {issuer} keeps the result, encrypted."
        )
    },
    why_chains: "Your name and documents are on no blockchain; that your wallet is verified is, with your country and until when.",
    done: "You are done here. You may close this page.",
    over: |issuer| format!("This link is over. Please ask {issuer} for another one."),
    until: |end| format!("The link can be used until {end}. It is for you alone."),

    wallet: "Your wallet",
    wallet_never: "No wallet was proved.",
    wallet_proved: "You proved that this wallet is yours:",
    wallet_replaces: "The wallet that you prove takes the place of this one, which is barred then:",
    wallet_keeps_tokens: |issuer| {
        format!("The tokens that it holds do not move by themselves: ask {issuer} about them.")
    },
    sign_with_this: "Sign a message with this wallet:",
    sign_with_any: "Sign a message with the wallet that is to hold your tokens.",
    sign_is_free: "That is no transaction and costs nothing.",
    message_says: None,
    connect: "Connect and sign",
    by_hand: "Sign by other means",
    address: "The wallet's address",
    chain: "Chain",
    show_message: "Show the message",

    identity: "Your identity",
    check_begin: "Have an identity document at hand. You go to the verification service and come back here.",
    check_never: "It was not verified.",
    check_waiting: "The verification service is not done yet. This page tells you when it is.",
    check_retry: "The verification service needs something again. Please go there once more.",
    check_review: |issuer| {
        format!("Somebody at {issuer} is looking at it. You will hear from them.")
    },
    check_approved: "Your identity is verified.",
    check_refused: |issuer| format!("Your identity is not verified. Please write to {issuer}."),
    go: "Go to the verification",
    go_again: "Go there again",
    wallet_first: "Prove your wallet first.",

    chains: "On the chains",
    verified: "verified",
    not_verified: "not verified",
    not_yet: "not yet",

    sign_title: |issuer| format!("{issuer}: sign a message"),
    sign_this: "Sign this message",
    sign_how: "Sign exactly this text with your wallet's software (personal_sign), within ten minutes, and put the signature below.",
    message: "The message",
    signature: "The signature",
    prove: "Prove the wallet",
    back: "Back",

    leave_title: "To the verification",
    leave: "You go to the verification service",
    go_on: "Go on",

    unknown: (
        "This link opens nothing",
        "It is incomplete, or it was never made. Please open it again from your letter, or ask whoever sent it for another one.",
    ),
    elsewhere: (
        "This did not come from this page",
        "Your browser did not say that it was sent from this site, so nothing was done. Please open your link again, and do it there.",
    ),
    gone: (
        "This link is over",
        "Please ask whoever sent it for another one.",
    ),
    trouble: (
        "Something went wrong",
        "Nothing is lost. Please try again in a moment.",
    ),

    declined: "You did not sign, so nothing has changed.",
    not_offered: "Your wallet's software does not offer this wallet: choose it there, and try again.",
    unfilled: "Something is missing. Please fill in every field, and try again.",
    bad_address: "That is no wallet's address: copy it again, 0x and 40 digits.",
    other_wallet: "The link is for another wallet: choose that one in your wallet's software.",
    unknown_chain: "That chain is not asked for: switch your wallet to one of the chains below.",
    bad_signature: "That is no signature: copy it again, 0x and hexadecimal digits.",
    not_proven: "This signature does not prove the wallet: ask for a new message, and sign exactly that with the wallet that it names.",
    chain_silent: "The chain does not answer now. Please try again in a moment, or choose another chain.",
    wallet_taken: |issuer| {
        format!("This wallet is somebody else's already. Prove another one, or write to {issuer}.")
    },
    provider_failed: "The verification service does not answer now. Please try again in a moment.",
    refused: |issuer| format!("That cannot be done here. Please write to {issuer}."),

    letter_subject: |issuer, occasion| match occasion {
        Occasion::First => format!("{issuer}: please verify your identity"),
        Occasion::Again => format!("{issuer}: please verify your identity again"),
        Occasion::Wallet => format!("{issuer}: please prove your wallet"),
    },
    letter_hello: "Hello,",
    letter_asks: |issuer, asks| {
        let what = match asks {
            Asks::Identity => "to verify your identity",
            Asks::IdentityAndWallet => {
                "to verify your identity and to prove that a wallet is yours"
            }
            Asks::Wallet => "to prove that a wallet is yours",
        };
        format!("{issuer} asks you {what}.")
    },
    letter_again: |end| match end {
        Some(end) => format!(
            "You are verified until {end}. From then on you can neither receive nor send tokens until you have verified again."
        ),
        None => "You are verified. Until you have verified again, nothing changes.".to_owned(),
    },
    letter_open: "Open this link, on a phone or a computer:",
    letter_begin: "Begin",
    letter_alone: |end| {
        format!(
            "The link is for you alone: whoever has it can do this in your name, so please do not pass it on. It can be used until {end}."
        )
    },
    letter_ignore: |issuer| {
        format!("If you do not know {issuer}, please ignore this letter: nothing happens then.")
    },
};
