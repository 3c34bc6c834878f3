//! A GAN on a language whose true probabilities are known (tutorial, section 5.3): sentences of a Markov chain that looks three words
//! back, first by maximum likelihood, then by a game in which G's choices are reinforced (Yu et al. 2017).

use anyhow::Result;
use ganlet::config::{Network, Optimizer};
use ganlet::init;
use ganlet::layer::{Features, Learned, Mode, Stack};
use ganlet::loss::{Cost, cost};
use ganlet::metric::Evaluation;
use ganlet::model::gan::{Estimator, Words, reinforced};
use ganlet::optimizer::Descent;
use ganlet::random::Random;
use ganlet_core::backend::{Place, Session};
use ganlet_core::grad::grad;
use ganlet_core::{Builder, DType, Init, Program, Slot, Tensor};
use pollster::block_on;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;
use serde_json::json;

use super::Args;
use super::report::{Report, Row, Verdict};
use crate::progress;

/// What stands for this table.
pub(super) const NAME: &str = "language";

const WORDS: usize = 8;
/// Words of a sentence, and how many before a word say what it may be.
const LENGTH: usize = 8;
const MEMORY: usize = 3;
/// How far the logits of the language lie apart.
const SHARPNESS: f64 = 1.5;

/// Sentences that are learned from, and held-out ones.
const LEARNED: usize = 2000;
const HELD_OUT: usize = 2048;
const BATCH: usize = 128;
/// Updates by maximum likelihood, of D alone against what that left, and of the game.
const LIKELIHOOD: usize = 1000;
const JUDGE: usize = 300;
const GAME: usize = 2000;

/// The true probabilities.
struct Language {
    /// By what came before, the last word last; [`WORDS`] stands for no word.
    logarithms: Vec<[f64; WORDS]>,
}

type Sentence = [usize; LENGTH];

/// The place in the table of what came before word `at`.
fn context(sentence: &[usize], at: usize) -> usize {
    let word = |back: usize| at.checked_sub(back).map_or(WORDS, |i| sentence[i]);
    (1..=MEMORY)
        .rev()
        .fold(0, |sum, back| sum * (WORDS + 1) + word(back))
}

impl Language {
    /// The same one whatever the seed of a run is.
    fn new() -> Self {
        let mut rng = StdRng::seed_from_u64(0);
        let contexts = (WORDS + 1).pow(MEMORY as u32);
        let mut row = || {
            let logits: [f64; WORDS] =
                std::array::from_fn(|_| SHARPNESS * rng.sample::<f64, _>(StandardNormal));
            let total = logits.iter().map(|a| a.exp()).sum::<f64>().ln();
            logits.map(|a| a - total)
        };
        Self {
            logarithms: (0..contexts).map(|_| row()).collect(),
        }
    }

    fn sentence(&self, rng: &mut StdRng) -> Sentence {
        let mut sentence = [0; LENGTH];
        for at in 0..LENGTH {
            let mut left: f64 = rng.random();
            let chances = &self.logarithms[context(&sentence, at)];
            let chosen = chances.iter().position(|log| {
                left -= log.exp();
                left < 0.0
            });
            sentence[at] = chosen.unwrap_or(WORDS - 1);
        }
        sentence
    }

    /// Minus the mean logarithm of a word's true probability, in nats.
    fn surprise(&self, sentences: &[Sentence]) -> f64 {
        let of = |sentence: &Sentence| -> f64 {
            let word = |at: usize| self.logarithms[context(sentence, at)][sentence[at]];
            (0..LENGTH).map(word).sum()
        };
        -sentences.iter().map(of).sum::<f64>() / (sentences.len() * LENGTH) as f64
    }
}

/// Sentences as D and G see them, a 1 at each word: `[sentences, LENGTH * WORDS]`.
fn ones(sentences: &[Sentence]) -> Vec<f32> {
    let one = |word: usize| (0..WORDS).map(move |k| f32::from(u8::from(k == word)));
    sentences
        .iter()
        .flatten()
        .flat_map(|&word| one(word))
        .collect()
}

