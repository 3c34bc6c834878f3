/** What wasm-bindgen has generated fits what `types.ts` says by hand: checked when the modules have been built. */
import type * as generated from '../../lib/cpu/ganlet.js';
import type * as byHand from '../types.js';

type Fits<Is extends Wanted, Wanted> = Is;

export type Checked = [
  Fits<generated.Trainer, byHand.ModuleTrainer>,
  Fits<generated.Info, byHand.Info>,
  Fits<byHand.TrainerOptions, generated.TrainerOptions>,
  Fits<generated.Progress, byHand.Progress>,
  Fits<[string, byHand.TrainerOptions?], Parameters<(typeof generated.Trainer)['create']>>,
  Fits<[Uint8Array, byHand.TrainerOptions?], Parameters<(typeof generated.Trainer)['load']>>,
];
