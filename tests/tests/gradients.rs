//! Gradients of orders 1 to 3 of every operation, and of what is made of them.

use ganlet_core::{Builder, DType, Tensor, Window};
use ganlet_tests::grad_check::{Point, check};
use ganlet_tests::op_table::{Row, elements, entries, noise, rows};

/// Every row must have worked before any failure is reported: one mistake often shows in several rows.
fn check_all(checked: impl Fn(&Row) -> Result<(), String>) {
    let failures: Vec<String> = rows()
        .iter()
        .filter_map(|row| {
            checked(row)
                .err()
                .map(|what| format!("{}: {what}", row.name))
        })
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn of_every_operation_by_itself() {
    check_all(|row| {
        let point: Point = (row.args.iter().enumerate())
            .map(|(i, arg)| {
                let elements = elements(arg, i as u32 + 1);
                (
                    arg.shape.to_vec(),
                    elements.into_iter().map(f64::from).collect(),
                )
            })
            .collect();
        check(Box::new(|b, x| vec![(row.build)(b, x)]), point, 3)
    });
}

#[test]
fn of_every_operation_inside_a_graph() {
    check_all(|row| {
        let point: Point = (row.args.iter().enumerate())
            .map(|(i, arg)| {
                let noise = noise(arg.shape.iter().product(), i as u32 + 11);
                (
                    arg.shape.to_vec(),
                    noise.into_iter().map(f64::from).collect(),
                )
            })
            .collect();
        check(Box::new(|b, p| vec![row.mid_graph(b, p)]), point, 3)
    });
}

/// A row that the simplifier reduces to something else would test nothing.
#[test]
fn every_row_is_about_its_operation() {
    for entry in entries() {
        assert!(!entry.rows.is_empty(), "{} has no row", entry.pattern);
        for row in &entry.rows {
            let builder = Builder::new();
            let arguments: Vec<Tensor> = (row.args.iter())
                .map(|arg| builder.input("argument", arg.shape, DType::F32))
                .collect();
            let result = (row.build)(&builder, &arguments);
            assert_eq!(result.dtype(), DType::F32, "{}", row.name);
            builder.entry("f", &[], &[("result", &result)]);
            let program = builder.build().unwrap();
            let found = program.nodes.iter().any(|node| (entry.matches)(&node.op));
            assert!(found, "{} is not in the row {}", entry.pattern, row.name);
        }
    }
}

/// Every window over one axis that is not too large, in a shuffled order.
fn windows() -> Vec<(usize, usize, Window)> {
    let mut all = Vec::new();
    for extent in [1, 2, 5, 8] {
        for taps in 1..=7 {
            for stride in 1..=3 {
                for (lhs_dilation, rhs_dilation) in
                    [(1, 1), (2, 1), (3, 1), (1, 2), (2, 2), (3, 2), (1, 3)]
                {
                    for padding in [(0, 0), (1, 1), (2, 1), (0, 3), (-1, 2), (3, -2), (6, 6)] {
                        let window = Window {
                            stride,
                            padding,
                            lhs_dilation,
                            rhs_dilation,
                        };
                        let spread = |extent: usize, by: usize| ((extent - 1) * by + 1) as i64;
                        let room = spread(extent, lhs_dilation) + padding.0 + padding.1;
                        if room >= spread(taps, rhs_dilation) {
                            all.push((extent, taps, window));
                        }
                    }
                }
            }
        }
    }
    let (len, step) = (all.len(), 1009);
    assert!(!len.is_multiple_of(step), "the step visits every window");
    (0..len).map(|i| all[i * step % len]).collect()
}

#[test]
fn of_convolutions_with_every_window() {
    let windows = windows();
    let mut failures = Vec::new();
    // Two at a time make a plane; every third plane is checked to the third order.
    for (i, pair) in windows.chunks_exact(2).enumerate() {
        let [(height, rows, down), (width, columns, right)] = [pair[0], pair[1]];
        let shapes = [vec![2, height, width, 2], vec![rows, columns, 2, 2]];
        let point: Point = (shapes.into_iter().enumerate())
            .map(|(arg, shape)| {
                let elements = noise(shape.iter().product(), arg as u32 + 3);
                (shape, elements.into_iter().map(f64::from).collect())
            })
            .collect();
        let orders = if i % 3 == 0 { 3 } else { 1 };
        let conv =
            Box::new(move |_: &Builder, x: &[Tensor]| vec![x[0].conv(&x[1], &[down, right])]);
        if let Err(what) = check(conv, point, orders) {
            failures.push(format!("{pair:?}: {what}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
