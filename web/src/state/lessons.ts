/** What each kind of model is about, in the coach's words. */
import type { Line } from './coach.ts';
import { msg } from '../words/locale.ts';

/** What there is to say of a kind of model. */
export interface Lesson {
  /** Before the first step. */
  fresh: string;
  /** Of a model that came trained. */
  trained: string;
  /** What happens in each update. */
  phases: Readonly<Record<string, Line>>;
  /** How it learns, said while it does; of the GAN, D's verdicts say it. */
  learns?: Line;
}

const LESSONS: Readonly<Record<string, Lesson>> = {
  gan: {
    fresh: msg('G knows nothing yet. Press Train.'),
    trained: msg(
      'G has learned already. Train goes on from here; the latent studio shows what G knows.',
    ),
    phases: {
      d: {
        text: msg(
          'D’s move: it sees real and generated samples, and its weights change so that it tells them apart better.',
        ),
        section: 'Tutorial, section 3',
      },
      g: {
        text: msg(
          'G’s move: D’s gradient says for each sample which way looks more real, and G’s weights follow. G never sees real data.',
        ),
        section: 'Tutorial, section 3',
      },
    },
  },
  vae: {
    fresh: msg('Neither encoder nor decoder knows anything yet. Press Train.'),
    trained: msg(
      'Encoder and decoder have learned already. Train goes on from here; the latent studio shows what they know.',
    ),
    phases: {
      vae: {
        text: msg(
          'The encoder guesses a latent for each real sample, and the decoder makes the sample again: both move so that it comes out right while the guesses stay near the prior.',
        ),
        section: 'Tutorial, section 2.3.2',
      },
    },
    learns: {
      text: msg(
        'A bound on the log density of the data is raised: less surprise at the data, and guesses nearer to the prior. No D is needed.',
      ),
      section: 'Tutorial, section 2.3.2',
    },
  },
  gmmn: {
    fresh: msg('G knows nothing yet. Press Train.'),
    trained: msg('G has learned already. Train goes on from here.'),
    phases: {
      g: {
        text: msg(
          'G’s samples are compared with real ones, by how alike they are among themselves and to each other: G moves so that there is less difference.',
        ),
        section: 'Tutorial, section 2.4',
      },
    },
    learns: {
      text: msg(
        'No D judges: a fixed formula measures how far the moments of samples are from those of the data, and G makes that small.',
      ),
      section: 'Tutorial, section 2.4',
    },
  },
  rbm: {
    fresh: msg('The machine knows nothing yet. Press Train.'),
    trained: msg('The machine has learned already. Train goes on from here.'),
    phases: {
      rbm: {
        text: msg(
          'Chains take one more step. Then weights move so that real images have less energy, and what the chains show now has more.',
        ),
        section: 'Tutorial, section 2.3.2',
      },
    },
    learns: {
      text: msg(
        'The pictures are chains that never stop: each step draws hidden units from pixels, then pixels from hidden units.',
      ),
      section: 'Tutorial, section 2.3.2',
    },
  },
  density: {
    fresh: msg('The density knows nothing yet. Press Train, or the space bar.'),
    trained: msg('The density has learned already. Train goes on from here.'),
    phases: {
      p: {
        text: msg(
          'Mean and deviation of the density move so that it fits the data better, and against noise its factor too.',
        ),
        section: 'Tutorial, section 3.4',
      },
    },
    learns: {
      text: msg(
        'No G learns here. The model is a formula for a density, and its two or three numbers move to where the data are.',
      ),
      section: 'Tutorial, section 3.4',
    },
  },
  semi_supervised: {
    fresh: msg('Neither player knows anything yet. Press Train.'),
    trained: msg('D has learned already which digit is which. Train goes on from here.'),
    phases: {
      d: {
        text: msg(
          'D’s move: it names the few images that have a label, and tells all other real images from G’s. What it learns of all images helps it name them.',
        ),
        section: 'Tutorial, section 5.4',
      },
      g: {
        text: msg(
          'G’s move: its weights change so that, on average, D’s last hidden layer sees in G’s samples what it sees in real images.',
        ),
        section: 'Tutorial, section 5.4',
      },
    },
  },
};

/** Of a kind that this page has no words for. */
const UNKNOWN: Lesson = {
  fresh: msg('Nothing is learned yet. Press Train.'),
  trained: msg('This model has learned already. Train goes on from here.'),
  phases: {},
};

export const lessonOf = (model: string): Lesson => LESSONS[model] ?? UNKNOWN;
