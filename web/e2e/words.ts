/** Every word of a lesson is pressed, with fewer steps, and leaves what it says. */
import { expect, type Page } from '@playwright/test';
import type { GanPlayground } from '../src/elements/gan-playground.ts';
import { readActions } from '../src/state/action.ts';
import { getPath, isObject, type Json, sameJson } from '../src/state/json.ts';

/** Enough to see that it trains. */
const STEPS = 2;

/** The same, with less to wait for: measuring thousands of images takes long, whatever the step. */
function shortened(text: string): string {
  const fewer = text.replace(/steps=\d+/g, `steps=${STEPS}`);
  return fewer
    .split(';')
    .filter((action) => action.trim() !== 'measure')
    .join(';');
}

/** Whether a value is there; what it leaves out has the value that it has anyway. */
function holds(found: Json | undefined, asked: Json): boolean {
  if (Array.isArray(asked)) {
    return (
      Array.isArray(found) &&
      found.length === asked.length &&
      asked.every((one, i) => holds(found[i], one))
    );
  }
  if (!isObject(asked)) return sameJson(found, asked);
  return isObject(found) && Object.entries(asked).every(([key, one]) => holds(found[key], one));
}

/** Presses all of a lesson that is open. */
export async function pressAll(page: Page): Promise<void> {
  const texts = await page
    .locator('[data-do]')
    .evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset.do ?? ''));
  for (const text of texts.map(shortened).filter(Boolean)) {
    const after = await page
      .locator('gan-playground')
      .evaluate(async (element: GanPlayground, text) => {
        const { run, current } = await element.ready();
        const problem = await element.perform(text).then(
          () => '',
          (error: unknown) => String(error),
        );
        return { problem, step: run.step, config: current.model?.config };
      }, text);
    expect(after.problem, text).toBe('');
    for (const action of readActions(text)) {
      if (action.act === 'set') {
        for (const [path, value] of Object.entries(action.changes)) {
          expect(holds(getPath(after.config, path), value), `${text}: ${path}`).toBe(true);
        }
      }
      if (action.act === 'train') expect(after.step, text).toBeGreaterThanOrEqual(STEPS);
    }
  }
}
