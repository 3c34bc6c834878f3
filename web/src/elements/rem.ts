import type { LitElement } from 'lit';
import type { Size } from '../state/parts.ts';

/** How much larger each size is than what the reader's browser is set to. */
const FACTORS: Readonly<Record<Size, number>> = { normal: 1, large: 1.5 };

/** The whole page is laid out in `rem`: with larger ones it folds as a narrower window does. */
export function enlargePage(size: Size): void {
  document.documentElement.style.fontSize = size === 'normal' ? '' : `${100 * FACTORS[size]}%`;
}

/** Sizes here are in `rem`, which the page around may have given another meaning (`html { font-size: 62.5% }`).
 * Zooming the element undoes that, and leaves the reader's own setting of the browser in force. */
export function undoRem(element: LitElement, size: Size = 'normal'): void {
  const probe = document.createElement('span');
  probe.style.all = 'initial';
  probe.style.fontSize = 'medium';
  element.renderRoot.append(probe);
  const [own, root] = [probe, document.documentElement].map((one) =>
    parseFloat(getComputedStyle(one).fontSize),
  );
  probe.remove();
  const zoom = own && root ? (own / root) * FACTORS[size] : 1;
  element.style.zoom = zoom === 1 ? '' : String(zoom);
}
