//! Rows with numbers that are not finite: no device is asked about them, since a shader may take NaN for any number (WGSL,
//! section "Floating point evaluation"), and what comes out is NaN.

/// Which rows of a batch are not finite.
pub(crate) struct Broken(Vec<bool>);

impl Broken {
    /// Replaces such rows by zeros.
    pub(crate) fn take_out(batch: &mut [f32], row: usize) -> Self {
        let rows = batch.chunks_mut(row).map(|row| {
            let broken = row.iter().any(|x| !x.is_finite());
            if broken {
                row.fill(0.0);
            }
            broken
        });
        Self(rows.collect())
    }

    /// Makes NaN of what the device made of them; its results may be of fewer rows.
    pub(crate) fn put_back(&self, results: &mut [f32], row: usize) {
        let rows = results.chunks_mut(row).zip(&self.0);
        rows.filter(|&(_, &broken)| broken)
            .for_each(|(row, _)| row.fill(f32::NAN));
    }
}