/// A network with what Adam remembers of it, on the device.
struct Player {
    stack: Stack,
    params: Tensor,
    buffers: Vec<Tensor>,
    count: Tensor,
}

const fn adam(lr: f64, beta1: f64) -> Optimizer {
    Optimizer::Adam {
        lr,
        beta1,
        beta2: 0.999,
        eps: 1e-8,
        decay_steps: None,
    }
}

/// How G learns by likelihood and in the game, and how D learns.
const BY_LIKELIHOOD: Optimizer = adam(1e-3, 0.9);
const IN_GAME: Optimizer = adam(2e-4, 0.5);
const OF_D: Optimizer = adam(1e-3, 0.5);

impl Player {
    fn new(b: &Builder, name: &str, sizes: [usize; 4], seed: u32) -> Result<Self> {
        let [inputs, first, second, outputs] = sizes;
        let dense = |units: usize| json!({ "kind": "dense", "units": units });
        let relu = json!({ "kind": "leaky_relu", "slope": 0.2 });
        let layers = [
            dense(first),
            relu.clone(),
            dense(second),
            relu,
            dense(outputs),
        ];
        let network = json!({ "init": { "kind": "he" }, "layers": layers });
        let network: Network = serde_json::from_value(network)?;
        let stack = Stack::new(name, &network, &[inputs], 0)?;
        let which = name.bytes().map(u32::from).sum();
        let start = init::parameters(&stack, &network.init, seed, which, None);
        let bytes = bytemuck::cast_slice::<f32, u8>(&start).to_vec();
        let shape = [start.len()];
        let state = |part: &str, shape: &[usize], init: Init| {
            b.state(&format!("{name}.{part}"), shape, DType::F32, init)
        };
        let buffers = OF_D.buffers().iter();
        Ok(Self {
            params: state("params", &shape, Init::Bytes(bytes.into())),
            buffers: buffers
                .map(|part| state(part, &shape, Init::Zeros))
                .collect(),
            count: state("updates", &[], Init::Zeros),
            stack,
        })
    }

    fn of(&self, params: &Tensor, x: &Tensor) -> Features {
        let learned = Learned {
            params,
            spectral: None,
            reference: None,
        };
        // Nothing in it looks at statistics.
        let mut mode = Mode::Sample { stats: params };
        self.stack.forward(learned, x, None, &mut mode)
    }

    /// The states, each with what it is after an update that makes `loss` smaller; the parameters first.
    fn moved(&self, optimizer: &Optimizer, loss: &Tensor) -> Vec<(Tensor, Tensor)> {
        let count = &self.count + 1.0;
        let at = Descent {
            params: &self.params,
            gradient: &grad(loss, &[&self.params]).remove(0),
            buffers: &self.buffers,
            count: &count,
        };
        let hyper = |_: &str, value: f64| count.constant_like(value);
        let (params, buffers) = optimizer.update(&hyper, at);
        let pairs = [
            (self.params.clone(), params),
            (self.count.clone(), count.clone()),
        ];
        let remembered = self.buffers.iter().cloned().zip(buffers);
        pairs.into_iter().chain(remembered).collect()
    }
}

/// The logarithm of the probability of words, one-hot rows, by logits, `[batch, 1]`.
fn log_p(logits: &Tensor, words: &Tensor) -> Tensor {
    let top = logits.max_along(&[1]).detach();
    let total = (logits - &top).exp().sum(&[1]).log() + top;
    (logits * words).sum(&[1]) - total
}

fn sum(terms: impl IntoIterator<Item = Tensor>) -> Tensor {
    let sum = terms.into_iter().reduce(|sum, term| sum + term);
    sum.expect("a sentence has words")
}

/// What is run: the names of entries.
const LEARN: &str = "likelihood";
const JUDGED: &str = "judge";
const PLAY: &str = "game";
const SPEAK: &str = "speak";
const SURPRISE: &str = "surprise";

