/** Keys that act wherever the focus is, as long as it is not in something that takes keys itself. */
import type { Session } from '../state/session.ts';

/** Letters that are keys of something else. */
const TAKEN: readonly string[] = ['s', 'l', 'm', 'r'];

/** What keys do to the layout. */
interface Layout {
  readonly toggleStudio: () => void;
  readonly showKeys: () => void;
  readonly closeSettings: () => boolean;
}

/** What a key does; undefined where it does nothing, such as what a lesson hides. */
export function shortcut(key: string, session: Session, layout: Layout): (() => void) | undefined {
  const offers = session.current.offers.bind(session.current);
  switch (key) {
    case ' ':
      return offers('train') ? () => void session.run.toggle() : undefined;
    case 's':
      return offers('step') ? () => void session.run.stepOnce() : undefined;
    case 'l':
      return session.current.shows('studio') ? layout.toggleStudio : undefined;
    case 'm':
      return offers('slow') ? () => void session.run.setSlow(!session.run.slow) : undefined;
    case 'r':
      return offers('reset') ? () => void session.models.reset() : undefined;
    case '?':
      return layout.showKeys;
    case 'Escape':
      return layout.closeSettings() ? () => undefined : undefined;
    default: {
      const update = session.current.model?.info.updates.find(
        ({ name }) => keyOfUpdate(name) === key,
      );
      return update && offers('step') ? () => void session.run.stepOnce(update.name) : undefined;
    }
  }
}

/** The key of an update that has a letter for a name, where that means nothing else. */
export function keyOfUpdate(name: string): string | undefined {
  return name.length === 1 && !TAKEN.includes(name) ? name : undefined;
}

export function onKey(
  event: KeyboardEvent,
  shortcuts: (key: string) => (() => void) | undefined,
): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || typing(event)) return;
  const act = shortcuts(keyOf(event));
  if (!act) return;
  event.preventDefault();
  act();
}

/**
 * A key by the name that the list of keys has for it. Letters are what is printed on them, whatever CapsLock says; where the
 * layout has no Latin letters, what a Latin one has in the same place, because nobody switches layouts for a shortcut.
 */
export function keyOf({
  key,
  code,
  shiftKey,
}: Pick<KeyboardEvent, 'key' | 'code' | 'shiftKey'>): string {
  if (code === 'Space') return ' ';
  if (/^[a-z]$/i.test(key)) return key.toLowerCase();
  // Latin, Arabic, Greek and full-width question marks.
  if (['?', '؟', '\u037e', '？'].includes(key) || (code === 'Slash' && shiftKey)) return '?';
  const latin = /^Key([A-Z])$/.exec(code)?.[1];
  return latin && isForeignLetter(key) ? latin.toLowerCase() : key;
}

const isForeignLetter = (key: string): boolean =>
  /^\p{L}$/u.test(key) && !/\p{Script=Latin}/u.test(key);

/** Whether a key, or what is pasted, belongs to what has the focus: text in a field, or space on a button. */
export function typing(event: Event): boolean {
  const [target] = event.composedPath();
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest('dialog')) return true;
  return (
    target.matches('input, select, textarea') ||
    ('code' in event && event.code === 'Space' && target.matches('button, summary'))
  );
}

/** Listens until the returned function is called. */
export function listen<K extends keyof (WindowEventMap & DocumentEventMap)>(
  target: EventTarget,
  type: K,
  act: (event: (WindowEventMap & DocumentEventMap)[K]) => void,
): () => void {
  target.addEventListener(type, act as EventListener);
  return () => {
    target.removeEventListener(type, act as EventListener);
  };
}
