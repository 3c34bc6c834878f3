/** What the coach looks at, put together from what the page knows. */
import type { Colour, Metric } from '../library.ts';
import { looksOf } from '../stage/looks.ts';
import { metricOf } from './describe.ts';
import { getPath, isObject, type Json } from './json.ts';
import type { Scene } from './ladder.ts';
import type { Session } from './session.ts';

export function sceneOf({ current, run, stage }: Session): Scene | undefined {
  const { model, length } = current;
  const { series, step, evaluation } = run;
  if (!model) return undefined;
  const { info, config, critic } = model;
  const recent = (metric: Metric | undefined): number | undefined =>
    metric && series.recent(metric.name);
  const one = (chart: Metric['chart'], colour: Colour): number | undefined =>
    recent(metricOf(info, chart, colour));
  const largest = (chart: Metric['chart']): number | undefined =>
    info.metrics
      .filter((metric) => metric.chart === chart)
      .flatMap((metric) => recent(metric) ?? [])
      .reduce<number | undefined>(
        (most, value) => (Math.abs(value) > Math.abs(most ?? 0) ? value : (most ?? value)),
        undefined,
      );
  const cost = getPath(config, 'cost');
  return {
    model: info.model,
    cost: typeof cost === 'string' ? cost : '',
    step,
    steps: length,
    critic,
    image: info.data.kind === 'image',
    unbounded: critic && isUnbounded(config),
    dReal: one('score', 'real'),
    dFake: one('score', 'fake'),
    dGradient: one('gradient', 'discriminator'),
    gGradient: one('gradient', 'generator'),
    loss: largest('loss'),
    gradient: largest('gradient'),
    still: stepSizes(config).flatMap(([path, rate]) => (rate === 0 ? [path] : [])),
    values: evaluation?.values,
    measuredAt: evaluation?.step,
    looks: looksOf(model, stage.frame, stage.film.items),
  };
}

/** Whether nothing in a config limits the slope of a critic: it then grows for as long as it is trained. */
function isUnbounded(config: Json): boolean {
  const weight = getPath(config, 'gradient_penalty.weight');
  const spectral = getPath(config, 'discriminator.spectral_norm');
  const clip = getPath(config, 'discriminator.clip');
  return (
    getPath(config, 'cost') === 'wasserstein' &&
    (typeof weight !== 'number' || weight === 0) &&
    spectral !== true &&
    typeof clip !== 'number'
  );
}

/** The step size of every optimizer in a config, by its path. */
export function stepSizes(config: Json | undefined, path = ''): [path: string, rate: number][] {
  if (!isObject(config)) return [];
  return Object.entries(config).flatMap(([name, value]): [string, number][] => {
    const at = `${path}${name}`;
    return name === 'lr' && typeof value === 'number' ? [[at, value]] : stepSizes(value, `${at}.`);
  });
}
