/** What the coach says on each rung of the ladder, in one table, and the pieces that its sentences are made of. */
import type { Line } from './coach.ts';
import { count, decimal, divergence, listed, percent, written } from './format.ts';
import { isFresh, isStatic, isTelling, type Rung, type Scene, winnerOf } from './ladder.ts';
import { lessonOf } from './lessons.ts';
import { labelOf } from './label.ts';
import { msg, str } from '../words/locale.ts';

export const CAPTIONS: Readonly<Record<Rung, (scene: Scene) => Line>> = {
  blown_up: ({ loss, gradient, unbounded }) => {
    const [far, norm] = [size(loss), size(gradient)];
    if (unbounded) {
      return {
        text: msg(
          str`This critic has no bound: its loss is ${far}, and grows for as long as it trains, because nothing limits how steep its scores may become. G is pulled about by them.`,
        ),
        section: 'Gulrajani et al. 2017',
      };
    }
    return {
      text:
        gradient === undefined
          ? msg(
              str`The numbers have blown up: a loss of ${far}, far beyond those of training that goes well. Start again with smaller step sizes.`,
            )
          : msg(
              str`The numbers have blown up: a loss of ${far} and a gradient of norm ${norm}, far beyond those of training that goes well. Start again with smaller step sizes.`,
            ),
    };
  },
  gradient_gone: (scene) => {
    const norm = size(scene.gGradient);
    const { real, fake } = opinions(scene);
    if (winnerOf(scene) === 'g') {
      return {
        text: msg(
          str`G has won, and not by being right: whatever it makes, D finds it ${fake} real, and the gradient that G gets has the norm ${norm}, so there is nothing left to follow.`,
        ),
      };
    }
    return {
      text: sentences(
        msg(
          str`D has won: D gives real data ${real} and samples ${fake} on average, and the gradient that G gets has the norm ${norm}, so there is nothing left to follow.`,
        ),
        scene.cost === 'minimax' ? msg('The minimax cost is flat where D is sure.') : '',
      ),
      section: 'Tutorial, section 3.2.3, figure 16',
    };
  },
  cannot_win: ({ still }) => {
    const owners = listed(still.map(ownerOf));
    if (still.length === 0) {
      return {
        text: msg(
          'This game cannot be won any more: every gradient is 0, so nobody moves. Start again, with another seed or smaller step sizes.',
        ),
      };
    }
    return {
      text:
        still.length === 1
          ? msg(
              str`This game cannot be won: the step size of ${owners} is 0, so that player never moves.`,
            )
          : msg(str`This game cannot be won: the step size of ${owners} is 0, so nobody moves.`),
    };
  },
  modes_missing: (scene) => {
    const section = 'Tutorial, section 5.1.1';
    const { modes, mode_count: all } = scene.values ?? {};
    if (modes === undefined || all === undefined) {
      const variety = percent(scene.looks.variety ?? 0);
      const alike = msg(
        str`Samples look alike: they differ from each other ${variety} as much as real ones do.`,
      );
      return { text: sentences(alike, calm(scene)), section };
    }
    const covered =
      modes === 0
        ? msg(str`Not one of the ${all} modes is covered: samples lie where there are no data.`)
        : modes === 1
          ? msg(str`${modes} of ${all} modes is covered.`)
          : msg(str`${modes} of ${all} modes are covered.`);
    if (scene.model !== 'gan' || modes > all / 2) {
      return { text: sentences(covered, calm(scene)), section };
    }
    const round = roundOf(scene);
    const collapsed = msg(
      'G has collapsed onto what fools D now, and moves on when D has learned to reject it.',
    );
    // One sentence on how G moves says enough of what D thinks.
    return {
      text: round ? sentences(covered, round) : sentences(covered, collapsed, calm(scene)),
      section,
    };
  },
  copied: ({ values }) => {
    const ratio = percent(values?.copy_ratio ?? 0);
    return {
      text: msg(
        str`G has learned its images by heart: its samples lie ${ratio} as far from the nearest training image as images that it never saw. More images help, or stopping earlier.`,
      ),
      section: 'Radford et al. 2016, section 6.1',
    };
  },
  memorized: ({ values }) => {
    const share = percent(values?.memorized ?? 0);
    return {
      text: msg(
        str`D knows its training images by heart: of a training image and one that it never saw it finds the first more real in ${share} of pairs, where chance is 50 %. What it tells G is about these images, and no longer about what images are like. More images help, or stopping earlier.`,
      ),
      section: 'Brock et al. 2019, section 4.2',
    };
  },
  poor: (scene) => {
    const { modes, high_quality: quality, js, confident } = scene.values ?? {};
    if (scene.image) {
      if (isStatic(scene)) {
        const times = decimal(scene.looks.noise ?? 0, 1);
        const noisy = msg(
          str`Samples are still static: neighbouring pixels differ ${times} times as much as in real images.`,
        );
        return { text: sentences(noisy, calm(scene)) };
      }
      const clear = percent(confident ?? 0);
      return { text: msg(str`Few samples are clear: a classifier is sure of ${clear} of them.`) };
    }
    if (!isTelling(scene)) {
      const far = divergence(js ?? 0);
      const apart = msg(
        str`The two densities are still far apart: JS is ${far}, and 0 is perfect.`,
      );
      return { text: sentences(apart, calm(scene)) };
    }
    const share = percent(quality ?? 0);
    const few =
      modes === undefined
        ? msg(str`only ${share} of samples land on real data; the rest lie between.`)
        : msg(
            str`Every mode gets some samples, but only ${share} of samples land on real data; the rest lie between.`,
          );
    return { text: sentences(few, calm(scene)) };
  },
  learning: (scene) => {
    const how = learning(scene);
    return { ...how, text: sentences(measure(scene), how?.text ?? '') };
  },
  good: (scene) => {
    const js = divergence(scene.values?.js ?? 0);
    const found = isTelling(scene)
      ? measure(scene)
      : msg(str`The densities agree: JS is ${js}, and 0 is perfect.`);
    return { text: sentences(found, undecided(scene)), section: 'Tutorial, section 3.2' };
  },
};

