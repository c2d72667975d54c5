//! The store against a real PostgreSQL: a fresh database a test.

mod audit;
mod books;
mod isolation;
mod lane;
mod outbox;
mod reading;
mod register;
mod support;
mod transaction;
