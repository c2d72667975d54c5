//! A mail server that keeps what it is given.

#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test without its letters has nothing better to do"
)]

use std::{
    io,
    net::{IpAddr, TcpListener},
    sync::mpsc::{Receiver, Sender, channel},
    sync::{Arc, Mutex},
    time::Duration,
};

use mailin_embedded::{Handler, Response, Server, SslConfig, response};

/// A letter that arrived.
#[derive(Clone, Debug, Default)]
pub struct Letter {
    /// To whom.
    pub to: String,
    /// As it came: headers and parts.
    pub text: String,
}

impl Letter {
    /// As it is read: quoted-printable breaks lines by `=`, and writes bytes so.
    pub fn words(&self) -> String {
        let whole = self.text.replace("=\r\n", "");
        let mut parts = whole.split('=');
        let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
        for part in parts {
            let byte = part
                .get(..2)
                .and_then(|digits| u8::from_str_radix(digits, 16).ok());
            match byte {
                Some(byte) => bytes.push(byte),
                None => bytes.push(b'='),
            }
            bytes.extend(part.bytes().skip(if byte.is_some() { 2 } else { 0 }));
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The link in its plain text.
    pub fn link(&self) -> String {
        let text = self.words();
        let link = text
            .split_whitespace()
            .find(|word| word.starts_with("http"));
        link.unwrap_or_else(|| panic!("no link: {text}")).to_owned()
    }
}

/// The server. It ends with its process.
#[derive(Debug)]
pub struct Sink {
    port: u16,
    letters: Arc<Mutex<Receiver<Letter>>>,
}

#[derive(Clone)]
struct Keeper {
    letter: Letter,
    arrived: Sender<Letter>,
}

impl Handler for Keeper {
    fn helo(&mut self, _ip: IpAddr, _domain: &str) -> Response {
        response::OK
    }

    fn mail(&mut self, _ip: IpAddr, _domain: &str, _from: &str) -> Response {
        self.letter = Letter::default();
        response::OK
    }

    fn rcpt(&mut self, to: &str) -> Response {
        to.clone_into(&mut self.letter.to);
        response::OK
    }

    fn data_start(
        &mut self,
        _domain: &str,
        _from: &str,
        _is8bit: bool,
        _to: &[String],
    ) -> Response {
        response::START_DATA
    }

    fn data(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.letter.text.push_str(&String::from_utf8_lossy(bytes));
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        let _ = self.arrived.send(self.letter.clone());
        response::OK
    }
}

impl Sink {
    /// Listens on the loopback interface.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (arrived, letters) = channel();
        std::thread::spawn(move || {
            let mut server = Server::new(Keeper {
                letter: Letter::default(),
                arrived,
            });
            server.with_name("sink").with_tcp_listener(listener);
            server.with_ssl(SslConfig::None).unwrap();
            server.serve().unwrap();
        });
        Self {
            port,
            letters: Arc::new(Mutex::new(letters)),
        }
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// The next letter that arrives.
    pub async fn next(&self) -> Letter {
        let letters = Arc::clone(&self.letters);
        let next = tokio::task::spawn_blocking(move || {
            let letters = letters.lock().unwrap();
            letters.recv_timeout(Duration::from_secs(60))
        });
        next.await.unwrap().expect("a letter arrives")
    }
}
