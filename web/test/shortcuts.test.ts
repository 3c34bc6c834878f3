import { expect, it } from 'vitest';
import { keyOf } from '../src/elements/shortcuts.ts';

const pressed = (key: string, code: string, shiftKey = false): string =>
  keyOf({ key, code, shiftKey });

it('takes a letter as it is printed, whatever CapsLock says', () => {
  expect(pressed('d', 'KeyD')).toBe('d');
  expect(pressed('D', 'KeyD')).toBe('d');
  // AZERTY and Dvorak: the letter counts, not its place.
  expect([pressed('a', 'KeyQ'), pressed('s', 'Semicolon')]).toEqual(['a', 's']);
});

it('takes the place of a letter where the layout has none of ours', () => {
  expect([pressed('ы', 'KeyS'), pressed('Ы', 'KeyS'), pressed('ש', 'KeyA')]).toEqual([
    's',
    's',
    'a',
  ]);
  // A Latin letter that we have no use for is not another one.
  expect(pressed('ğ', 'KeyD')).toBe('ğ');
});

it('knows every question mark, and leaves the other keys alone', () => {
  expect([
    pressed('?', 'Minus', true),
    pressed(',', 'Slash', true),
    pressed('؟', 'Slash', true),
  ]).toEqual(['?', '?', '?']);
  expect([pressed('/', 'Slash'), pressed('Escape', 'Escape'), pressed(' ', 'Space')]).toEqual([
    '/',
    'Escape',
    ' ',
  ]);
});
