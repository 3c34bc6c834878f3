/** Times a preset's training step: a few steps apart for their losses, then repetitions of many. */
import type { Library, TrainerOptions } from '../library.ts';
import type { Timing } from '../protocol.ts';

const LOSSES = 3;
const REPETITIONS = 5;
/** A repetition should outweigh the clock's grain and one read-back, and be over soon. */
const REPETITION_MS = 1000;
const MOST_STEPS = 500;

export async function timePreset(
  library: Library,
  preset: string,
  options: TrainerOptions,
  now: () => number,
): Promise<Timing> {
  const start = now();
  const trainer = await library.Trainer.create(preset, options);
  try {
    const names = trainer.info().metrics.filter(({ chart }) => chart === 'loss');
    const losses: Timing['losses'] = [];
    let firstStepMs = 0;
    let single = Infinity;
    for (let i = 0; i < LOSSES; i++) {
      const before = now();
      const metrics = await trainer.train(1);
      losses.push(names.map(({ name }) => metrics[name] ?? NaN));
      if (i === 0) firstStepMs = now() - start;
      else single = Math.min(single, now() - before);
    }
    // Two steps at once show what a step costs without a read-back of its own.
    const before = now();
    await trainer.train(2);
    single = Math.min(single, (now() - before) / 2);
    const steps = Math.max(1, Math.min(MOST_STEPS, Math.round(REPETITION_MS / single)));
    const msPerStep: number[] = [];
    for (let i = 0; i < REPETITIONS; i++) {
      const began = now();
      await trainer.train(steps);
      msPerStep.push((now() - began) / steps);
    }
    const { backend, adapter, software, dispatches_per_step: dispatchesPerStep } = trainer.info();
    return {
      preset,
      backend,
      adapter,
      software,
      dispatchesPerStep,
      firstStepMs,
      msPerStep,
      stepsPerRepetition: steps,
      losses,
    };
  } finally {
    trainer.free();
  }
}
