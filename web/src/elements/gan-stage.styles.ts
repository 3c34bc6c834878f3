/** The layout and look of <gan-stage>. */
import { css } from 'lit';

export const styles = css`
  :host {
    display: flex;
    flex-direction: column;
    gap: 0.75rem;
    min-width: 0;
  }
  @media (max-height: 52rem) {
    :host {
      gap: 0.5rem;
    }
  }
  .frame {
    position: relative;
    width: min(100%, var(--frame, 100%));
    margin-inline: auto;
    aspect-ratio: 1;
    border: 1px solid var(--line);
    border-radius: 0.75rem;
    background: var(--raised);
    overflow: hidden;
  }
  canvas,
  gan-images {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    touch-action: pan-y;
  }
  /* Words before the rows take as much from the height as from the width, so that images stay square. */
  .frame {
    --words: 2rem;
  }
  .frame:has(> ol.long) {
    --words: 5.5rem;
  }
  gan-images.beside {
    inset: calc(var(--words) / 2) 0 calc(var(--words) / 2) var(--words);
    width: calc(100% - var(--words));
    height: calc(100% - var(--words));
  }
  .frame ol {
    position: absolute;
    inset: calc(var(--words) / 2) auto calc(var(--words) / 2) 0;
    display: grid;
    grid-auto-rows: 1fr;
    align-items: center;
    width: var(--words);
    margin: 0;
    padding: 0;
    list-style: none;
    text-align: center;
    color: var(--quiet);
  }
  .waiting {
    position: absolute;
    inset: 0;
    display: grid;
    place-content: center;
    padding: 2rem;
    text-align: center;
  }
  progress {
    width: min(16rem, 60cqi);
    height: 0.25rem;
    accent-color: var(--ink);
  }
  ul {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem 0.375rem;
    margin-inline: -0.5rem;
  }
  li button {
    min-height: 2rem;
    padding: 0 0.5rem;
    border: 0;
    background: none;
    font-size: 0.875rem;
  }
  li button::before {
    content: '';
    width: 0.75rem;
    height: 0.75rem;
    border: 2px solid var(--colour);
    border-radius: 50%;
    background: var(--colour);
    /* The canvas keeps its colours whatever the reader's are, and these are the key to them. */
    forced-color-adjust: none;
  }
  /* Its colours are those of the shading. */
  :host([plane]) [data-layer='heat']::before {
    border-color: var(--d);
    background: linear-gradient(to right, var(--fake) 50%, var(--real) 50%);
  }
  li button[aria-pressed='false'] {
    color: var(--quiet);
  }
  li button[aria-pressed='false']::before {
    background: none;
  }
  .intro {
    position: absolute;
    inset: auto 0.75rem 0.75rem;
    z-index: 1;
  }
  /* The ramp of terrainPixels: the tint of tintOf, half way to each end. */
  .scale {
    --most: var(--tint);
    --some: calc(var(--tint) * 0.85);
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 0.5rem;
    height: 1.4375rem;
    margin-block-start: -0.375rem;
    padding-inline: 0.625rem;
    border: 1px solid var(--line);
    border-radius: 0.375rem;
    background: linear-gradient(
        to right,
        color-mix(in srgb, var(--fake-tint) var(--most), transparent),
        color-mix(in srgb, var(--fake-tint) var(--some), transparent) 25%,
        transparent 50%,
        color-mix(in srgb, var(--real-tint) var(--some), transparent) 75%,
        color-mix(in srgb, var(--real-tint) var(--most), transparent)
      )
      var(--raised);
    forced-color-adjust: none;
  }
  /* Where there is no room for three, the ends are said in full. */
  .scale span {
    flex: none;
    white-space: nowrap;
  }
  .scale span:nth-of-type(2):not(:last-of-type) {
    flex: 0 1 auto;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .under {
    display: flex;
    align-items: center;
    justify-content: space-between;
    flex-wrap: wrap;
    gap: 0.5rem 1rem;
  }
  .under p {
    flex: 1 1 16rem;
  }
  /* Where the legend will be: what is below does not move when the first model comes. */
  .room {
    min-height: 3.8125rem;
  }
  /* On a phone the legend is one line, so that what happens now is in sight below the picture. */
  @container (max-width: 26rem) {
    :host {
      gap: 0.25rem;
    }
    .scale {
      margin-block-start: 0;
    }
    .room {
      min-height: 3.6875rem;
    }
    /* In slow motion one looks at the diagram, and reads: both are in sight below the picture. */
    :host([slow]) gan-film,
    :host([slow]) ul[aria-label],
    :host([image]) ul[aria-label] {
      display: none;
    }
    ul[aria-label] {
      flex-wrap: nowrap;
      overflow-x: auto;
      scrollbar-width: none;
    }
    li {
      flex: none;
    }
  }
  /* Nor is there room for the film beside both on a tablet. */
  @container (min-width: 44rem) {
    :host([slow]) gan-film {
      display: none;
    }
  }
  .hover {
    position: absolute;
    inset: auto auto 0.5rem 0.5rem;
    padding: 0.125rem 0.5rem;
    border-radius: 0.375rem;
    background: var(--raised);
    pointer-events: none;
  }
`;
