-- The register of verified investors.
--
-- Rules of this schema (docs: crates/store/src/lib.rs):
--   * Every table, primary key and unique constraint carries the issuer, first:
--     the data shards by issuer.
--   * No extension, trigger, sequence or foreign key on a hot table. Numbers
--     come from the issuer's row, which every change locks first.
--   * An issuer goes by a number made from its slug (crates/store/src/codec.rs):
--     it leads every key, and numbers are compared faster than texts.
--   * Times are unix seconds, in columns named `…_s`.
--   * The log is append-only. In production let the server's role lack the
--     right to change it:  REVOKE UPDATE, DELETE, TRUNCATE ON entry FROM <role>;

-- The tenant, the head of its log, and its lock (SELECT … FOR UPDATE).
CREATE TABLE issuer (
    issuer      bigint PRIMARY KEY, -- made from its slug
    slug        text   NOT NULL UNIQUE,
    name        text   NOT NULL,
    created_s   bigint NOT NULL,
    head_number bigint NOT NULL DEFAULT 0,
    head_hash   bytea  NOT NULL,
    -- Counts commits: what was read at one count is so until the next.
    commits     bigint NOT NULL DEFAULT 0,
    -- The issuer's own header names for imports: {"Kunde Wallet": "address"}.
    column_map  jsonb  NOT NULL DEFAULT '{}',
    -- Who approves what the owner does, and how many of them must; 0: nobody.
    approvers   text[]   NOT NULL DEFAULT '{}',
    approvals_required smallint NOT NULL DEFAULT 0,
    -- The KYCRegistrar that decides instead of this register, the block that it
    -- was deployed in, and the one up to which it was read; null: none does.
    registrar_chain    bigint,
    registrar          bytea,
    registrar_block    bigint,
    registrar_followed bigint NOT NULL DEFAULT 0,
    -- Why it could not be read when that was last tried; null: it could.
    registrar_error    text,
    -- Within how many seconds the issuer promises that a revocation is mined on
    -- every chain; null: it promises nothing.
    promised_s         integer,
    -- For how many years a profile is kept after the relation has ended.
    retention_years    smallint NOT NULL DEFAULT 5,
    -- Whether servers erase it then by themselves.
    erases_by_itself   boolean NOT NULL DEFAULT false
) WITH (fillfactor = 50); -- the head changes with every transaction, in place

-- The log: one row a decision, chained by hashes (I9).
CREATE TABLE entry (
    issuer    bigint NOT NULL,
    number    bigint NOT NULL,
    decided_s bigint NOT NULL,
    actor     text   NOT NULL,
    investor  bytea  NOT NULL, -- zero: about the federation, keys and the retention
    subject   bigint NOT NULL, -- the same investor, by the entry that made it known
    -- A JSON array, byte for byte as it was hashed: hence text, not jsonb.
    events    text   NOT NULL,
    hash      bytea  NOT NULL,
    PRIMARY KEY (issuer, number)
);
-- Where an investor's story goes on; it begins at `number = subject`, which the
-- primary key finds. So an import of new customers adds nothing here.
CREATE INDEX entry_by_subject ON entry (issuer, subject, number) WHERE number <> subject;

-- The authorities of the federation; the issuer itself, number 0, is not here.
CREATE TABLE authority (
    issuer     bigint     NOT NULL,
    authority  smallint   NOT NULL, -- its place in the on-chain bitmap, from 1
    name       text       NOT NULL,
    countries  smallint[] NOT NULL, -- where it may act, ISO 3166-1 numeric
    restricted boolean    NOT NULL,
    -- The entry that last cut it off or reinstated it.
    restriction_entry bigint NOT NULL,
    PRIMARY KEY (issuer, authority),
    UNIQUE (issuer, name)
);

-- Transfer rules by country, as `core::transfer_rules::record` packs them.
CREATE TABLE country_rule (
    issuer    bigint   NOT NULL,
    country   smallint NOT NULL, -- ISO 3166-1 numeric; 0: all without a rule of their own
    version   integer  NOT NULL,
    rule      bigint   NOT NULL, -- until the announced one holds; 0: none of its own
    announced bigint,
    from_s    bigint,            -- when that one holds
    changed_entry bigint NOT NULL, -- that last announced or withdrew
    PRIMARY KEY (issuer, country),
    CHECK ((announced IS NULL) = (from_s IS NULL))
);

-- Contracts beside a registry that its lane writes, too.
CREATE TABLE companion (
    issuer      bigint NOT NULL,
    registry_id bigint NOT NULL,
    companion   text   NOT NULL CHECK
        (companion IN ('rules', 'certificates', 'identities', 'claims')),
    contract    bytea  NOT NULL CHECK (octet_length(contract) = 20),
    PRIMARY KEY (issuer, registry_id, companion)
);

