/** What a page's Content-Security-Policy must allow of a site; README says the same, and e2e/engines/policy.spec.ts tries that. */
export const policyFor = (origin: string): string =>
  `script-src ${origin} 'wasm-unsafe-eval'; connect-src ${origin}; worker-src blob: ${origin}`;
