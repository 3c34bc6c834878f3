/**
 * Which addresses a link may have a file opened from. The page's own policy decides (`connect-src` in head.ts): as it stands, its own
 * host alone, so that nothing that is made here can leave and no link makes the page ask anybody. A site that hands out models from
 * another host names it there.
 */
import { msg, str } from '../words/locale.ts';

/** The file's address, or why it cannot be opened, in words. */
export type Address = { url: URL; file: string; host: string } | { refusal: string };

export function addressOf(text: string, page: string, policy: string): Address {
  let url: URL;
  try {
    url = new URL(text, page);
  } catch {
    return { refusal: msg(str`The link is to open “${text}”, which is not an address.`) };
  }
  const file = decoded(url.pathname.split('/').at(-1) ?? '') || url.host;
  if (url.protocol === 'file:') {
    return {
      refusal: msg(
        str`A link cannot make a page read files on your disk: drop ${file} on the page instead.`,
      ),
    };
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return {
      refusal: msg(
        str`A link can only open files at https addresses, not at “${url.protocol}” ones.`,
      ),
    };
  }
  if (url.origin !== new URL(page).origin && !sourcesOf(policy).some((one) => allows(one, url))) {
    return {
      refusal: msg(
        str`The link is to open ${file} from ${url.host}. This page asks no other site for anything, so nothing was fetched: download the file there if you trust it, and drop it on the page.`,
      ),
    };
  }
  return { url, file, host: url.host };
}

/** What a policy lets a page connect to. */
function sourcesOf(policy: string): string[] {
  const [, ...sources] =
    policy
      .split(';')
      .map((directive) => directive.trim().split(/\s+/))
      .find(([name]) => name === 'connect-src') ?? [];
  return sources;
}

/** Of what a policy can say, an origin in full; the rest is left to no reading of ours. */
function allows(source: string, url: URL): boolean {
  return URL.canParse(source) && new URL(source).origin === url.origin;
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
