/**
 * The coach's line: what is happening in the game now and why, in one sentence or two, from the
 * numbers on the page. Rules are tried in order; the first that holds speaks.
 */
import type { Evaluation, Phase } from '../protocol.ts';
import { percent } from './format.ts';

export interface Scene {
  step: number;
  running: boolean;
  phase: Phase | undefined;
  /** Means over the last points of the curves; missing where a preset does not record them. */
  dReal: number | undefined;
  dFake: number | undefined;
  cost: string;
  /** The model came trained, with the page. */
  shipped: boolean;
  /** D gives a score without a fixed range. */
  critic: boolean;
  evaluation: Evaluation | undefined;
}

export interface Line {
  text: string;
  /** Where the tutorial explains it. */
  section?: string;
}

type Rule = (scene: Scene) => Line | undefined;

const RULES: readonly Rule[] = [
  ({ phase }) =>
    phase === 'd'
      ? {
          text: 'D’s move: it sees real and generated samples, and its weights change so that it tells them apart better.',
          section: 'Tutorial, section 3',
        }
      : undefined,
  ({ phase }) =>
    phase === 'g'
      ? {
          text: 'G’s move: D’s gradient says for each sample which way looks more real, and G’s weights follow.',
          section: 'Tutorial, section 3',
        }
      : undefined,
  ({ step, running }) =>
    step === 0 && !running
      ? { text: 'G knows nothing yet. Press Train, or the space bar.' }
      : undefined,
  ({ running, shipped, dReal }) =>
    shipped && !running && dReal === undefined
      ? {
          text: 'G has learned already. Train goes on from here; the latent studio shows what G knows.',
        }
      : undefined,
  missingModes,
  converged,
  farAhead,
  fooled,
  scored,
  balanced,
];

/** What D's scores mean where they are no probabilities. */
function scored({ critic, cost }: Scene): Line | undefined {
  if (!critic) return undefined;
  switch (cost) {
    case 'hinge':
      return {
        text: 'D is asked for scores above 1 for real samples and below −1 for generated ones, and for nothing beyond; G, for high scores.',
        section: 'Miyato et al. 2018',
      };
    case 'least_squares':
      return {
        text: 'D is asked for a score of 1 for real samples and 0 for generated ones; G, for 1. What is far off pulls hardest.',
        section: 'Mao et al. 2017',
      };
    default:
      return {
        text: 'D is a critic: the gap between its scores of real and generated samples estimates how far apart they are.',
        section: 'Arjovsky et al. 2017',
      };
  }
}

function missingModes({ evaluation, step }: Scene): Line | undefined {
  const { modes, mode_count: count } = evaluation?.values ?? {};
  if (modes === undefined || count === undefined || step < 1000 || modes > count / 2) {
    return undefined;
  }
  return {
    text: `G covers ${modes} of ${count} modes: it has collapsed onto what fools D now, and moves on when D has learned to reject it.`,
    section: 'Tutorial, section 5.1.1',
  };
}

function converged({ evaluation, critic, dReal, dFake }: Scene): Line | undefined {
  const { modes, mode_count: count, high_quality: quality } = evaluation?.values ?? {};
  if (modes === undefined || modes !== count || quality === undefined || quality < 0.8) {
    return undefined;
  }
  const near = !critic && dReal !== undefined && dFake !== undefined && dReal - dFake < 0.15;
  return {
    text: near
      ? 'All modes are covered, and D can hardly tell real from generated: it answers about one half everywhere.'
      : `All modes are covered and ${percent(quality)} of samples lie close to the data.`,
    section: 'Tutorial, section 3.2',
  };
}

function farAhead({ dReal, dFake, cost, critic }: Scene): Line | undefined {
  if (critic || dReal === undefined || dFake === undefined || dReal < 0.8 || dFake > 0.2) {
    return undefined;
  }
  const verdict = `D got ahead: it gives real samples ${percent(dReal)} and generated ones ${percent(dFake)}.`;
  return cost === 'minimax'
    ? {
        text: `${verdict} With the minimax cost G’s gradient fades just then, so G stalls.`,
        section: 'Tutorial, section 3.2.3, figure 16',
      }
    : {
        text: `${verdict} G’s cost is steep there, so its gradient is strong.`,
        section: 'Tutorial, section 3.2.3',
      };
}

function fooled({ dReal, dFake, critic }: Scene): Line | undefined {
  if (critic || dReal === undefined || dFake === undefined || dFake <= dReal + 0.05) {
    return undefined;
  }
  return {
    text: `G is ahead for now: D takes generated samples (${percent(dFake)}) for real more often than real ones (${percent(dReal)}).`,
    section: 'Tutorial, section 4.4',
  };
}

function balanced({ dReal, dFake }: Scene): Line | undefined {
  if (dReal === undefined || dFake === undefined) return undefined;
  const verdict = `D gives real samples ${percent(dReal)} and generated ones ${percent(dFake)} on average`;
  return dReal - dFake > 0.3
    ? { text: `D leads: ${verdict}, and its slope between them shows G the way.` }
    : { text: `The game is balanced: ${verdict}.` };
}

export function coach(scene: Scene): Line | undefined {
  for (const rule of RULES) {
    const line = rule(scene);
    if (line) return line;
  }
  return undefined;
}
