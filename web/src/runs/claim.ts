/** One tab at a time goes on with a kept run: where two open the same one, the second that trains it makes a run of its own. */

/** How to let it go; undefined where another tab has it. */
export async function claim(id: string): Promise<(() => void) | undefined> {
  const { locks } = navigator as Partial<Navigator>;
  // Without locks, as in some old browsers, tabs cannot know of each other.
  if (!locks) return () => undefined;
  return new Promise((answer) => {
    locks
      .request(`ganlet run ${id}`, { ifAvailable: true }, (lock) => {
        if (!lock) {
          answer(undefined);
          return undefined;
        }
        return new Promise<void>((release) => {
          answer(release);
        });
      })
      .catch(() => {
        answer(() => undefined);
      });
  });
}
