/** What makes the page one that can be installed: a manifest, and the mark in the sizes that systems ask for. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Resvg } from '@resvg/resvg-js';
import type { Plugin } from 'vite';

const MARK = fileURLToPath(new URL('./public/favicon.svg', import.meta.url));
const PAPER = '#ffffff';

/** The mark on paper. A system that cuts icons to its own shape leaves at least the inner four fifths. */
function icon(size: number, margin: number): Buffer {
  const svg = readFileSync(MARK, 'utf8').replace(
    'viewBox="0 0 32 32"',
    `viewBox="${-margin} ${-margin} ${32 + 2 * margin} ${32 + 2 * margin}"`,
  );
  return new Resvg(svg, { background: PAPER, fitTo: { mode: 'width', value: size } })
    .render()
    .asPng();
}

const ICONS = [
  { name: 'icon-192.png', size: 192, margin: 2, purpose: 'any' },
  { name: 'icon-512.png', size: 512, margin: 2, purpose: 'any' },
  { name: 'icon-maskable-512.png', size: 512, margin: 8, purpose: 'maskable' },
  { name: 'apple-touch-icon.png', size: 180, margin: 4, purpose: undefined },
];

const manifest = {
  name: 'Ganlet: train a GAN',
  short_name: 'Ganlet',
  description: 'Generative adversarial networks that train on this machine.',
  start_url: './',
  scope: './',
  display: 'standalone',
  background_color: PAPER,
  theme_color: PAPER,
  icons: [
    { src: 'favicon.svg', sizes: 'any', type: 'image/svg+xml' },
    ...ICONS.filter(({ purpose }) => purpose).map(({ name, size, purpose }) => ({
      src: name,
      sizes: `${size}x${size}`,
      type: 'image/png',
      purpose,
    })),
  ],
};

export function installable(): Plugin {
  return {
    name: 'ganlet-installable',
    apply: 'build',
    generateBundle() {
      const emit = (fileName: string, source: string | Uint8Array): void => {
        this.emitFile({ type: 'asset', fileName, source });
      };
      emit('manifest.webmanifest', JSON.stringify(manifest));
      for (const { name, size, margin } of ICONS) emit(name, icon(size, margin));
    },
    transformIndexHtml: (_, { path }) =>
      path === '/index.html'
        ? [
            { tag: 'link', attrs: { rel: 'manifest', href: './manifest.webmanifest' } },
            { tag: 'link', attrs: { rel: 'apple-touch-icon', href: './apple-touch-icon.png' } },
          ]
        : undefined,
  };
}