-- What such a contract is to be held against because of this entry, by key. A row
-- goes together with the storing of the transaction that tells it, or once there is
-- nothing to tell; a newer entry takes the place of an older one.
CREATE TABLE companion_owed (
    issuer       bigint  NOT NULL,
    registry_id  bigint  NOT NULL,
    companion    text    NOT NULL,
    key          bytea   NOT NULL,
    entry_number bigint  NOT NULL,
    denial       boolean NOT NULL, -- goes first (I3)
    PRIMARY KEY (issuer, registry_id, companion, key)
);

-- What is known of the words that such contracts hold.
CREATE TABLE companion_mirror (
    issuer       bigint NOT NULL,
    registry_id  bigint NOT NULL,
    companion    text   NOT NULL,
    key          bytea  NOT NULL,
    -- By the newest transaction that is stored and has not ended, and its version;
    -- null: none is.
    told         bytea CHECK (octet_length(told) = 32),
    told_version integer,
    highest_version integer NOT NULL DEFAULT 0, -- that was ever told
    told_entry   bigint,           -- that was told last; null: none
    -- How often that entry was told in vain, and when the last try ended.
    vain         integer NOT NULL DEFAULT 0,
    ended_s      bigint  NOT NULL DEFAULT 0,
    observed     bytea CHECK (octet_length(observed) = 32), -- null: to be read
    block_number bigint NOT NULL DEFAULT 0, -- what is read of an earlier one is outdated
    PRIMARY KEY (issuer, registry_id, companion, key),
    CHECK ((told IS NULL) = (told_version IS NULL))
);

-- Which certificates and keys a chain was told of for a wallet, with which these end.
CREATE INDEX companion_mirror_by_wallet
    ON companion_mirror (issuer, substring(key FROM octet_length(key) - 19))
    WHERE companion IN ('certificates', 'identities');

-- Tokens that ask one of the issuer's registries.
CREATE TABLE token (
    issuer      bigint NOT NULL,
    registry_id bigint NOT NULL,
    token       bytea  NOT NULL CHECK (octet_length(token) = 20),
    first_block bigint NOT NULL, -- from which its transfers are read
    PRIMARY KEY (issuer, registry_id, token)
);

-- Operations of the owner's that wait, or waited, for approvals.
CREATE TABLE proposal (
    issuer      bigint NOT NULL,
    proposal    bigint NOT NULL, -- the entry that made it
    operation   text   NOT NULL, -- as JSON
    proposed_by text   NOT NULL,
    proposed_s  bigint NOT NULL,
    expires_s   bigint NOT NULL,
    approvals   text[] NOT NULL, -- by person
    state       text   NOT NULL
        CHECK (state IN ('open', 'carried_out', 'cancelled', 'lapsed')),
    ended_entry bigint,          -- that ended it
    PRIMARY KEY (issuer, proposal)
);
CREATE INDEX proposal_open ON proposal (issuer, proposal) WHERE state = 'open';

-- Where each investor stands: what its entries make of it.
--
-- Inside the database an investor goes by the entry that made it known (one
-- entry makes at most one), not by its random id: these numbers only rise, so
-- an import appends to every index but two, and lists are paged by them.
CREATE TABLE investor (
    issuer             bigint   NOT NULL,
    created_entry      bigint   NOT NULL,
    changed_entry      bigint   NOT NULL, -- the last one about it
    investor           bytea    NOT NULL,
    external_id        text,
    kind               text     NOT NULL,
    status             text     NOT NULL,
    -- Why it was rejected or revoked.
    reason             text,
    restricted         boolean  NOT NULL,
    frozen             boolean  NOT NULL,
    authority          smallint NOT NULL, -- in charge of it
    -- The verdict in force or last in force; all null where there was none.
    level              text,
    country            smallint, -- ISO 3166-1 numeric
    rating             smallint,
    accreditation_ends integer,  -- days since 1970
    us_person          boolean,
    -- What was seen of the person, as JSON; null: nothing.
    person             text,
    expiry_s           bigint,   -- null: never
    -- Who answers for it, as JSON.
    source             text,
    verified_s         bigint,
    -- The addresses that it holds, in the order in which they were bound: an
    -- index of wallets by holder would cost an import more.
    wallets            bytea[]  NOT NULL,
    -- What it was certified for, as JSON by certificate; null: nothing ever.
    certificates       text,
    -- What was ever claimed of it, as JSON by topic; null: nothing.
    claims             text,
    -- What lies on its profile in the vault, as JSON; null: nothing.
    custody            text,
    -- Which of its wallets have signed, as JSON by address; null: none.
    proofs             text,
    PRIMARY KEY (issuer, created_entry)
);
-- The issuer last: a planner that takes an issuer for small must not be tempted
-- to walk through all of it here, when the primary key is asked for.
CREATE UNIQUE INDEX investor_by_id ON investor (investor, issuer);
CREATE UNIQUE INDEX investor_by_external_id ON investor (external_id, issuer)
    WHERE external_id IS NOT NULL;
