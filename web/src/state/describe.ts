/** What a model says of itself, looked up. The page knows no kind of model, only what can be asked of one. */
import type { Attribute, Colour, Info, Input, Metric, Update, View } from '../library.ts';
import { type Show, SHOW } from '../protocol.ts';

/** Why the studio stays shut; the worker says so too, which speaks English. */
export const NO_STUDIO =
  'The studio needs a model that makes images from latents: choose one under “Images” in the list at the top.';

export function viewOf(info: Info, kind: View['kind']): View | undefined {
  return info.views.find((view) => view.kind === kind);
}

/** What samples are made by: from noise, or by Markov chains. */
export function samplerOf(info: Info): View | undefined {
  return viewOf(info, 'decode') ?? viewOf(info, 'chain');
}

/** An input by which one of several is asked for: a class of the data, or a category that the model found by itself. */
export interface Choice {
  input: Input;
  /** What there is to choose from, in order. */
  words: readonly string[];
  /** What is chosen; undefined: each of them. */
  chosen: number | undefined;
}

export function choiceOf(view: View | undefined, show: Show): Choice | undefined {
  for (const input of view?.inputs ?? []) {
    const words =
      input.kind === 'label'
        ? input.classes
        : input.kind === 'category'
          ? Array.from({ length: input.count }, (_, i) => String(i + 1))
          : undefined;
    if (!words) continue;
    // What was chosen of another model may not be there.
    const chosen = words[show.choice ?? -1] === undefined ? undefined : show.choice;
    return { input, words, chosen };
  }
  return undefined;
}

/** The values of the continuous codes, one for each that the view takes; in the middle unless moved. */
export function codesOf(view: View | undefined, show: Show): number[] {
  const input = view?.inputs.find(({ kind }) => kind === 'code');
  return Array.from({ length: input?.len ?? 0 }, (_, i) => show.codes[i] ?? 0);
}

/** Whether there are latents whose images can be looked at: what the studio needs. */
export function hasLatentImages({ data, latent_dim }: Info): boolean {
  return data.kind === 'image' && latent_dim > 0;
}

/** Whether the studio makes the stage's samples of the same noise: it does not ask for classes, as the stage does. */
export function canTakeSamples(info: Info): boolean {
  return hasLatentImages(info) && choiceOf(samplerOf(info), SHOW) === undefined;
}

/** Of what a view's answers are, in the diagram's words: `Discriminator`. */
export function speakerOf(info: Info, view: View): string {
  const block = info.diagram.blocks.find((one) => one.view === view.name);
  return block ? shortName(block.name, block.title) : view.name.replaceAll('_', ' ');
}

/** The papers' letter for a part that has one, its title otherwise. */
export function shortName(name: string, title: string): string {
  return name.length === 1 ? name.toUpperCase() : title;
}

/** Whose move an update is: the colour of the first network that it moves. */
export function colourOf({ diagram }: Info, update: Update): Colour {
  const [first] = update.networks;
  return diagram.blocks.find(({ name }) => name === first)?.colour ?? 'neutral';
}

/** A metric by its chart and colour, such as D's mean score of real data. */
export function metricOf(
  info: Info | undefined,
  chart: Metric['chart'],
  colour: Colour,
): Metric | undefined {
  return info?.metrics.find((metric) => metric.chart === chart && metric.colour === colour);
}

/** Attributes whose classes are nouns already. */
const NOUNS: ReadonlySet<string> = new Set(['person']);

/** `alone`: nothing else is known of the images, so the class says it all ("7", "trouser"). */
export function wordsFor({ name, classes }: Attribute, label: string, alone: boolean): string {
  if (classes.includes('none')) {
    const thing = classes.find((other) => other !== 'none') ?? name;
    return label === 'none' ? `no ${thing}` : label;
  }
  if (alone) return `“${label}”`;
  return NOUNS.has(name) ? label : `${label} ${name.replaceAll('_', ' ')}`;
}
