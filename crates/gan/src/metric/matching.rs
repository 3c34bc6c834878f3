//! The best way to match rows with columns, each once (the Hungarian method, in the form of Jonker and Volgenant 1987).

/// The largest sum of entries of which no two share a row or a column, of a matrix of rows of equal length.
pub fn best_matching(matrix: &[Vec<f64>]) -> f64 {
    let columns = matrix.first().map_or(0, Vec::len);
    let size = matrix.len().max(columns);
    let entry = |row: usize, column: usize| {
        let found = matrix.get(row).and_then(|row| row.get(column));
        found.copied().unwrap_or(0.0)
    };
    // Costs are minus the entries. Row 0 and column 0 are where each search begins.
    let (mut of_row, mut of_column) = (vec![0.0; size + 1], vec![0.0; size + 1]);
    let mut row_of = vec![0; size + 1];
    for row in 1..=size {
        row_of[0] = row;
        let mut least = vec![f64::INFINITY; size + 1];
        let (mut before, mut done) = (vec![0; size + 1], vec![false; size + 1]);
        let mut column = 0;
        while row_of[column] != 0 {
            done[column] = true;
            let here = row_of[column];
            let (mut step, mut next) = (f64::INFINITY, 0);
            for j in (1..=size).filter(|&j| !done[j]) {
                let cost = -entry(here - 1, j - 1) - of_row[here] - of_column[j];
                if cost < least[j] {
                    (least[j], before[j]) = (cost, column);
                }
                if least[j] < step {
                    (step, next) = (least[j], j);
                }
            }
            for j in 0..=size {
                if done[j] {
                    of_row[row_of[j]] += step;
                    of_column[j] -= step;
                } else {
                    least[j] -= step;
                }
            }
            column = next;
        }
        while column != 0 {
            row_of[column] = row_of[before[column]];
            column = before[column];
        }
    }
    (1..=size).map(|j| entry(row_of[j] - 1, j - 1)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By trying every way.
    fn tried(matrix: &[Vec<f64>], row: usize, used: u32) -> f64 {
        let Some(entries) = matrix.get(row) else {
            return 0.0;
        };
        let with = |(j, &x): (usize, &f64)| {
            (used >> j & 1 == 0).then(|| x + tried(matrix, row + 1, used | 1 << j))
        };
        let taken = entries.iter().enumerate().filter_map(with);
        taken.fold(tried(matrix, row + 1, used), f64::max)
    }

    #[test]
    fn no_way_to_match_is_better() {
        for (rows, columns) in [(1, 1), (3, 3), (4, 6), (6, 4), (7, 7)] {
            let number = |i: usize, j: usize| ((i * 31 + j * 17 + rows) as f64).sin().abs();
            let matrix: Vec<Vec<f64>> = (0..rows)
                .map(|i| (0..columns).map(|j| number(i, j)).collect())
                .collect();
            let (found, best) = (best_matching(&matrix), tried(&matrix, 0, 0));
            assert!(
                (found - best).abs() < 1e-9,
                "{rows}x{columns}: {found}, not {best}"
            );
        }
    }
}
