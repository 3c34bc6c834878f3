//! One operation for each choice, of which every one is valid.

use ganlet_core::{DType, Tensor, Window};

use super::draw::{Bounded, LIMIT, Numbers, permutation, reshaped, squash, subset, tame};
use super::maker::{MAX_ELEMENTS, Maker};

impl Maker {
    pub(super) fn operation(&self, n: &mut Numbers<'_>) -> Option<Bounded> {
        let made = |tensor: Tensor, bound: f64| Some(Bounded { tensor, bound });
        match n.below(29) {
            0 => {
                let x = self.float(n);
                made(-x.tensor, x.bound)
            }
            1 => Some(squash(&self.float(n), 0)),
            2 => Some(squash(&self.float(n), 1)),
            3 | 4 => {
                let a = self.float(n);
                let b = self.partner(n, &a);
                let (a, b) = (tame(a, LIMIT / 2.0), tame(b, LIMIT / 2.0));
                made(a.tensor + b.tensor, a.bound + b.bound)
            }
            5 => {
                let a = self.float(n);
                let b = self.partner(n, &a);
                let (a, b) = (tame(a, LIMIT.sqrt()), tame(b, LIMIT.sqrt()));
                made(a.tensor * b.tensor, a.bound * b.bound)
            }
            6 => {
                let a = self.float(n);
                let b = self.partner(n, &a);
                made(a.tensor.max(&b.tensor), a.bound.max(b.bound))
            }
            7 => {
                let a = self.float(n);
                let b = self.partner(n, &a);
                made(a.tensor.less(&b.tensor), 1.0)
            }
            8 => {
                let a = self.float(n);
                let b = self.partner(n, &a);
                made(
                    a.tensor.equal(&b.tensor).select(&(-&a.tensor), &b.tensor),
                    a.bound.max(b.bound),
                )
            }
            9 | 10 => {
                let x = self.float(n);
                let axes = subset(n, x.tensor.shape().len());
                let shape = x.tensor.shape();
                let count: usize = axes.iter().map(|&axis| shape[axis]).product();
                let x = tame(x, LIMIT / count as f64);
                made(x.tensor.sum(&axes), x.bound * count as f64)
            }
            11 => {
                let x = self.float(n);
                let axes = subset(n, x.tensor.shape().len());
                made(x.tensor.max_along(&axes), x.bound)
            }
            12 | 13 => {
                let x = self.any(n);
                let shape = reshaped(n, &x.tensor.shape());
                made(x.tensor.reshape(&shape), x.bound)
            }
            14 => {
                let x = self.any(n);
                made(
                    x.tensor.permute(&permutation(n, x.tensor.shape().len())),
                    x.bound,
                )
            }
            15 => {
                let x = self.any(n);
                let mut shape = x.tensor.shape();
                let extent = 2 + n.below(3);
                let repeated = subset(n, shape.len());
                for axis in repeated {
                    if shape[axis] == 1 {
                        shape[axis] = extent;
                    }
                }
                if n.below(2) == 1 {
                    shape.insert(0, extent);
                }
                made(x.tensor.broadcast_to(&shape), x.bound)
            }
            16 => {
                let x = self.any(n);
                let padding: Vec<(usize, usize)> = (x.tensor.shape().iter())
                    .map(|_| (n.below(3), n.below(2)))
                    .collect();
                made(x.tensor.pad(&padding), x.bound)
            }
            17 => {
                let x = self.any(n);
                let shape = x.tensor.shape();
                let start: Vec<usize> = shape.iter().map(|&extent| n.below(extent)).collect();
                let extents: Vec<usize> = (shape.iter().zip(&start))
                    .map(|(&extent, &start)| 1 + n.below(extent - start))
                    .collect();
                made(x.tensor.slice(&start, &extents), x.bound)
            }
            18 => {
                let x = self.any(n);
                let axes = subset(n, x.tensor.shape().len());
                made(x.tensor.flip(&axes), x.bound)
            }
            19 | 20 => self.product(n),
            21 => self.join(n),
            22 => self.gathered(n),
            23 => {
                let key = match n.below(2) {
                    0 => self.key.clone(),
                    _ => &self.key * 3.0 + self.builder.iota(&[2], 0),
                };
                let shape = self.any(n).tensor.shape();
                let stream = n.below(3) as u32;
                made(key.random(&shape, stream, 7), 7.0)
            }
            24 => {
                let shape = self.any(n).tensor.shape();
                let value = n.below(4) as f64 - 1.0;
                match n.below(3) {
                    0 if !shape.is_empty() => {
                        let axis = n.below(shape.len());
                        made(self.builder.iota(&shape, axis), MAX_ELEMENTS as f64)
                    }
                    1 => made(self.builder.full(&shape, value), 2.0),
                    _ => made(self.builder.scalar(value), 2.0),
                }
            }
            25 => {
                let x = self.any(n);
                made(x.tensor.detach(), x.bound)
            }
            26 | 27 => Some(self.convolution(n)),
            _ => {
                // What normalisation looks like: a value beside its own statistics.
                let x = self.float(n);
                let axes = subset(n, x.tensor.shape().len());
                let highest = x.tensor.max_along(&axes);
                let x = tame(
                    Bounded {
                        tensor: &x.tensor - highest,
                        bound: 2.0 * x.bound,
                    },
                    LIMIT / 2.0,
                );
                Some(x)
            }
        }
    }