-- Most are verified, and a list of those follows the primary key; so does one
-- by country. Each index more costs an import a tenth of its speed.
CREATE INDEX investor_by_status ON investor (issuer, status, created_entry)
    WHERE status <> 'verified';
-- Whose certificates and claims end with an authority that is cut off, and what a new
-- contract is owed.
CREATE INDEX investor_with_companions ON investor (issuer, created_entry)
    WHERE certificates IS NOT NULL OR claims IS NOT NULL;
CREATE INDEX investor_by_expiry ON investor (issuer, expiry_s)
    WHERE status = 'verified' AND expiry_s IS NOT NULL;

-- Every address that was ever bound, or that a chain showed. Rows are never
-- deleted: an unbound one is the tombstone that keeps its version (I2).
CREATE TABLE wallet (
    issuer        bigint  NOT NULL,
    address       bytea   NOT NULL CHECK (octet_length(address) = 20),
    holder        bigint,           -- the investor, by its first entry; null: nobody's now
    chains        bigint[],         -- where it counts; null: everywhere
    active        boolean NOT NULL,
    version       integer NOT NULL, -- what the chains must hold
    chain_version integer NOT NULL DEFAULT 0, -- the highest that a finalized block showed
    changed_entry bigint  NOT NULL, -- that last changed what chains must hold; 0: none
    -- A scan of all wallets reads their last changes in the key.
    PRIMARY KEY (issuer, address) INCLUDE (changed_entry)
);
-- What chains are owed: the wallets that changed after `chain.told_entry`.
CREATE INDEX wallet_by_change ON wallet (issuer, changed_entry);

-- A registry on a chain that the issuer's register is mirrored to, and what was
-- last seen of that chain. A registry goes by a number made of its chain's id and
-- its place there (crates/store/src/codec.rs): the first one's is the chain's id.
CREATE TABLE chain (
    issuer             bigint  NOT NULL,
    registry_id        bigint  NOT NULL,
    name               text    NOT NULL,
    registry           bytea   NOT NULL, -- its address
    filter             text    NOT NULL, -- whom it holds, as JSON
    -- Who deploys its investors' identities.
    identity_factory   bytea   NOT NULL CHECK (octet_length(identity_factory) = 20),
    deployed_block     bigint  NOT NULL,
    confirmations      integer NOT NULL,
    settings           jsonb   NOT NULL,
    -- It is no longer owed any change up to this entry, the outbox aside.
    told_entry         bigint  NOT NULL DEFAULT 0,
    -- Read up to this block for what others wrote there.
    followed_block     bigint  NOT NULL DEFAULT 0,
    -- Why it could not be when that was last tried; null: it could.
    following_error    text,
    -- How often settled transactions were opened again: its lane begins anew.
    reopened           integer NOT NULL DEFAULT 0,
    -- What people must know until the chain is reconciled; null: nothing.
    alarm              text,
    -- Until then approvals wait, since the register may have lost decisions.
    approvals_held     boolean NOT NULL DEFAULT false,
    -- What was decided up to this entry lifts no denial that a contract beside the
    -- registry holds: decisions may have been lost after it.
    doubted_entry      bigint  NOT NULL DEFAULT 0,
    head_block         bigint,
    head_s             bigint,
    finalized_block    bigint,
    signer             bytea,
    signer_balance_wei numeric(39, 0),
    last_error         text,             -- of its lane
    updated_s          bigint,
    PRIMARY KEY (issuer, registry_id)
) WITH (fillfactor = 50); -- changes all the time, in place

-- Which server drives the lane to a registry (crates/store/src/lease.rs).
CREATE TABLE lane_lease (
    issuer      bigint NOT NULL,
    registry_id bigint NOT NULL,
    token       bigint NOT NULL DEFAULT 0, -- counts takings: no write of an older one lands
    holder      text,                      -- the server's name, for people; null: given back
    since_s     bigint NOT NULL DEFAULT 0, -- when it took the lane
    expires_ms  bigint NOT NULL DEFAULT 0, -- by this database's clock
    PRIMARY KEY (issuer, registry_id),
    -- Makes the token part of a key, so that FOR KEY SHARE holds off whoever
    -- would change it, and nobody else.
    UNIQUE (issuer, registry_id, token)
) WITH (fillfactor = 50); -- renewed all the time, in place

