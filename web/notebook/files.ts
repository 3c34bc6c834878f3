/**
 * The files of the Python package, asked for by the widget's own line. A notebook's page may be served from anywhere (a hub, a
 * remote machine, a window of an editor, no network at all), and that line is all that every front end has to what is installed
 * beside the kernel.
 */
import { type Bytes, bytesOf, type Model } from './model.ts';

/** Rejects where there is no file of this name. */
export type Files = (path: string) => Promise<Uint8Array<ArrayBuffer>>;

interface Answer {
  file: string;
  missing?: boolean;
}

export function filesOf(model: Model): Files {
  const asked = new Map<string, ReturnType<Files>>();
  return (path) => {
    const known = asked.get(path);
    if (known) return known;
    const file = new Promise<Uint8Array<ArrayBuffer>>((resolve, reject) => {
      const hear = ({ file, missing }: Answer, [bytes]: Bytes[]): void => {
        if (file !== path) return;
        model.off('msg:custom', hear);
        if (!missing && bytes) {
          resolve(bytesOf(bytes));
          return;
        }
        asked.delete(path);
        reject(new Error(`the Python package has no ${path}`));
      };
      model.on('msg:custom', hear);
    });
    asked.set(path, file);
    model.send({ file: path });
    return file;
  };
}
