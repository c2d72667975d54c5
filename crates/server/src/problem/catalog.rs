//! Every problem that the server can answer with, each with its page.

use symbolon_core::{federation::FederationRefusal, register::Refusal};

/// A problem by its code, with what it means and how to mend it.
#[derive(Debug)]
pub struct Kind {
    /// A stable word for programs.
    pub code: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// A few words for people.
    pub title: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// How to mend it.
    pub remedy: &'static str,
    /// Headers that belong to it.
    pub headers: &'static [(&'static str, &'static str)],
}

macro_rules! problems {
    ($($name:ident = $status:literal $code:literal, $title:literal, $meaning:literal, $remedy:literal
        $(, $header:literal: $value:literal)?;)*) => {
        $(
            #[doc = $meaning]
            pub static $name: Kind = Kind {
                code: $code,
                status: $status,
                title: $title,
                meaning: $meaning,
                remedy: $remedy,
                headers: &[$(($header, $value))?],
            };
        )*

        /// All of them.
        pub static ALL: &[&Kind] = &[$(&$name),*];
    };
}

problems! {
    MALFORMED = 400 "malformed_body", "The body cannot be read",
        "The body is no JSON, or a field has the wrong type, is missing or unknown.",
        "Look at `errors` for the path of the field. Unknown fields are refused on purpose: a misspelt `expiry` would otherwise verify somebody for ever.";
    INVALID_PARAMETER = 400 "invalid_parameter", "A parameter cannot be read",
        "A parameter in the path, the query or a header has no value that this server understands.",
        "Look at `errors` for its name and for what is expected.";
    INVALID_CURSOR = 400 "invalid_cursor", "The cursor is not from this list",
        "The `cursor` was not handed out by this list.",
        "Pass `next_cursor` of the page before, unchanged, or none to begin anew.";
    UNAUTHORIZED = 401 "unauthorized", "A valid API key is needed",
        "The request carries no API key, or one that is unknown or revoked.",
        "Send `Authorization: Bearer sym_…` (or `X-API-Key: sym_…`). Keys are made by `symbolon api-key create` and shown once.",
        "www-authenticate": "Bearer realm=\"symbolon\"";
    NOT_FOUND = 404 "not_found", "No such thing",
        "There is nothing of that name for this API key's issuer.",
        "Check the address. What belongs to another issuer is not found either.";
    NO_ROUTE = 404 "no_route", "No such address",
        "The server has no such path.",
        "The API's paths begin with /v1; /docs lists them.";
    METHOD_NOT_ALLOWED = 405 "method_not_allowed", "Not with this method",
        "The path exists, but not with this HTTP method.",
        "The `Allow` header and /docs say which methods it has.";
    TIMEOUT = 408 "timeout", "The request took too long",
        "The server gave up before it had an answer, or the upload stalled.",
        "Send it again under the same Idempotency-Key: nothing is carried out twice.";
    CONFLICT = 409 "conflict", "It collides with what is there",
        "Something of that name is there already, or somebody else changed it first.",
        "Read it again, then decide.";
    TOO_LARGE = 413 "body_too_large", "The body is too large",
        "JSON bodies may have 64 KiB, batches 1 MiB.",
        "Send smaller batches (at most 500 entries), or upload a CSV file to /v1/imports.";
    UNSUPPORTED_MEDIA_TYPE = 415 "unsupported_media_type", "Not this kind of body",
        "The route does not read bodies of this `Content-Type`.",
        "Send `Content-Type: application/json`, for imports `text/csv`.";
    INVALID_FIELDS = 422 "invalid_fields", "Some fields cannot be accepted",
        "The body can be read, but the values of some fields cannot be accepted.",
        "Look at `errors`: each names its field, what is wrong and what to do.";
    IDEMPOTENCY_KEY_REUSED = 422 "idempotency_key_reused", "The Idempotency-Key belongs to another request",
        "The same key came earlier with another method, path or body.",
        "Use a new key for a new request, and the same key only to repeat one unchanged.";
    UNREADABLE_FILE = 422 "unreadable_file", "The file cannot be imported",
        "The file as a whole cannot be read: not text, no header, or a column is missing.",
        "The detail says what is missing. `map` names the columns of a file that calls them otherwise.";
    INTERNAL = 500 "internal", "The server failed",
        "Something is wrong on our side. Nothing of the request was carried out by halves.",
        "Send it again under the same Idempotency-Key; if it stays, give `request_id` to whoever runs this server.";
    UNAVAILABLE = 503 "unavailable", "The database is busy or away",
        "The server runs, but its database does not answer in time.",
        "Send it again after `Retry-After` seconds under the same Idempotency-Key.",
        "retry-after": "1";
    UNKNOWN_INVESTOR = 404 "unknown_investor", "No such investor",
        "The issuer has no such investor.",
        "Look it up by GET /v1/investors?external_id=… or ?wallet=…";
    UNKNOWN_WALLET = 404 "unknown_wallet", "Not this investor's wallet",
        "The wallet is not bound to this investor.",
        "GET /v1/investors?wallet=… says whose it is.";
    INVESTOR_EXISTS = 409 "investor_exists", "The investor is known already",
        "An investor of this id is known already, or, for a link, one of this external id.",
        "Use the existing one. If it was erased, register the person under another id: \"id\": \"random\".";
    EXTERNAL_ID_TAKEN = 409 "external_id_taken", "The external id is another investor's",
        "One external id belongs to one investor, and this one is somebody else's.",
        "Correct it, or leave it out: GET /v1/investors?external_id=… finds whose it is.";
    WALLET_ALREADY_LINKED = 409 "wallet_already_linked", "The wallet is bound to this investor already",
        "The wallet is bound to this very investor.",
        "Nothing needs to be done. To change its chains, remove it and link it again.";
    WALLET_TAKEN = 409 "wallet_taken", "The wallet is another investor's",
        "One wallet belongs to one investor, and this one is somebody else's.",
        "Remove it from the other investor first: GET /v1/investors?wallet=… finds it.";
    WRONG_STATUS = 409 "wrong_status", "The investor's status does not allow it",
        "The step does not lead on from where the investor stands.",
        "The detail names the status and the step.";
    REVOKED = 409 "revoked", "The investor was revoked",
        "A batch or file does not give back a verdict that somebody withdrew.",
        "Verify it by name: POST /v1/investors/{id}/verifications.";
    EXTERNAL_ID_DIFFERS = 409 "external_id_differs", "The wallet's holder has another external id",
        "A batch or file names another external id than the one that the holder of this wallet is known under.",
        "Correct the external id, or remove the wallet from its present holder.";
    EXPIRY_PASSED = 422 "expiry_passed", "The expiry has passed",
        "The verdict would have ended before it began.",
        "Give a later expiry, or none for a verdict without end.";
    EXPIRY_TOO_FAR = 422 "expiry_too_far", "The expiry is too far ahead",
        "Wallet records on chain hold no moment beyond the year 2514.",
        "Give an earlier expiry, or none for a verdict without end.";
    ACCREDITATION_ENDED = 422 "accreditation_ended", "The accreditation has ended",
        "The accreditation would have ended before it began.",
        "Leave it out, or give the last day of the new one.";
    RULE_UNMET = 422 "rule_unmet", "A rule of the register is not met",
        "The rules for the country ask for an age or a residency that the verdict does not say.",
        "Give least_age and residency as they were seen, or do not verify the investor. GET /v1/rules shows what is asked.";
    NOT_EXPIRED = 409 "not_expired", "The verdict still holds",
        "The verdict has not ended yet.",
        "Wait, or revoke it.";
    MERGED = 409 "merged", "The investor turned out to be another one",
        "What was known of the investor is another one's now, and it stands for nobody.",
        "Use the investor that the detail names; `merged_into` of GET /v1/investors/{id} has it too.";
    NOT_BARE = 409 "not_bare", "The investor has a story of its own",
        "An investor that was judged, or has wallets, a profile or a bar, cannot become another one.",
        "The detail says what keeps it: remove that first, or use the other investor.";
    UNKNOWN_REFERENCE = 404 "unknown_reference", "No customer of this reference key",
        "This instance has no customer whose reference key this is, or has given it another one since.",
        "Ask for another one: POST /v1/instances/{instance}/customers/{id}/reference-key.";
    CUSTOMER_ARCHIVED = 409 "customer_archived", "The customer is archived",
        "An archived customer changes no more.",
        "Restore it first: POST /v1/instances/{instance}/customers/{id}/restore.";
    CUSTOMER_CHANGED = 409 "customer_changed", "Somebody else was quicker",
        "The customer changed while this was carried out.",
        "Look at it again, and send the request once more.";
    TOO_MANY_NOTES = 409 "too_many_notes", "The customer has as many notes as it may",
        "A customer may have 1,000 notes.",
        "Keep what is longer in a system of your own, and note its reference.";
    WALLET_OF_OTHER_CUSTOMER = 409 "wallet_of_other_customer", "The wallet is another customer's",
        "This instance knows the wallet's holder as another customer.",
        "GET /v1/instances/{instance}/customers?wallet=… shows which. Use that customer, or take the wallet from its investor first: DELETE /v1/investors/{id}/wallets/{address}.";
    CUSTOMER_CANNOT_MOVE = 409 "customer_cannot_move", "The customer cannot become the wallet's holder",
        "Another investor holds the wallet, and the customer's own investor has a story of its own.",
        "The detail says which. Remove the wallet from its holder first, or make the customer anew upon the holder.";
    WALLET_NOT_IN_USE = 409 "wallet_not_in_use", "The wallet is barred, or bound elsewhere",
        "Another investor holds the wallet, and it is barred, or counts on other chains than the one that was signed for.",
        "Link a wallet that is in use.";
    PROOF_NEEDED = 403 "proof_needed", "The wallet must sign",
        "This API key answers for one instance alone, so its word lets no wallet count.",
        "Ask for a message (POST /v1/instances/{instance}/customers/wallet-message), and send it signed.";
    KNOWN_TO_OTHERS = 403 "known_to_others", "Others know the person, too",
        "This API key answers for one instance alone, and cannot tell whether the wallet that signed is that person's: the customer was not the first by whom the register knows the person, or the issuer or another instance handles it, too.",
        "Have a link sent to the person's own address (POST /v1/instances/{instance}/customers/{id}/links with \"send\": true), by which the wallet is proved, or use a key that was made without --instance.";
    HOLDER_UNCERTAIN = 403 "holder_uncertain", "The wallet is held by somebody's word",
        "Another investor holds the wallet, whom nobody has judged, and the wallet never signed to be its: whoever said so may have made that investor up.",
        "Use a key that was made without --instance: it moves the customer, or takes the wallet from there first (DELETE /v1/investors/{id}/wallets/{address}).";
    LINK_MUST_BE_SENT = 403 "link_must_be_sent", "The link must go to the person's own address",
        "Whoever has a link's URL may act as the person, and this API key answers for one instance alone: the issuer or another instance knows the person, too, or a provider is to check whom somebody has judged already.",
        "Have it sent to the address in the person's profile (\"send\": true), or use a key that was made without --instance.";
    CONFINED_KEY = 403 "confined_key", "The key is for one instance's customers",
        "This API key was made for the customers of one instance, and opens nothing else.",
        "Use a key that was made without --instance.";
    ALREADY_SO = 409 "already_so", "All is as asked already",
        "There is nothing to set or to lift.",
        "Nothing needs to be done.";
    HINT_REFUSED = 401 "hint_refused", "The webhook is not believed",
        "A webhook must carry the provider's signature over its very bytes, by a secret and an algorithm that this server was given.",
        "Compare the secret and the algorithm with the provider's settings; while one secret follows another, configure both.";
    FOREIGN_PAGE = 403 "foreign_page", "Sent from no page of this site",
        "What a person does by a link must be sent from the link's page: the request's `Origin` must be this site.",
        "Open the link, and do it there.";
    LINK_OVER = 409 "link_over", "The link opens nothing",
        "The link is done, was taken back, or its time is over.",
        "Make a new one: POST /v1/links.";
    ATTESTATION_NEEDED = 409 "attestation_needed", "An e-mail alone binds no wallet to somebody who was judged",
        "The link asks for no check and lets the person choose the wallet, and it goes to the e-mail address: whoever reads the mailbox would take the verdict over.",
        "Ask for a check by a provider, name the `wallet`, or give an `attestation` (on the command line --attestation), by which an operator answers for it; the log keeps it with the wallet.";
    NO_ACCOUNT = 409 "no_account", "No such account with a provider",
        "This server has no account with a provider of this name for the issuer, or several and none was named.",
        "The detail says which of the two: add a `[[provider]]` to the configuration, name one of several by `provider`, or ask for no check.";
    NO_SITE = 503 "no_site", "Links have no address",
        "This server was not told where people reach it, so it can make no links.",
        "Set `[site] url` in the configuration, and start it again.";
    NO_MAILER = 503 "no_mailer", "No mail can be sent",
        "This server was given no mail server.",
        "Set `[mail]` in the configuration and start it again, or let the link be shown: leave `send` out.";
    NO_EMAIL = 422 "no_email", "No e-mail address is known",
        "The link is to be sent, and the investor's profile has no e-mail address.",
        "Give `email` with the link, or put it into the profile.";
    PROVIDER_FAILED = 502 "provider_failed", "The provider did not answer as it should",
        "The provider could not be asked for a session, or refused to open one.",
        "Try again later; if it stays, the detail says what to check.";
    NOT_PROVEN = 422 "not_proven", "The wallet did not sign this",
        "The signature is not the wallet's upon the very message that was asked for, or the message is another one.",
        "Ask for a new message and sign it with the wallet that it names.";
    CHAIN_SILENT = 503 "chain_silent", "The chain cannot be asked",
        "Whether the wallet signed must be asked on the chain that its message names, and its nodes do not answer, contradict each other, or are not known here.",
        "Try again later, or choose another chain.";
    MUST_KEEP = 409 "must_keep", "The profile must be kept",
        "The relation with the investor lasts, or has not ended for long enough, or a legal hold lies on the profile.",
        "GET /v1/investors/{id}/custody says until when it is kept, and by whose holds.";
    ERASED = 409 "erased", "The profile was erased",
        "The investor's profile was erased in its time, so nobody knows any more who this is.",
        "Register the person anew; remove its wallets from the erased investor first.";
    VAULT_CLOSED = 503 "vault_closed", "The vault is closed",
        "This server was given no master key, so it can neither seal nor open profiles.",
        "Set `[vault] master_key_env`, `_file` or `_command` in the configuration, and start it again.";
    NO_PROFILES = 403 "no_profiles", "The key does not open profiles",
        "Profiles are opened, searched and erased by keys alone that were made for it.",
        "Make one: `symbolon api-key create NAME --profiles`.";
    WRITER_IS_ON_CHAIN = 409 "writer_is_on_chain", "A registrar on chain decides",
        "This issuer's investors are kept by a KYCRegistrar on chain, and the register follows it: nothing is decided here.",
        "Make the change on the registrar; the register takes it in and mirrors it. GET /v1/status says where it is.";
    VERSIONS_EXHAUSTED = 409 "versions_exhausted", "The wallet's versions are used up",
        "A wallet's record can change 65,535 times, and this one has.",
        "Bind a new wallet.";
    OUTSIDE_JURISDICTION = 403 "outside_jurisdiction", "Not in this authority's countries",
        "An authority acts only on investors of its countries, and gives verdicts only for them.",
        "Ask the authority of that country, or the owner for the country: GET /v1/authorities shows who has which.";
    OTHER_AUTHORITY = 403 "other_authority", "Another authority is in charge",
        "Only the authority in charge of an investor binds its wallets and lifts its bars, and a batch takes nobody over: 0 is the issuer itself.",
        "Verify the investor by name, which puts you in charge, or have the owner reassign it.";
    OWNER_ONLY = 403 "owner_only", "Only the owner may do this",
        "The key acts for an authority, and this is the business of the register's owner.",
        "Use a key of the owner's: `symbolon api-key create` without --authority.";
    AUTHORITY_RESTRICTED = 409 "authority_restricted", "The authority is restricted",
        "The owner has cut this authority off: it may do nothing, and its investors count as unverified.",
        "The owner can reinstate it, or put another authority in charge of its investors.";
    UNKNOWN_AUTHORITY = 404 "unknown_authority", "No such authority",
        "The federation has no authority of this number.",
        "GET /v1/authorities lists them.";
    NAME_TAKEN = 409 "name_taken", "An authority has this name",
        "Another authority goes by this name.",
        "Choose another name, or change the one that is there.";
    TOO_MANY_AUTHORITIES = 409 "too_many_authorities", "No place for another authority",
        "A chain can tell 255 authorities apart, and they are there.",
        "Reuse one whose investors were reassigned.";
    IS_OWNER = 409 "is_owner", "Authority 0 is the owner",
        "The owner of the register acts everywhere and cannot be restricted.",
        "Name an authority from 1 on: GET /v1/authorities lists them.";
    INVESTORS_OUT_OF_RANGE = 422 "investors_out_of_range", "Too few or too many investors",
        "An operation puts 1 to 500 investors in another's charge.",
        "Split the list.";
    POLICY_OUT_OF_RANGE = 422 "policy_out_of_range", "Nobody could fulfil this",
        "As many approvals are required as people named at most, and none if nobody is named.",
        "Name 1 to 32 approvers and require 1 to as many, or name nobody and require 0.";
    CAP_OF_NOBODY = 422 "cap_of_nobody", "A cap that lets nobody in",
        "A rule caps the holders of a country at 0.",
        "Block the country, or leave the cap out.";
    NO_PERSON = 403 "no_person", "The key is nobody's in particular",
        "Approvals are people's, and this key names none.",
        "Use the key of an approver: `symbolon api-key create --person`.";
    NOT_APPROVER = 403 "not_approver", "Not an approver",
        "The key is a person's who is not among the owner's approvers.",
        "GET /v1/approval-policy shows who is.";
    KEY_REVOKED = 403 "key_revoked", "The key was revoked",
        "The key was revoked a moment ago, and approves nothing any more.",
        "Use a key that works: `symbolon api-key list` shows which do.";
    UNKNOWN_PROPOSAL = 404 "unknown_proposal", "No such open proposal",
        "There is no proposal of this number, or it is over.",
        "GET /v1/proposals shows what became of it.";
    PROPOSAL_OVER = 409 "proposal_over", "The proposal has lapsed",
        "Its time was over before it had its approvals.",
        "Propose it again.";
    PROPOSED_ALREADY = 409 "proposed_already", "This is proposed already",
        "The same operation waits for approvals.",
        "Approve it: POST /v1/proposals/{id}/approve.";
    LAPSE_PASSED = 422 "lapse_passed", "The proposal would lapse at once",
        "The moment at which it lapses is not in the future.",
        "Give a later one, or none for a week.";
    LAPSE_TOO_FAR = 422 "lapse_too_far", "The proposal would wait too long",
        "A proposal waits for 30 days at most.",
        "Give an earlier moment, or none for a week.";
    APPROVED_ALREADY = 409 "approved_already", "Approved already",
        "This person has approved the proposal, and one approval is all that each has.",
        "Another approver must approve.";
    NOT_APPROVED = 409 "not_approved", "Nothing to withdraw",
        "This person has not approved the proposal.",
        "Nothing needs to be done.";
    NOT_PROPOSER = 403 "not_proposer", "Somebody else proposed this",
        "Only whoever made a proposal may cancel it.",
        "Withdraw your approval instead: POST /v1/proposals/{id}/withdraw.";
    APPROVED_BY_OTHERS = 409 "approved_by_others", "Somebody else approves it",
        "Whoever made a proposal may cancel it only while nobody else approves it.",
        "Withdraw your approval instead: POST /v1/proposals/{id}/withdraw.";
    TOO_MANY_OPEN = 409 "too_many_open", "Too many open proposals",
        "Eight proposals by this key wait already.",
        "Cancel some.";
}

