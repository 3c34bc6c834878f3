/** The page as a person handles it. */
import { expect, type Locator, type Page } from '@playwright/test';

export class Playground {
  readonly train: Locator;
  readonly pause: Locator;
  readonly notices: Locator;

  constructor(readonly page: Page) {
    this.train = page.getByRole('button', { name: 'Train', exact: true });
    this.pause = page.getByRole('button', { name: 'Pause', exact: true });
    this.notices = page.locator('gan-notices');
  }

  async open(hash = ''): Promise<void> {
    await this.page.goto(`./${hash}`);
    await this.ready();
  }

  /** A model is there and waits to be trained. */
  async ready(): Promise<void> {
    await expect(this.train).toBeEnabled({ timeout: 120_000 });
  }

  /** Waits until a notice says so, for as long as the test may take; an error ends it. */
  async says(text: string): Promise<void> {
    const failed = this.notices.getByRole('alert').locator('p');
    await this.notices.getByText(text).or(failed).first().waitFor({ timeout: 0 });
    await expect(this.notices).toContainText(text);
  }

  async step(): Promise<number> {
    const text = await this.page.locator('[data-metric=step]').innerText();
    return Number(text.replaceAll(',', ''));
  }

  /** The modes covered, as counted on the page; the count comes with the first evaluation. */
  async modes(): Promise<number> {
    const text = await this.page.locator('[data-metric=modes]').innerText();
    return Number(text.split(' of ')[0]);
  }

  async trainUntil(done: () => Promise<boolean>, timeout = 150_000): Promise<void> {
    await this.train.click();
    await expect.poll(done, { timeout }).toBe(true);
    await this.pause.click();
    await expect(this.train).toBeVisible();
    // The chunk that was under way still counts; then the counter stands still.
    let last = -1;
    await expect
      .poll(async () => {
        const before = last;
        last = await this.step();
        return last === before;
      })
      .toBe(true);
  }

  async backend(): Promise<string> {
    return this.page.locator('[data-metric=backend]').innerText();
  }

  /** Whether anything sticks out sideways. */
  async overflow(): Promise<number> {
    return this.page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
  }
}
