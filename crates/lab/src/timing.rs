//! Dispatches timed by themselves, over and over on whatever their buffers hold.

use std::time::Instant;

use anyhow::Result;
use ganlet_core::gpu::{Device, Session};
use ganlet_core::plan::kernel::Kernel;
use ganlet_core::plan::{Buffer, EntryPlan, Plan};
use ganlet_core::program::Program;
use ganlet_core::wgsl::Tuning;

/// Milliseconds that one timing lasts at least, unless that takes so many runs.
const TIMING_MS: f64 = 20.0;
const MOST_TIMES: usize = 1 << 12;
/// Timings of every dispatch, of which the least counts.
pub(crate) const ROUNDS: usize = 6;

/// A dispatch, and the least time that it has taken so far.
pub(crate) struct Timed {
    session: Session,
    times: usize,
    /// Milliseconds of one run.
    pub(crate) least: f64,
}

impl Timed {
    /// Compiles the dispatch over these buffers and runs it until it is clear how many runs a timing needs.
    pub(crate) async fn new(
        device: &Device,
        tuning: &Tuning,
        buffers: &[Buffer],
        kernels: &[Kernel],
    ) -> Result<Self> {
        let program = Program {
            nodes: Vec::new(),
            inputs: Vec::new(),
            states: Vec::new(),
            entries: Vec::new(),
        };
        let plan = Plan {
            buffers: buffers.to_vec(),
            entries: vec![EntryPlan {
                name: "alone".into(),
                dispatches: vec![kernels.to_vec()],
                outputs: Vec::new(),
                live_bytes: 0,
            }],
        };
        let mut timed = Timed {
            session: Session::with_tuning(device, &program, &plan, tuning)?,
            times: 1,
            least: f64::INFINITY,
        };
        timed.session.run(0, 1).await?;
        while timed.milliseconds().await? < TIMING_MS && timed.times < MOST_TIMES {
            timed.times *= 2;
        }
        Ok(timed)
    }

    /// One more timing.
    pub(crate) async fn again(&mut self) -> Result<()> {
        self.least = self
            .least
            .min(self.milliseconds().await? / self.times as f64);
        Ok(())
    }

    async fn milliseconds(&mut self) -> Result<f64> {
        let started = Instant::now();
        self.session.run(0, self.times).await?;
        Ok(started.elapsed().as_secs_f64() * 1e3)
    }
}
