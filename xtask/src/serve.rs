//! A small server of the built site, for this machine only.

use crate::library::Profile;
use crate::site;
use anyhow::{Context, Result, bail};
use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use std::net::{Ipv4Addr, TcpListener};
use std::thread::{self, JoinHandle};
use tokio::runtime::Builder;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

/// The port that is tried first when none is asked for.
const FIRST_PORT: u16 = 8080;

/// How many ports are tried after it.
const OTHER_PORTS: u16 = 20;

/// Builds what is missing and serves the page until interrupted.
pub(crate) fn run(port: Option<u16>, open: bool, profile: Profile) -> Result<()> {
    // The port is taken first: a clash is known at once, not after a long build.
    let listener = listen(port)?;
    site::ensure(profile)?;
    let site = Site::start(listener, "/")?;
    println!("Ganlet is at {} (Ctrl+C stops it)", site.url);
    if open && opener::open_browser(&site.url).is_err() {
        println!("No browser could be started; open that address yourself.");
    }
    site.wait()
}

fn listen(port: Option<u16>) -> Result<TcpListener> {
    let bind = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    if let Some(port) = port {
        return bind(port)
            .with_context(|| format!("cannot listen on port {port}; choose another with --port"));
    }
    for port in FIRST_PORT..=FIRST_PORT + OTHER_PORTS {
        match bind(port) {
            Ok(listener) => return Ok(listener),
            Err(error) => println!("Port {port} is not free ({error}); trying the next one."),
        }
    }
    bail!("no free port from {FIRST_PORT} on; choose one with --port");
}

/// The running server.
pub(crate) struct Site {
    /// The address of the page.
    pub(crate) url: String,
    thread: JoinHandle<Result<()>>,
}

impl Site {
    /// Serves web/dist below `base`, a path that begins and ends with a slash.
    pub(crate) fn start(listener: TcpListener, base: &str) -> Result<Self> {
        let url = format!("http://{}{base}", listener.local_addr()?);
        let router = router(base);
        // A listener that blocks would keep tokio's one thread.
        listener.set_nonblocking(true)?;
        let thread = thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_io().build()?;
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener)?;
                Ok(axum::serve(listener, router).await?)
            })
        });
        Ok(Self { url, thread })
    }

    /// Serves on any free port below a path that is not the root: what works here works on any static host.
    pub(crate) fn start_below_a_path() -> Result<Self> {
        Self::start(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?, "/some/path/")
    }

    fn wait(self) -> Result<()> {
        match self.thread.join() {
            Ok(ended) => ended.context("the server stopped"),
            Err(_) => bail!("the server stopped; what it printed says why"),
        }
    }
}

/// What answers below `base`: the files of the site, as any static host would.
fn router(base: &str) -> Router {
    let files = ServeDir::new(site::folder());
    let router = match base.trim_end_matches('/') {
        "" => Router::new().fallback_service(files),
        base => Router::new().nest_service(base, files),
    };
    // A rebuilt page must not meet the library of the one before.
    let revalidate = HeaderValue::from_static("no-cache");
    router.layer(SetResponseHeaderLayer::overriding(
        CACHE_CONTROL,
        revalidate,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpStream;
    use std::time::Duration;

    /// Browsers open several connections at once and keep them.
    #[test]
    fn every_open_connection_is_answered() {
        const CONNECTIONS: usize = 32;
        let site = Site::start_below_a_path().unwrap();
        let host = site.url.split('/').nth(2).unwrap();
        let connections: Vec<TcpStream> = (0..CONNECTIONS)
            .map(|_| TcpStream::connect(host).unwrap())
            .collect();
        for mut connection in &connections {
            connection
                .set_read_timeout(Some(Duration::from_secs(10)))
                .unwrap();
            write!(
                connection,
                "GET /elsewhere HTTP/1.1\r\nHost: {host}\r\n\r\n"
            )
            .unwrap();
            let mut status = [0; 12];
            connection.read_exact(&mut status).unwrap();
            assert_eq!(&status, b"HTTP/1.1 404");
        }
    }
}