-- Wallets that a chain must be told of out of turn, because of this entry:
-- denials, which cannot wait, and what it was told in vain. A row goes only
-- together with the storing of the signed transaction that carries it (I11),
-- when the chain holds the right record already, or when the wallet has changed
-- again and the chain is told of that. A denial's row stays while the wallet is
-- to be denied: by its number reinstatements know what to wait for.
CREATE TABLE outbox (
    issuer       bigint  NOT NULL,
    registry_id     bigint  NOT NULL,
    entry_number bigint  NOT NULL,
    wallet       bytea   NOT NULL,
    denial       boolean NOT NULL,
    queued_s     bigint  NOT NULL,
    PRIMARY KEY (issuer, registry_id, entry_number, wallet)
);
-- Denials first (I3).
CREATE INDEX outbox_denials ON outbox (issuer, registry_id, entry_number, wallet) WHERE denial;

-- Whether each chain was told that an authority is cut off, where that ever was
-- so, and what a confirmed block showed.
CREATE TABLE authority_mirror (
    issuer    bigint   NOT NULL,
    registry_id  bigint   NOT NULL,
    authority smallint NOT NULL,
    told      boolean,           -- by the newest transaction that is stored; null: in vain
    observed  boolean  NOT NULL,
    block_number bigint NOT NULL, -- that showed it
    -- Of its newest restriction there, as far as is known; 0: nobody knows.
    number    integer  NOT NULL DEFAULT 0,
    PRIMARY KEY (issuer, registry_id, authority)
);

-- What a chain holds, as confirmed blocks showed it.
CREATE TABLE observed (
    issuer       bigint NOT NULL,
    wallet       bytea  NOT NULL CHECK (octet_length(wallet) = 20),
    registry_id  bigint NOT NULL,
    record       bytea  NOT NULL CHECK (octet_length(record) = 32),
    block_number bigint NOT NULL,
    -- The wallet's changed_entry whose record this was found to meet; null: not
    -- compared since.
    met_entry    bigint,
    PRIMARY KEY (issuer, wallet, registry_id)
);

-- Signed transactions, stored before they are sent (I11). Attempts of one
-- nonce replace each other; one at most is mined.
CREATE TABLE lane_transaction (
    issuer           bigint   NOT NULL,
    registry_id         bigint   NOT NULL,
    signer           bytea    NOT NULL,
    nonce            bigint   NOT NULL,
    attempt          integer  NOT NULL,
    hash             bytea    NOT NULL,
    raw              bytea    NOT NULL,
    call             text     NOT NULL CHECK
        (call IN ('upsert', 'deny', 'set_authority_restriction', 'announce_rules',
            'withdraw_rules', 'certify', 'deny_certificates', 'keep_keys', 'issue_claims',
            'deny_claims')),
    batch            bytea    NOT NULL, -- the packed entries that it carries
    wallets          integer  NOT NULL,
    denies           boolean  NOT NULL, -- any of them, or an authority
    -- The oldest entry whose denial it carries out of turn; null: none.
    oldest_denial    bigint,
    head_number      bigint   NOT NULL, -- of the log, which it notarises (I9)
    head_hash        bytea    NOT NULL,
    gas_limit        bigint   NOT NULL,
    max_fee_wei      numeric(39, 0) NOT NULL,
    priority_fee_wei numeric(39, 0) NOT NULL,
    stored_ms        bigint   NOT NULL,
    sent_ms          bigint,            -- a node first took it; of denials
    mined_ms         bigint,            -- first seen in a block; of denials
    final_s          bigint,            -- seen in a block that counts
    lease_token      bigint   NOT NULL, -- of the server that stored it
    outcome          text CHECK (outcome IN ('mined', 'failed', 'replaced', 'dropped')),
    block_number     bigint,
    gas_used         bigint,
    fee_wei          numeric(39, 0),    -- that the signer paid
    PRIMARY KEY (issuer, registry_id, signer, nonce, attempt, hash)
);
-- Nobody signs for a nonce that another one has; one that came to nothing is free.
CREATE UNIQUE INDEX lane_transaction_taken
    ON lane_transaction (issuer, registry_id, signer, nonce, attempt)
    WHERE outcome IS DISTINCT FROM 'dropped';
