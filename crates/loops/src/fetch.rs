//! Reads lanes from memory, and computes the values of addresses.

use bytemuck::Pod;

use crate::frame::Frame;
use crate::lanes::{each1, map1};
use crate::nest::Pattern;
use crate::operation::{Fetch, Gather, Limit, Resolved, Source};

// In the browser some of these are functions of their own, as loops over lanes are (see `lanes`): else steps would have them several times.

// Accesses are sound for the reasons that `frame` gives: no one writes what a chunk loads.

/// The values of an address over the lanes, as words. Negative ones wrap: they are only compared.
#[inline(always)]
pub(super) fn values(frame: &Frame<'_>, address: usize, out: &mut [u32]) {
    let base = frame.registers.bases[address] as u32;
    pattern_values(frame.addresses.pattern(address), base, out);
}

#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
fn pattern_values(pattern: &Pattern, base: u32, out: &mut [u32]) {
    match pattern {
        Pattern::Uniform => out.fill(base),
        Pattern::Linear(stride) => {
            let stride = *stride as u32;
            (0u32..)
                .zip(out)
                .for_each(|(lane, o)| *o = base.wrapping_add(stride.wrapping_mul(lane)));
        }
        Pattern::Table(table) => {
            out.iter_mut()
                .zip(table)
                .for_each(|(o, &relative)| *o = base.wrapping_add(relative as u32));
        }
    }
}

/// The lanes at which all limits hold, if these are consecutive lanes.
#[inline(never)]
fn valid_range(limits: &[Limit], frame: &Frame<'_>, count: usize) -> Option<(usize, usize)> {
    let (mut from, mut to) = (0i64, count as i64);
    for limit in limits {
        let base = frame.registers.bases[limit.address];
        match frame.addresses.pattern(limit.address) {
            Pattern::Uniform => {
                if base < 0 || base >= limit.span {
                    to = 0;
                }
            }
            // base + stride * lane in [0, span)
            Pattern::Linear(1) => {
                from = from.max(-base);
                to = to.min(limit.span - base);
            }
            Pattern::Linear(stride) if *stride > 0 => {
                from = from
                    .max((-base).div_euclid(*stride) + i64::from((-base).rem_euclid(*stride) != 0));
                to = to.min((limit.span - 1 - base).div_euclid(*stride) + 1);
            }
            Pattern::Linear(stride) => {
                from = from.max((base - limit.span).div_euclid(-stride) + 1);
                to = to.min(base.div_euclid(-stride) + 1);
            }
            Pattern::Table(_) => return None,
        }
    }
    let from = from.clamp(0, count as i64);
    Some((from as usize, to.clamp(from, count as i64) as usize))
}

#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
pub(super) fn within(limits: &[Limit], frame: &Frame<'_>, out: &mut [u32]) {
    if let Some((from, to)) = valid_range(limits, frame, out.len()) {
        out[..from].fill(0);
        out[from..to].fill(1);
        out[to..].fill(0);
        return;
    }
    out.fill(1);
    for limit in limits {
        each_valid(limit, frame, out, |o, valid| *o &= u32::from(valid));
    }
}

/// Tells for each lane whether a limit holds.
#[inline(always)]
fn each_valid(limit: &Limit, frame: &Frame<'_>, out: &mut [u32], f: impl Fn(&mut u32, bool)) {
    let base = frame.registers.bases[limit.address] as u32;
    let span = limit.span.max(0) as u32;
    match frame.addresses.pattern(limit.address) {
        Pattern::Uniform => out.iter_mut().for_each(|o| f(o, base < span)),
        Pattern::Linear(stride) => {
            let stride = *stride as u32;
            (0u32..)
                .zip(out)
                .for_each(|(lane, o)| f(o, base.wrapping_add(stride.wrapping_mul(lane)) < span));
        }
        Pattern::Table(table) => {
            out.iter_mut()
                .zip(table)
                .for_each(|(o, &relative)| f(o, base.wrapping_add(relative as u32) < span));
        }
    }
}

#[inline(always)]
pub(super) fn fetch_base(fetch: &Fetch, frame: &Frame<'_>) -> i64 {
    frame.registers.bases[fetch.address]
}

#[inline(always)]
pub(super) fn load(fetch: &Fetch, base: i64, frame: &mut Frame<'_>, out: &mut [u32]) {
    if fetch.bytes {
        load_as::<u8>(fetch, base, frame, out);
    } else {
        load_as::<u32>(fetch, base, frame, out);
    }
}

