//! What the built `ganlet` says, does, leaves behind and never destroys, on games that take no time.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ganlet::checkpoint::Checkpoint;
use serde_json::{Value, json};

/// A command whose surroundings say nothing.
fn ganlet(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ganlet"));
    command.args(args).env_remove("GANLET_DATA");
    command
}

fn run(args: &[&str]) -> Output {
    ganlet(args).output().unwrap()
}

/// What a run that has to succeed prints.
fn summary(args: &[&str]) -> Value {
    let output = run(args);
    assert!(output.status.success(), "{args:?}: {}", said(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What a run that has to fail says.
fn refusal(args: &[&str]) -> String {
    let output = run(args);
    assert!(!output.status.success(), "{args:?} was accepted");
    let said = said(&output);
    assert!(
        said.starts_with("error: ") && !said.contains("panicked"),
        "{said}"
    );
    said
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A folder of a test's own, empty.
struct Dir(PathBuf);

impl Dir {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        if path.exists() {
            fs::remove_dir_all(&path).unwrap();
        }
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_string()
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        fs::write(self.0.join(name), text).unwrap();
        self.path(name)
    }
}

/// Networks of a few units on the benchmark's points, which nothing is measured on.
fn tiny(others: Value) -> String {
    tiny_of("bench-ring", others)
}

fn tiny_of(preset: &str, others: Value) -> String {
    let dense = |units: usize| json!({ "kind": "dense", "units": units });
    let net = |out: usize| json!({ "layers": [dense(4), { "kind": "relu" }, dense(out)] });
    let mut config = json!({
        "preset": preset, "batch": 4, "steps": 20, "generator": net(2), "discriminator": net(1),
    });
    config
        .as_object_mut()
        .unwrap()
        .extend(others.as_object().unwrap().clone());
    config.to_string()
}

/// On the CPU, without another word than the summary.
const QUIET: [&str; 3] = ["--backend", "cpu", "--json"];

/// The arguments of `run` with a config, and others.
fn with<'a>(config: &'a str, others: &[&'a str]) -> Vec<&'a str> {
    [&["run", config], QUIET.as_slice(), others].concat()
}

/// The steps that a table has rows of; every row has to be whole.
fn steps(folder: &str) -> Vec<u64> {
    let text = fs::read_to_string(Path::new(folder).join("losses.csv")).unwrap();
    assert!(text.ends_with('\n'));
    let columns = text.lines().next().unwrap().split(',').count();
    let step = |line: &str| {
        assert_eq!(line.split(',').count(), columns, "{line}");
        line.split(',').next().unwrap().parse().unwrap()
    };
    text.lines().skip(1).map(step).collect()
}

fn checkpoint(folder: &str) -> Checkpoint {
    let bytes = fs::read(Path::new(folder).join("checkpoint.safetensors")).unwrap();
    Checkpoint::from_bytes(&bytes).unwrap()
}

#[test]
fn a_message_is_short_whatever_was_passed() {
    let dir = Dir::new("short");
    let long = "x".repeat(10_000);
    let ring = format!(r#"{{"preset": "ring", "cost": "{long}"}}"#);
    let path = dir.path(&format!("{}/{}", "y".repeat(200), "z".repeat(200)));
    let set = format!("batch={long}");
    let field = format!("{long}=1");
    let option = format!("--{long}");
    for args in [
        vec!["run", &long],
        vec!["run", &ring],
        vec!["run", "ring", "--set", &set],
        vec!["run", "ring", "--set", &field],
        vec!["run", "ring", "--set", &long],
        vec!["run", "ring", "--seed", &long],
        vec!["run", "ring", &option],
        vec!["run", "ring", "--resume", &path],
        vec!["bench", &long],
        vec!["latent", &long],
        vec!["latent", "faces", "--model", &path],
        vec!["run", "mnist-mlp", "--data", &path],
        vec!["run", "ring", "--tuning", &path],
        vec![&long],
    ] {
        let said = refusal(&args);
        assert!(
            said.len() < 1500,
            "{:.60}: {} bytes: {said:.300}",
            args.join(" "),
            said.len()
        );
    }
}

#[test]
fn numbers_that_cannot_be_are_refused_in_words() {
    for (args, part) in [
        (
            ["run", "ring", "--seed", "-1"],
            "a seed is a whole number from 0 to 4294967295",
        ),
        (
            ["run", "ring", "--seed", "4294967296"],
            "a seed is a whole number",
        ),
        (
            ["latent", "faces", "--seed", "-1"],
            "a seed is a whole number",
        ),
        (
            ["train-classifier", "faces", "--seed", "x"],
            "a seed is a whole number",
        ),
        (["run", "ring", "--every", "0"], "use a whole number from 1"),
        (["run", "ring", "--every", "-5"], "invalid value '-5'"),
        (
            ["run", "ring", "--threads", "0"],
            "use a whole number from 1",
        ),
        (["bench", "all", "--reps", "0"], "use a whole number from 1"),
        (
            ["train-classifier", "faces", "--steps", "0"],
            "use a whole number from 1",
        ),
    ] {
        let said = refusal(&args);
        assert!(said.contains(part), "{args:?}: {said}");
    }
}

#[test]
fn a_file_that_cannot_be_used_is_named() {
    let dir = Dir::new("named");
    let damaged = dir.write("damaged.safetensors", [7; 40]);
    let wrong = dir.write("wrong.json", r#"{"preset": "ring", "batch": 0}"#);
    let torn = dir.write("torn.JSON", r#"{"preset": "#);
    for (args, file, part) in [
        (
            vec!["run", "ring", "--resume", &damaged],
            &damaged,
            "damaged",
        ),
        (
            vec!["latent", "faces", "--model", &damaged],
            &damaged,
            "damaged",
        ),
        (vec!["run", &wrong], &wrong, "`batch`"),
        (vec!["run", &torn], &torn, "not JSON"),
    ] {
        let said = refusal(&args);
        assert!(
            said.contains(file.as_str()) && said.contains(part),
            "{said}"
        );
    }
}

#[test]
fn a_file_may_begin_with_a_mark_and_be_named_in_capitals() {
    let dir = Dir::new("mark");
    let text = format!("\u{feff}{}", tiny(json!({ "steps": 3 })));
    for name in ["game.json", "GAME.JSON"] {
        let file = dir.write(name, &text);
        assert_eq!(summary(&with(&file, &[]))["steps"], 3, "{name}");
    }
}

#[test]
fn settings_are_merged_before_they_are_checked() {
    let critic = tiny(json!({ "schedule": { "d_steps": 5 } }));
    let [kind, lr] = ["g_optimizer.kind=sgd", "g_optimizer.lr=0.1"];
    for (config, sets) in [
        (
            &critic,
            ["schedule.order=simultaneous", "schedule.d_steps=1"],
        ),
        (
            &critic,
            ["schedule.d_steps=1", "schedule.order=simultaneous"],
        ),
        (&critic, [kind, lr]),
        (&critic, [lr, kind]),
        (
            &critic,
            [
                "gradient_penalty.weight=0.1",
                "gradient_penalty.one_sided=true",
            ],
        ),
    ] {
        let args = with(
            config,
            &["--steps", "2", "--set", sets[0], "--set", sets[1]],
        );
        assert_eq!(summary(&args)["steps"], 2);
    }
}

#[test]
fn what_is_asked_for_beside_a_checkpoint_is_done_or_refused() {
    let dir = Dir::new("resume");
    let [out, other] = ["a", "b"].map(|name| dir.path(name));
    let game = tiny(json!({}));
    summary(&with(
        &game,
        &["--seed", "3", "--set", "g_optimizer.lr=0.01", "--out", &out],
    ));
    let saved = format!("{out}/checkpoint.safetensors");
    let refused = |config: &str, others: &[&str]| {
        refusal(&with(
            config,
            &[&["--resume", saved.as_str()], others].concat(),
        ))
    };
    for (said, parts) in [
        (refused("ring", &[]), ["`bench-ring`", "`ring`"]),
        (
            refused("bench-ring", &["--seed", "5"]),
            ["seed 3", "seed 5"],
        ),
        (
            refused("bench-ring", &["--set", "batch=8"]),
            ["field `batch`", &saved],
        ),
        (
            refused(r#"{"preset": "bench-ring", "batch": 8}"#, &[]),
            ["field `batch`", &saved],
        ),
        (
            refused(
                "bench-ring",
                &["--set", "g_optimizer={\"kind\":\"sgd\",\"lr\":1}"],
            ),
            ["field `g_optimizer`", &saved],
        ),
        (
            refused("bench-ring", &["--set", "g_optimizer.lr=7"]),
            ["field `g_optimizer.lr`", "0 to 1"],
        ),
    ] {
        assert!(
            parts.iter().all(|part| said.contains(part)),
            "{parts:?}: {said}"
        );
    }
    let live = r#"{"preset": "bench-ring", "d_optimizer": {"lr": 0.02}}"#;
    let more = [
        "--seed",
        "3",
        "--set",
        "steps=7",
        "--set",
        "d_optimizer.beta1=0.25",
        "--out",
        &other,
    ];
    let summary = summary(&with(
        live,
        &[&["--resume", saved.as_str()], more.as_slice()].concat(),
    ));
    assert_eq!(
        (&summary["steps"], &summary["seed"]),
        (&json!(27), &json!(3))
    );
    let config = serde_json::to_value(checkpoint(&other).config).unwrap();
    assert_eq!(
        config["g_optimizer"]["lr"], 0.01,
        "what nobody mentions stays"
    );
    assert_eq!(config["d_optimizer"]["lr"], 0.02);
    assert_eq!(config["d_optimizer"]["beta1"], 0.25);
}

#[test]
fn a_resumed_run_goes_on_with_its_tables() {
    let dir = Dir::new("tables");
    let [halves, whole] = ["halves", "whole"].map(|name| dir.path(name));
    let saved = format!("{halves}/checkpoint.safetensors");
    let game = tiny(json!({}));
    summary(&with(
        &game,
        &["--steps", "20", "--every", "10", "--out", &halves],
    ));
    // A crash cut a row in two.
    let losses = dir.0.join("halves/losses.csv");
    let text = fs::read_to_string(&losses).unwrap();
    fs::write(&losses, format!("{text}20,0.5")).unwrap();
    summary(&with(
        "bench-ring",
        &[
            "--steps", "15", "--every", "10", "--resume", &saved, "--out", &halves,
        ],
    ));
    summary(&with(
        &game,
        &["--steps", "35", "--every", "10", "--out", &whole],
    ));
    assert!(steps(&halves).into_iter().eq(0..35));
    let read = |folder: &str, name: &str| fs::read_to_string(Path::new(folder).join(name)).unwrap();
    assert_eq!(read(&halves, "losses.csv"), read(&whole, "losses.csv"));
    let measured = |folder: &str| {
        let text = read(folder, "metrics.csv");
        text.lines()
            .map(|l| l.split(',').next().unwrap().to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(measured(&halves), measured(&whole));
    assert_eq!(
        checkpoint(&halves).to_bytes().unwrap(),
        checkpoint(&whole).to_bytes().unwrap()
    );
}

#[test]
fn what_an_earlier_run_left_stays_until_told_otherwise() {
    let dir = Dir::new("earlier");
    let [out, early] = ["a", "early"].map(|name| dir.path(name));
    let game = tiny(json!({}));
    summary(&with(&game, &["--steps", "30", "--out", &out]));
    let notes = dir.write("a/notes.txt", "mine");
    let before = fs::read(dir.0.join("a/losses.csv")).unwrap();

    let said = refusal(&with(&game, &["--out", &out]));
    assert!(
        said.contains(&out) && said.contains("--overwrite") && said.contains("--resume"),
        "{said}"
    );
    // Of another run, and from an earlier step of this one.
    summary(&with(&game, &["--steps", "10", "--out", &early]));
    let saved = format!("{early}/checkpoint.safetensors");
    refusal(&with("bench-ring", &["--resume", &saved, "--out", &out]));
    let copy = format!("{out}/copy.safetensors");
    fs::copy(&saved, &copy).unwrap();
    let back = ["--resume", &copy, "--steps", "5", "--out", &out];
    let said = refusal(&with("bench-ring", &back));
    assert!(
        said.contains("step 30") && said.contains("step 10"),
        "{said}"
    );
    assert_eq!(fs::read(dir.0.join("a/losses.csv")).unwrap(), before);

    summary(&with(
        "bench-ring",
        &[back.as_slice(), &["--overwrite"]].concat(),
    ));
    assert!(steps(&out).into_iter().eq(0..15));
    summary(&with(
        &game,
        &["--steps", "4", "--out", &out, "--overwrite"],
    ));
    assert!(steps(&out).into_iter().eq(0..4));
    assert_eq!(fs::read_to_string(notes).unwrap(), "mine");
}

#[test]
fn the_rows_of_a_divergence_are_in_the_table() {
    let dir = Dir::new("divergence");
    let out = dir.path("out");
    let sgd = json!({ "kind": "sgd", "lr": 10.0 });
    let wild = tiny(json!({ "cost": "wasserstein", "g_optimizer": sgd, "d_optimizer": sgd }));
    let said = refusal(&with(&wild, &["--steps", "1000", "--out", &out]));
    assert!(said.contains("diverged"), "{said}");
    let (rows, restored) = (steps(&out), checkpoint(&out).step);
    assert!(rows.iter().copied().eq(0..rows.len() as u64));
    assert!(
        rows.len() as u64 > restored,
        "{} rows, back at step {restored}",
        rows.len()
    );
    let text = fs::read_to_string(dir.0.join("out/losses.csv")).unwrap();
    let finite = |line: &str| {
        line.split(',')
            .all(|v| v.parse::<f64>().unwrap().is_finite())
    };
    let bad: Vec<bool> = text.lines().skip(1).map(|line| !finite(line)).collect();
    assert_eq!(
        bad.iter().position(|&bad| bad),
        Some(bad.len() - 1),
        "only the last is not finite"
    );
}

#[test]
fn a_set_that_ganlet_data_does_not_hold_is_where_it_always_is() {
    let dir = Dir::new("data");
    fs::create_dir_all(dir.0.join("mnist")).unwrap();
    let output = ganlet(&["shaders", "faces-dcgan", "--list"])
        .env("GANLET_DATA", &dir.0)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", said(&output));
    // Who names a folder means that one.
    let said = refusal(&["run", "faces-dcgan", "--data", dir.0.to_str().unwrap()]);
    assert!(said.contains("faces.safetensors"), "{said}");
}

#[cfg(unix)]
mod signals {
    use super::*;
    use std::process::{Child, ExitStatus, Stdio};
    use std::thread::sleep;
    use std::time::{Duration, Instant};

    fn until(what: &str, mut done: impl FnMut() -> bool) {
        let start = Instant::now();
        while !done() {
            assert!(
                start.elapsed() < Duration::from_secs(120),
                "{what}: it takes too long"
            );
            sleep(Duration::from_millis(20));
        }
    }

    /// A run under way. It does not outlive its test.
    struct Running(Child);

    impl Running {
        fn start(args: &[&str], output: &Path) -> Self {
            let mut command = ganlet(args);
            let output = fs::File::create(output).unwrap();
            Self(
                command
                    .stdout(output)
                    .stderr(Stdio::null())
                    .spawn()
                    .unwrap(),
            )
        }

        fn send(&mut self, signal: &str) -> ExitStatus {
            let id = self.0.id().to_string();
            let sent = Command::new("kill").args([signal, &id]).status();
            assert!(sent.unwrap().success());
            self.0.wait().unwrap()
        }
    }

    impl Drop for Running {
        fn drop(&mut self) {
            // It has ended long ago, unless the test fails.
            let _ = self.0.kill();
        }
    }

    fn has_rows(folder: &str) -> bool {
        let text = fs::read_to_string(Path::new(folder).join("losses.csv"));
        text.is_ok_and(|text| text.lines().count() > 10)
    }

    #[test]
    fn an_interrupted_run_is_saved_and_goes_on() {
        let dir = Dir::new("interrupted");
        let game = tiny(json!({}));
        for signal in ["-INT", "-TERM"] {
            let out = dir.path(signal);
            let printed = dir.0.join("summary.json");
            let args = with(&game, &["--steps", "10000000", "--out", &out]);
            let mut run = Running::start(&args, &printed);
            until("the first rows", || has_rows(&out));
            assert_eq!(run.send(signal).code(), Some(130));
            let summary: Value = serde_json::from_slice(&fs::read(printed).unwrap()).unwrap();
            assert_eq!(summary["interrupted"], true);
            let step = checkpoint(&out).step;
            assert_eq!(summary["steps"], step);
            assert!(steps(&out).into_iter().eq(0..step));
            let saved = format!("{out}/checkpoint.safetensors");
            super::summary(&with(
                "bench-ring",
                &["--steps", "5", "--resume", &saved, "--out", &out],
            ));
            assert!(steps(&out).into_iter().eq(0..step + 5));
        }
    }

    #[test]
    fn a_run_that_is_killed_has_its_last_look() {
        let dir = Dir::new("killed");
        let out = dir.path("out");
        let game = tiny(json!({}));
        let args = ["--steps", "10000000", "--every", "50", "--out", &out];
        let mut run = Running::start(&with(&game, &args), &dir.0.join("summary.json"));
        let saved = Path::new(&out).join("checkpoint.safetensors");
        until("the first look", || saved.exists());
        run.send("-KILL");
        let step = checkpoint(&out).step;
        assert!(step > 0 && step.is_multiple_of(50));
        assert!(steps(&out).len() as u64 >= step);
    }
}

/// A display is nothing that a GPU is asked for its numbers with.
#[cfg(target_os = "linux")]
#[test]
fn a_gpu_needs_no_display() {
    let output = ganlet(&[
        "run",
        &tiny(json!({ "steps": 2 })),
        "--backend",
        "gpu",
        "--json",
    ])
    .env_remove("XDG_RUNTIME_DIR")
    .env_remove("WAYLAND_DISPLAY")
    .output()
    .unwrap();
    assert!(
        !said(&output).contains("XDG_RUNTIME_DIR"),
        "{}",
        said(&output)
    );
    // Where there is no adapter it says so, in words of its own.
    assert!(
        output.status.success() || said(&output).starts_with("error: no GPU adapter"),
        "{}",
        said(&output)
    );
}