-- Addresses and hashes do not compress; trying costs more than it saves.
ALTER TABLE lane_transaction ALTER COLUMN raw SET STORAGE EXTERNAL;
ALTER TABLE lane_transaction ALTER COLUMN batch SET STORAGE EXTERNAL;
CREATE INDEX lane_transaction_open ON lane_transaction (issuer, registry_id, signer, nonce)
    WHERE outcome IS NULL;

-- Which transaction carries a denial that was told out of turn: what receipts
-- are made of. The newest one, where it had to be told again.
CREATE TABLE denial_told (
    issuer       bigint NOT NULL,
    wallet       bytea  NOT NULL,
    registry_id  bigint NOT NULL,
    entry_number bigint NOT NULL, -- that it was owed because of
    signer       bytea,           -- null: it needed no transaction of its own
    nonce        bigint,
    PRIMARY KEY (issuer, wallet, entry_number, registry_id)
);

-- Approvals that a registry would not carry out, though each stood alone: they
-- are not tried again before their wallets' versions change, and people look.
CREATE TABLE quarantine (
    issuer        bigint  NOT NULL,
    registry_id   bigint  NOT NULL,
    wallet        bytea   NOT NULL,
    version       integer NOT NULL, -- that it would not take
    quarantined_s bigint  NOT NULL,
    PRIMARY KEY (issuer, registry_id, wallet)
);

CREATE INDEX lane_transaction_by_hash ON lane_transaction (issuer, registry_id, hash);

-- The last scan that compared a registry with the register, or the one under way.
CREATE TABLE reconciliation (
    issuer        bigint NOT NULL,
    registry_id   bigint NOT NULL,
    begun_s       bigint NOT NULL,
    ended_s       bigint,          -- null: under way
    -- Logs were read up to this block for wallets that the register never saw.
    swept_block   bigint NOT NULL,
    swept         boolean NOT NULL,
    not_before    bigint NOT NULL, -- was followed nothing is compared
    cursor        bytea  NOT NULL, -- the last wallet compared; empty: none yet
    block_number  bigint,          -- at which it was compared
    compared      bigint NOT NULL DEFAULT 0,
    on_its_way    bigint NOT NULL DEFAULT 0,
    provisional   bigint NOT NULL DEFAULT 0,
    denied        bigint NOT NULL DEFAULT 0,
    disputed      bigint NOT NULL DEFAULT 0,
    rewritten     bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (issuer, registry_id)
);

-- Blocks that were read, ever fewer with their age, and which ones they were: the
-- newest that still stands is the one that a reorganisation has left.
CREATE TABLE landmark (
    issuer       bigint NOT NULL,
    registry_id  bigint NOT NULL,
    block_number bigint NOT NULL,
    hash         bytea  NOT NULL,
    PRIMARY KEY (issuer, registry_id, block_number)
);

-- Wallets that somebody else wrote to a registry: to be compared at once.
CREATE TABLE suspect (
    issuer       bigint NOT NULL,
    registry_id  bigint NOT NULL,
    wallet       bytea  NOT NULL,
    -- It is understood, and waits for what other chains hold.
    awaits_others boolean NOT NULL DEFAULT false,
    PRIMARY KEY (issuer, registry_id, wallet)
);

-- Wallets that the register approves and a chain denies, without a word of the
-- register's. One is over once the wallet has changed again: somebody decided.
CREATE TABLE dispute (
    issuer       bigint  NOT NULL,
    wallet       bytea   NOT NULL,
    registry_id  bigint  NOT NULL,
    entry_number bigint  NOT NULL, -- that last changed the wallet then
    record       bytea   NOT NULL, -- that the chain held
    block_number bigint  NOT NULL, -- that showed it
    barred       boolean NOT NULL, -- whether it was barred on every chain
    since_s      bigint  NOT NULL,
    PRIMARY KEY (issuer, wallet, registry_id)
);

-- A key's SHA-256; the key itself is shown once and kept nowhere.
CREATE TABLE api_key (
    issuer    bigint NOT NULL REFERENCES issuer,
    name      text   NOT NULL,
    hash      bytea  NOT NULL,
    person    text,              -- of the owner's, who approves with it
    authority smallint NOT NULL, -- that its holder acts for; 0: the issuer itself
    profiles  boolean NOT NULL DEFAULT false, -- whether it opens what the vault has
    instance  text,              -- whose customers are all that it sees; null: everything
    created_s bigint NOT NULL,
    revoked_s bigint,
    PRIMARY KEY (issuer, name),
    CHECK (person IS NULL OR authority = 0),
    CHECK (instance IS NULL OR (person IS NULL AND authority = 0))
);
CREATE UNIQUE INDEX api_key_by_hash ON api_key (issuer, hash);

