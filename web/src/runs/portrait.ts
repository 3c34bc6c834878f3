/** What the list shows of a run: its title, its numbers and a small picture of its samples. */
import { drawSamples } from '../stage/thumbs.ts';
import { readings } from '../state/readings.ts';
import type { Session } from '../state/session.ts';
import type { KeptRun } from '../state/keep.ts';
import { LIGHT } from '../style/palette.ts';

/** Pixels of the picture, and numbers beside it. */
const SIDE = 128;
const FIGURES = 2;

export type Portrait = Pick<KeptRun, 'title' | 'figures' | 'picture'>;

export function portraitOf(session: Session): Portrait {
  const { current, run } = session;
  const values = run.evaluation?.values ?? {};
  const figures = readings(values)
    .slice(0, FIGURES)
    .map(({ label, value }) => ({ label, value }));
  return { title: current.title, figures, picture: pictureOf(session) };
}

/** On no ground of its own, so that it fits a light page and a dark one. */
function pictureOf({ current, stage }: Session): string {
  const { model } = current;
  if (!model || !stage.frame || typeof document === 'undefined') return '';
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = SIDE;
  const ctx = canvas.getContext('2d');
  if (!ctx) return '';
  drawSamples({ ctx, width: SIDE, height: SIDE }, model, stage.frame.fake, LIGHT.fake);
  return canvas.toDataURL('image/webp', 0.85);
}