    /// A matrix product with whatever fits, transposed where that helps.
    fn product(&self, n: &mut Numbers<'_>) -> Option<Bounded> {
        let mut a = self.float(n);
        if a.tensor.shape().len() < 2 {
            a.tensor = a.tensor.reshape(&[1, a.tensor.numel()]);
        }
        if n.below(3) == 0 {
            a.tensor = a.tensor.t();
        }
        let shape = a.tensor.shape();
        let rank = shape.len();
        let k = shape[rank - 1];
        let fits = |t: &&Bounded| {
            let s = t.tensor.shape();
            t.tensor.dtype() == DType::F32
                && s.len() == rank
                && s[..rank - 2] == shape[..rank - 2]
                && s[rank - 2..].contains(&k)
        };
        let fitting: Vec<&Bounded> = self.pool.iter().rev().filter(fits).collect();
        let mut b = match fitting.len() {
            0 => a.clone(),
            count => fitting[n.below(count)].clone(),
        };
        if b.tensor.shape()[rank - 2] != k || (n.below(2) == 1 && b.tensor.shape()[rank - 1] == k) {
            b.tensor = b.tensor.t();
        }
        let limit = (LIMIT / k as f64).sqrt();
        let (a, b) = (tame(a, limit), tame(b, limit));
        Some(Bounded {
            tensor: a.tensor.matmul(&b.tensor),
            bound: a.bound * b.bound * k as f64,
        })
    }

    /// A convolution over one or two axes with whatever windows fit.
    fn convolution(&self, n: &mut Numbers<'_>) -> Bounded {
        let mut x = self.float(n);
        let shape = x.tensor.shape();
        if !(3..=4).contains(&shape.len()) {
            let (len, last) = (x.tensor.numel(), shape.last().copied().unwrap_or(1));
            x.tensor = x.tensor.reshape(&[1, len / last, last]);
        }
        let shape = x.tensor.shape();
        let mut w = self.float(n);
        let results = 1 + n.below(3);
        let mut taps = Vec::new();
        let mut windows = Vec::new();
        for &extent in &shape[1..shape.len() - 1] {
            let mut code = n.next();
            let mut digit = |end: usize| {
                let digit = code % end;
                code /= end;
                digit
            };
            let tap = 1 + digit(4);
            let mut window = Window {
                stride: 1 + digit(3),
                lhs_dilation: 1 + digit(3),
                rhs_dilation: 1 + digit(2),
                padding: (digit(4) as i64 - 1, digit(4) as i64 - 1),
            };
            let spread = |extent: usize, dilation: usize| ((extent - 1) * dilation + 1) as i64;
            let (low, high) = window.padding;
            let room =
                spread(extent, window.lhs_dilation) + low + high - spread(tap, window.rhs_dilation);
            window.padding.1 -= room.min(0);
            taps.push(tap);
            windows.push(window);
        }
        taps.extend([shape[shape.len() - 1], results]);
        // Some elements of another tensor, or all of them and zeros.
        let (len, needed) = (w.tensor.numel(), taps.iter().product::<usize>());
        let flat = w.tensor.reshape(&[len]);
        w.tensor = match len < needed {
            true => flat.pad(&[(0, needed - len)]),
            false => flat.narrow(0, len - needed, needed),
        }
        .reshape(&taps);
        let terms = (needed / results) as f64;
        let limit = (LIMIT / terms).sqrt();
        let (x, w) = (tame(x, limit), tame(w, limit));
        Bounded {
            tensor: x.tensor.conv(&w.tensor, &windows),
            bound: x.bound * w.bound * terms,
        }
    }

    /// Tensors beside each other along an axis, of those whose other extents agree.
    fn join(&self, n: &mut Numbers<'_>) -> Option<Bounded> {
        let first = self.float(n);
        let shape = first.tensor.shape();
        if shape.is_empty() {
            return None;
        }
        let axis = n.below(shape.len());
        let fits = |t: &&Bounded| {
            let s = t.tensor.shape();
            t.tensor.dtype() == DType::F32
                && s.len() == shape.len()
                && (0..s.len()).all(|i| i == axis || s[i] == shape[i])
        };
        let fitting: Vec<&Bounded> = self.pool.iter().rev().filter(fits).collect();
        let mut parts = vec![&first];
        for _ in 0..1 + n.below(2) {
            if !fitting.is_empty() {
                parts.push(fitting[n.below(fitting.len())]);
            }
        }
        let bound = parts.iter().map(|p| p.bound).fold(0.0, f64::max);
        let parts: Vec<&Tensor> = parts.iter().map(|p| &p.tensor).collect();
        Some(Bounded {
            tensor: Tensor::concat(&parts, axis),
            bound,
        })
    }

    fn gathered(&self, n: &mut Numbers<'_>) -> Option<Bounded> {
        let data = self.any(n);
        if data.tensor.shape().is_empty() {
            return None;
        }
        let count = 1 + n.below(4);
        let index = match n.below(3) {
            0 => self.key.random(&[count], 9, 6),
            1 => self.builder.iota(&[count], 0).flip(&[0]),
            _ => {
                // Past the end, and from floats: what is negative is cut off at zero.
                let x = self.float(n);
                let len = x.tensor.numel();
                let flat = x.tensor.max(&x.tensor.constant_like(0.0)).reshape(&[len]);
                flat.cast(DType::U32)
            }
        };
        Some(Bounded {
            tensor: data.tensor.gather(&index),
            bound: data.bound,
        })
    }
}