-- Answers that a repeated request gets again. Each authority, and each of the
-- owner's people, has keys of its own: nobody meets what others have asked.
CREATE TABLE idempotency (
    issuer      bigint   NOT NULL,
    authority   smallint NOT NULL, -- that whoever asked acts for
    person      text     NOT NULL, -- whom their key proves them to be; empty: nobody
    key         text     NOT NULL,
    method_path text     NOT NULL,
    body_hash   bytea    NOT NULL,
    status      smallint NOT NULL,
    body        text     NOT NULL,
    created_s   bigint   NOT NULL,
    PRIMARY KEY (issuer, authority, person, key)
);
CREATE INDEX idempotency_by_age ON idempotency (issuer, created_s);

-- One upload of customers; `line` is the last line of the file whose row is
-- stored or refused, so that an interrupted import goes on after it.
CREATE TABLE import_job (
    issuer     bigint NOT NULL,
    id         text   NOT NULL,
    file_hash  bytea  NOT NULL,
    authority  smallint NOT NULL, -- that began it, and alone goes on with it
    actor      text   NOT NULL,
    source     text   NOT NULL, -- who answers for its rows, as JSON
    state      text   NOT NULL CHECK
        (state IN ('running', 'finished', 'failed', 'stopped')),
    line       bigint NOT NULL DEFAULT 0,
    accepted   bigint NOT NULL DEFAULT 0,
    unchanged  bigint NOT NULL DEFAULT 0, -- accepted, and nothing recorded
    refused    bigint NOT NULL DEFAULT 0,
    created_s  bigint NOT NULL,
    finished_s bigint,
    PRIMARY KEY (issuer, id)
);
CREATE INDEX import_job_by_file ON import_job (issuer, file_hash);
CREATE INDEX import_job_by_age ON import_job (issuer, created_s, id);

-- What was wrong with a row.
CREATE TABLE import_error (
    issuer      bigint  NOT NULL,
    job         text    NOT NULL,
    place       bigint  NOT NULL, -- counts the job's errors
    line        bigint  NOT NULL, -- of the file
    column_name text    NOT NULL, -- empty: the row as a whole
    code        text    NOT NULL,
    message     text    NOT NULL,
    PRIMARY KEY (issuer, job, place)
);

-- No statistics of which issuers there are. With them the planner believes that
-- an issuer it has not seen has no rows, and while its first import runs it
-- reads the whole of it for every row that it looks for. A hint only: an engine
-- without such statistics needs none of it.
ALTER TABLE entry ALTER COLUMN issuer SET STATISTICS 0;
ALTER TABLE investor ALTER COLUMN issuer SET STATISTICS 0;
ALTER TABLE wallet ALTER COLUMN issuer SET STATISTICS 0;
ALTER TABLE outbox ALTER COLUMN issuer SET STATISTICS 0;
ALTER TABLE observed ALTER COLUMN issuer SET STATISTICS 0;
ALTER TABLE lane_transaction ALTER COLUMN issuer SET STATISTICS 0;
ALTER TABLE landmark ALTER COLUMN issuer SET STATISTICS 0;
ALTER TABLE suspect ALTER COLUMN issuer SET STATISTICS 0;
ALTER TABLE dispute ALTER COLUMN issuer SET STATISTICS 0;

-- The vault: values of profiles, each sealed under its person's key, which is in
-- another database (crates/store/keyring): a copy of this one reads nobody's.
CREATE TABLE profile_value (
    issuer    bigint NOT NULL,
    investor  bytea  NOT NULL,
    field     text   NOT NULL,
    sealed    bytea  NOT NULL, -- nonce, ciphertext and tag
    changed_s bigint NOT NULL,
    PRIMARY KEY (issuer, investor, field)
);

-- By what people are found: digests under the issuer's index key.
CREATE TABLE profile_term (
    issuer   bigint NOT NULL,
    field    text   NOT NULL,
    digest   bytea  NOT NULL,
    investor bytea  NOT NULL,
    PRIMARY KEY (issuer, field, digest, investor)
);
CREATE INDEX profile_term_by_investor ON profile_term (issuer, investor);

-- The issuer's deployments, which share its register.
CREATE TABLE instance (
    issuer    bigint NOT NULL,
    instance  text   NOT NULL,
    title     text   NOT NULL,
    created_s bigint NOT NULL,
    PRIMARY KEY (issuer, instance)
);

