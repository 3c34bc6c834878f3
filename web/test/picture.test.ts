import { describe, expect, it } from 'vitest';
import type { DataInfo } from '../src/library.ts';
import { convert, type Pixels, refusalOfFile, refusalOfShape } from '../src/state/picture.ts';

const data = (channels: number, range: [number, number]): DataInfo => ({
  kind: 'image',
  dim: 9 * channels,
  width: 3,
  height: 3,
  channels,
  range,
  name: '',
});

/** 3 x 3 pixels: a border of one colour and a middle of another. */
const picture = (border: number[], middle: number[]): Pixels => ({
  width: 3,
  height: 3,
  rgba: Uint8ClampedArray.from(
    Array.from({ length: 9 }, (_, i) => [...(i === 4 ? middle : border), 255]).flat(),
  ),
});

describe('a person’s own picture', () => {
  it('is brought to the model’s range', () => {
    const { image, notes } = convert(picture([0, 0, 0], [255, 255, 255]), data(1, [-1, 1]));
    expect([image[0], image[4]]).toEqual([-1, 1]);
    expect(notes).toEqual([]);
  });

  it('keeps its colours where the model has colours', () => {
    const { image } = convert(picture([255, 255, 255], [255, 0, 51]), data(3, [0, 1]));
    expect([...image.slice(12, 15)].map((value) => value.toFixed(1))).toEqual([
      '1.0',
      '0.0',
      '0.2',
    ]);
  });

  it('is turned to grey, and dark strokes on paper to light ones on black, and it says so', () => {
    const { image, notes } = convert(picture([255, 255, 255], [255, 0, 0]), data(1, [0, 1]));
    expect(image[0]).toBeCloseTo(0);
    expect(image[4]).toBeCloseTo(1 - 0.2126);
    expect(notes.join(' ')).toMatch(/grey.*inverted/);
  });

  it('is seen, whatever is drawn on nothing', () => {
    const drawn = (ink: number, alpha = 255): Pixels => {
      const drawing = picture([0, 0, 0], [ink, ink, ink]);
      drawing.rgba.forEach((_, i) => {
        if (i % 4 === 3) drawing.rgba[i] = i === 19 ? alpha : 0;
      });
      return drawing;
    };
    // White on black as it is, for digits and for faces; black on white paper is turned round for digits.
    for (const channels of [1, 3]) {
      const { image, notes } = convert(drawn(255), data(channels, [0, 1]));
      expect([image[0], image[4 * channels]]).toEqual([0, 1]);
      expect(notes.join()).toContain('laid on black');
    }
    expect(convert(drawn(0), data(3, [0, 1])).image[0]).toBe(1);
    expect(convert(drawn(0), data(1, [0, 1])).notes.join()).toMatch(/^It was inverted/);
    // A blank sheet stays white.
    expect(convert(picture([255, 255, 255], [255, 255, 255]), data(3, [0, 1])).notes).toEqual([]);
  });

  it('is refused with a reason where converting would not be safe', () => {
    const file = (name: string, type: string) => new File(['x'], name, { type });
    expect(refusalOfFile(file('a.png', 'image/png'))).toBeUndefined();
    expect(refusalOfFile(file('a.pdf', 'application/pdf'))).toContain('PNG');
    expect(refusalOfFile(file('a', ''))).toContain('no image');
    expect(refusalOfShape(28, 28)).toBeUndefined();
    expect(refusalOfShape(4, 28)).toContain('at least 8');
    expect(refusalOfShape(1000, 100)).toContain('too long');
  });
});
