/** The playground in a notebook: `<gan-playground>`, and what passes between it and the Python object. */
import { GanPlayground } from '../src/elements/gan-playground.ts';
import type { Files } from './files.ts';
import type { Model } from './model.ts';
import { useFiles } from './site.ts';
import { Exchange } from './exchange.ts';

/** Where each Python object is shown: in one place, since it trains once. */
const shown = new WeakMap<Model, () => void>();

/** Shows it; returns how to take it away. */
export function mount(model: Model, el: HTMLElement, files: Files): () => void {
  shown.get(model)?.();
  useFiles(files);
  const element = new GanPlayground();
  let exchange: Exchange | undefined;
  const follow = (): void => {
    const wanted = model.get('_attributes') as Record<string, string>;
    for (const name of element.getAttributeNames()) {
      if (!(name in wanted) && name !== 'style') element.removeAttribute(name);
    }
    for (const [name, value] of Object.entries(wanted)) {
      if (element.getAttribute(name) !== value) element.setAttribute(name, value);
    }
    if (!('theme' in wanted)) element.setAttribute('theme', themeAround(el));
  };
  const fail = (error: unknown): void => {
    model.set('error', error instanceof Error ? error.message : String(error));
    model.save_changes();
  };
  const begin = async (): Promise<void> => {
    exchange?.close();
    exchange = undefined;
    const session = await element.ready();
    exchange = new Exchange(model, session);
    await exchange.begin();
  };
  const ready = (): void => void begin().catch(fail);
  const perform = ({ perform }: { perform?: string }): void => {
    if (perform !== undefined) element.perform(perform).catch(fail);
  };
  element.addEventListener('ready', ready);
  model.on('change:_attributes', follow);
  model.on('msg:custom', perform);
  const leave = (): void => {
    element.removeEventListener('ready', ready);
    model.off('change:_attributes', follow);
    model.off('msg:custom', perform);
    exchange?.close();
    element.remove();
  };
  const leaveBehind = (): void => {
    leave();
    el.textContent = 'This playground was shown again, and goes on there.';
  };
  shown.set(model, leaveBehind);
  follow();
  el.append(element);
  // Attributes that cannot be followed are said in the element's place; Python hears of them, too.
  element.ready().catch(fail);
  return () => {
    leave();
    if (shown.get(model) === leaveBehind) shown.delete(model);
  };
}

/** Front ends have a theme of their own, which no standard tells: the text around is light where the ground is dark. */
function themeAround(el: HTMLElement): 'light' | 'dark' {
  const [r = 0, g = 0, b = 0] = (/[\d., ]+/.exec(getComputedStyle(el).color)?.[0] ?? '')
    .split(',')
    .map(Number);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 128 ? 'dark' : 'light';
}