#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
fn load_as<T: Pod + Into<u32>>(fetch: &Fetch, base: i64, frame: &mut Frame<'_>, out: &mut [u32]) {
    if let Some(resolved) = &fetch.resolved {
        return load_resolved::<T>(fetch, resolved, base, frame, out);
    }
    let n = out.len();
    let pattern = frame.addresses.pattern(fetch.address);
    let buffer = &frame.buffers[fetch.buffer];
    let (from, to) = match pattern {
        Pattern::Table(table) if fetch.limits.is_empty() => {
            for (o, &relative) in out.iter_mut().zip(table) {
                // SAFETY: unlimited views were verified when they were compiled; no races, see above.
                *o = unsafe { buffer.get_unchecked::<T>((base + i64::from(relative)) as usize) }
                    .into();
            }
            return;
        }
        Pattern::Table(_) => return load_limited::<T>(fetch, base, frame, out),
        Pattern::Uniform | Pattern::Linear(_) => match valid_range(&fetch.limits, frame, n) {
            Some(range) => range,
            None => return load_limited::<T>(fetch, base, frame, out),
        },
    };
    out[..from].fill(0);
    out[to..].fill(0);
    if from == to {
        return;
    }
    match *pattern {
        Pattern::Linear(1) => {
            let start = (base + from as i64) as usize;
            // SAFETY: see above.
            let slice = unsafe { buffer.slice::<T>(start, to - from) };
            each1(&mut out[from..to], slice, T::into);
        }
        Pattern::Linear(stride) => {
            for (lane, o) in (from as i64..).zip(&mut out[from..to]) {
                // SAFETY: no races, see above. Past the end, where a wrong view would lead, zeros are read.
                *o = unsafe { buffer.get::<T>((base + stride * lane) as usize) }.into();
            }
        }
        Pattern::Uniform | Pattern::Table(_) => {
            // SAFETY: as for a stride.
            out[from..to].fill(unsafe { buffer.get::<T>(base as usize) }.into());
        }
    }
}

/// A load whose lanes are listed.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
fn load_resolved<T: Pod + Into<u32>>(
    fetch: &Fetch,
    resolved: &Resolved,
    base: i64,
    frame: &Frame<'_>,
    out: &mut [u32],
) {
    let buffer = &frame.buffers[fetch.buffer];
    let start = frame.registers.bases[resolved.selector] as usize;
    let elements = &resolved.elements[start..start + out.len()];
    for (o, &element) in out.iter_mut().zip(elements) {
        let index = (base as u32).wrapping_add(element) as usize;
        // SAFETY: no races, see above. Lanes beyond a limit are past the end, and so zero.
        *o = unsafe { buffer.get::<T>(index) }.into();
    }
}

/// A load whose limits need a look at every lane.
#[inline(always)]
fn load_limited<T: Pod + Into<u32>>(
    fetch: &Fetch,
    base: i64,
    frame: &mut Frame<'_>,
    out: &mut [u32],
) {
    pattern_values(frame.addresses.pattern(fetch.address), base as u32, out);
    load_at::<T>(fetch, frame, out);
}

/// Replaces element numbers by elements, zero where a limit is exceeded.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
fn load_at<T: Pod + Into<u32>>(fetch: &Fetch, frame: &Frame<'_>, out: &mut [u32]) {
    for limit in &fetch.limits {
        // No buffer has an element of this number.
        each_valid(limit, frame, out, |o, valid| {
            *o = if valid { *o } else { u32::MAX }
        });
    }
    let buffer = &frame.buffers[fetch.buffer];
    // SAFETY: no races, see above.
    out.iter_mut()
        .for_each(|o| *o = unsafe { buffer.get::<T>(*o as usize) }.into());
}

#[inline(always)]
pub(super) fn gather(chosen: &Gather<Source>, frame: &mut Frame<'_>, out: &mut [u32]) {
    let n = out.len();
    let Gather {
        ref fetch,
        row,
        last,
        stride,
    } = *chosen;
    let base = fetch_base(fetch, frame);
    if let Source::Scalar(row) = row {
        let row = frame.registers.scalars[row].min(last);
        return load(fetch, base + i64::from(row) * stride, frame, out);
    }
    let mut starts = std::mem::take(&mut frame.registers.indices);
    let stride = stride as u32;
    map1(&mut starts[..n], frame.words(row, n), |row| {
        row.min(last).wrapping_mul(stride)
    });
    pattern_values(frame.addresses.pattern(fetch.address), base as u32, out);
    out.iter_mut()
        .zip(&starts)
        .for_each(|(o, &start)| *o = o.wrapping_add(start));
    frame.registers.indices = starts;
    if fetch.bytes {
        load_at::<u8>(fetch, frame, out);
    } else {
        load_at::<u32>(fetch, frame, out);
    }
}
