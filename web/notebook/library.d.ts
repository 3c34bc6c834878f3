/** The built library, which `build.js` finds. */
declare module 'ganlet-library';
