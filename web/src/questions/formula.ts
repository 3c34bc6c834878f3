/** A question that is answered by a formula: the answer is read before anything runs, and compared with the solution after. */
import type { GanPlayground } from '../elements/gan-playground.ts';
import { FormulaError } from '../state/formula.ts';
import { askCost } from './cost.ts';
import { askCurve } from './curve.ts';
import { msg, str } from '../words/locale.ts';

/** What one kind of question is made of. */
export interface Question {
  /** Throws a `FormulaError` with what is wrong with the answer as it is. */
  read(): Promise<void>;
  /** Holds it against the solution, and against the game that was run. */
  compare(): Promise<{ right: boolean; said: string }>;
}

/** By what `course/lesson.ts` writes into `data-asks`. */
const ASK: Readonly<
  Record<string, (form: HTMLFormElement, playground: GanPlayground) => Question>
> = { curve: askCurve, cost: askCost };

/** `run` does what the question runs, and says whether it could. */
export function begin(
  form: HTMLFormElement,
  playground: GanPlayground,
  run: () => Promise<boolean>,
): void {
  const question = ASK[form.dataset.asks ?? '']?.(form, playground);
  if (!question) return;
  const [field, submit] = ['input', 'p > button'].map((name) => form.querySelector(name)) as [
    HTMLInputElement,
    HTMLButtonElement,
  ];
  const [problem, compared, after] = ['.problem', '.compared', '.after'].map((name) =>
    form.querySelector(name),
  ) as [HTMLElement, HTMLElement, HTMLElement];

  const refuse = (error: FormulaError): void => {
    const { at, message } = error;
    problem.textContent = field.value ? msg(str`Character ${at + 1}: ${message}.`) : `${message}.`;
    field.ariaInvalid = 'true';
    field.focus();
    field.setSelectionRange(at, at + 1);
  };

  const answer = async (): Promise<void> => {
    problem.textContent = '';
    field.ariaInvalid = 'false';
    try {
      await question.read();
    } catch (error) {
      if (!(error instanceof FormulaError)) throw error;
      refuse(error);
      return;
    }
    submit.disabled = true;
    const ran = await run();
    submit.disabled = false;
    if (!ran) return;
    const { right, said } = await question.compare();
    const { log } = await playground.ready();
    const asked = form.querySelector('p')?.textContent ?? '';
    const given = field.value.trim() || 'drawn';
    log.note('question', `${asked} ${given} (${right ? 'right' : 'wrong'})`);
    compared.textContent = said;
    compared.dataset.right = String(right);
    for (const part of [compared, after]) part.hidden = false;
  };
  // Until now nobody would have listened.
  submit.disabled = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void answer();
  });
}
