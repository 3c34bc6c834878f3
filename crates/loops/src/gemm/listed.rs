//! Operands whose rows and columns are boxes of axes with checks, as those of a convolution are.
//!
//! An element's number is the sum of what its row and what its column contribute, and so is every coordinate that is
//! checked; where a check fails, the element is zero. So packing looks once at each row and once at each stretch of the
//! depth that lies together in memory (the channels under one tap), and then copies: an image is unfolded panel by
//! panel, and never in memory.

use super::interleave::interleave_rows;

/// The most coordinates that are checked: one for each spatial axis, and more than that from padding.
pub const CHECKS: usize = 4;

/// The most axes of a walk.
pub const AXES: usize = 8;

/// Zeros that stand for a stretch outside; no stretch is longer.
static ZEROS: [f32; super::DEPTH] = [0.0; super::DEPTH];

/// An axis of a row or column index.
#[derive(Clone, Copy, Debug)]
pub struct Axis {
    /// How many coordinates it has.
    pub extent: usize,
    /// What a step contributes.
    pub step: Place,
}

/// What a row or a column contributes to element number and checked coordinates.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Place {
    /// To the element's number.
    pub offset: isize,
    /// To each checked coordinate, which must be at least zero and less than its span.
    pub checks: [isize; CHECKS],
}

impl Place {
    /// No contribution: every number is 0.
    pub const NONE: Place = Place {
        offset: 0,
        checks: [0; CHECKS],
    };

    #[inline(always)]
    fn plus(self, other: Place, times: isize) -> Place {
        Place {
            offset: self.offset + other.offset * times,
            checks: std::array::from_fn(|i| self.checks[i] + other.checks[i] * times),
        }
    }
}

/// A row or column index: its axes, outermost first.
#[derive(Clone, Debug, Default)]
pub struct Walk(pub Vec<Axis>);

/// Neighbours along a walk that lie together in memory and are inside or outside together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    len: usize,
    place: Place,
}

impl Walk {
    /// The longest stretches there can be.
    fn stretch(&self) -> usize {
        match self.0.last() {
            Some(axis) if axis.step.offset == 1 && axis.step.checks == [0; CHECKS] => axis.extent,
            _ => 1,
        }
    }

    /// Calls `f` for the stretches of `count` indices from `start` on.
    #[inline(always)]
    fn stretches(&self, start: usize, count: usize, mut f: impl FnMut(Stretch)) {
        let longest = self.stretch();
        let axes = &self.0;
        let mut at = [0; AXES];
        let mut rest = start;
        let mut place = Place::NONE;
        for (axis, at) in axes.iter().zip(&mut at).rev() {
            *at = rest % axis.extent;
            rest /= axis.extent;
            place = place.plus(axis.step, *at as isize);
        }
        let mut left = count;
        while left > 0 {
            let inner = at[axes.len().saturating_sub(1)];
            let len = if longest > 1 { longest - inner } else { 1 };
            let len = len.min(left).min(ZEROS.len());
            f(Stretch { len, place });
            left -= len;
            let mut step = len;
            for (axis, at) in axes.iter().zip(&mut at).rev() {
                *at += step;
                place = place.plus(axis.step, step as isize);
                if *at < axis.extent {
                    break;
                }
                *at = 0;
                place = place.plus(axis.step, -(axis.extent as isize));
                step = 1;
            }
        }
    }
}

/// An operand by its walks, from some row and column on.
#[derive(Clone, Copy, Debug)]
pub struct Listed<'a> {
    /// The storage that elements are selected from.
    pub data: &'a [f32],
    /// What every element has.
    pub origin: Place,
    /// The first checked value past the end, by check.
    pub spans: [isize; CHECKS],
    /// How the rows are walked.
    pub rows: &'a Walk,
    /// How the columns are walked.
    pub cols: &'a Walk,
    /// The row and the column at which this view of the operand starts.
    pub first: (usize, usize),
}

impl<'a> Listed<'a> {
    pub(super) fn from(self, i: usize, j: usize) -> Self {
        Self {
            first: (self.first.0 + i, self.first.1 + j),
            ..self
        }
    }

    pub(super) fn transposed(self) -> Self {
        Self {
            rows: self.cols,
            cols: self.rows,
            first: (self.first.1, self.first.0),
            ..self
        }
    }

    /// Whether columns lie together.
    pub(super) fn in_rows(&self) -> bool {
        self.cols.stretch() > 1
    }