/// Both players. G says a word at a time, by the words before it; D reads whole sentences.
fn trace(seed: u32) -> Result<Program> {
    let b = Builder::new();
    let g = Player::new(&b, "g", [MEMORY * WORDS, 64, 64, WORDS], seed)?;
    let d = Player::new(&b, "d", [LENGTH * WORDS, 128, 64, 1], seed)?;
    let text = b.input("text", &[BATCH, LENGTH * WORDS], DType::F32);
    let random = Random::new(&b.input("key", &[2], DType::U32));
    let none = b.full(&[BATCH, WORDS], 0.0);
    let next = |before: &[Tensor]| {
        let word = |back: usize| before.len().checked_sub(back).map_or(&none, |i| &before[i]);
        let seen: Vec<&Tensor> = (1..=MEMORY).rev().map(word).collect();
        g.of(&g.params, &Tensor::concat(&seen, 1)).output
    };

    let given = |at: usize| text.narrow(1, at * WORDS, WORDS);
    let given: Vec<Tensor> = (0..LENGTH).map(given).collect();
    let words = (0..LENGTH).map(|at| log_p(&next(&given[..at]), &given[at]));
    let surprise = sum(words).mean_all() * (-1.0 / LENGTH as f64);

    let chooser = Words {
        estimator: Estimator::Reinforce,
        temperature: 1.0,
    };
    let (mut said, mut logarithms) = (Vec::new(), Vec::new());
    for _ in 0..LENGTH {
        let logits = next(&said);
        let word = chooser.choose(&logits, &random).weights;
        logarithms.push(log_p(&logits, &word));
        said.push(word);
    }
    let said = Tensor::concat(&said.iter().collect::<Vec<_>>(), 1);

    let (real, fake) = (d.of(&d.params, &text), d.of(&d.params, &said));
    let targets = cost::Targets::plain(&real.output);
    let cost_of_d = cost::discriminator(Cost::NonSaturating, &real.output, &fake.output, &targets);
    let judged = d.moved(&OF_D, &cost_of_d);
    // G against the D that has just moved.
    let opinion = d.of(&judged[0].1, &said);
    let each = cost::of_each(Cost::NonSaturating, &opinion, || real.clone());
    let played = g.moved(&IN_GAME, &reinforced(&each, &sum(logarithms)));

    let entry = |name: &str, updates: &[(Tensor, Tensor)], outputs: &[(&str, &Tensor)]| {
        let updates: Vec<_> = updates.iter().map(|(state, next)| (state, next)).collect();
        b.entry(name, &updates, outputs);
    };
    entry(LEARN, &g.moved(&BY_LIKELIHOOD, &surprise), &[]);
    entry(JUDGED, &judged, &[]);
    entry(PLAY, &[judged.clone(), played].concat(), &[]);
    entry(SPEAK, &[], &[("words", &said)]);
    entry(SURPRISE, &[], &[("nats", &surprise)]);
    Ok(b.build()?)
}

/// A game under way.
struct Run<'a> {
    language: &'a Language,
    program: Program,
    session: Session,
    rng: StdRng,
    learned: Vec<Sentence>,
    held_out: Vec<Sentence>,
    runs: u32,
}

impl<'a> Run<'a> {
    fn new(language: &'a Language, place: &Place, seed: u32) -> Result<Self> {
        let program = trace(seed)?;
        let session = Session::new(place, &program)?;
        let mut rng = StdRng::seed_from_u64(u64::from(seed) + 1);
        let mut sentences = |count| (0..count).map(|_| language.sentence(&mut rng)).collect();
        Ok(Self {
            learned: sentences(LEARNED),
            held_out: sentences(HELD_OUT),
            language,
            program,
            session,
            rng,
            runs: 0,
        })
    }

