/**
 * How a run goes, as a ladder of severity: of everything that is so, the worst is said. Each rung is decided by numbers that
 * were measured, never by D's verdicts alone: they are even in a game that has converged, and in one that has collapsed.
 */
import type { Looks } from '../stage/looks.ts';
import { isCopied, isMemorized } from './readings.ts';

/** What is known of a run at a moment; what was not measured is missing. */
export interface Scene {
  /** The kind of model. */
  model: string;
  cost: string;
  step: number;
  /** The preset's length. */
  steps: number;
  /** D gives a score without a fixed range. */
  critic: boolean;
  image: boolean;
  /** Such a D, and nothing limits how steep it is. */
  unbounded?: boolean | undefined;
  /** Means over the last points of the curves. */
  dReal?: number | undefined;
  dFake?: number | undefined;
  /** Norms of the gradients that D and G follow. */
  dGradient?: number | undefined;
  gGradient?: number | undefined;
  /** The loss and the gradient that are largest, of all that are recorded. */
  loss?: number | undefined;
  gradient?: number | undefined;
  /** Optimizers whose step size is 0, by their field. */
  still: readonly string[];
  /** What the last evaluation found, and at which step. */
  values?: Readonly<Record<string, number>> | undefined;
  measuredAt?: number | undefined;
  looks: Looks;
}

/** From the worst to the best. */
export type Rung =
  | 'blown_up'
  | 'gradient_gone'
  | 'cannot_win'
  | 'modes_missing'
  | 'copied'
  | 'memorized'
  | 'poor'
  | 'learning'
  | 'good';

/** Losses and gradients are below ten in a game that goes well, and below a hundred where D is a critic. What models without a
 * D make small is in nats of an image, and reaches hundreds. */
const WILD = { judge: 50, critic: 1000, none: 1e5 };
const WILD_GRADIENT = { judge: 300, critic: 1000, none: 1e5 };
/** Whether G makes a squared distance of features small, which has no scale of its own. */
const matchesFeatures = ({ model, cost }: Scene): boolean =>
  model === 'semi_supervised' || cost === 'feature_matching';
/** A gradient that moves nothing: Adam's steps are then led by its memory and by noise. */
const NO_GRADIENT = 0.01;
/** D is sure of what it says; where real labels are smoothed it aims at 0.9 itself. */
const SURE = 0.85;
/** Shares of samples on real data below which they are called poor, and from which they are called good. */
const POOR = 0.5;
const GOOD = 0.7;
/** A share that is reached by points spread evenly says little. */
const EASY = 0.5;
/** Divergences from the data, in nats of ln 2 = 0.693: small, and large. */
const CLOSE = 0.05;
const FAR = 0.2;
/** Of an image, against real ones: neighbouring pixels that differ so much more are static; ones between which so little
 * differs are the same picture. */
const STATIC = 1.5;
const ALIKE = 0.4;
/** Of many combinations, the share that has to appear; a few are always rare. */
const MOST = 0.9;
/** The first tenth of a run is too early to miss something. */
const EARLY = 0.1;

export function rungOf(scene: Scene): Rung {
  if (isBlownUp(scene)) return 'blown_up';
  if (winnerOf(scene)) return 'gradient_gone';
  if (scene.still.length > 0 || isDead(scene)) return 'cannot_win';
  if (scene.image && isStatic(scene)) return 'poor';
  const early = scene.step < EARLY * scene.steps;
  const verdict = scene.image ? ofImages(scene) : ofPoints(scene);
  return early && (verdict === 'modes_missing' || verdict === 'poor') ? 'learning' : verdict;
}

function isBlownUp(scene: Scene): boolean {
  const { loss = 0, gradient = 0, critic, dReal } = scene;
  const kind = critic || matchesFeatures(scene) ? 'critic' : dReal === undefined ? 'none' : 'judge';
  return Math.abs(loss) > WILD[kind] || gradient > WILD_GRADIENT[kind];
}

/** Who has won so far that G gets no gradient; D's verdicts say who. */
export function winnerOf({ critic, dReal, dFake, gGradient }: Scene): 'd' | 'g' | undefined {
  if (critic || dReal === undefined || dFake === undefined) return undefined;
  if (gGradient === undefined || gGradient > NO_GRADIENT) return undefined;
  if (dReal > SURE && dFake < 1 - SURE) return 'd';
  return dFake > SURE ? 'g' : undefined;
}

/** Whether nothing moves any more: units that are never active have no gradient. */
function isDead({ gradient, step }: Scene): boolean {
  return step > 0 && gradient !== undefined && gradient < 1e-6;
}

/** Whether the share of samples on real data tells anything: in one dimension points spread evenly reach most of it. */
export function isTelling({ values }: Scene): boolean {
  return (values?.high_quality_chance ?? 0) < EASY;
}

function ofPoints(scene: Scene): Rung {
  const { modes, mode_count: count, high_quality: quality, js } = scene.values ?? {};
  if (modes !== undefined && count !== undefined && modes < count) return 'modes_missing';
  if (quality === undefined) return 'learning';
  if (!isTelling(scene)) {
    if (js === undefined) return 'learning';
    return js > FAR ? 'poor' : js > CLOSE ? 'learning' : 'good';
  }
  return quality < POOR ? 'poor' : quality < GOOD ? 'learning' : 'good';
}

export const isStatic = ({ looks }: Scene): boolean => (looks.noise ?? 0) > STATIC;

/** Images are measured on demand, so that a measure may be of long ago; how they look is always known. */
function ofImages(scene: Scene): Rung {
  const { variety } = scene.looks;
  if (variety !== undefined && variety < ALIKE) return 'modes_missing';
  const found = isFresh(scene) ? (scene.values ?? {}) : {};
  const { confident, copy_ratio: ratio, memorized, modes, mode_count: count } = found;
  if (modes !== undefined && count !== undefined && modes < MOST * count) return 'modes_missing';
  if (ratio !== undefined && isCopied(ratio)) return 'copied';
  if (memorized !== undefined && isMemorized(memorized)) return 'memorized';
  if (confident === undefined) return 'learning';
  return confident < POOR ? 'poor' : confident < GOOD ? 'learning' : 'good';
}

/** Whether the last measure is still about the model as it is. */
export function isFresh({ measuredAt, step, steps }: Scene): boolean {
  return measuredAt !== undefined && step - measuredAt <= EARLY * steps;
}
