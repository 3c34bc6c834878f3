/** What `Trainer.create` resolves with: a module's trainer behind checks of what is passed, and of whether it is still there. */
import {
  failure,
  floats,
  floatsByName,
  list,
  options,
  rows,
  seed,
  text,
  whole,
} from './arguments.js';
import type { Guard } from './guard.js';
import type { Ask, ModuleTrainer, Trainer } from './types.js';

/** Steps in one call, and rows of the history: more than anybody waits for. */
const MOST = 1e9;

/** What a module is asked, as far as JavaScript can tell what is wrong with it. */
function checked(model: ModuleTrainer, { view, inputs, n }: Ask): Ask {
  const name = text('ask', view);
  const len = model.info().views.find((one) => one.name === name)?.len ?? 1;
  return { view: name, inputs: floatsByName('ask', inputs), n: rows('ask', n, len) };
}

export class Guarded implements Trainer {
  #model: ModuleTrainer | undefined;
  readonly #life: number;
  readonly #latent: number;
  readonly #row: number;

  constructor(
    model: ModuleTrainer,
    private readonly guard: Guard,
  ) {
    this.#model = model;
    this.#life = guard.life;
    const { latent_dim, data } = model.info();
    this.#latent = latent_dim;
    this.#row = data.dim;
  }

  train(steps: number) {
    return this.#later((model) => model.train(whole('train', steps, 1, MOST)));
  }
  step(update: string) {
    return this.#later((model) => model.step(text('step', update)));
  }
  sample(n: number) {
    return this.#later((model) => model.sample(rows('sample', n, this.#row)));
  }
  generate(z: Float32Array) {
    return this.#later((model) => model.generate(floats('generate', z)));
  }
  real(n: number) {
    return this.#later((model) => model.real(rows('real', n, this.#row)));
  }
  discriminate(x: Float32Array) {
    return this.#later((model) => model.discriminate(floats('discriminate', x)));
  }
  encode(x: Float32Array) {
    return this.#later((model) => model.encode(floats('encode', x)));
  }
  reconstruct(x: Float32Array) {
    return this.#later((model) => model.reconstruct(floats('reconstruct', x)));
  }
  async ask(...[view, inputs, n]: Parameters<Trainer['ask']>) {
    const [answer = new Float32Array()] = await this.askAll([{ view, inputs, n }]);
    return answer;
  }
  askAll(asks: Ask[]) {
    return this.#later((model) =>
      model.askAll(list('ask', asks).map((ask) => checked(model, ask))),
    );
  }
  evaluate() {
    return this.#later((model) => model.evaluate());
  }
  save() {
    return this.#later((model) => model.save());
  }
  reset(to: number) {
    return this.#later((model) => model.reset(seed('reset', to)));
  }
  directions() {
    return this.#later((model) => model.directions());
  }
  direction(name: string) {
    return this.#later((model) => model.direction(text('direction', name)));
  }
  classify(images: Float32Array) {
    return this.#later((model) => model.classify(floats('classify', images)));
  }
  find(...[wanted, n, given]: Parameters<Trainer['find']>) {
    return this.#later((model) =>
      model.find(wanted, rows('find', n, this.#latent), options('find', given)),
    );
  }
  invert(...[image, given]: Parameters<Trainer['invert']>) {
    return this.#later((model) => model.invert(floats('invert', image), options('invert', given)));
  }

  history(since: number) {
    return this.#now((model) => model.history(whole('history', since, 0, MOST)));
  }
  density(points: Float32Array) {
    return this.#now((model) => model.density(floats('density', points)));
  }
  set(path: string, value: unknown) {
    this.#now((model) => {
      model.set(text('set', path), value);
    });
  }
  config() {
    return this.#now((model) => model.config());
  }
  info() {
    return this.#now((model) => model.info());
  }
  latents(...[n, given]: Parameters<Trainer['latents']>) {
    return this.#now((model) =>
      model.latents(rows('latents', n, this.#latent), options('latents', given)),
    );
  }
  mean(latents: Float32Array) {
    return this.#now((model) => model.mean(floats('mean', latents)));
  }
  arithmetic(...[a, b, c, given]: Parameters<Trainer['arithmetic']>) {
    const of = (basket: Float32Array) => floats('arithmetic', basket);
    return this.#now((model) =>
      model.arithmetic(of(a), of(b), of(c), options('arithmetic', given)),
    );
  }
  neighbours(...[z, given]: Parameters<Trainer['neighbours']>) {
    return this.#now((model) =>
      model.neighbours(floats('neighbours', z), options('neighbours', given)),
    );
  }
  walk(...[a, b, steps, kind]: Parameters<Trainer['walk']>) {
    const of = (end: Float32Array) => floats('walk', end);
    return this.#now((model) =>
      model.walk(
        of(a),
        of(b),
        rows('walk', steps, this.#latent),
        text('walk', kind) as typeof kind,
      ),
    );
  }
  plane(...corners: Parameters<Trainer['plane']>) {
    const [a, b, c, uv] = corners.map((corner) => floats('plane', corner)) as typeof corners;
    return this.#now((model) => model.plane(a, b, c, uv));
  }
  attributes() {
    return this.#now((model) => model.attributes());
  }

  free(): void {
    const model = this.#model;
    this.#model = undefined;
    // What lived in an engine that ended is free already.
    if (model && this.#life === this.guard.life)
      this.guard.now(() => {
        model.free();
      });
  }

  #need(): ModuleTrainer {
    if (!this.#model) throw failure('input', 'This trainer was freed: create another one.');
    this.guard.check(this.#life);
    return this.#model;
  }

  #now<T>(call: (model: ModuleTrainer) => T): T {
    const model = this.#need();
    return this.guard.now(() => call(model));
  }

  // Async, so that what is wrong with an argument is a rejection too.
  async #later<T>(call: (model: ModuleTrainer) => Promise<T>): Promise<T> {
    const model = this.#need();
    return this.guard.later(() => call(model));
  }
}
