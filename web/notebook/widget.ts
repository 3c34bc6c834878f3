/**
 * What a notebook loads with every playground. It is small, because a notebook that keeps its widgets keeps a copy of this; the
 * playground itself comes once for a page, from the Python package.
 */
import { type Files, filesOf } from './files.ts';
import type { Model } from './model.ts';

type Playground = typeof import('./playground.ts');

/** Where all widgets of a page find what one of them loaded: an element can be defined once. */
const LOADED = Symbol.for('ganlet');
const page = globalThis as { [LOADED]?: Promise<Playground> | undefined };

/** A kernel that runs a cell answers afterwards; one that is gone never does. */
const PATIENCE_MS = 3000;

function load(files: Files): Promise<Playground> {
  return (page[LOADED] ??= files('playground.js')
    .then(async (code) => {
      const address = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
      return (await import(/* @vite-ignore */ address)) as Playground;
    })
    .catch((error: unknown) => {
      page[LOADED] = undefined;
      throw error;
    }));
}

function render({ model, el }: { model: Model; el: HTMLElement }): () => void {
  const said = document.createElement('p');
  said.role = 'status';
  el.append(said);
  const slow = setTimeout(() => {
    said.textContent =
      'The playground comes from Python, which is busy, or not running: it appears when the cell that runs is done. If none runs, run this cell again.';
  }, PATIENCE_MS);
  const files = filesOf(model);
  let isGone = false;
  let leave = (): void => undefined;
  // Not waited for: a front end may show nothing until it has come.
  load(files)
    .then(({ mount }) => {
      said.remove();
      if (!isGone) leave = mount(model, el, files);
    })
    .catch((error: unknown) => {
      said.role = 'alert';
      said.textContent = `The playground could not be loaded (${String(error)}). Run the cell again; if that does not help, install the package anew: pip install --force-reinstall ganlet.`;
    })
    .finally(() => {
      clearTimeout(slow);
    });
  return () => {
    isGone = true;
    leave();
  };
}

export default { render };
