import { expect, it } from 'vitest';
import { coach, type Scene } from '../src/state/coach.ts';

const scene = (changes: Partial<Scene> = {}): Scene => ({
  model: 'gan',
  step: 500,
  running: true,
  phase: undefined,
  phaseTitle: '',
  dReal: 0.55,
  dFake: 0.45,
  cost: 'non_saturating',
  shipped: false,
  critic: false,
  evaluation: undefined,
  ...changes,
});

const toy = (modes: number, quality: number): Scene['evaluation'] => ({
  step: 500,
  values: { modes, mode_count: 8, high_quality: quality },
});

it('says what each move of slow motion does', () => {
  expect(coach(scene({ phase: 'd' }))?.text).toMatch(/^D’s move/);
  expect(coach(scene({ phase: 'g' }))?.text).toMatch(/^G’s move/);
});

it('has words of its own for each kind of model, and the update’s title for one that it does not know', () => {
  const vae = scene({ model: 'vae', dReal: undefined, dFake: undefined });
  expect(coach(vae)?.text).toContain('log density');
  expect(coach({ ...vae, phase: 'vae' })?.text).toMatch(/^The encoder guesses/);
  expect(coach({ ...vae, step: 0, running: false })?.text).toContain('Press Train');
  const flow = scene({ model: 'flow', phase: 'flow', phaseTitle: 'Update the flow' });
  expect(coach(flow)?.text).toBe('Update the flow.');
});

it('tells a newcomer to press Train', () => {
  expect(coach(scene({ step: 0, running: false }))?.text).toContain('Press Train');
});

it('names a collapse, once there was time to cover more', () => {
  expect(coach(scene({ step: 2000, evaluation: toy(2, 0.9) }))?.text).toContain('2 of 8 modes');
  expect(coach(scene({ step: 200, evaluation: toy(2, 0.1) }))?.text).not.toContain('collapsed');
});

it('says when G has caught up', () => {
  expect(coach(scene({ evaluation: toy(8, 0.9) }))?.text).toContain('one half');
  const surer = scene({ evaluation: toy(8, 0.9), dReal: 0.8, dFake: 0.4 });
  expect(coach(surer)?.text).toContain('90\u00a0% of samples');
});

it('explains what D’s lead does to G’s gradient, by the cost', () => {
  const lead = { dReal: 0.95, dFake: 0.04 };
  expect(coach(scene({ ...lead, cost: 'minimax' }))?.text).toContain('fades');
  expect(coach(scene(lead))?.text).toContain('strong');
  expect(coach(scene({ dReal: 0.75, dFake: 0.3 }))?.text).toContain('D leads');
  expect(coach(scene({ dReal: 0.3, dFake: 0.6 }))?.text).toContain('G is ahead');
});

it('reads no probabilities into a critic’s scores', () => {
  const says = (cost: string) =>
    coach(scene({ critic: true, cost, dReal: 12, dFake: -3 }))?.text ?? '';
  expect(says('wasserstein')).toContain('estimates how far apart');
  expect(says('hinge')).toContain('below −1');
  expect(says('least_squares')).toContain('0 for generated');
});

it('says what a model that came trained is good for', () => {
  const came = scene({ shipped: true, running: false, dReal: undefined, dFake: undefined });
  expect(coach(came)?.text).toContain('learned already');
});

it('keeps silent where nothing is known', () => {
  expect(coach(scene({ dReal: undefined, dFake: undefined }))).toBeUndefined();
});
