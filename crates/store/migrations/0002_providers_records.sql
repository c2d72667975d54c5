-- Providers' records: which of them attempts are about, and which are watched.

-- Which of the provider's records an attempt is about: whoever is sent there again may
-- get another, and what is found in any of them counts.
CREATE TABLE verification_reference (
    issuer       bigint  NOT NULL,
    verification bytea   NOT NULL,
    reference    text    NOT NULL, -- the provider's applicant or run
    number       integer NOT NULL, -- counts those of an attempt
    newest_ms    bigint,           -- the provider's time of the newest fact in it
    decision     bigint,           -- the last entry that came of it
    PRIMARY KEY (issuer, verification, reference),
    UNIQUE (issuer, verification, number)
);
CREATE INDEX verification_by_reference ON verification_reference (issuer, reference);

-- Which records providers are yet to be asked to watch: somebody is verified upon them.
CREATE TABLE monitoring (
    issuer    bigint NOT NULL,
    investor  bytea  NOT NULL,
    provider  text   NOT NULL,
    reference text   NOT NULL, -- the provider's applicant or run
    wanted    bigint NOT NULL, -- counts the verdicts that want it
    due_ms    bigint NOT NULL,
    leased_ms bigint NOT NULL, -- until when somebody is at it
    tries     integer NOT NULL,
    error     text,            -- why it was not done when that was last tried
    PRIMARY KEY (issuer, investor, provider, reference)
);
CREATE INDEX monitoring_by_due ON monitoring (issuer, due_ms);
