import type { LitElement } from 'lit';

/** Sizes here are in `rem`, which the page around may have given another meaning (`html { font-size: 62.5% }`).
 * Zooming the element undoes that, and leaves the reader's own setting of the browser in force. */
export function undoRem(element: LitElement): void {
  const probe = document.createElement('span');
  probe.style.all = 'initial';
  probe.style.fontSize = 'medium';
  element.renderRoot.append(probe);
  const [own, root] = [probe, document.documentElement].map((one) =>
    parseFloat(getComputedStyle(one).fontSize),
  );
  probe.remove();
  if (own && root && own !== root) element.style.zoom = String(own / root);
}
