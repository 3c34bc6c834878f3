//! A small server of the built site, for this machine only.

use crate::library::Profile;
use crate::site;
use anyhow::{Context, Result, bail};
use std::fs::File;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::thread;
use tiny_http::{Header, Method, Request, Response, Server, StatusCode};

/// The port that is tried first when none is asked for.
const FIRST_PORT: u16 = 8080;

/// How many ports are tried after it.
const OTHER_PORTS: u16 = 20;

/// Enough for a browser's parallel connections.
const THREADS: usize = 8;

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
    site.wait();
    Ok(())
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
    threads: Vec<thread::JoinHandle<()>>,
}

impl Site {
    /// Serves web/dist below `base`, a path that begins and ends with a slash.
    pub(crate) fn start(listener: TcpListener, base: &'static str) -> Result<Self> {
        let url = format!("http://{}{base}", listener.local_addr()?);
        let server = Server::from_listener(listener, None)
            .map_err(|error| anyhow::anyhow!("cannot start the server: {error}"))?;
        let server = Arc::new(server);
        let serve = |server: Arc<Server>| {
            move || {
                for request in server.incoming_requests() {
                    // A browser that hangs up early is no concern of ours.
                    let _ = answer(request, base);
                }
            }
        };
        let threads = (0..THREADS)
            .map(|_| thread::spawn(serve(server.clone())))
            .collect();
        Ok(Self { url, threads })
    }

    /// Serves on any free port below a path that is not the root: what works here works on any static host.
    pub(crate) fn start_below_a_path() -> Result<Self> {
        Self::start(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?, "/some/path/")
    }

    fn wait(self) {
        for thread in self.threads {
            // A thread ends only by a panic, which it has printed itself.
            let _ = thread.join();
        }
    }
}

fn answer(request: Request, base: &str) -> std::io::Result<()> {
    if !matches!(request.method(), Method::Get | Method::Head) {
        return request.respond(plain(405, "Only GET and HEAD are served here."));
    }
    let path = request.url().split(['?', '#']).next().unwrap_or_default();
    let Some(file) = path
        .strip_prefix(base)
        .and_then(|path| resolve(&site::folder(), path))
    else {
        return request.respond(plain(404, "There is no such file."));
    };
    let Ok(content) = File::open(&file) else {
        return request.respond(plain(404, "There is no such file."));
    };
    let response = Response::from_file(content)
        .with_header(header("Content-Type", content_type(&file)))
        // A rebuilt page must not meet the library of the one before.
        .with_header(header("Cache-Control", "no-cache"));
    request.respond(response)
}

/// The file that a path names, if it lies below the folder. The site's own names need no percent encoding.
fn resolve(folder: &Path, path: &str) -> Option<PathBuf> {
    let path = Path::new(path);
    if !path
        .components()
        .all(|part| matches!(part, Component::Normal(_)))
    {
        return None;
    }
    let file = folder.join(path);
    Some(if file.is_dir() {
        file.join("index.html")
    } else {
        file
    })
}

fn content_type(file: &Path) -> &'static str {
    match file
        .extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or_default()
    {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        // Browsers compile wasm while it streams in only under this type.
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        // The page decompresses the data itself, so this is a type and no encoding.
        "gz" => "application/gzip",
        "txt" | "ts" | "md" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn plain(status: u16, text: &str) -> Response<std::io::Cursor<Vec<u8>>> {
    Response::from_string(text).with_status_code(StatusCode(status))
}

fn header(name: &str, value: &str) -> Header {
    Header::from_bytes(name, value).expect("our headers are ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_in_the_folder() {
        let folder = Path::new("/site");
        assert_eq!(
            resolve(folder, "lib/ganlet.js"),
            Some("/site/lib/ganlet.js".into())
        );
        assert_eq!(resolve(folder, "../secret"), None);
        assert_eq!(resolve(folder, "lib/../../secret"), None);
        assert_eq!(resolve(folder, "/etc/passwd"), None);
    }

    #[test]
    fn a_folder_is_its_index() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert_eq!(resolve(folder, ""), Some(folder.join("index.html")));
        assert_eq!(resolve(folder, "src/"), Some(folder.join("src/index.html")));
    }

    #[test]
    fn wasm_streams() {
        assert_eq!(
            content_type(Path::new("ganlet_bg.wasm")),
            "application/wasm"
        );
        assert_eq!(
            content_type(Path::new("train-images.idx.gz")),
            "application/gzip"
        );
    }
}