/** So many widths of the data are more than G needs to find a place. */
const ROUND = 3;

/** A G that goes from place to place: the game turns in a circle (tutorial, section 5.1). Nothing where it does not, or who knows. */
function roundOf({ looks }: Scene): string {
  const { travelled = 0 } = looks;
  if (travelled < ROUND) return '';
  const far = count(travelled);
  return msg(
    str`G goes round: it moves on whenever D has learned to reject what fools it. In the second half of this run the middle of its samples has travelled ${far} times the width of the data.`,
  );
}

/** Those that there are, one after the other. */
const sentences = (...all: readonly string[]): string => all.filter(Boolean).join(' ');

/** Where D cannot tell any more; nothing where its answers are no probabilities, or stand beside no picture. */
function undecided(scene: Scene): string {
  const share = scene.looks.undecided;
  if (scene.critic || scene.dReal === undefined || scene.image) return '';
  const { real, fake } = opinions(scene);
  if (share === undefined) return verdicts(scene);
  if (share > 0.9) {
    return msg('D answers about one half nearly everywhere: it cannot tell any more.');
  }
  const part = percent(share);
  return msg(
    str`D gives real data ${real} and samples ${fake} on average; on ${part} of the picture it cannot tell.`,
  );
}

/** What D’s scores mean where they are no probabilities. */
const SCORES: Readonly<Record<string, Line>> = {
  hinge: {
    text: msg(
      'D is to score real samples above 1 and generated ones below −1, and gains nothing by going further. G is to raise D’s scores of its samples.',
    ),
    section: 'Miyato et al. 2018',
  },
  least_squares: {
    text: msg(
      'D is to score real samples 1 and generated ones 0; G is to make D score its samples 1. The further off a score is, the harder it pulls.',
    ),
    section: 'Mao et al. 2017',
  },
  wasserstein: {
    text: msg(
      'D is a critic: the gap between its scores of real and generated samples estimates how far apart they are.',
    ),
    section: 'Arjovsky et al. 2017',
  },
};

