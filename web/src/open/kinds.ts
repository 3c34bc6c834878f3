/** What a file is that a person gave to the page, told by its first bytes and, where those say nothing, by its name. */
import { METADATA, parted } from '../state/safetensors.ts';

export type Kind =
  /** A model, which “Save” or the terminal made. */
  | 'checkpoint'
  /** Images to learn: a set that was saved, an archive, arrays. */
  | 'images'
  | 'picture'
  | 'config'
  /** Numbers to learn, a line for each point. */
  | 'table'
  | 'unknown';

const IMAGES = /\.(zip|npy|idx)$|-ubyte$/i;
const PICTURE = /\.(png|jpe?g|webp|gif|bmp|avif|heic)$/i;
const TABLE = /\.(csv|tsv|txt)$/i;

export async function kindOf(file: File): Promise<Kind> {
  const { name, type } = file;
  if (type.startsWith('image/') || PICTURE.test(name)) return 'picture';
  if (IMAGES.test(name)) return 'images';
  if (/\.json$/i.test(name) || type === 'application/json') return 'config';
  if (TABLE.test(name) || type === 'text/csv') return 'table';
  const header = parted(new Uint8Array(await file.arrayBuffer()))?.header;
  if (header?.images && !('ganlet' in Object(header[METADATA]))) return 'images';
  return header || /\.safetensors$/i.test(name) ? 'checkpoint' : 'unknown';
}

/** What a text is that a person pasted; `site`: the page's address. */
export function kindOfText(text: string): 'link' | 'config' | 'table' | 'unknown' {
  const start = text.trim();
  if (/^https?:\/\/\S+#\S+$/.test(start) || /^#[\w.]+=\S*$/.test(start)) return 'link';
  if (start.startsWith('{')) return 'config';
  // A header, at most, and then numbers.
  const [first = '', second = first] = start.split('\n');
  const isRow = (line: string): boolean => /^\s*[-+.\d][-+.\deE,;\s]*$/.test(line);
  return isRow(second) && start.includes('\n') && (isRow(first) || /[a-z]/i.test(first))
    ? 'table'
    : 'unknown';
}
