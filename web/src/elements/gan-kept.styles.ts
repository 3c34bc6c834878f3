/** The list of runs. */
import { css } from 'lit';

export const styles = css`
  dialog {
    width: min(44rem, 100vw - 1rem);
  }
  .runs {
    margin-block: 0.75rem;
  }
  li {
    display: grid;
    grid-template-columns: 4.5rem 1fr auto;
    gap: 0.25rem 0.875rem;
    align-items: center;
    padding-block: 0.75rem;
    border-block-start: 1px solid var(--line);
  }
  .picture {
    width: 4.5rem;
    height: 4.5rem;
    border: 1px solid var(--line);
    border-radius: 0.5rem;
    background: var(--paper);
  }
  .what {
    display: grid;
    gap: 0.125rem;
    min-width: 0;
    overflow-wrap: anywhere;
  }
  h3 {
    margin: 0;
    font-size: 0.9375rem;
    font-weight: 600;
  }
  .row,
  form {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem;
    align-items: center;
    font-size: 0.875rem;
  }
  .row {
    justify-content: end;
  }
  .row button,
  form button {
    min-height: 2rem;
    padding-inline: 0.625rem;
  }
  form input[type='text'] {
    flex: 1 1 10rem;
    min-width: 0;
    min-height: 2rem;
  }
  .problem,
  .delete {
    color: var(--fake-text);
  }
  .foot {
    padding-block-start: 0.75rem;
    border-block-start: 1px solid var(--line);
  }
  @media (max-width: 40rem) {
    dialog {
      padding: 1rem;
    }
    li {
      grid-template-columns: 4.5rem 1fr;
    }
    li > .row button {
      padding-inline: 0.5rem;
    }
    li > .row {
      grid-column: 1 / -1;
      justify-content: start;
      gap: 0.125rem;
    }
  }
`;
