/**
 * The coach's line: what is happening now and why, in a sentence or two. `ladder` decides which, by what was measured;
 * `captions` has the words for it, `lessons` what each kind of model is about.
 */
import type { Phase } from '../protocol.ts';
import { CAPTIONS } from './captions.ts';
import { type Rung, rungOf, type Scene } from './ladder.ts';
import { lessonOf } from './lessons.ts';

/** What is going on at this moment, beside how the run goes. */
export interface Moment {
  running: boolean;
  phase: Phase | undefined;
  /** The update of that phase, in words. */
  phaseTitle: string;
  /** The model came trained, with the page, and nothing was recorded since. */
  trained: boolean;
}

export interface Line {
  text: string;
  /** Where the tutorial explains it. */
  section?: string;
  /** What was decided, where the line is about how the run goes. */
  rung?: Rung;
}

export function coach(
  scene: Scene,
  { running, phase, phaseTitle, trained }: Moment,
): Line | undefined {
  const lesson = lessonOf(scene.model);
  if (phase !== undefined) return lesson.phases[phase] ?? { text: `${phaseTitle}.` };
  if (scene.step === 0 && !running) return { text: lesson.fresh };
  if (trained && !running) return { text: lesson.trained };
  const rung = rungOf(scene);
  const line = CAPTIONS[rung](scene);
  return line.text === '' ? undefined : { ...line, rung };
}
