import { describe, expect, it } from 'vitest';
import { FormulaError, isSame, readFormula } from '../src/state/formula.ts';

const NAMES = ['p_data', 'p_model', 'x'];
const values = { p_data: 0.3, p_model: 0.1, x: 2 };

describe('a formula', () => {
  it.each([
    ['p_data / (p_data + p_model)', 0.75],
    ['1 / (1 + p_model/p_data)', 0.75],
    ['2 - 3 - 4', -5],
    ['12 / 2 / 3', 2],
    ['2 + 3 * x^2', 14],
    ['2^3^2', 512],
    ['-x^2', -4],
    ['2^-1', 0.5],
    ['--x', 2],
    ['exp(ln(p_data)) * 10', 3],
    ['log(e) + sqrt(4) + abs(-1)', 4],
    ['tanh(0) + pi', Math.PI],
    ['.5 · x − 1.', 0],
  ])('“%s” is %d', (text, value) => {
    expect(readFormula(text, NAMES)(values)).toBeCloseTo(value, 12);
  });

  it.each([
    ['', 0, 'it ends where'],
    ['p_data /', 8, 'it ends where'],
    ['p_data + * 2', 9, '“*” stands where'],
    ['(p_data + 1', 0, 'never closed'],
    ['2 * (x + (1)', 4, 'never closed'],
    ['p_data p_model', 7, '“p_model” was not expected'],
    ['p_daten + 1', 0, 'there is no “p_daten”; there are p_data, p_model, x, e, pi'],
    ['1 + exp 2', 8, '“exp” needs its argument in brackets'],
    ['x & 1', 2, '“&” means nothing here'],
    ['x; alert(1)', 1, '“;” means nothing here'],
    ['constructor', 0, 'there is no “constructor”'],
    ['x)', 1, '“)” was not expected'],
  ])('of “%s” says where it fails', (text, at, message) => {
    let found: unknown;
    try {
      readFormula(text, NAMES);
    } catch (error) {
      found = error;
    }
    expect(found).toBeInstanceOf(FormulaError);
    expect((found as FormulaError).at).toBe(at);
    expect((found as FormulaError).message).toContain(message);
  });

  it('is the same as another that says it in other words', () => {
    const read = (text: string) => readFormula(text, NAMES);
    const best = read('p_data / (p_data + p_model)');
    expect(isSame(read('1 / (1 + p_model / p_data)'), best, NAMES)).toBe(true);
    expect(isSame(read('1 - p_model / (p_model + p_data)'), best, NAMES)).toBe(true);
    expect(isSame(read('p_model / (p_data + p_model)'), best, NAMES)).toBe(false);
    expect(isSame(read('p_data / p_model'), best, NAMES)).toBe(false);
    expect(isSame(read('p_data / (p_data + p_model + 0.001)'), best, NAMES)).toBe(false);
    expect(isSame(read('ln(-p_data)'), best, NAMES)).toBe(false);
  });
});
