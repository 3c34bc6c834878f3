//! Ctrl-C, and being told to end: while there is something to save, it is saved first.

use std::process;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};

/// The exit status of a program that SIGINT ended: 128 and the number of the signal.
pub(crate) const STATUS: u8 = 130;

static ASKED: AtomicBool = AtomicBool::new(false);
static HELD: AtomicBool = AtomicBool::new(false);

/// Listens from here on to SIGINT, SIGTERM and SIGHUP, or to what a console of Windows sends.
pub(crate) fn listen() -> Result<()> {
    let handler = || {
        // Who asks twice has no time.
        if !HELD.load(Ordering::SeqCst) || ASKED.swap(true, Ordering::SeqCst) {
            process::exit(STATUS.into());
        }
        eprintln!("\nstopping; what was learned is saved first (once more to leave at once)");
    };
    ctrlc::set_handler(handler).context("the signal handler cannot be set")
}

/// While this lives, the first signal only asks for an end; without it, it is one.
pub(crate) struct Hold;

impl Hold {
    pub(crate) fn new() -> Self {
        HELD.store(true, Ordering::SeqCst);
        Self
    }

    /// Whether somebody asked for an end.
    pub(crate) fn asked(&self) -> bool {
        ASKED.load(Ordering::SeqCst)
    }

    /// Lets go while what this returns lives.
    pub(crate) fn release(&self) -> Released<'_> {
        HELD.store(false, Ordering::SeqCst);
        Released { _hold: self }
    }
}

/// A hold that has let go.
pub(crate) struct Released<'a> {
    _hold: &'a Hold,
}

impl Drop for Released<'_> {
    fn drop(&mut self) {
        HELD.store(true, Ordering::SeqCst);
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        HELD.store(false, Ordering::SeqCst);
    }
}
