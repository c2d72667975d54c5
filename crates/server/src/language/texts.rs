//! All that pages and letters say to a person. A language has every one of these, or the
//! program does not build. What is put into a text is escaped where the text is shown.

/// What a letter asks somebody to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asks {
    /// To be verified.
    Identity,
    /// To be verified, and to prove a wallet.
    IdentityAndWallet,
    /// To prove a wallet.
    Wallet,
}

/// Why somebody is written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Occasion {
    /// To be verified.
    First,
    /// To be verified again.
    Again,
    /// To prove a wallet, and nothing else.
    Wallet,
}

/// A moment's parts, in UTC.
pub(crate) struct Moment<'a> {
    /// Of the month, from 1.
    pub(crate) day: u8,
    /// From 0.
    pub(crate) month: usize,
    /// Four digits.
    pub(crate) year: &'a str,
    /// `18:05`.
    pub(crate) time: &'a str,
}

/// Something that is said with one thing put into it.
pub(crate) type With = fn(&str) -> String;

/// One language's texts. Where one takes something, the field says what.
pub(crate) struct Texts {
    /// What the switch of languages is called.
    pub(crate) languages: &'static str,
    /// A moment as it is written.
    pub(crate) moment: fn(&Moment<'_>) -> String,

    /// The page of a link: its title. Of the issuer's name.
    pub(crate) title: With,
    /// Its heading. Of the issuer's name.
    pub(crate) asks_who: With,
    /// Its heading where a wallet is all that is asked for. Of the issuer's name.
    pub(crate) asks_wallet: With,
    /// Why. Of the issuer's name.
    pub(crate) why: With,
    /// What becomes of what the provider finds. Of the issuer's name.
    pub(crate) why_check: With,
    /// What a blockchain is told.
    pub(crate) why_chains: &'static str,
    /// All is done.
    pub(crate) done: &'static str,
    /// The link opens nothing. Of the issuer's name.
    pub(crate) over: With,
    /// Until when it opens something. Of a moment.
    pub(crate) until: With,

    /// The wallet's step.
    pub(crate) wallet: &'static str,
    /// None was proved, and none can be any more.
    pub(crate) wallet_never: &'static str,
    /// One was; its address follows.
    pub(crate) wallet_proved: &'static str,
    /// It takes another one's place; that one's address follows.
    pub(crate) wallet_replaces: &'static str,
    /// What becomes of that one's tokens. Of the issuer's name.
    pub(crate) wallet_keeps_tokens: With,
    /// This one is to sign; its address follows.
    pub(crate) sign_with_this: &'static str,
    /// Any may sign.
    pub(crate) sign_with_any: &'static str,
    /// What a signature costs.
    pub(crate) sign_is_free: &'static str,
    /// What the message says, where it is in another language. Of the issuer's id.
    pub(crate) message_says: Option<With>,
    /// A button.
    pub(crate) connect: &'static str,
    /// A button.
    pub(crate) by_hand: &'static str,
    /// A field.
    pub(crate) address: &'static str,
    /// A field.
    pub(crate) chain: &'static str,
    /// A button.
    pub(crate) show_message: &'static str,

    /// The provider's step.
    pub(crate) identity: &'static str,
    /// It has not begun.
    pub(crate) check_begin: &'static str,
    /// It never began, and cannot any more.
    pub(crate) check_never: &'static str,
    /// The provider is at it.
    pub(crate) check_waiting: &'static str,
    /// The provider wants something again.
    pub(crate) check_retry: &'static str,
    /// The issuer is at it. Of its name.
    pub(crate) check_review: With,
    /// Verified.
    pub(crate) check_approved: &'static str,
    /// Refused. Of the issuer's name.
    pub(crate) check_refused: With,
    /// A button.
    pub(crate) go: &'static str,
    /// A button.
    pub(crate) go_again: &'static str,
    /// What must be done before.
    pub(crate) wallet_first: &'static str,

    /// The chains' step.
    pub(crate) chains: &'static str,
    /// How the wallet stands on a chain.
    pub(crate) verified: &'static str,
    /// The same.
    pub(crate) not_verified: &'static str,
    /// The same.
    pub(crate) not_yet: &'static str,

    /// The page of a message: its title. Of the issuer's name.
    pub(crate) sign_title: With,
    /// Its heading.
    pub(crate) sign_this: &'static str,
    /// How.
    pub(crate) sign_how: &'static str,
    /// A field.
    pub(crate) message: &'static str,
    /// A field.
    pub(crate) signature: &'static str,
    /// A button.
    pub(crate) prove: &'static str,
    /// Back to the link's page.
    pub(crate) back: &'static str,

    /// The page that leads to the provider: its title.
    pub(crate) leave_title: &'static str,
    /// Its heading.
    pub(crate) leave: &'static str,
    /// Its link.
    pub(crate) go_on: &'static str,

    /// A link that nobody knows: title, and what to do.
    pub(crate) unknown: (&'static str, &'static str),
    /// What came from no page of this site: title, and what to do.
    pub(crate) elsewhere: (&'static str, &'static str),
    /// A link that is over: title, and what to do.
    pub(crate) gone: (&'static str, &'static str),
    /// What is not the person's fault: title, and what to do.
    pub(crate) trouble: (&'static str, &'static str),

    /// The person has refused in the wallet's software.
    pub(crate) declined: &'static str,
    /// The wallet's software does not know the wallet that is asked for.
    pub(crate) not_offered: &'static str,
    /// A form that lacks a field.
    pub(crate) unfilled: &'static str,
    /// No wallet's address.
    pub(crate) bad_address: &'static str,
    /// Not the wallet that is asked for.
    pub(crate) other_wallet: &'static str,
    /// Not a chain of the issuer's.
    pub(crate) unknown_chain: &'static str,
    /// No signature.
    pub(crate) bad_signature: &'static str,
    /// A signature that proves nothing.
    pub(crate) not_proven: &'static str,
    /// The chain cannot be asked.
    pub(crate) chain_silent: &'static str,
    /// Somebody else's wallet. Of the issuer's name.
    pub(crate) wallet_taken: With,
    /// The provider does not answer.
    pub(crate) provider_failed: &'static str,
    /// Anything else that is refused. Of the issuer's name.
    pub(crate) refused: With,

    /// A letter: its subject. Of the issuer's name.
    pub(crate) letter_subject: fn(&str, Occasion) -> String,
    /// How it begins.
    pub(crate) letter_hello: &'static str,
    /// What it asks. Of the issuer's name.
    pub(crate) letter_asks: fn(&str, Asks) -> String,
    /// That it is not the first time. Until when the last one counts, if it ends.
    pub(crate) letter_again: fn(Option<&str>) -> String,
    /// Before the link, in plain text.
    pub(crate) letter_open: &'static str,
    /// The link's button.
    pub(crate) letter_begin: &'static str,
    /// For whom the link is, and until when. Of a moment.
    pub(crate) letter_alone: With,
    /// What somebody does who was not meant. Of the issuer's name.
    pub(crate) letter_ignore: With,
}
