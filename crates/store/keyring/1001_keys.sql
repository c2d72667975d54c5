-- The keys of profiles, in a database of their own: what is erased here is unreadable
-- in every copy of the register, so this database is not kept in old backups.
--
-- The rules of the register's schema hold here as well.

-- A person's key, wrapped by a master key that no database has.
CREATE TABLE person_key (
    issuer   bigint NOT NULL, -- made from its slug
    investor bytea  NOT NULL,
    master   text   NOT NULL, -- the name of the master key
    wrapped  bytea  NOT NULL,
    PRIMARY KEY (issuer, investor)
);

-- An issuer's key for digests to search by.
CREATE TABLE index_key (
    issuer  bigint PRIMARY KEY,
    master  text   NOT NULL,
    wrapped bytea  NOT NULL
);
