/** The layout and look of <gan-page>. */
import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
    position: relative;
  }
  .page {
    display: flex;
    flex-direction: column;
    min-height: var(--least);
    container-type: inline-size;
    /* What header, bar, foot and what stands below the picture leave of the window for it. */
    --top: 0rem;
    --bar: 0rem;
    --foot: 0rem;
    --end: 1rem;
    --rest: max(8rem, 0.5rem + var(--end) + var(--under, 0px));
    --side: calc(100dvh - var(--rest) - var(--top) - var(--bar) - var(--foot));
    /* Controls below a small picture do not wrap for its sake. */
    --stage: max(var(--side), 31rem);
  }
  .page:has(.top) {
    --top: 3.5rem;
  }
  .page:has(.bottom) {
    --bar: 4.5rem;
  }
  .page:has(footer) {
    --foot: 3rem;
  }
  .top,
  .main,
  .bottom,
  footer {
    width: 100%;
    max-width: 100rem;
    margin-inline: auto;
    padding-inline: var(--air);
  }
  .top {
    display: flex;
    align-items: center;
    gap: 0.75rem;
    min-height: 3.5rem;
    padding-block: 0.25rem;
  }
  .name {
    font-weight: 700;
    letter-spacing: -0.02em;
    font-size: 1.125rem;
  }
  gan-changes {
    flex: 1 1 0;
  }
  gan-tools {
    margin-inline-start: auto;
  }
  .main {
    display: grid;
    --frame: var(--side);
    grid-template-columns: 13.5rem min(var(--stage), 46cqi) minmax(20rem, 1fr);
    grid-template-areas: 'game stage story';
    gap: 0 2rem;
    align-items: stretch;
    flex: 1;
    padding-block: 0.5rem var(--end);
  }
  @media (max-height: 52rem) {
    .page {
      --end: 0.5rem;
    }
  }
  .main.no-game {
    grid-template-columns: min(var(--side), 60cqi) minmax(20rem, 1fr);
    grid-template-areas: 'stage story';
  }
  .main.no-story {
    grid-template-columns: 13.5rem min(var(--side), 100cqi - 15.5rem - 2 * var(--air));
    grid-template-areas: 'game stage';
    justify-content: center;
  }
  .main.no-game.no-story {
    grid-template-columns: min(var(--side), 100cqi - 2 * var(--air));
    grid-template-areas: 'stage';
  }
  gan-game {
    grid-area: game;
  }
  gan-stage {
    grid-area: stage;
  }
  .story {
    grid-area: story;
    display: flex;
    flex-direction: column;
    gap: 0.75rem;
    min-width: 0;
  }
  gan-curves {
    flex: 1 1 auto;
  }
  .studio {
    grid-column: 2 / -1;
    grid-row: 1 / -1;
    min-width: 0;
  }
  .main:is(.no-game, .no-story) .studio {
    grid-column: 1 / -1;
  }
  .main.no-story:has(.studio) {
    grid-template-columns: minmax(0, 1fr);
    grid-template-areas: 'studio';
  }
  .main.no-story:has(.studio) gan-game {
    display: none;
  }
  .studio header {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 1rem;
    padding-block-end: 0.75rem;
  }
  .studio h2 {
    margin: 0;
    font-size: 1.0625rem;
  }
  /* First in the document, last but the foot in sight. */
  .bottom {
    order: 1;
    position: sticky;
    inset-block-end: 0;
    z-index: 3;
    background: var(--paper);
    max-width: none;
    border-block-start: 1px solid var(--line);
  }
  .bottom > div {
    display: flex;
    align-items: center;
    gap: 0.5rem 2rem;
    max-width: 97.5rem;
    margin-inline: auto;
    padding-block: 0.75rem;
  }
  gan-bar {
    flex: 1;
  }
  footer {
    order: 2;
    padding-block-end: 0.75rem;
    background: var(--paper);
  }
  /* What lies over the element stays in sight while it is scrolled, and never leaves it. */
  .over {
    position: absolute;
    inset: 0;
    z-index: 4;
    pointer-events: none;
  }
  .over + .over {
    z-index: 5;
  }
  aside {
    display: contents;
  }
  @container (max-width: 72rem) {
    .main {
      grid-template-columns: min(var(--stage), 54cqi) minmax(18rem, 1fr);
      grid-template-areas: 'stage game' 'stage story';
      grid-template-rows: auto 1fr;
      gap: 1rem 2rem;
    }
    .main.no-game {
      grid-template-columns: min(var(--side), 54cqi) minmax(18rem, 1fr);
      grid-template-rows: auto;
    }
    .main.no-story {
      grid-template-columns: min(var(--side), 100cqi - 2 * var(--air));
      grid-template-areas: 'game' 'stage';
    }
    .desk-run {
      display: none;
    }
    gan-curves {
      min-height: 18rem;
    }
    .studio {
      grid-column: 1 / -1;
    }
    .main:has(.studio) gan-game {
      display: none;
    }
  }
  @container (max-width: 48rem) {
    /* One column. What happens now is said right below the picture, so that both are in sight. */
    .main,
    .main:is(.no-game, .no-story) {
      --frame: 100%;
      display: flex;
      flex-direction: column;
      align-items: stretch;
      gap: 1rem;
    }
    .story {
      display: contents;
    }
    gan-game,
    gan-curves,
    gan-next,
    gan-run {
      order: 1;
    }
    .top,
    .main,
    .bottom,
    footer {
      padding-inline: 1rem;
    }
    gan-stage {
      width: min(100%, 100dvh - 13.25rem);
      margin-inline: auto;
    }
    .main:not(.no-story) gan-stage {
      width: min(100%, max(20.5rem, 100dvh - 28rem));
    }
    footer {
      order: 1;
    }
    .bottom {
      order: 2;
    }
  }
  @container (min-width: 72.01rem) {
    .phone-run {
      display: none;
    }
  }
  @container (max-width: 48rem) {
    .top:has(gan-changes[filled]) {
      flex-wrap: wrap;
      padding-block-end: 0.5rem;
    }
    gan-changes {
      order: 1;
      flex-basis: 100%;
    }
  }
  @container (max-width: 26rem) {
    .main {
      gap: 0.5rem;
      padding-block-start: 0.25rem;
    }
    .name {
      display: none;
    }
    .top {
      gap: 0.25rem;
      padding-inline: 1rem 0.75rem;
    }
  }
`;
