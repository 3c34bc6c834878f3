//! What a layer sees of a pass through its network.

use ganlet_core::Tensor;

use super::condition::join;
use super::{Learned, Mode, ParamKind, Stack, spectral, weight_norm};

/// One pass through a stack: layers take their parameters in the order in which they declared them.
pub(super) struct Pass<'a, 'm> {
    pub(super) stack: &'a Stack,
    learned: Learned<'a>,
    condition: Option<&'a Tensor>,
    /// What is to be joined before the next layer.
    joining: Option<&'a Tensor>,
    pub(super) mode: &'a mut Mode<'m>,
    /// The next parameter.
    param: usize,
    /// Where the next weight's estimate starts.
    spectral_offset: usize,
    /// Where the next layer's running statistics start.
    stats_offset: usize,
    /// While the network starts from data: for each parameter the value that the data give it, where they do.
    pub(super) fitted: Option<Vec<Option<Tensor>>>,
}

impl<'a, 'm> Pass<'a, 'm> {
    pub(super) fn new(
        stack: &'a Stack,
        learned: Learned<'a>,
        condition: Option<&'a Tensor>,
        mode: &'a mut Mode<'m>,
    ) -> Self {
        Self {
            stack,
            learned,
            condition,
            joining: None,
            mode,
            param: 0,
            spectral_offset: 0,
            stats_offset: 0,
            fitted: None,
        }
    }

    /// Rows of the reference batch, which come first.
    pub(super) fn references(&self) -> usize {
        (self.learned.reference).map_or(0, |reference| reference.shape()[0])
    }

    /// The next estimate of each weight's singular vector, in order.
    pub(super) fn estimates(mut self) -> Vec<Tensor> {
        let parts = 0..self.stack.params.len();
        parts.filter_map(|_| self.part().1).collect()
    }

    /// The next parameter, brought to its length or divided by its spectral norm where the network asks for that, and then the
    /// next estimate too.
    fn part(&mut self) -> (Tensor, Option<Tensor>) {
        let index = self.pass_over();
        let (param, value) = (&self.stack.params[index], self.raw(index));
        let value = match (&param.kind, self.stack.weight_norm) {
            (ParamKind::Weight { .. }, Some(length)) => {
                let normalized = weight_norm::normalized(&value, length);
                match self.stack.has_gains() {
                    true if self.stack.learned_lengths => normalized * self.next(),
                    // Only the data give it.
                    true => normalized * self.next().detach(),
                    false => normalized,
                }
            }
            _ => value,
        };
        match (&param.kind, self.learned.spectral) {
            (ParamKind::Weight { .. }, Some(estimates)) => {
                let outputs = param.shape[param.shape.len() - 1];
                let estimate = estimates.narrow(0, self.spectral_offset, outputs);
                self.spectral_offset += outputs;
                let (weight, next) = spectral::normalized(&value, &estimate);
                (weight, Some(next))
            }
            _ => (value, None),
        }
    }

    /// The index of the next parameter, which is the newest now.
    pub(super) fn pass_over(&mut self) -> usize {
        self.param += 1;
        self.newest()
    }

    /// The index of the parameter that a layer took last.
    pub(super) fn newest(&self) -> usize {
        self.param - 1
    }

    /// A parameter as it is kept.
    pub(super) fn raw(&self, index: usize) -> Tensor {
        let param = &self.stack.params[index];
        let flat = self.learned.params;
        (flat.narrow(0, param.offset, param.len())).reshape(&param.shape)
    }

    pub(super) fn next(&mut self) -> Tensor {
        self.part().0
    }

    /// What the next layer reads: `x`, with what is to be joined to it.
    pub(super) fn next_input(&self, x: &Tensor) -> Tensor {
        match self.joining {
            Some(condition) => join(x, condition),
            None => x.clone(),
        }
    }

    /// `x` with what was to be joined to it.
    pub(super) fn joined(&mut self, x: Tensor) -> Tensor {
        let whole = self.next_input(&x);
        self.joining = None;
        whole
    }

    /// The second input joins before the next layer.
    pub(super) fn join_next(&mut self) {
        self.joining = self.condition;
    }

    /// What is to be joined before the next layer, for one that joins it by itself.
    pub(super) fn take_joining(&mut self) -> Option<&'a Tensor> {
        self.joining.take()
    }

    /// What the newest weight made, with its bias.
    pub(super) fn biased(&mut self, x: Tensor, bias: bool) -> Tensor {
        match bias {
            _ if self.fitted.is_some() => self.fit(&x, bias),
            true => x + self.next(),
            false => x,
        }
    }

    /// What a layer finds by comparing the samples of a batch, `[rows, numbers]`, of which it keeps the mean; where samples are
    /// looked at one by one, `[1, numbers]`, what it found on average.
    pub(super) fn compared(&mut self, numbers: usize, found: impl FnOnce() -> Tensor) -> Tensor {
        match &mut self.mode {
            Mode::Train { batch_stats, .. } => {
                let found = found();
                batch_stats.push(found.mean(&[0]));
                found
            }
            Mode::Sample { .. } => self.kept(numbers).reshape(&[1, numbers]),
        }
    }

    /// The next of the running statistics.
    pub(super) fn kept(&mut self, numbers: usize) -> Tensor {
        let Mode::Sample { stats } = &self.mode else {
            unreachable!("only samples are made from running statistics");
        };
        let at = self.stats_offset;
        self.stats_offset += numbers;
        stats.narrow(0, at, numbers)
    }
}

/// `[batch, numbers]`
pub(super) fn flat(x: &Tensor) -> Tensor {
    let batch = x.shape().first().copied().unwrap_or(1);
    x.reshape(&[batch, x.numel() / batch])
}
