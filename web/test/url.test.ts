import { describe, expect, it } from 'vitest';
import { isLocked, leavesOut, type Lock, type Part } from '../src/state/parts.ts';
import { DEFAULT_SPEC, readHash, type Spec, writeHash } from '../src/state/url.ts';

describe('the share link', () => {
  it('comes back as it went out', () => {
    const spec: Spec = {
      preset: 'moons',
      seed: 42,
      backend: 'cpu',
      scratch: true,
      hide: ['game', 'status'],
      stop: { kind: 'metric', name: 'modes', bound: '>=', value: 8 },
      caption: 'Watch D & G = 2 <b>players</b>',
      measures: ['modes', 'high_quality'],
      ideas:
        'More | Watch <b>it</b>. | preset=moons&noise.dim=8; Another |  | preset=ring&cost=minimax',
      controls: ['train', 'reset'],
      layers: ['real', 'fake', 'grid'],
      slow: 'fast',
      lock: ['g_optimizer', 'cost'],
      studio: 'A 3 1.12 walk A B',
      size: 'large',
      lang: 'de',
      overrides: {
        'g_optimizer.lr': 0.0005,
        cost: 'minimax',
        label: '17',
        'generator.layers': [{ kind: 'dense', units: 64 }],
      },
    };
    expect(readHash(writeHash(spec))).toEqual({ spec, named: true, problems: [] });
  });

  it('says at which step to begin, which is no part of what is shared later', () => {
    expect(readHash('#preset=ring&at=500')).toMatchObject({ at: 500, problems: [] });
    expect(readHash('#preset=ring').at).toBeUndefined();
    for (const at of ['soon', '-1', '1.5', '100001', '']) {
      const { at: read, problems } = readHash(`#preset=ring&at=${at}`);
      expect(read).toBeUndefined();
      expect(problems[0]).toContain('a whole number from 0 to 100000');
    }
  });

  it('says which language the page is in, of those that there are', () => {
    expect(readHash('#preset=ring&lang=de')).toMatchObject({ spec: { lang: 'de' }, problems: [] });
    expect(writeHash({ ...DEFAULT_SPEC, lang: 'de' })).toBe('#preset=ring&lang=de');
    expect(writeHash(DEFAULT_SPEC)).not.toContain('lang');
    const { spec, problems } = readHash('#lang=fr');
    expect(spec.lang).toBeUndefined();
    expect(problems).toEqual(['“lang=fr”: it is one of en, de']);
  });

  it('has a caption of its own, within a length', () => {
    const { spec, problems } = readHash(`#caption=${'a'.repeat(500)}`);
    expect(spec.caption).toHaveLength(400);
    expect(problems[0]).toContain('more than 400 letters');
  });

  it('takes ideas of one’s own, with settings that there are', () => {
    const known = (path: string): boolean => path === 'cost';
    const ideas = (text: string) => readHash(`#ideas=${encodeURIComponent(text)}`, known);
    expect(ideas('A | b | cost=minimax').problems).toEqual([]);
    expect(ideas('A | b | csot=minimax').problems[0]).toContain('no setting “csot”');
    expect(ideas('A | b | csot=minimax').spec.ideas).toBe('');
    // An idea stays with the preset of its link, whatever is opened later.
    expect(ideas('A | b | cost=minimax').spec.ideas).toBe('A | b | preset=ring&cost=minimax');
    expect(ideas('A | b').problems[0]).toContain('“A | b” is not an idea: it should be “title');
  });

  it('locks all settings, or those that it names', () => {
    for (const hash of ['#lock=', '#lock=all', '#lock=1']) {
      expect(readHash(hash).spec.lock).toBe('all');
    }
    expect(readHash('#lock=0').spec.lock).toEqual([]);
    expect(readHash('#lock=cost, g_optimizer.lr').spec.lock).toEqual(['cost', 'g_optimizer.lr']);
    expect(isLocked(['g_optimizer'], 'g_optimizer.lr')).toBe(true);
    expect(isLocked(['g_optimizer.lr'], 'g_optimizer')).toBe(false);
    expect(isLocked(['cost'], 'costs')).toBe(false);
    expect(isLocked('all', 'batch')).toBe(true);
    const leaves = (lock: Lock, part: Part, ideas = ''): boolean =>
      leavesOut({ lock, ideas }, part);
    expect(leaves('all', 'presets')).toBe(true);
    expect(leaves('all', 'story')).toBe(false);
    expect(leaves(['cost'], 'presets')).toBe(false);
    expect(leaves('all', 'ideas')).toBe(true);
    // A teacher's own are no reader's changes.
    expect(leaves('all', 'ideas', 'A | b | cost=minimax')).toBe(false);
  });

  it('switches every layer off where it names none', () => {
    expect(readHash('#layers=').spec.layers).toEqual([]);
    expect(readHash(writeHash({ ...DEFAULT_SPEC, layers: [] })).spec.layers).toEqual([]);
  });

  it('holds only what differs', () => {
    expect(writeHash(DEFAULT_SPEC)).toBe('#preset=ring');
    expect(writeHash({ ...DEFAULT_SPEC, seed: 3 })).toBe('#preset=ring&seed=3');
  });

  it('opens the default without a hash', () => {
    expect(readHash('')).toEqual({ spec: DEFAULT_SPEC, named: false, problems: [] });
  });

  it.each([
    ['#seed=-1', 'seed=-1'],
    ['#seed=1.5', 'seed=1.5'],
    ['#seed=', 'seed='],
    ['#seed=4294967296', 'seed=4294967296'],
    ['#backend=cuda', 'backend=cuda'],
    ['#stop=soon', 'stop=soon'],
    ['#stop=0', 'stop=0'],
    ['#unheard_of=1', 'unheard_of'],
    ['#a..b=1', 'a..b'],
    ['#__proto__.x=1', '__proto__.x'],
    ['#a.constructor=1', 'a.constructor'],
    ['#hide=gmae', '“gmae”'],
    ['#controls=fly', '“fly”'],
    ['#layers=clouds', '“clouds”'],
    ['#slow=1', 'slow, medium, fast'],
    ['#lock=unheard_of', '“unheard_of”'],
    ['#lock=..', 'by their paths'],
    ['#size=huge', 'normal, large'],
  ])('leaves out %s and names it', (hash, named) => {
    const { spec, problems } = readHash(hash, (path) => path !== 'unheard_of');
    expect(spec).toEqual(DEFAULT_SPEC);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(named);
  });

  it('takes words of a list with commas or spaces, and the good ones beside a bad one', () => {
    expect(readHash('#hide=status,game').spec.hide).toEqual(['game', 'status']);
    expect(readHash('#hide=status+game').spec.hide).toEqual(['game', 'status']);
    const { spec, problems } = readHash('#hide=story,nothing');
    expect(spec.hide).toEqual(['story']);
    expect(problems).toEqual([expect.stringContaining('presets, tools, settings, game')]);
  });
});