/** A share is no more than chance has it below so many times what chance reaches. */
const BY_CHANCE = 1.25;

/** The measure that leads, as a sentence; nothing where none is known. */
function measure(scene: Scene): string {
  const {
    modes,
    mode_count: all = modes,
    high_quality: quality,
    js,
    confident,
  } = scene.values ?? {};
  const chance = scene.values?.high_quality_chance ?? 0;
  if (scene.image) {
    if (confident !== undefined && isFresh(scene)) {
      const sure = percent(confident);
      return msg(str`A classifier is sure of ${sure} of the samples.`);
    }
    return scene.step < scene.steps / 10 ? '' : msg('How good samples are is not measured yet.');
  }
  if (quality === undefined) return '';
  if (!isTelling(scene)) {
    if (js === undefined) return '';
    const far = divergence(js);
    return msg(str`JS is ${far}, and 0 is perfect.`);
  }
  const share = percent(quality);
  if (quality <= BY_CHANCE * chance) {
    return msg(str`No more samples land on real data than would by chance: ${share}.`);
  }
  return modes === undefined
    ? msg(str`${share} of samples land on real data.`)
    : msg(str`${modes} of ${all} modes are covered, and ${share} of samples land on real data.`);
}

/** How a model learns just now: of the GAN, by what D says. */
function learning(scene: Scene): Line | undefined {
  const lesson = lessonOf(scene.model);
  if (lesson.learns) return lesson.learns;
  const { dReal, dFake, cost, critic } = scene;
  if (dReal === undefined || dFake === undefined) return undefined;
  if (critic) return SCORES[cost] ?? SCORES.wasserstein;
  const { real, fake } = opinions(scene);
  if (dFake > dReal + 0.05) {
    return {
      text: msg(
        str`G is ahead for now: D finds samples (${fake}) more real than real data (${real}).`,
      ),
      section: 'Tutorial, section 4.4',
    };
  }
  if (dReal - dFake <= EVEN) {
    return {
      text: msg(str`On average D can hardly tell: it gives real data ${real} and samples ${fake}.`),
    };
  }
  const norm = size(scene.gGradient);
  return {
    text:
      scene.gGradient === undefined
        ? msg(
            str`D is winning, which gives G a push: D gives real data ${real} and samples ${fake} on average.`,
          )
        : msg(
            str`D is winning, which gives G a push (gradient norm ${norm}): D gives real data ${real} and samples ${fake} on average.`,
          ),
    section: 'Tutorial, section 3.2.3',
  };
}

/** Verdicts are about even within this. */
const EVEN = 0.12;

/** Even verdicts beside samples that are not good are no success, and are said to be none. */
function calm({ critic, dReal, dFake }: Scene): string {
  if (critic || dReal === undefined || dFake === undefined || Math.abs(dReal - dFake) > EVEN)
    return '';
  return msg(
    'D’s verdicts are about even all the same: on average it cannot tell, which is not yet success.',
  );
}

/** What D finds real, on average. */
const opinions = ({ dReal = 0, dFake = 0 }: Scene): { real: string; fake: string } => ({
  real: percent(dReal),
  fake: percent(dFake),
});

function verdicts(scene: Scene): string {
  const { real, fake } = opinions(scene);
  return msg(str`D gives real data ${real} and samples ${fake} on average.`);
}

/** A loss or a norm, of any size. */
function size(value = 0): string {
  const much = Math.abs(value);
  if (much >= 100) return count(value);
  return much >= 0.1 ? decimal(value, 1) : written(value.toPrecision(1));
}

/** `g_optimizer.lr`: G. */
const ownerOf = (path: string): string =>
  labelOf((path.split('.')[0] ?? path).replace('_optimizer', ''));
