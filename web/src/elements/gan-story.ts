/** Beside the stage: what this run is about, what is happening now, what came out, and the run before it. */
import { css, html, nothing, type TemplateResult, unsafeCSS } from 'lit';
import { customElement } from 'lit/decorators.js';
import { coach, type Line } from '../state/coach.ts';
import { cureOf } from '../state/cures.ts';
import { colourOf } from '../state/describe.ts';
import { count, firstSentence } from '../state/format.ts';
import type { Scene } from '../state/ladder.ts';
import { sceneOf } from '../state/scene.ts';
import { stopText } from '../state/stop.ts';
import type { Topic } from '../state/topics.ts';
import { roleClasses, roles } from '../style/palette.ts';
import { shared } from '../style/shared.ts';
import { msg, str } from '../words/locale.ts';
import { cite, citeStyles } from './cite.ts';
import './gan-last.ts';
import './gan-measures.ts';
import { loadAgain } from './load-again.ts';
import { ThemedElement } from './themed-element.ts';
import { Throttled } from './throttled.ts';

@customElement('gan-story')
export class GanStory extends ThemedElement {
  protected readonly topics: readonly Topic[] = [
    'catalog',
    'spec',
    'model',
    'metrics',
    'phase',
    'evaluation',
    'running',
    'progress',
    'before',
  ];
  /** The coach reads many numbers that change many times a second; its words need not. */
  readonly #reread = new Throttled(this, 1000);
  /** What the coach said last that differs in kind, and the words for it. */
  #said = '';
  #spoken = '';

  static override styles = [
    shared,
    roles,
    citeStyles,
    css`
      :host {
        display: grid;
        gap: 0.875rem;
        align-content: start;
      }
      .summary {
        font-size: 0.9375rem;
        line-height: 1.5;
      }
      .shipped {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.25rem 0.75rem;
        font-size: 0.8125rem;
      }
      .shipped button {
        min-height: 2rem;
      }
      .coach {
        /* Three lines, which most of what it says keeps within: what is below stays where it is. */
        min-height: 4.25rem;
        padding-inline-start: 0.75rem;
        border-inline-start: 0.1875rem solid var(--line);
        font-size: 0.9375rem;
        line-height: 1.5;
      }
      .cure {
        min-height: 1.75rem;
        padding-block: 0;
        font-size: 0.875rem;
      }
      .coach.silent {
        border-color: transparent;
      }
      .coach:is(${unsafeCSS(roleClasses)}) {
        border-color: var(--colour);
      }
      /* In one column the line on what happens now stands right below the picture, and all else below the diagram. */
      @container (max-width: 48rem) {
        :host {
          display: contents;
        }
        .summary,
        .shipped,
        .ended,
        gan-measures,
        gan-before {
          order: 1;
        }
      }
      .ended {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.25rem 0.75rem;
        font-size: 0.9375rem;
      }
      .ended button {
        min-height: 2rem;
      }
    `,
  ];

  protected override told(topic: Topic): void {
    if (topic === 'metrics') this.#reread.ask();
    else this.requestUpdate();
  }

  /** The run before comes with the first idea: most visits try none. */
  override updated(): void {
    if (this.session.comparison.before)
      loadAgain(() => import('./gan-before.ts')).catch(() => undefined);
  }

  override render(): TemplateResult {
    return html`${this.#summary()} <gan-last .session=${this.session}></gan-last> ${this.#shipped()}
      ${this.#ended()} ${this.#coach()}
      <gan-measures .session=${this.session}></gan-measures>
      <gan-before .session=${this.session} .theme=${this.theme}></gan-before>`;
  }

  /** What the preset is about; where the run differs from it, that is what this is about. */
  #summary(): TemplateResult | typeof nothing {
    const { preset, changes, title, spec } = this.session.current;
    if (!preset) return nothing;
    if (spec.caption) return html`<p class="summary">${spec.caption}</p>`;
    if (changes.length === 0) {
      return html`<p class="summary">${firstSentence(preset.summary)} ${cite(preset.teaches)}</p>`;
    }
    const had = changes.flatMap(({ name, was }) => (was === undefined ? [] : [`${name} ${was}`]));
    return html`<p class="summary">
      ${title}.
      ${had.length > 0 ? html`<span class="quiet small">${msg(str`The preset has ${had.join(', ')}.`)}</span>` : nothing}
    </p>`;
  }

  /** A run has an end, and goes on only if asked. */
  #ended(): TemplateResult | typeof nothing {
    const { session } = this;
    const { ended, reached, step } = session.run;
    if (!ended && !reached) return nothing;
    const at = count(step);
    const why = !reached
      ? msg(str`The run is over, after ${at} steps.`)
      : reached.kind === 'step'
        ? msg(str`Stopped at step ${at}, as asked.`)
        : msg(str`Stopped at step ${at}: ${stopText(reached)}, as asked.`);
    return html`<p class="ended" role="status">
      <strong>${why}</strong>
      <button data-action="go-on" @click=${() => void session.run.toggle()}>${msg('Go on')}</button>
    </p>`;
  }

  #shipped(): TemplateResult | typeof nothing {
    const { shipped } = this.session.models;
    const { model } = this.session.current;
    const { busy } = this.session.channel;
    if (!shipped || !model) return nothing;
    return html`<p class="shipped">
      <span>${msg(str`Trained beforehand for ${count(model.info.step)} steps.`)}</span>
      <button
        data-action="scratch"
        ?disabled=${busy !== ''}
        @click=${() => void this.session.models.reset()}
      >
        ${msg('Train from scratch')}
      </button>
    </p>`;
  }

  /** What the coach looks at. */
  get scene(): Scene | undefined {
    return sceneOf(this.session);
  }

  #coach(): TemplateResult {
    const { session } = this;
    const { model } = session.current;
    const { series, running, phase } = session.run;
    const update = model?.info.updates.find(({ name }) => name === phase);
    const { scene } = this;
    const line =
      scene &&
      coach(scene, {
        running,
        phase,
        phaseTitle: update?.title ?? '',
        trained: session.models.shipped && series.steps.length === 0,
      });
    const tone = line ? (update && model ? colourOf(model.info, update) : '') : 'silent';
    // Its numbers change every second; who hears it is told when something else is so.
    const said = `${scene?.model ?? ''} ${phase ?? ''} ${line?.rung ?? line?.text ?? ''}`;
    if (said !== this.#said) [this.#said, this.#spoken] = [said, line?.text ?? ''];
    return html`<p class="coach ${tone}" data-coach=${line?.rung ?? ''}>
        ${line?.text} ${line?.section ? cite(line.section) : nothing} ${this.#cure(line, scene)}
      </p>
      <p class="visually-hidden" role="status">${this.#spoken}</p>`;
  }

  /** What may help, one click away, where it may be changed. */
  #cure(line: Line | undefined, scene: Scene | undefined): TemplateResult | typeof nothing {
    const { current, comparison } = this.session;
    const { model, preset, spec } = current;
    if (!scene || !model || !preset) return nothing;
    const cure = cureOf(line?.rung, scene, model.config, preset.config);
    if (!cure || Object.keys(cure.changes).some((path) => current.locks(path))) return nothing;
    return html`<button
      class="cure"
      data-cure
      title=${cure.why}
      @click=${() => {
        void comparison.tryIdea({
          ...cure,
          preset: spec.preset,
          overrides: { ...spec.overrides, ...cure.changes },
        });
      }}
    >
      ${cure.label}
    </button>`;
  }
}
