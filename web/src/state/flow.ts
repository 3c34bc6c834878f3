/**
 * What flows in an update, in its order, read from what the model declares: samples go along arrows to where the loss is, the loss
 * is taken there, its gradient goes back, and then weights move. Slow motion shows it so.
 */
import type { Colour, Diagram, Info, Update } from '../library.ts';
import { colourOf, shortName } from './describe.ts';
import { LOOK } from './slow.ts';
import { language, msg, str } from '../words/locale.ts';

type Arrow = Diagram['arrows'][number];

/** What moves along an arrow: of which colour, and whether it is a gradient, which goes against it. */
export interface Stream {
  from: string;
  to: string;
  back: boolean;
  colour: Colour;
}

/** One moment of an update: what flows then, at once, or which boxes something happens in. */
export interface Beat {
  streams: readonly Stream[];
  /** The boxes that are meant, by name. */
  boxes: readonly string[];
  colour: Colour;
  /** What happens, in a few words. */
  text: string;
}

export function beatsOf(info: Info, update: Update): Beat[] {
  const { arrows, blocks } = info.diagram;
  const colour = colourOf(info, update);
  const title = titles(info);
  const isReal = (name: string): boolean =>
    blocks.some((block) => block.name === name && block.colour === 'real');
  const back = arrows.filter(({ gradient_of: of }) => of.includes(update.name));
  const ends = endsOf(back, update);
  const forward = forwardTo(ends, info, update, isReal);
  const levels = [...new Set(forward.values())].sort((a, b) => b - a);
  const at = (level: number): Arrow[] =>
    [...forward].filter(([, one]) => one === level).map(([arrow]) => arrow);
  const there = levels.map((level): Beat => {
    const now = at(level);
    const streams = now.map((arrow) => ({
      from: arrow.from,
      to: arrow.to,
      back: false,
      colour: contents(info, arrow),
    }));
    return { streams, boxes: [], colour, text: arrowsText(now, title) };
  });
  const home = levels
    .toReversed()
    .map((level) => at(level).filter((arrow) => back.includes(arrow)))
    // To the data it has nothing to say.
    .filter((now) => now.some(({ from }) => !isReal(from)))
    .map((now): Beat => ({
      streams: now.map(({ from, to }) => ({ from, to, back: true, colour })),
      boxes: [],
      colour,
      text: gradientText(now.map(({ from }) => title(from)).join(', ')),
    }));
  const [where, who] = [ends, update.networks].map((names) => names.map(title).join(', '));
  const loss = msg(str`loss: ${where}`);
  const move = msg(str`weights move: ${who}`);
  return [
    ...there,
    { streams: [], boxes: ends, colour, text: loss },
    ...home,
    { streams: [], boxes: update.networks, colour, text: move },
  ];
}

/** Where in its phase an update is: the number of the beat, and how much of it is over; none before and after. */
export function beatAt(beats: number, share: number): { beat: number; share: number } | undefined {
  const at = (share / (1 - LOOK)) * beats;
  if (!(at >= 0) || share >= 1) return undefined;
  // The last one, in which weights move, lasts until the phase is over.
  const beat = Math.min(beats - 1, Math.floor(at));
  return { beat, share: Math.min(1, at - beat) };
}

/** Where the loss is: where the gradient comes from, or in the networks that move where no arrow has one. */
function endsOf(back: readonly Arrow[], update: Update): string[] {
  const sources = new Set(back.map(({ from }) => from));
  const ends = [...new Set(back.map(({ to }) => to))].filter((to) => !sources.has(to));
  if (ends.length > 0) return ends;
  // A gradient that goes round in a circle has no end but what it moves.
  return update.networks.slice(0, 1);
}

/** The arrows by which something comes to the ends, each with the longest way from there on: 0 leads right to an end. */
function forwardTo(
  ends: readonly string[],
  info: Info,
  update: Update,
  isReal: (name: string) => boolean,
): Map<Arrow, number> {
  const found = new Map<Arrow, number>();
  const others = info.updates.filter(({ name }) => name !== update.name);
  /** Who is only asked: a network that another update moves. */
  const isJudge = (name: string): boolean =>
    !update.networks.includes(name) && others.some(({ networks }) => networks.includes(name));
  const visit = (name: string, level: number, path: readonly string[]): void => {
    for (const arrow of info.diagram.arrows) {
      if (arrow.to !== name || (found.get(arrow) ?? -1) >= level) continue;
      // A judge is asked of samples alone, unless the gradient says otherwise.
      const asked = !isReal(arrow.from) || arrow.gradient_of.includes(update.name);
      if (isJudge(name) && !asked) continue;
      found.set(arrow, level);
      if (!path.includes(arrow.from)) visit(arrow.from, level + 1, [...path, arrow.from]);
    }
  };
  for (const end of ends) visit(end, 0, [end]);
  return found;
}

/** The colour of what leaves a box: what a network makes has the colour of where it goes. */
function contents({ diagram, updates }: Info, { from, to }: Arrow): Colour {
  const isNetwork = (name: string): boolean =>
    updates.some(({ networks }) => networks.includes(name));
  const teller = isNetwork(from) && !isNetwork(to) ? to : from;
  return diagram.blocks.find(({ name }) => name === teller)?.colour ?? 'neutral';
}

function titles({ diagram }: Info): (name: string) => string {
  return (name) => {
    const block = diagram.blocks.find((one) => one.name === name);
    const short = block ? shortName(name, block.title) : name;
    // In German, nouns are capitalized.
    return short.length === 1 || language !== 'en'
      ? short
      : short.charAt(0).toLowerCase() + short.slice(1);
  };
}

const gradientText = (to: string): string => msg(str`gradient back: ${to}`);

/** `samples, real data → D` */
function arrowsText(arrows: readonly Arrow[], title: (name: string) => string): string {
  return [...new Set(arrows.map(({ to }) => to))]
    .map((goal) => {
      const from = arrows.filter(({ to }) => to === goal).map((arrow) => title(arrow.from));
      return `${from.join(', ')} → ${title(goal)}`;
    })
    .join('; ');
}
