/** What the coach says on each rung of the ladder, in one table, and the pieces that its sentences are made of. */
import type { Line } from './coach.ts';
import { count, divergence, percent } from './format.ts';
import { isFresh, isStatic, isTelling, type Rung, type Scene, winnerOf } from './ladder.ts';
import { lessonOf } from './lessons.ts';
import { labelOf } from './label.ts';

export const CAPTIONS: Readonly<Record<Rung, (scene: Scene) => Line>> = {
  blown_up: ({ loss, gradient }) => ({
    text: `The numbers have blown up: a loss of ${size(loss)}${
      gradient === undefined ? '' : ` and a gradient of norm ${size(gradient)}`
    }, far beyond those of training that goes well. Start again with smaller step sizes.`,
  }),
  gradient_gone: (scene) => {
    const gone = `the gradient that G gets has the norm ${size(scene.gGradient)}, so there is nothing left to follow.`;
    if (winnerOf(scene) === 'g') {
      return {
        text: `G has won, and not by being right: whatever it makes, D finds it ${percent(scene.dFake ?? 1)} real, and ${gone}`,
      };
    }
    return {
      text: `D has won: ${verdicts(scene)}, and ${gone}${
        scene.cost === 'minimax' ? ' The minimax cost is flat where D is sure.' : ''
      }`,
      section: 'Tutorial, section 3.2.3, figure 16',
    };
  },
  cannot_win: ({ still }) => ({
    text:
      still.length > 0
        ? `This game cannot be won: the step size of ${still.map(ownerOf).join(' and ')} is 0, so ${still.length === 1 ? 'that player never moves' : 'nobody moves'}.`
        : 'This game cannot be won any more: every gradient is 0, so nobody moves. Start again, with another seed or smaller step sizes.',
  }),
  modes_missing: (scene) => {
    const { modes, mode_count: all } = scene.values ?? {};
    if (modes === undefined || all === undefined) {
      return {
        text: `Samples look alike: they differ from each other ${percent(scene.looks.variety ?? 0)} as much as real ones do.${calm(scene)}`,
        section: 'Tutorial, section 5.1.1',
      };
    }
    const covered =
      modes === 0
        ? `Not one of the ${all} modes is covered: samples lie where there are no data.`
        : `${modes} of ${all} modes ${modes === 1 ? 'is' : 'are'} covered.`;
    const why =
      scene.model === 'gan' && modes <= all / 2
        ? ' G has collapsed onto what fools D now, and moves on when D has learned to reject it.'
        : '';
    return { text: `${covered}${why}${calm(scene)}`, section: 'Tutorial, section 5.1.1' };
  },
  copied: ({ values }) => ({
    text: `G has learned its images by heart: its samples lie ${percent(values?.copy_ratio ?? 0)} as far from the nearest training image as images that it never saw. More images help, or stopping earlier.`,
    section: 'Radford et al. 2016, section 6.1',
  }),
  poor: (scene) => {
    const { modes, high_quality: quality, js, confident } = scene.values ?? {};
    if (scene.image) {
      const { noise } = scene.looks;
      return {
        text: isStatic(scene)
          ? `Samples are still static: neighbouring pixels differ ${(noise ?? 0).toFixed(1)} times as much as in real images.${calm(scene)}`
          : `Few samples are clear: a classifier is sure of ${percent(confident ?? 0)} of them.`,
      };
    }
    if (!isTelling(scene)) {
      return {
        text: `The two densities are still far apart: JS is ${divergence(js ?? 0)}, and 0 is perfect.${calm(scene)}`,
      };
    }
    const spread = modes === undefined ? '' : 'Every mode gets some samples, but ';
    return {
      text: `${spread}only ${percent(quality ?? 0)} of samples land on real data; the rest lie between.${calm(scene)}`,
    };
  },
  learning: (scene) => {
    const how = learning(scene);
    const measured = measure(scene);
    return how ? { ...how, text: `${measured}${how.text}` } : { text: measured.trim() };
  },
  good: (scene) => {
    const { undecided } = scene.looks;
    const judge = scene.critic || scene.dReal === undefined ? '' : verdicts(scene);
    const where =
      judge === '' || undecided === undefined
        ? judge
        : undecided > 0.9
          ? 'D answers about one half nearly everywhere: it cannot tell any more'
          : `${judge}; on ${percent(undecided)} of the picture it cannot tell`;
    const { js } = scene.values ?? {};
    const found = isTelling(scene)
      ? measure(scene)
      : `The densities agree: JS is ${divergence(js ?? 0)}, and 0 is perfect. `;
    return {
      text: `${found}${where === '' || scene.image ? '' : `${where}.`}`.trim(),
      section: 'Tutorial, section 3.2',
    };
  },
};

