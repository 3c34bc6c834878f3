/**
 * Opens what is dropped, pasted or linked to: a checkpoint, a config, or data, which “Your data” shows first. Whatever cannot be
 * opened is said in words, and the model on the page stays as it is.
 */
import { type Given, givenFiles, givenRoots } from '../own/entries.ts';
import type { Root } from '../own/roots.ts';
import { decimal } from '../state/format.ts';
import { differences } from '../state/json.ts';
import { refusalOfCheckpoint } from '../state/shipped.ts';
import type { Session } from '../state/session.ts';
import { addressOf } from './address.ts';
import { readConfig } from './config.ts';
import { fetched } from './fetched.ts';
import { kindOf, kindOfText } from './kinds.ts';
import { msg, str } from '../words/locale.ts';

/** Data for “Your data”. */
export type Data = { table: string } | { images: Given[] };
/** Shows them. */
export type Show = (data: Data) => void;

const AS_IT_WAS = msg('The model here is as it was.');
/** Longer texts are no config and no table that a page learns from. */
const LONGEST = 2e6;

export async function openDropped(session: Session, roots: Root[], show: Show): Promise<void> {
  await openFiles(session, await givenRoots(roots), show);
}

async function openFiles(session: Session, given: Given[], show: Show): Promise<void> {
  const [first] = given;
  if (!first) return;
  const { file } = first;
  const kind = given.length > 1 ? 'images' : await kindOf(file);
  switch (kind) {
    case 'checkpoint':
      await session.models.load(file);
      return;
    case 'images':
      show({ images: given });
      return;
    case 'config':
      await openText(session, file, (text) => openConfig(session, text, file.name));
      return;
    case 'table':
      await openText(session, file, (table) => {
        show({ table });
      });
      return;
    case 'picture':
      session.notices.add('error', refusalOfCheckpoint(file) ?? notOurs(file.name));
      return;
    case 'unknown':
      session.notices.add('error', notOurs(file.name));
  }
}

const asItWas = (what: string): string => `${what} ${AS_IT_WAS}`;

const notOurs = (name: string): string =>
  asItWas(
    msg(
      str`${name} is not something that this page can open: it takes checkpoints (.safetensors), configs (.json), tables (.csv), and images as a folder, a ZIP or arrays.`,
    ),
  );

async function openText(
  { notices }: Session,
  file: File,
  act: (text: string) => void | Promise<void>,
): Promise<void> {
  if (file.size > LONGEST) {
    const megabytes = decimal(file.size / 1e6, 1);
    notices.add('error', asItWas(msg(str`${file.name} has ${megabytes} MB, more than 2.`)));
  } else await act(await file.text());
}

/** Makes the model that a config describes; what it says that cannot be is left out, and named. */
export async function openConfig(session: Session, text: string, name: string): Promise<void> {
  const { catalog, current, models, notices } = session;
  try {
    const { preset, seed, own } = readConfig(text);
    const found = catalog.find(preset);
    if (!found) throw new Error(msg(str`this version has no preset “${preset}”`));
    await catalog.describe();
    const problems: string[] = [];
    const known = Object.entries(differences(found.config, { ...own, preset })).filter(([path]) => {
      if (catalog.schema?.knows(path) ?? true) return true;
      problems.push(msg(str`“${path}”: this version has no such setting`));
      return false;
    });
    const overrides = Object.fromEntries(known);
    const spec = { ...current.spec, preset, overrides, seed: seed ?? current.spec.seed };
    session.comparison.forget();
    const skip = (problem: string): void => void problems.push(problem);
    const deed = session.log.note('open', name);
    const made = await models.create({ ...spec, scratch: false, stop: undefined }, 0, skip);
    const skipped = problems.map((problem) => msg(str`${name}: ${problem}. It was skipped.`));
    if (problems.length) notices.add('warning', skipped.join(' '));
    if (made) notices.add('info', msg(str`${name} is set up: press Train.`));
    else session.log.strike(deed);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    notices.add('error', asItWas(msg(str`${name} was not opened: ${why}.`)));
  }
}

/** What was pasted where no field takes it. */
export async function openPasted(
  session: Session,
  { files, text }: { files: readonly File[]; text: string },
  show: Show,
): Promise<void> {
  if (files.length > 0) {
    await openFiles(session, givenFiles(files), show);
    return;
  }
  const called = msg('What was pasted');
  switch (text.length > LONGEST ? 'unknown' : kindOfText(text)) {
    case 'link':
      // The page follows its address.
      location.hash = text.trim().replace(/^[^#]*/, '');
      return;
    case 'config':
      await openConfig(session, text, called);
      return;
    case 'table':
      show({ table: text });
      return;
    case 'unknown':
      if (text.trim() === '') return;
      session.notices.add(
        'warning',
        asItWas(msg('What was pasted is not a link, a config or a table of numbers.')),
      );
  }
}

/** What a link asks to open: the host is named, and nothing is fetched before somebody agrees. */
export function offerLinked(session: Session, text: string, show: Show): void {
  const policy =
    document.querySelector<HTMLMetaElement>('meta[http-equiv="Content-Security-Policy"]')
      ?.content ?? '';
  const address = addressOf(text, session.catalog.site, policy);
  if ('refusal' in address) {
    session.notices.add('error', asItWas(address.refusal));
    return;
  }
  const { url, file, host } = address;
  session.notices.add('info', msg(str`The link is to open ${file} from ${host}.`), {
    label: msg('Fetch and open it'),
    act: () => void openLinked(session, url, file, show),
  });
}

async function openLinked(session: Session, url: URL, file: string, show: Show): Promise<void> {
  const { channel, notices } = session;
  const end = channel.begin(msg(str`Fetching ${file} from ${url.host}`));
  try {
    const given = await fetched(url, file, (progress) => {
      channel.report(progress);
    });
    await openFiles(session, [{ path: file, file: given }], show);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    notices.add('error', asItWas(why));
  } finally {
    end();
  }
}