    /// `len` elements from a place on; zeros where a check fails.
    #[inline(always)]
    fn slice(&self, place: Place, len: usize) -> &'a [f32] {
        let inside = (place.checks.iter().zip(&self.spans))
            .all(|(&value, &span)| (value as usize) < span as usize);
        match inside {
            true => &self.data[place.offset as usize..][..len],
            false => &ZEROS[..len],
        }
    }

    /// One element.
    pub(super) fn at(&self, i: usize, j: usize) -> f32 {
        let mut place = self.origin;
        let walks = [(self.rows, self.first.0 + i), (self.cols, self.first.1 + j)];
        for (walk, index) in walks {
            walk.stretches(index, 1, |stretch| place = place.plus(stretch.place, 1));
        }
        self.slice(place, 1)[0]
    }

    /// The stretches of `count` columns.
    pub(super) fn columns(&self, count: usize, into: &mut Vec<Stretch>) {
        into.clear();
        self.cols.stretches(self.first.1, count, |s| into.push(s));
    }

    /// Where four rows lie: for each stretch of columns, what is passed to `f`.
    pub(super) fn four_rows(
        &self,
        row: usize,
        rows: usize,
        columns: &[Stretch],
        mut f: impl FnMut([*const f32; 4], usize),
    ) {
        let lanes = self.lanes::<4>(row, rows);
        for stretch in columns {
            let at = |lane: usize| self.slice(lanes[lane].plus(stretch.place, 1), stretch.len);
            f([0, 1, 2, 3].map(|lane| at(lane).as_ptr()), stretch.len);
        }
    }

    /// The places of `N` rows; those past `rows` are the last one again.
    #[inline(always)]
    fn lanes<const N: usize>(&self, row: usize, rows: usize) -> [Place; N] {
        let mut lanes = [self.origin; N];
        let mut lane = 0;
        self.rows.stretches(self.first.0 + row, rows, |stretch| {
            for i in 0..stretch.len {
                let mut place = self.origin.plus(stretch.place, 1);
                place.offset += i as isize;
                lanes[lane] = place;
                lane += 1;
            }
        });
        for i in lane..N {
            lanes[i] = lanes[lane - 1];
        }
        lanes
    }

    /// Packs `N` rows, of which there are `rows`, column by column; `stride` floats lie between columns.
    ///
    /// # Safety
    /// There is room for all columns at `to`.
    pub(super) unsafe fn panel<const N: usize>(
        &self,
        row: usize,
        rows: usize,
        columns: &[Stretch],
        stride: usize,
        mut to: *mut f32,
    ) {
        let together = self.rows.stretch();
        if together >= 4 && together > self.cols.stretch() {
            // SAFETY: passed on.
            return unsafe { self.panel_of_stretches::<N>(row, rows, columns, stride, to) };
        }
        let lanes = self.lanes::<N>(row, rows);
        for stretch in columns {
            let at: [*const f32; N] = std::array::from_fn(|lane| {
                let slice = match lane < rows {
                    true => self.slice(lanes[lane].plus(stretch.place, 1), stretch.len),
                    false => &ZEROS[..stretch.len],
                };
                slice.as_ptr()
            });
            // SAFETY: every lane has `len` elements; the caller promises the room.
            unsafe {
                interleave_rows::<N>(at, stretch.len, stride, to);
                to = to.add(stretch.len * stride);
            }
        }
    }

    /// The same where rows lie together: columns are copied.
    unsafe fn panel_of_stretches<const N: usize>(
        &self,
        row: usize,
        rows: usize,
        columns: &[Stretch],
        stride: usize,
        mut to: *mut f32,
    ) {
        let none = Stretch {
            len: 0,
            place: Place::NONE,
        };
        let (mut lanes, mut count) = ([none; N], 0);
        self.rows.stretches(self.first.0 + row, rows, |stretch| {
            let place = self.origin.plus(stretch.place, 1);
            lanes[count] = Stretch { place, ..stretch };
            count += 1;
        });
        for stretch in columns {
            for i in 0..stretch.len {
                let mut column = stretch.place;
                column.offset += i as isize;
                // SAFETY: the caller promises the room, and slices are as long as they say.
                unsafe {
                    if count == 1 && rows == N {
                        let from = self.slice(lanes[0].place.plus(column, 1), N);
                        let whole = from.as_ptr().cast::<[f32; N]>().read_unaligned();
                        to.cast::<[f32; N]>().write_unaligned(whole);
                    } else {
                        let mut at = to;
                        for lane in &lanes[..count] {
                            let from = self.slice(lane.place.plus(column, 1), lane.len);
                            // Short ones: a call would cost more than the loop.
                            from.iter().enumerate().for_each(|(j, &x)| *at.add(j) = x);
                            at = at.add(lane.len);
                        }
                        (rows..N).for_each(|j| *to.add(j) = 0.0);
                    }
                    to = to.add(stride);
                }
            }
        }
    }
}