/// The problem behind a refusal of the register.
pub fn of_refusal(refusal: &Refusal) -> &'static Kind {
    match refusal {
        Refusal::UnknownInvestor => &UNKNOWN_INVESTOR,
        Refusal::InvestorExists => &INVESTOR_EXISTS,
        Refusal::ExternalIdTaken(_) => &EXTERNAL_ID_TAKEN,
        Refusal::UnknownWallet(_) => &UNKNOWN_WALLET,
        Refusal::WalletAlreadyLinked(_) => &WALLET_ALREADY_LINKED,
        Refusal::WalletTaken(_) => &WALLET_TAKEN,
        Refusal::AttestationNeeded => &ATTESTATION_NEEDED,
        Refusal::WrongStatus { .. } => &WRONG_STATUS,
        Refusal::RevokedNotInBatch => &REVOKED,
        Refusal::ExternalIdDiffers(_) => &EXTERNAL_ID_DIFFERS,
        Refusal::ExpiryPassed(_) => &EXPIRY_PASSED,
        Refusal::ExpiryTooFar(_) => &EXPIRY_TOO_FAR,
        Refusal::AccreditationEnded(_) => &ACCREDITATION_ENDED,
        Refusal::RuleUnmet { .. } => &RULE_UNMET,
        Refusal::MustKeep(_) => &MUST_KEEP,
        Refusal::Erased => &ERASED,
        Refusal::NotExpired(_) => &NOT_EXPIRED,
        Refusal::Merged(_) => &MERGED,
        Refusal::NotBare(_) => &NOT_BARE,
        Refusal::AlreadySo(_) => &ALREADY_SO,
        Refusal::WriterIsOnChain => &WRITER_IS_ON_CHAIN,
        Refusal::VersionsExhausted(_) => &VERSIONS_EXHAUSTED,
        Refusal::AuthorityRestricted(_) => &AUTHORITY_RESTRICTED,
        Refusal::OutsideJurisdiction { .. } => &OUTSIDE_JURISDICTION,
        Refusal::OtherAuthority(_) => &OTHER_AUTHORITY,
        Refusal::OwnerOnly => &OWNER_ONLY,
    }
}

