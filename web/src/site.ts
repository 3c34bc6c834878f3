/** Where the library, the data and the models lie: beside the page, or beside the module that somebody else's page
 * loads the playground from. */
let site: string | undefined;

export const siteOf = (): string => site ?? document.baseURI;

export function setSite(address: string): void {
  site = address;
}

/** What lies there under a path. */
export const fetchFile = (path: string, site: string): Promise<Response> =>
  fetch(new URL(path, site));
