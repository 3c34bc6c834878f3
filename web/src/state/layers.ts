/** Which layers the picture of a model has, by what can be asked of it. */
import type { View } from '../library.ts';
import type { Model, Show } from '../protocol.ts';
import { choiceOf, samplerOf, viewOf } from './describe.ts';
import type { Layer } from './parts.ts';

/** What hangs on a class has a layer when a class is chosen; densities are of all classes. */
export function hasLayer({ info, critic }: Model, show: Show, layer: Layer): boolean {
  const decided = (view: View | undefined): boolean => {
    const choice = choiceOf(view, show);
    return view !== undefined && (choice === undefined || choice.chosen !== undefined);
  };
  const score = viewOf(info, 'score');
  switch (layer) {
    case 'heat':
    case 'arrows':
      return decided(score);
    case 'grid':
      return info.latent_dim === info.data.dim && decided(viewOf(info, 'decode'));
    case 'ratio':
      return choiceOf(samplerOf(info), show)?.chosen === undefined;
    case 'optimal':
      // Its place is the scale of probabilities, and it is asked of all samples alike.
      return score !== undefined && !critic && choiceOf(score, show) === undefined;
    case 'd-sees':
    case 'g-sees':
      return decided(score) && areTwoPlayers(info, score);
    default:
      return true;
  }
}

/** Whether the score is that of a player whose opponent makes the samples. */
function areTwoPlayers({ diagram }: Model['info'], score: View | undefined): boolean {
  const judge = diagram.blocks.find(({ view }) => view === score?.name);
  const maker = diagram.blocks.find(({ colour }) => colour === 'generator');
  return judge?.colour === 'discriminator' && maker !== undefined;
}