    /// Runs an entry on sentences with draws of its own; what it puts out, if anything.
    fn run(&mut self, entry: &str, text: &[Sentence]) -> Result<Vec<f32>> {
        self.runs += 1;
        let found = self.program.entries.iter().position(|e| e.name == entry);
        let index = found.expect("it was traced");
        let key = [self.runs, 0];
        for (input, bytes) in [
            ("text", bytemuck::cast_slice::<f32, u8>(&ones(text))),
            ("key", bytemuck::cast_slice(&key)),
        ] {
            let slot = Slot::Input(self.program.input(input).expect("it was traced"));
            self.session.write(slot, bytes)?;
        }
        block_on(self.session.run(index, 1))?;
        if self.program.entries[index].outputs.is_empty() {
            return Ok(vec![]);
        }
        let output = Slot::Output {
            entry: index,
            output: 0,
        };
        let bytes = block_on(self.session.read(output))?;
        Ok(bytemuck::pod_collect_to_vec(&bytes))
    }

    fn train(&mut self, entry: &str, updates: usize, done: &mut dyn FnMut()) -> Result<()> {
        for _ in 0..updates {
            let one = |_| self.learned[self.rng.random_range(0..LEARNED)];
            let text: Vec<Sentence> = (0..BATCH).map(one).collect();
            self.run(entry, &text)?;
            done();
        }
        Ok(())
    }

    /// What G says under the language, and the language under G.
    fn figures(&mut self) -> Result<Evaluation> {
        let mut said = Vec::new();
        let text = self.learned[..BATCH].to_vec();
        for _ in 0..HELD_OUT / BATCH {
            let words = self.run(SPEAK, &text)?;
            said.extend(words.chunks(LENGTH * WORDS).map(|sentence| -> Sentence {
                let chosen = |at: usize| {
                    let ones = &sentence[at * WORDS..][..WORDS];
                    ones.iter().position(|&x| x > 0.5).unwrap_or(0)
                };
                std::array::from_fn(chosen)
            }));
        }
        let mut nats = 0.0;
        for text in self.held_out.clone().chunks(BATCH) {
            nats += f64::from(self.run(SURPRISE, text)?[0]) * text.len() as f64;
        }
        let different = said.iter().collect::<std::collections::BTreeSet<_>>().len();
        Ok(Evaluation::from([
            ("oracle_nats".into(), self.language.surprise(&said)),
            ("data_nats".into(), nats / HELD_OUT as f64),
            ("different".into(), different as f64 / said.len() as f64),
        ]))
    }
}

