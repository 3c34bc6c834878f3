/** The version of the page, the crates and the npm package. */
export { version as VERSION } from '../package.json';
