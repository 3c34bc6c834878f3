/**
 * The coach's line: what is happening now and why, in one sentence or two, from the numbers on the page. Each kind of
 * model has a table of its own. Rules are tried in order; the first that holds speaks.
 */
import type { Evaluation, Phase } from '../protocol.ts';
import { percent } from './format.ts';

export interface Scene {
  /** The kind of model. */
  model: string;
  step: number;
  running: boolean;
  phase: Phase | undefined;
  /** The update of that phase, in words. */
  phaseTitle: string;
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

/** What there is to say of a kind of model. */
interface Lesson {
  /** Before the first step. */
  fresh: string;
  /** Of a model that came trained. */
  trained: string;
  /** What happens in each update. */
  phases: Readonly<Record<string, Line>>;
  rules: readonly Rule[];
}

/** Always the same, whatever the numbers are. */
const always =
  (text: string, section: string): Rule =>
  () => ({ text, section });

const LESSONS: Readonly<Record<string, Lesson>> = {
  gan: {
    fresh: 'G knows nothing yet. Press Train, or the space bar.',
    trained:
      'G has learned already. Train goes on from here; the latent studio shows what G knows.',
    phases: {
      d: {
        text: 'D’s move: it sees real and generated samples, and its weights change so that it tells them apart better.',
        section: 'Tutorial, section 3',
      },
      g: {
        text: 'G’s move: D’s gradient says for each sample which way looks more real, and G’s weights follow.',
        section: 'Tutorial, section 3',
      },
    },
    rules: [missingModes, converged, farAhead, fooled, scored, balanced],
  },
  vae: {
    fresh: 'Neither encoder nor decoder knows anything yet. Press Train, or the space bar.',
    trained:
      'Encoder and decoder have learned already. Train goes on from here; the latent studio shows what they know.',
    phases: {
      vae: {
        text: 'The encoder guesses a latent for each real sample, and the decoder makes the sample again: both move so that it comes out right while guesses stay near the prior.',
        section: 'Tutorial, section 2.3.2',
      },
    },
    rules: [
      converged,
      always(
        'A bound on the log density of the data is raised: less surprise at the data, and guesses nearer to the prior. No D is needed.',
        'Tutorial, section 2.3.2',
      ),
    ],
  },
  gmmn: {
    fresh: 'G knows nothing yet. Press Train, or the space bar.',
    trained: 'G has learned already. Train goes on from here.',
    phases: {
      g: {
        text: 'G’s samples are compared with real ones, by how alike they are among themselves and to each other: G moves so that there is less difference.',
        section: 'Tutorial, section 2.4',
      },
    },
    rules: [
      converged,
      always(
        'No D judges: a fixed formula measures how far the moments of samples are from those of the data, and G makes that small.',
        'Tutorial, section 2.4',
      ),
    ],
  },
  rbm: {
    fresh: 'The machine knows nothing yet. Press Train, or the space bar.',
    trained: 'The machine has learned already. Train goes on from here.',
    phases: {
      rbm: {
        text: 'Chains take one more step. Then weights move so that real images have less energy, and what the chains show now has more.',
        section: 'Tutorial, section 2.3.4',
      },
    },
    rules: [
      always(
        'The pictures are chains that never stop: each step draws hidden units from pixels, then pixels from hidden units.',
        'Tutorial, section 2.3.4',
      ),
    ],
  },
};

/** Of a kind that this page has no words for. */
const UNKNOWN: Lesson = {
  fresh: 'Nothing is learned yet. Press Train, or the space bar.',
  trained: 'This model has learned already. Train goes on from here.',
  phases: {},
  rules: [],
};

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
  const { phase, phaseTitle, step, running, shipped, dReal } = scene;
  const lesson = LESSONS[scene.model] ?? UNKNOWN;
  if (phase !== undefined) return lesson.phases[phase] ?? { text: `${phaseTitle}.` };
  if (step === 0 && !running) return { text: lesson.fresh };
  if (shipped && !running && dReal === undefined) return { text: lesson.trained };
  for (const rule of lesson.rules) {
    const line = rule(scene);
    if (line) return line;
  }
  return undefined;
}
