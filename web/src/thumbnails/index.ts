/** Small pictures of what presets make, drawn by `npm run thumbnails`. They come when the menu is opened: all in one file. */

const files = import.meta.glob<string>('./*.webp', {
  eager: true,
  query: '?inline',
  import: 'default',
});

/** The picture of a preset as an address; none of one that has no picture. */
export const thumbnails: ReadonlyMap<string, string> = new Map(
  Object.entries(files).map(([path, url]) => [path.replace(/^\.\/|\.webp$/g, ''), url]),
);
