/** A file from an address, in words where there is none. */
import type { Progress } from '../library.ts';
import { bodyOf } from '../state/shipped.ts';
import { msg, str } from '../words/locale.ts';

/** More is no model of this page. */
const MOST = 512e6;

export async function fetched(
  url: URL,
  file: string,
  onProgress: (progress: Progress) => void,
): Promise<File> {
  let response: Response;
  try {
    response = await fetch(url, { credentials: 'omit', referrerPolicy: 'no-referrer' });
  } catch (error) {
    throw new Error(
      msg(
        str`${file} could not be fetched from ${url.host}: either there is no connection, or that host does not let other pages read it, for which it has to send “Access-Control-Allow-Origin”. Download it and drop it on the page.`,
      ),
      { cause: error },
    );
  }
  if (!response.ok) {
    throw new Error(
      msg(
        str`${url.host} has no ${file} for this page (it answered ${response.status}): look at the link again.`,
      ),
    );
  }
  if (Number(response.headers.get('Content-Length') ?? 0) > MOST) {
    const most = MOST / 1e6;
    throw new Error(msg(str`${file} is larger than ${most} MB, and no model of this page.`));
  }
  return new File([await bodyOf(response, file, onProgress)], file);
}