/** What D’s scores mean where they are no probabilities. */
const SCORES: Readonly<Record<string, Line>> = {
  hinge: {
    text: 'D is to score real samples above 1 and generated ones below −1, and gains nothing by going further. G is to raise D’s scores of its samples.',
    section: 'Miyato et al. 2018',
  },
  least_squares: {
    text: 'D is to score real samples 1 and generated ones 0; G is to make D score its samples 1. The further off a score is, the harder it pulls.',
    section: 'Mao et al. 2017',
  },
  wasserstein: {
    text: 'D is a critic: the gap between its scores of real and generated samples estimates how far apart they are.',
    section: 'Arjovsky et al. 2017',
  },
};

/** A share is no more than chance has it below so many times what chance reaches. */
const BY_CHANCE = 1.25;

/** The measure that leads, as a sentence; nothing where none is known. */
function measure(scene: Scene): string {
  const { modes, mode_count: all, high_quality: quality, js, confident } = scene.values ?? {};
  const chance = scene.values?.high_quality_chance ?? 0;
  if (scene.image) {
    if (confident !== undefined && isFresh(scene)) {
      return `A classifier is sure of ${percent(confident)} of the samples. `;
    }
    return scene.step < scene.steps / 10 ? '' : 'How good samples are is not measured yet. ';
  }
  if (quality === undefined) return '';
  if (!isTelling(scene))
    return js === undefined ? '' : `JS is ${divergence(js)}, and 0 is perfect. `;
  if (quality <= BY_CHANCE * chance) {
    return `No more samples land on real data than would by chance: ${percent(quality)}. `;
  }
  const covered = modes === undefined ? '' : `${modes} of ${all ?? modes} modes are covered, and `;
  return `${covered}${percent(quality)} of samples land on real data. `;
}

/** How a model learns just now: of the GAN, by what D says. */
function learning(scene: Scene): Line | undefined {
  const lesson = lessonOf(scene.model);
  if (lesson.learns) return lesson.learns;
  const { dReal, dFake, cost, critic } = scene;
  if (dReal === undefined || dFake === undefined) return undefined;
  if (critic) return SCORES[cost] ?? SCORES.wasserstein;
  if (dFake > dReal + 0.05) {
    return {
      text: `G is ahead for now: D finds samples (${percent(dFake)}) more real than real data (${percent(dReal)}).`,
      section: 'Tutorial, section 4.4',
    };
  }
  if (dReal - dFake <= EVEN)
    return { text: `On average D can hardly tell: it gives ${opinions(scene)}.` };
  const push = scene.gGradient === undefined ? '' : ` (gradient norm ${size(scene.gGradient)})`;
  return {
    text: `D is winning, which gives G a push${push}: ${verdicts(scene)}.`,
    section: 'Tutorial, section 3.2.3',
  };
}

/** Verdicts are about even within this. */
const EVEN = 0.12;

/** Even verdicts beside samples that are not good are no success, and are said to be none. */
function calm({ critic, dReal, dFake }: Scene): string {
  if (critic || dReal === undefined || dFake === undefined || Math.abs(dReal - dFake) > EVEN)
    return '';
  return ' D’s verdicts are about even all the same: on average it cannot tell, which is not yet success.';
}

const opinions = ({ dReal = 0, dFake = 0 }: Scene): string =>
  `real data ${percent(dReal)} and samples ${percent(dFake)}`;

const verdicts = (scene: Scene): string => `D gives ${opinions(scene)} on average`;

/** A loss or a norm, of any size. */
function size(value = 0): string {
  const much = Math.abs(value);
  return much >= 100 ? count(value) : much >= 0.1 ? value.toFixed(1) : value.toPrecision(1);
}

/** `g_optimizer.lr`: G. */
const ownerOf = (path: string): string =>
  labelOf(path.split('.')[0] ?? path).replace(' optimizer', '');
