//! What a table says: medians and ranges over seeds.

use std::collections::BTreeMap;
use std::fmt::Write;

use ganlet::preset::Goal;
use ganlet::trainer::Evaluation;
use serde::{Deserialize, Serialize};

/// A table with its results.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Report {
    pub(super) table: String,
    pub(super) title: String,
    pub(super) teaches: String,
    pub(super) about: String,
    pub(super) seeds: u32,
    /// Training steps of every run, where not each row's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) steps: Option<u64>,
    /// Which rows were asked for, where not all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) only: Option<String>,
    /// The order of the columns.
    pub(super) metrics: Vec<String>,
    pub(super) rows: Vec<Row>,
}

/// What one config reached.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) metrics: BTreeMap<String, Spread>,
    /// Runs that left the finite numbers, and count in no other figure.
    #[serde(default)]
    pub(super) diverged: usize,
    /// What was to be reached, and how often it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) verdict: Option<Verdict>,
}

/// A figure over seeds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Spread {
    pub(super) median: f64,
    pub(super) min: f64,
    pub(super) max: f64,
}

/// What was expected, and in how many runs it came true.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Verdict {
    pub(super) expected: String,
    pub(super) came_true: usize,
    pub(super) runs: usize,
}

impl Spread {
    /// None of no numbers; of an even count the median lies between the middle two.
    pub(super) fn of(mut values: Vec<f64>) -> Option<Self> {
        values.sort_by(f64::total_cmp);
        let (min, max) = (*values.first()?, *values.last()?);
        let half = values.len() / 2;
        let median = match values.len() % 2 {
            0 => f64::midpoint(values[half - 1], values[half]),
            _ => values[half],
        };
        Some(Self { median, min, max })
    }

    /// Of a figure that has no seeds.
    pub(super) fn exact(value: f64) -> Self {
        Self {
            median: value,
            min: value,
            max: value,
        }
    }
}

impl Row {
    /// A row of what runs, by seed, were measured to reach; none is one that diverged.
    pub(super) fn new(name: String, metrics: &[String], runs: &[Option<Evaluation>]) -> Self {
        let spread = |metric: &String| {
            let values = runs.iter().flatten().filter_map(|run| run.get(metric));
            Some((metric.clone(), Spread::of(values.copied().collect())?))
        };
        Self {
            name,
            metrics: metrics.iter().filter_map(spread).collect(),
            diverged: runs.iter().filter(|run| run.is_none()).count(),
            verdict: None,
        }
    }

    /// With how often all that was to be reached was reached.
    pub(super) fn with_goals(self, goals: &[Goal], runs: &[Option<Evaluation>]) -> Self {
        if goals.is_empty() {
            return self;
        }
        let met = |run: &&Evaluation| goals.iter().all(|goal| goal.is_met(run));
        let texts: Vec<String> = goals.iter().map(Goal::to_string).collect();
        let verdict = Verdict {
            expected: texts.join(", "),
            came_true: runs.iter().flatten().filter(met).count(),
            runs: runs.len(),
        };
        Self {
            verdict: Some(verdict),
            ..self
        }
    }
}

impl Report {
    /// What prints it.
    fn command(&self) -> String {
        let steps = (self.steps).map_or(String::new(), |steps| format!(" --steps {steps}"));
        let only = match &self.only {
            Some(only) if only.contains(' ') => format!(" --only \"{only}\""),
            Some(only) => format!(" --only {only}"),
            None => String::new(),
        };
        format!(
            "ganlet table {} --seeds {}{steps}{only}",
            self.table, self.seeds
        )
    }

    pub(super) fn markdown(&self) -> String {
        let has_verdict = self.rows.iter().any(|row| row.verdict.is_some());
        let has_diverged = self.rows.iter().any(|row| row.diverged > 0);
        let (title, teaches, about) = (&self.title, &self.teaches, &self.about);
        let mut text = format!(
            "## {title}\n\n{teaches}. {about}\n\n`{}`\n\n",
            self.command()
        );
        let mut heads = vec![String::new()];
        heads.extend(self.metrics.iter().map(|metric| metric.replace('_', " ")));
        heads.extend(has_diverged.then(|| "diverged".into()));
        heads.extend(has_verdict.then(|| "expected".into()));
        line(&mut text, &heads);
        line(&mut text, &vec!["---".into(); heads.len()]);
        for row in &self.rows {
            let mut cells = vec![row.name.clone()];
            cells.extend(self.metrics.iter().map(|m| cell(row.metrics.get(m))));
            cells.extend(has_diverged.then(|| row.diverged.to_string()));
            cells.extend(has_verdict.then(|| match &row.verdict {
                Some(v) => format!("{}: {} of {}", v.expected, v.came_true, v.runs),
                None => String::new(),
            }));
            line(&mut text, &cells);
        }
        text
    }
}

fn line(text: &mut String, cells: &[String]) {
    writeln!(text, "| {} |", cells.join(" | ")).expect("a string grows");
}

fn cell(spread: Option<&Spread>) -> String {
    let Some(&Spread { median, min, max }) = spread else {
        return String::new();
    };
    let (median, min, max) = (number(median), number(min), number(max));
    match min == max {
        true => median,
        false => format!("{median} [{min} to {max}]"),
    }
}

/// Four digits, as many as a figure over seeds deserves.
fn number(value: f64) -> String {
    let magnitude = value.abs();
    if value == 0.0 || magnitude.is_nan() {
        return value.abs().to_string();
    }
    if !(1e-4..1e6).contains(&magnitude) {
        return format!("{value:.2e}");
    }
    let digits = (3 - magnitude.log10().floor() as i32).max(0);
    let text = format!("{value:.*}", digits as usize);
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').into(),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_printed_with_their_range() {
        let run = |modes: f64| Some(Evaluation::from([("modes".into(), modes)]));
        let runs = [run(8.0), None, run(1.0), run(7.0), run(8.0)];
        let goals = [Goal {
            metric: "modes".into(),
            at_least: Some(7.0),
            at_most: None,
        }];
        let columns = ["modes".to_string(), "js".to_string()];
        let row = Row::new("plain".into(), &columns, &runs).with_goals(&goals, &runs);
        let report = Report {
            table: "t".into(),
            title: "T".into(),
            teaches: "Section".into(),
            about: "About.".into(),
            seeds: 5,
            steps: None,
            only: None,
            metrics: columns.to_vec(),
            rows: vec![row],
        };
        let text = report.markdown();
        let last = text.lines().last().unwrap();
        assert_eq!(
            last,
            "| plain | 7.5 [1 to 8] |  | 1 | modes at least 7: 3 of 5 |"
        );
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(json["rows"][0]["metrics"]["modes"]["median"], 7.5);
        assert_eq!(serde_json::from_value::<Report>(json).unwrap(), report);
    }

    #[test]
    fn numbers_have_four_digits() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (0.912_34, "0.9123"),
            (8.0, "8"),
            (0.5, "0.5"),
            (123.456, "123.5"),
            (12345.6, "12346"),
            (1e-9, "1.00e-9"),
            (-3.25e9, "-3.25e9"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(number(value), text);
        }
    }
}
