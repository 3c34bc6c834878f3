/** Does to a session what the text of a lesson asks for. */
import { kernelDensity } from '../stage/density.ts';
import { distanceToOptimal } from '../stage/optimal.ts';
import { type Action, readActions } from './action.ts';
import { count, decimal, percent, written } from './format.ts';
import { asText, getPath, isObject, type Json, type JsonObject, withPath } from './json.ts';
import { isShare } from './readings.ts';
import type { Session } from './session.ts';
import { msg, str } from '../words/locale.ts';

/** What was done, in words, and how to take it back where that can be. */
export interface Done {
  said: string;
  undo?: (() => Promise<void>) | undefined;
}

/** One after the other; throws for the first that cannot be done, with the reason. */
export async function perform(session: Session, text: string): Promise<Done> {
  const actions = readActions(text);
  session.log.note('text', text);
  const done: Done[] = [];
  for (const action of actions) done.push(await one(session, action));
  const undo = done.map(({ undo }) => undo).filter((undo) => undo !== undefined);
  return {
    said: done.map(({ said }) => said).join(' '),
    undo: undo.length
      ? () => {
          session.log.note('text', 'undo');
          return inTurn(undo.reverse());
        }
      : undefined,
  };
}

/**
 * Changes by path, those of an object that the config does not have gathered into it: one by one, each would make an object that
 * lacks the others.
 */
export function gathered(config: Json | undefined, changes: JsonObject): JsonObject {
  const found: JsonObject = {};
  for (const [path, value] of Object.entries(changes)) {
    const keys = path.split('.');
    const parents = keys.slice(0, -1).map((_, i) => keys.slice(0, i + 1).join('.'));
    const missing = parents.find((parent) => !isObject(getPath(config, parent)));
    if (missing === undefined) {
      found[path] = value;
    } else {
      const begun = found[missing];
      const rest = path.slice(missing.length + 1);
      found[missing] = withPath(isObject(begun) ? begun : {}, rest, value);
    }
  }
  return found;
}

async function inTurn(all: readonly (() => Promise<void>)[]): Promise<void> {
  for (const next of all) await next();
}

async function one(session: Session, action: Action): Promise<Done> {
  const link = session.current.hash;
  /** Back to what was there: as it was trained, where something was. */
  const undo = async (): Promise<void> => {
    if (session.models.aside) await session.models.bringBack();
    else await session.links.follow(link);
  };
  switch (action.act) {
    case 'open':
      await session.links.follow(action.link);
      return { said: openedText(session.current.preset?.title ?? ''), undo };
    case 'set': {
      const paths = Object.entries(action.changes);
      const edits = Object.entries(gathered(session.current.model?.config, action.changes));
      for (const [path, value] of edits) {
        const refusal = await session.settings.change(path, value);
        if (refusal !== undefined) throw new Error(refusal);
      }
      const anew = Object.keys(session.settings.pending).length > 0;
      if (anew) await session.settings.apply();
      const changed = paths.map(([path, value]) => changedText(path, asText(value))).join(', ');
      return {
        said: anew ? msg(str`${changed}, in a new run with the same seed.`) : `${changed}.`,
        undo: anew
          ? undo
          : async () => {
              for (const _ of edits) await session.settings.undo();
            },
      };
    }
    case 'train': {
      await session.run.trainFor(action.steps);
      const step = count(session.run.step);
      return { said: msg(str`Trained to step ${step}.`) };
    }
    case 'step':
      await session.run.stepOnce(action.update);
      return {
        said:
          action.update === undefined
            ? msg('One step.')
            : msg(str`One update of ${action.update}.`),
      };
    case 'show':
      await session.stage.setLayers(action.layers);
      return { said: '' };
    case 'measure': {
      await session.run.evaluate();
      const step = count(session.run.step);
      return { said: msg(str`Measured at step ${step}.`) };
    }
    case 'slow':
      await session.run.setSlow(action.on);
      return { said: action.on ? msg('Slow motion: one update at a time.') : '' };
    case 'reset': {
      await session.models.reset(action.seed);
      const { seed } = session.current.spec;
      return { said: msg(str`Started again with seed ${seed}.`), undo };
    }
  }
}

const openedText = (title: string): string => msg(str`Opened “${title}”.`);
const changedText = (path: string, value: string): string => msg(str`${path} is now ${value}`);

/** The places of a game on the line, both densities there, and the samples that the model's is estimated from. */
export interface Line {
  x: Float32Array;
  data: Float32Array;
  model: Float32Array;
  samples: Float32Array;
}

export function lineOf({ current, stage }: Session): Line {
  const { line } = current.model ?? {};
  if (!line || !stage.frame)
    throw new Error(msg('This game has no line: its data have more dimensions.'));
  const { x, density: data } = line;
  const samples = stage.frame.fake;
  return { x, data, model: kernelDensity(samples, x), samples };
}

/** A number of the run as one reads it: the step, a measured figure, or the last value of a curve. */
export function readingOf(session: Session, name: string): string | undefined {
  const { step, evaluation, series } = session.run;
  const { model } = session.current;
  if (name === 'step') return count(step);
  if (name === 'distance_to_best') {
    const far = model && distanceToOptimal(model, session.stage.picture);
    return far && `${decimal(far.mean, 3)} ± ${decimal(far.error, 3)}`;
  }
  const value = evaluation?.values[name] ?? series.column(name).at(-1);
  if (value === undefined || Number.isNaN(value)) return undefined;
  // A critic's scores are no probabilities.
  const share = isShare(name) && !(model?.critic && name.startsWith('d_'));
  if (share) return percent(value);
  return Number.isInteger(value) ? count(value) : written(Number(value.toPrecision(3)));
}