pub(super) fn table(args: &Args) -> Result<Report> {
    let language = Language::new();
    let place = block_on(args.place.find())?;
    let metrics = ["oracle_nats", "data_nats", "different"].map(String::from);
    let bar = progress::steps((2 * (LIKELIHOOD + GAME) + JUDGE) as u64 * u64::from(args.seeds));
    let mut found: [Vec<Option<Evaluation>>; 4] = Default::default();
    for seed in 0..args.seeds {
        let mut done = || bar.inc(1);
        let mut rng = StdRng::seed_from_u64(u64::from(seed));
        let said: Vec<Sentence> = (0..HELD_OUT).map(|_| language.sentence(&mut rng)).collect();
        let different = said.iter().collect::<std::collections::BTreeSet<_>>().len();
        let of_itself = language.surprise(&said);
        found[0].push(Some(Evaluation::from([
            ("oracle_nats".into(), of_itself),
            ("data_nats".into(), of_itself),
            ("different".into(), different as f64 / said.len() as f64),
        ])));
        let mut run = Run::new(&language, &place, seed)?;
        run.train(LEARN, LIKELIHOOD, &mut done)?;
        found[1].push(Some(run.figures()?));
        run.train(JUDGED, JUDGE, &mut done)?;
        run.train(PLAY, GAME, &mut done)?;
        found[2].push(Some(run.figures()?));
        let mut alone = Run::new(&language, &place, seed)?;
        alone.train(LEARN, LIKELIHOOD + GAME, &mut done)?;
        found[3].push(Some(alone.figures()?));
    }
    bar.finish_and_clear();
    let of = |run: &Option<Evaluation>| run.as_ref().map_or(f64::NAN, |run| run["oracle_nats"]);
    let below = found[2]
        .iter()
        .zip(&found[1])
        .filter(|(game, start)| of(game) < of(start));
    let verdict = Verdict {
        expected: "oracle_nats below where the game began".into(),
        came_true: below.count(),
        runs: args.seeds as usize,
    };
    let names = [
        "the language itself".to_string(),
        format!("maximum likelihood, {LIKELIHOOD} updates"),
        format!("and then the game, {GAME} updates"),
        format!("maximum likelihood, {} updates", LIKELIHOOD + GAME),
    ];
    let rows = names
        .into_iter()
        .zip(&found)
        .enumerate()
        .map(|(i, (name, runs))| Row {
            verdict: (i == 2).then(|| verdict.clone()),
            ..Row::new(name, &metrics, runs)
        });
    Ok(Report {
        table: NAME.into(),
        title: "A language of four words at a time".into(),
        teaches: "Tutorial, section 5.3; Yu et al. 2017 (SeqGAN)".into(),
        about: format!(
            "Sentences of {LENGTH} words out of {WORDS}, each word drawn by the {MEMORY} before it, from a table that G never sees. \
             G learns from {LEARNED} sentences by maximum likelihood; then D reads whole sentences, and G's choices are reinforced \
             by what D says. `oracle_nats` is minus the mean logarithm of the true probability of a word that G says, \
             `data_nats` that of G's probability of a word of held-out sentences, and `different` the share of different sentences \
             among {HELD_OUT}. Both are nats a word, and less is better; the language itself is how low they should go"
        ),
        seeds: args.seeds,
        steps: None,
        only: None,
        metrics: metrics.to_vec(),
        rows: rows.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_drawn_by_the_true_probabilities() {
        let language = Language::new();
        let mut rng = StdRng::seed_from_u64(3);
        let sentences: Vec<Sentence> = (0..20_000).map(|_| language.sentence(&mut rng)).collect();
        let first = context(&sentences[0], 0);
        assert_eq!(first, (WORDS + 1).pow(3) - 1);
        for (word, log) in language.logarithms[first].iter().enumerate() {
            let begins = sentences.iter().filter(|sentence| sentence[0] == word);
            let share = begins.count() as f64 / sentences.len() as f64;
            assert!(
                (share - log.exp()).abs() < 0.012,
                "{word}: {share}, not {}",
                log.exp()
            );
        }
        assert_eq!(context(&[1, 2, 3, 4, 5, 6, 7, 0], 4), 2 * 81 + 3 * 9 + 4);
        let ones = ones(&sentences[..1]);
        assert_eq!(ones.iter().sum::<f32>(), LENGTH as f32);
        assert_eq!(ones[WORDS + sentences[0][1]], 1.0);
    }

    #[test]
    fn g_learns_the_language_and_reads_it_as_it_speaks_it() {
        let language = Language::new();
        let place = block_on(Place::find(ganlet_core::backend::Choice::Cpu, 1)).unwrap();
        let mut run = Run::new(&language, &place, 0).unwrap();
        let before = run.figures().unwrap();
        // Before it learns, each word is about as likely, which the language is not.
        assert!(
            (before["data_nats"] - (WORDS as f64).ln()).abs() < 0.5,
            "{before:?}"
        );
        run.train(LEARN, 300, &mut || {}).unwrap();
        let after = run.figures().unwrap();
        assert!(
            after["data_nats"] < before["data_nats"] - 0.2,
            "{after:?} after {before:?}"
        );
        assert!(
            after["oracle_nats"] < before["oracle_nats"] - 0.2,
            "{after:?}"
        );
        run.train(JUDGED, 2, &mut || {}).unwrap();
        let judged = run.figures().unwrap();
        assert_eq!(
            judged["data_nats"], after["data_nats"],
            "D's update moves no G"
        );
        run.train(PLAY, 2, &mut || {}).unwrap();
        assert_ne!(run.figures().unwrap()["data_nats"], after["data_nats"]);
    }
}