-- What an instance knows of an investor, beyond what the register does. No row of one
-- instance names another.
CREATE TABLE customer (
    issuer      bigint NOT NULL,
    instance    text   NOT NULL,
    customer    bytea  NOT NULL,
    number      bigint NOT NULL, -- counts the instance's customers, which lists are ordered by
    investor    bytea  NOT NULL, -- on whom it stands
    registered_investor boolean NOT NULL, -- whether making it made that one known to the register
    external_id text,
    reference   bytea  NOT NULL, -- a hash of its reference key
    references_made integer NOT NULL,
    status      text   NOT NULL CHECK (status IN ('active', 'on_hold', 'closed')),
    archived_s  bigint,          -- null: it is not
    erased_s    bigint,          -- when its person was erased; null: nobody was
    data        bytea,           -- nonce, ciphertext and tag; null: nothing is known
    challenge   text,            -- what a wallet is to sign, as JSON; null: nothing was asked
    revision    bigint NOT NULL, -- counts changes
    created_s   bigint NOT NULL,
    created_by  text   NOT NULL,
    changed_s   bigint NOT NULL,
    PRIMARY KEY (issuer, instance, customer),
    UNIQUE (issuer, instance, number),
    UNIQUE (issuer, instance, reference),
    UNIQUE (issuer, instance, investor)
);
CREATE UNIQUE INDEX customer_by_external_id ON customer (issuer, instance, external_id)
    WHERE external_id IS NOT NULL;
CREATE INDEX customer_by_investor ON customer (issuer, investor);

-- What people of an instance have noted, in order; nobody takes a note back.
CREATE TABLE customer_note (
    issuer    bigint  NOT NULL,
    instance  text    NOT NULL,
    customer  bytea   NOT NULL,
    note      integer NOT NULL, -- counted from 1
    sealed    bytea   NOT NULL, -- nonce, ciphertext and tag
    author    text    NOT NULL,
    written_s bigint  NOT NULL,
    PRIMARY KEY (issuer, instance, customer, note)
);

-- Which links were made for which customers: an instance sees no others.
CREATE TABLE customer_link (
    issuer   bigint NOT NULL,
    instance text   NOT NULL,
    customer bytea  NOT NULL,
    link     bytea  NOT NULL,
    PRIMARY KEY (issuer, instance, customer, link),
    UNIQUE (issuer, link)
);

-- By what an instance finds its customers: digests under the issuer's index key.
CREATE TABLE customer_term (
    issuer   bigint NOT NULL,
    instance text   NOT NULL,
    field    text   NOT NULL,
    digest   bytea  NOT NULL,
    customer bytea  NOT NULL,
    PRIMARY KEY (issuer, instance, field, digest, customer)
);
CREATE INDEX customer_term_by_customer ON customer_term (issuer, instance, customer);

-- Whose profile was erased, and whose key is still to be destroyed.
CREATE TABLE profile_erasure (
    issuer    bigint NOT NULL,
    investor  bytea  NOT NULL,
    erased_s  bigint NOT NULL,
    PRIMARY KEY (issuer, investor)
);

-- Which records providers are asked to forget, since their person was erased here.
CREATE TABLE forgetting (
    issuer    bigint NOT NULL,
    investor  bytea  NOT NULL,
    provider  text   NOT NULL,
    reference text   NOT NULL, -- the provider's applicant or run; empty: it never said
    due_ms    bigint NOT NULL,
    leased_ms bigint NOT NULL, -- until when somebody is at it
    tries     integer NOT NULL,
    ended_s   bigint,          -- when it was done; with an error, when it was clear that nobody can be asked
    error     text,            -- why it was not done when that was last tried, or is not
    PRIMARY KEY (issuer, investor, provider, reference)
);
CREATE INDEX forgetting_by_due ON forgetting (issuer, due_ms) WHERE ended_s IS NULL;

-- Verification links. What has happened to one is told by its times.
CREATE TABLE link (
    issuer      bigint NOT NULL,
    link        bytea  NOT NULL,
    number      bigint NOT NULL,  -- counts the issuer's links, which lists are ordered by
    investor    bytea  NOT NULL,
    provider    text,             -- whose check it asks for; null: a wallet alone
    level       text,             -- the provider's level or workflow; null: the account's
    wallet      bytea,            -- the one that is to be proved; null: any, once
    wants_wallet boolean NOT NULL, -- whether a wallet is to be proved at all
    replaces    bytea,            -- in whose place the wallet comes; null: nobody's
    chains      bigint[],         -- where a wallet that it binds counts; null: everywhere
    language    text,             -- BCP 47; null: the browser's
    attestation text,             -- who answers for a wallet that an e-mail alone binds, as JSON
    challenge   text,             -- what is to be signed, as JSON; null: nothing was asked yet
    shown_to    text,             -- the instance whose key was shown what opens it; null: none
    proved      bytea,            -- the wallet that signed
    evidence    text,             -- what it signed, as JSON, while that waits for the check
    verification bytea,           -- the attempt that began by it
    created_s   bigint NOT NULL,
    created_by  text   NOT NULL,
    expires_s   bigint NOT NULL,
    opened_s    bigint,
    started_s   bigint,
    completed_s bigint,
    revoked_s   bigint,
    PRIMARY KEY (issuer, link),
    UNIQUE (issuer, number)
);
CREATE INDEX link_by_investor ON link (issuer, investor, number);
-- Lists by status: those that are not done, and those that were taken back.
CREATE INDEX link_by_open ON link (issuer, number)
    WHERE completed_s IS NULL AND revoked_s IS NULL;
