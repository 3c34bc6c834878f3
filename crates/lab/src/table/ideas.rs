//! What presets offer to try next, and how often what they say comes true.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use ganlet::ExperimentConfig;
use ganlet::config::Data;
use ganlet::preset::{self, Goal, Idea, Prediction, Preset};
use ganlet::trainer::Evaluation;

use super::report::{Report, Row, Spread, Verdict};
use super::runs::{self, Runs};
use super::{Args, IDEAS, wanted};

/// A preset as it is, and what one click makes of it.
struct Step {
    name: String,
    before: ExperimentConfig,
    after: ExperimentConfig,
    claim: Claim,
}

/// What should come out.
enum Claim {
    /// Something else than before.
    Change(Prediction),
    /// What the other preset is there to show.
    Goal(Goal),
}

impl Claim {
    fn metric(&self) -> &str {
        match self {
            Claim::Change(prediction) => &prediction.metric,
            Claim::Goal(goal) => &goal.metric,
        }
    }

    fn came_true(&self, before: Option<&Evaluation>, after: Option<&Evaluation>) -> bool {
        match self {
            Claim::Change(prediction) => {
                (before.zip(after)).is_some_and(|(a, b)| prediction.came_true(a, b))
            }
            Claim::Goal(goal) => after.is_some_and(|after| goal.is_met(after)),
        }
    }
}

impl std::fmt::Display for Claim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Claim::Change(prediction) => prediction.fmt(f),
            Claim::Goal(goal) => goal.fmt(f),
        }
    }
}

impl Step {
    fn new(preset: &Preset, idea: &Idea) -> Result<Self> {
        let name = format!("{}: {}", preset.name, idea.label);
        let before = preset.config();
        let (start, goal) = match &idea.preset {
            None => (before.clone(), None),
            Some(other) => {
                let goal = preset::find(other).and_then(|other| other.goal.clone());
                (ExperimentConfig::preset(other)?, goal)
            }
        };
        let overrides = idea.overrides.iter();
        let overrides = overrides.map(|(path, value)| (path, value.clone()));
        let claim = (idea.predicts.clone().map(Claim::Change)).or(goal.map(Claim::Goal));
        Ok(Self {
            before,
            after: start.with_paths(overrides).with_context(|| name.clone())?,
            claim: claim.with_context(|| format!("{name}: it says nothing that could be wrong"))?,
            name,
        })
    }

    /// Whether both games are played on points, which takes seconds.
    fn is_quick(&self) -> bool {
        [&self.before, &self.after]
            .iter()
            .all(|config| matches!(config.data, Data::Toy(_)))
    }
}

fn steps() -> Result<Vec<Step>> {
    let ideas = preset::all()
        .iter()
        .flat_map(|preset| preset.ideas().into_iter().map(move |idea| (preset, idea)));
    ideas
        .map(|(preset, idea)| Step::new(preset, &idea))
        .collect()
}

/// Trains every preset with ideas, and each of them.
pub(super) fn table(args: &Args) -> Result<Report> {
    let mut steps = steps()?;
    steps.retain(|step| match &args.only {
        None => step.is_quick(),
        Some(_) => wanted(args, &step.name),
    });
    // Many ideas begin from the same preset, and it is trained once.
    let mut configs: Vec<ExperimentConfig> = Vec::new();
    for step in &steps {
        let before = matches!(step.claim, Claim::Change(_)).then_some(&step.before);
        for config in before.into_iter().chain([&step.after]) {
            if !configs.contains(config) {
                configs.push(config.clone());
            }
        }
    }
    let found = runs::run(&configs, &[], args)?;
    let runs_of = |config: &ExperimentConfig| -> Option<&Runs> {
        Some(&found[configs.iter().position(|known| known == config)?])
    };
    let rows = steps.iter().map(|step| {
        let after = runs_of(&step.after).expect("it was trained");
        row(step, runs_of(&step.before), after)
    });
    Ok(Report {
        table: IDEAS.into(),
        title: "What to try next".into(),
        teaches: "The presets' ideas".into(),
        about: "What one click of the page changes, what it says will come out, and how often it did: the metric that is \
                named, with the preset as it is and after the click. Ideas with images are tried with `--only`"
            .into(),
        seeds: args.seeds,
        steps: args.steps,
        only: args.only.clone(),
        metrics: vec!["before".into(), "after".into()],
        rows: rows.collect(),
    })
}

fn row(step: &Step, before: Option<&Runs>, after: &Runs) -> Row {
    let metric = step.claim.metric();
    let spread = |runs: &Runs| {
        let values = runs.iter().flatten().filter_map(|run| run.get(metric));
        Spread::of(values.copied().collect())
    };
    let columns = [
        ("before", before.and_then(spread)),
        ("after", spread(after)),
    ];
    let came_true = (0..after.len()).filter(|&seed| {
        let before = before.and_then(|runs| runs[seed].as_ref());
        step.claim.came_true(before, after[seed].as_ref())
    });
    Row {
        name: step.name.clone(),
        metrics: (columns.into_iter())
            .filter_map(|(name, spread)| Some((name.to_string(), spread?)))
            .collect::<BTreeMap<_, _>>(),
        diverged: after.iter().filter(|run| run.is_none()).count(),
        verdict: Some(Verdict {
            expected: step.claim.to_string(),
            came_true: came_true.count(),
            runs: after.len(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_idea_works_changes_something_and_says_what_will_come_out() {
        for step in steps().unwrap() {
            assert_ne!(step.before, step.after, "{}", step.name);
        }
    }
}