/// The problem behind a refusal of an operation of the owner's.
pub fn of_federation(refusal: &FederationRefusal) -> &'static Kind {
    match refusal {
        FederationRefusal::OwnerOnly => &OWNER_ONLY,
        FederationRefusal::WriterIsOnChain => &WRITER_IS_ON_CHAIN,
        FederationRefusal::NoPerson => &NO_PERSON,
        FederationRefusal::NotApprover(_) => &NOT_APPROVER,
        FederationRefusal::KeyRevoked(_) => &KEY_REVOKED,
        FederationRefusal::UnknownAuthority(_) => &UNKNOWN_AUTHORITY,
        FederationRefusal::NameTaken(_) => &NAME_TAKEN,
        FederationRefusal::TooManyAuthorities => &TOO_MANY_AUTHORITIES,
        FederationRefusal::IsOwner => &IS_OWNER,
        FederationRefusal::AlreadySo(_) => &ALREADY_SO,
        FederationRefusal::AuthorityRestricted(_) => &AUTHORITY_RESTRICTED,
        FederationRefusal::InvestorsOutOfRange(_) => &INVESTORS_OUT_OF_RANGE,
        FederationRefusal::CapOfNobody => &CAP_OF_NOBODY,
        FederationRefusal::PolicyOutOfRange { .. } => &POLICY_OUT_OF_RANGE,
        FederationRefusal::UnknownProposal(_) => &UNKNOWN_PROPOSAL,
        FederationRefusal::ProposalOver(_) => &PROPOSAL_OVER,
        FederationRefusal::ProposedAlready(_) => &PROPOSED_ALREADY,
        FederationRefusal::LapsePassed(_) => &LAPSE_PASSED,
        FederationRefusal::LapseTooFar(_) => &LAPSE_TOO_FAR,
        FederationRefusal::ApprovedAlready(_) => &APPROVED_ALREADY,
        FederationRefusal::NotApproved(_) => &NOT_APPROVED,
        FederationRefusal::NotProposer(_) => &NOT_PROPOSER,
        FederationRefusal::ApprovedByOthers(_) => &APPROVED_BY_OTHERS,
        FederationRefusal::TooManyOpen => &TOO_MANY_OPEN,
    }
}

