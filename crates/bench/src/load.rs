//! A load of HTTP requests over kept connections, by hand: a client library
//! would cost as much as the server.

use std::{net::SocketAddr, time::Instant};

use anyhow::{Result, ensure};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

/// What a load comes to.
pub(crate) struct Load {
    /// Requests a second.
    pub(crate) rate: f64,
    /// Every request's time, in milliseconds.
    pub(crate) times_ms: Vec<f64>,
}

/// Sends these requests over so many connections, each over and over.
pub(crate) async fn run(
    server: SocketAddr,
    requests: Vec<Vec<u8>>,
    connections: usize,
    each: usize,
) -> Result<Load> {
    let begun = Instant::now();
    let mut clients = JoinSet::new();
    for first in 0..connections {
        let requests = requests.clone();
        clients.spawn(async move {
            let mut stream = TcpStream::connect(server).await?;
            stream.set_nodelay(true)?;
            let mut buffer = vec![0; 64 * 1024];
            let mut times = Vec::with_capacity(each);
            for n in 0..each {
                let begun = Instant::now();
                let request = &requests[(first + n * connections) % requests.len()];
                stream.write_all(request).await?;
                answer(&mut stream, &mut buffer).await?;
                times.push(begun.elapsed().as_secs_f64() * 1000.0);
            }
            Ok::<_, anyhow::Error>(times)
        });
    }
    let mut times_ms = Vec::new();
    while let Some(times) = clients.join_next().await {
        times_ms.extend(times??);
    }
    let rate = times_ms.len() as f64 / begun.elapsed().as_secs_f64();
    Ok(Load { rate, times_ms })
}

/// Reads one answer to its end, by its content-length.
async fn answer(stream: &mut TcpStream, buffer: &mut [u8]) -> Result<()> {
    let mut filled = 0;
    loop {
        let read = stream.read(&mut buffer[filled..]).await?;
        ensure!(read > 0, "the server hung up");
        filled += read;
        let Some(head) = buffer[..filled]
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
        else {
            continue;
        };
        let text = String::from_utf8_lossy(&buffer[..head]).to_ascii_lowercase();
        ensure!(
            text.starts_with("http/1.1 200"),
            "the server answered: {text}"
        );
        let length: usize = text
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .and_then(|length| length.trim().parse().ok())
            .unwrap_or(0);
        while filled < head + 4 + length {
            let read = stream.read(&mut buffer[filled..]).await?;
            ensure!(read > 0, "the server hung up");
            filled += read;
        }
        return Ok(());
    }
}
