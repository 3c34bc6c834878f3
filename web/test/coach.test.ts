import { expect, it } from 'vitest';
import { coach, type Moment } from '../src/state/coach.ts';
import type { Scene } from '../src/state/ladder.ts';
import { scene } from './scene.ts';

const says = (changes: Partial<Scene> = {}, moment: Partial<Moment> = {}) =>
  coach(scene({ dReal: 0.55, dFake: 0.45, ...changes }), {
    running: true,
    phase: undefined,
    phaseTitle: '',
    trained: false,
    ...moment,
  })?.text;

const toy = (modes: number, quality: number): Partial<Scene> => ({
  values: { modes, mode_count: 8, high_quality: quality, high_quality_chance: 0.03, js: 0.3 },
});

it('says what each move of slow motion does', () => {
  expect(says({}, { phase: 'd' })).toMatch(/^D’s move/);
  expect(says({}, { phase: 'g' })).toMatch(/^G’s move/);
});

it('has words of its own for each kind of model, and the update’s title for one that it does not know', () => {
  const vae = { model: 'vae', dReal: undefined, dFake: undefined };
  expect(says(vae)).toContain('log density');
  expect(says(vae, { phase: 'vae' })).toMatch(/^The encoder guesses/);
  expect(says({ ...vae, step: 0 }, { running: false })).toContain('Press Train');
  expect(says({ model: 'flow' }, { phase: 'flow', phaseTitle: 'Update the flow' })).toBe(
    'Update the flow.',
  );
});

it('tells a newcomer to press Train, and what a model that came trained is good for', () => {
  expect(says({ step: 0 }, { running: false })).toContain('Press Train');
  expect(says({}, { running: false, trained: true })).toContain('learned already');
});

it('names what is missing before anything that looks even, and takes even verdicts for no success', () => {
  expect(says(toy(2, 0.9))).toContain('2 of 8 modes are covered. G has collapsed');
  expect(says(toy(6, 0.9))).toContain('6 of 8 modes are covered. D’s verdicts are about even all');
  expect(says(toy(8, 0.04))).toContain('only 4\u00a0% of samples land on real data');
  expect(says(toy(0, 0))).toContain('Not one of the 8 modes');
});

it('says “about one half everywhere” only where that was measured', () => {
  expect(says({ ...toy(8, 0.9), looks: { undecided: 0.95 } })).toContain('nearly everywhere');
  expect(says({ ...toy(8, 0.9), looks: { undecided: 0.2 } })).toContain(
    'on 20\u00a0% of the picture',
  );
  expect(says({ ...toy(8, 0.9), dReal: undefined })).not.toContain('D ');
});

it('judges the classic figure by its divergence: chance covers both modes', () => {
  const line = (js: number) => ({
    values: { modes: 2, mode_count: 2, high_quality: 1, high_quality_chance: 0.98, js },
  });
  expect(says(line(0.6))).toContain('far apart');
  expect(says(line(0.04))).toContain('densities agree');
});

it('explains what D’s lead does to G’s gradient, by its measured norm', () => {
  const lead = { dReal: 0.97, dFake: 0.02 };
  expect(says({ ...lead, gGradient: 0.0003 })).toContain('norm 0.0003, so there is nothing left');
  expect(says({ ...lead, gGradient: 0.0003, cost: 'minimax' })).toContain('minimax cost is flat');
  expect(says({ ...lead, gGradient: 1.5, cost: 'minimax' })).toContain(
    'gives G a push (gradient norm 1.5)',
  );
  expect(says({ dReal: 0.3, dFake: 0.6 })).toContain('G is ahead');
});

it('reads no probabilities into a critic’s scores', () => {
  const score = (cost: string) => says({ critic: true, cost, dReal: 12, dFake: -3 });
  expect(score('wasserstein')).toContain('estimates how far apart');
  expect(score('hinge')).toContain('below −1');
  expect(score('least_squares')).toContain('generated ones 0');
});

it('calls no first steps blown up where G makes a squared distance small, which has no scale', () => {
  const step = { step: 3, steps: 20_000, image: true, loss: 57.1, gradient: 120 };
  expect(says({ ...step, model: 'semi_supervised' })).not.toContain('blown up');
  expect(says({ ...step, cost: 'feature_matching' })).not.toContain('blown up');
  expect(says(step)).toContain('blown up');
  expect(says({ ...step, model: 'semi_supervised', loss: 5000 })).toContain('blown up');
});

it('does not call images good that nobody measured', () => {
  const image = { image: true, looks: { noise: 1, variety: 1 } };
  expect(says(image)).toContain('not measured yet');
  const measured = { ...image, values: { confident: 0.9 }, measuredAt: 1450 };
  expect(says(measured)).toContain('sure of 90');
  expect(says({ ...measured, measuredAt: 100 })).toContain('not measured yet');
  expect(says({ ...image, looks: { noise: 3, variety: 1 } })).toContain('still static');
  expect(says({ ...image, looks: { noise: 1, variety: 0.2 } })).toContain('look alike');
});

it('keeps silent where nothing is known', () => {
  expect(says({ dReal: undefined, dFake: undefined })).toBeUndefined();
});

it('knows a G that goes round, a critic without a bound, and a D that knows its images', () => {
  const round = says({ ...toy(1, 0.1), looks: { travelled: 34 } });
  expect(round).toContain('G goes round');
  expect(round).toContain('34 times the width of the data');
  expect(says({ ...toy(1, 0.1), looks: { travelled: 1 } })).not.toContain('round');
  const critic = { critic: true, cost: 'wasserstein', loss: -11_014, gradient: 1e6 };
  expect(says({ ...critic, unbounded: true })).toContain('This critic has no bound');
  expect(says({ ...critic, unbounded: false })).toContain('The numbers have blown up');
  const images = { image: true, measuredAt: 1500, looks: { variety: 1, noise: 1 } };
  const values = { confident: 0.57, copy_ratio: 0.74, memorized: 0.996 };
  expect(says({ ...images, values })).toContain('D knows its training images by heart');
  expect(says({ ...images, values: { ...values, memorized: 0.5 } })).not.toContain('by heart');
});
