/** The layout and look of <gan-playground>. */
import { css } from 'lit';

export const styles = css`
  :host {
    display: flex;
    flex-direction: column;
    min-height: 100dvh;
    background: var(--paper);
    color: var(--ink);
    font:
      1rem/1.4 system-ui,
      -apple-system,
      'Segoe UI',
      Roboto,
      sans-serif;
    font-variant-numeric: tabular-nums;
    /* What the header and the bar leave of the window for the stage. */
    --chrome: 15.25rem;
  }
  .top,
  main,
  .bottom {
    width: 100%;
    max-width: 100rem;
    margin-inline: auto;
    padding-inline: 1.25rem;
  }
  .top {
    display: flex;
    align-items: center;
    gap: 0.75rem;
    min-height: 3.5rem;
  }
  .name {
    font-weight: 700;
    letter-spacing: -0.02em;
    font-size: 1.125rem;
  }
  gan-tools {
    margin-inline-start: auto;
  }
  main {
    display: grid;
    grid-template-columns: 13.5rem min(100dvh - var(--chrome), 46vw) minmax(20rem, 1fr);
    grid-template-areas: 'game stage story';
    gap: 0 2rem;
    align-items: stretch;
    flex: 1;
    padding-block: 0.5rem 1rem;
  }
  gan-game {
    grid-area: game;
  }
  gan-stage {
    grid-area: stage;
  }
  .story {
    grid-area: story;
    display: grid;
    grid-template-rows: auto minmax(11rem, 1fr) auto;
    gap: 0.75rem;
    min-width: 0;
  }
  .studio {
    grid-column: 2 / -1;
    grid-row: 1 / -1;
    min-width: 0;
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
  .bottom {
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
    width: 100%;
    max-width: 100rem;
    margin-inline: auto;
    padding: 0 1.25rem 0.75rem;
    background: var(--paper);
  }
  .drop {
    position: fixed;
    inset: 0.75rem;
    z-index: 6;
    display: grid;
    place-content: center;
    border: 2px dashed var(--quiet);
    border-radius: 1rem;
    background: color-mix(in srgb, var(--paper) 88%, transparent);
    font-size: 1.25rem;
    pointer-events: none;
  }
  @media (max-width: 72rem) {
    main {
      grid-template-columns: min(100dvh - var(--chrome), 54vw) minmax(18rem, 1fr);
      grid-template-areas: 'stage game' 'stage story';
      grid-template-rows: auto 1fr;
      gap: 1rem 2rem;
    }
  }
  @media (max-width: 72rem) {
    .desk-run {
      display: none;
    }
    .studio {
      grid-column: 1 / -1;
    }
    main:has(.studio) gan-game {
      display: none;
    }
  }
  @media (max-width: 48rem) {
    main {
      grid-template-columns: minmax(0, 1fr);
      grid-template-areas: 'stage' 'game' 'story';
      gap: 1rem;
    }
    .top,
    main,
    .bottom,
    footer {
      padding-inline: 1rem;
    }
    gan-stage {
      width: min(100%, 100dvh - 12rem);
      margin-inline: auto;
    }
    footer {
      padding-block: 0 6rem;
      order: 1;
    }
    .bottom {
      order: 2;
    }
  }
  @media (min-width: 72.01rem) {
    .phone-run {
      display: none;
    }
  }
  @media (max-width: 26rem) {
    .name {
      display: none;
    }
    .top {
      gap: 0.25rem;
      padding-inline: 1rem 0.75rem;
    }
  }
`;
