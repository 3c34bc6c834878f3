//! Gradients of orders 1 to 3 of every operation, and of what is made of them.

use ganlet_core::{Builder, DType, Tensor};
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