CREATE INDEX link_by_revoked ON link (issuer, number) WHERE revoked_s IS NOT NULL;

-- What links open with: hashes of random bytes. Each time that one is sent, another.
CREATE TABLE link_token (
    issuer bigint NOT NULL,
    hash   bytea  NOT NULL,
    link   bytea  NOT NULL,
    PRIMARY KEY (issuer, hash)
);

-- Verifications: attempts to verify somebody by a provider.
CREATE TABLE verification (
    issuer       bigint NOT NULL,
    verification bytea  NOT NULL,
    investor     bytea  NOT NULL,
    provider     text   NOT NULL,
    state        text   NOT NULL,
    concerns     text,             -- why somebody must look, as JSON
    opened_entry bigint NOT NULL,  -- where the log ended when it began
    opened_s     bigint NOT NULL,
    taken_ms     bigint,           -- when a record was last taken in, by the register's clock
    decision     bigint,           -- the last entry that came of it
    -- The last day, since 1970, of the document that its verdict stands on; null: not known.
    document_ends integer,
    changed_s    bigint NOT NULL,
    sent_s       bigint NOT NULL,  -- when the person was last sent there
    look_s       bigint,           -- when to look without a hint; null: not any more
    PRIMARY KEY (issuer, verification)
);
CREATE INDEX verification_by_investor ON verification (issuer, investor, provider, opened_s);
CREATE INDEX verification_by_state ON verification (issuer, state, opened_s);
CREATE INDEX verification_by_look
    ON verification (issuer, (state IN ('approved', 'settled')), look_s)
    WHERE look_s IS NOT NULL;
CREATE INDEX verification_by_document ON verification (issuer, document_ends)
    WHERE document_ends IS NOT NULL;

-- Of whose verdict it was noticed that its end is near: once a verdict.
CREATE TABLE renewal (
    issuer     bigint NOT NULL,
    investor   bytea  NOT NULL,
    verified_s bigint NOT NULL, -- the verdict, by when it was given
    noticed_s  bigint NOT NULL,
    link       bytea,           -- by which it is to be renewed; null: by none
    unsent     text,            -- why none was sent, by a problem's code; null: none was to be
    PRIMARY KEY (issuer, investor)
);

-- What providers have said, as far as anybody believes it: look there (I8). Of the
-- bytes their hash alone is kept, since they may tell of a person (I6).
CREATE TABLE hint (
    issuer      bigint NOT NULL,
    provider    text   NOT NULL,
    digest      bytea  NOT NULL,
    subject     text   NOT NULL,
    event       text   NOT NULL,
    happened_ms bigint,
    received_ms bigint NOT NULL,
    PRIMARY KEY (issuer, provider, digest)
);
CREATE INDEX hint_by_time ON hint (issuer, received_ms);

-- At which of a provider's records somebody must look.
CREATE TABLE look (
    issuer    bigint NOT NULL,
    provider  text   NOT NULL,
    subject   text   NOT NULL,
    told      boolean NOT NULL, -- whether a hint wants it, or nobody has told of it
    wanted    bigint NOT NULL, -- counts the hints
    due_ms    bigint NOT NULL,
    leased_ms bigint NOT NULL, -- until when somebody is at it
    tries     integer NOT NULL,
    error     text,
    PRIMARY KEY (issuer, provider, subject)
);
CREATE INDEX look_by_due ON look (issuer, told DESC, due_ms);

-- E-mails to be sent: by what they are made, never what they say.
CREATE TABLE letter (
    issuer    bigint NOT NULL,
    letter    bytea  NOT NULL,
    link      bytea  NOT NULL,
    due_ms    bigint NOT NULL,
    leased_ms bigint NOT NULL, -- until when somebody is at it
    tries     integer NOT NULL,
    sent_s    bigint,
    error     text,
    PRIMARY KEY (issuer, letter)
);
CREATE INDEX letter_by_due ON letter (issuer, due_ms) WHERE sent_s IS NULL;
CREATE INDEX letter_by_link ON letter (issuer, link, due_ms);