/// The problem of this code.
pub fn find(code: &str) -> Option<&'static Kind> {
    ALL.iter().copied().find(|kind| kind.code == code)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use symbolon_core::time::UnixSeconds;

    use super::*;

    #[test]
    fn codes_are_unique_and_statuses_are_errors() {
        let codes: BTreeSet<_> = ALL.iter().map(|kind| kind.code).collect();
        assert_eq!(codes.len(), ALL.len());
        assert!(ALL.iter().all(|kind| (400..600).contains(&kind.status)));
    }

    #[test]
    fn a_refusal_keeps_its_code() {
        let refusals = [
            Refusal::UnknownInvestor,
            Refusal::InvestorExists,
            Refusal::RevokedNotInBatch,
            Refusal::ExternalIdDiffers(String::new()),
            Refusal::ExpiryPassed(UnixSeconds(1)),
            Refusal::ExpiryTooFar(UnixSeconds(1)),
            Refusal::NotExpired(UnixSeconds(1)),
            Refusal::AlreadySo(""),
        ];
        for refusal in refusals {
            assert_eq!(of_refusal(&refusal).code, refusal.code());
        }
        let refusals = [
            FederationRefusal::OwnerOnly,
            FederationRefusal::NoPerson,
            FederationRefusal::TooManyAuthorities,
            FederationRefusal::IsOwner,
            FederationRefusal::AlreadySo(""),
            FederationRefusal::InvestorsOutOfRange(0),
            FederationRefusal::LapsePassed(UnixSeconds(1)),
            FederationRefusal::LapseTooFar(UnixSeconds(1)),
            FederationRefusal::NotProposer(String::new()),
            FederationRefusal::TooManyOpen,
        ];
        for refusal in refusals {
            assert_eq!(of_federation(&refusal).code, refusal.code());
        }
    }
}
