/** The few icons, drawn on a 24-unit grid; always beside a name for those who do not see them. */
import { html, svg, type TemplateResult } from 'lit';

const PATHS = {
  play: svg`<path d="M8 5.5v13l10-6.5z" fill="currentColor" />`,
  pause: svg`<path d="M9 6v12M15 6v12" stroke-width="3" />`,
  reset: svg`<path d="M4 12a8 8 0 1 0 2.5-5.8M4 4.5V9h4.5" />`,
  slow: svg`<path d="M5 5.500v13l9-6.500z" /><path d="M18.5 5.500v13" stroke-width="2.5" />`,
  more: svg`<path d="M6 12h.01M12 12h.01M18 12h.01" stroke-width="3" />`,
  next: svg`<path d="M5 12h13m-5-5 5 5-5 5" />`,
  dice: svg`<rect x="4.5" y="4.5" width="15" height="15" rx="3" /><path d="M9 9h.01M15 15h.01M12 12h.01M15 9h.01M9 15h.01" stroke-width="2.5" />`,
  save: svg`<path d="M12 4v11m-4-4 4 4 4-4M5 19.5h14" />`,
  load: svg`<path d="M12 15V4m-4 4 4-4 4 4M5 19.5h14" />`,
  own: svg`<path d="m5 19 1-4L16.500 4.500l3 3L9 18z" /><path d="m14 7 3 3" />`,
  take: svg`<rect x="4" y="5" width="16" height="11" rx="2" /><path d="m8 13 3-3 2.500 2.500L15.500 10 17 12M8 19.500h8" />`,
  kept: svg`<path d="M4 12a8 8 0 1 0 2.5-5.8M4 4.5V9h4.5M12 8v4.5l3 2" />`,
  share: svg`<path d="M9.5 14.5 14.5 9.5M11 6.5l1.8-1.8a4 4 0 0 1 5.7 5.7L16.5 12M13 17.5l-1.8 1.8a4 4 0 0 1-5.7-5.7L7.5 12" />`,
  settings: svg`<path d="M4 7h9m5 0h2M4 17h2m5 0h9" /><circle cx="15.5" cy="7" r="2.5" /><circle cx="8.5" cy="17" r="2.5" />`,
  sun: svg`<circle cx="12" cy="12" r="4" /><path d="M12 3v1.500M12 19.500V21M3 12h1.500M19.5 12H21M5.6 5.600l1.1 1.100M17.3 17.300l1.1 1.100M5.6 18.400l1.1-1.100M17.3 6.700l1.1-1.1" />`,
  moon: svg`<path d="M20 14.500A8.3 8.3 0 0 1 9.5 4a8.3 8.3 0 1 0 10.5 10.500z" />`,
  keys: svg`<rect x="3" y="6.5" width="18" height="11" rx="2" /><path d="M7 10.500h.01M11 10.500h.01M15 10.500h.01M8.5 14h7" />`,
  down: svg`<path d="m7 10 5 5 5-5" />`,
  close: svg`<path d="m6.5 6.5 11 11m0-11-11 11" />`,
} as const;

export type IconName = keyof typeof PATHS;

export function icon(name: IconName): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${PATHS[name]}</svg>`;
}
