/** The custom-elements manifest: of all the page's elements, the one that others may use, by the address that they load it from. */
export default {
  globs: ['src/elements/gan-playground.ts'],
  outdir: 'pkg',
  litelement: true,
  plugins: [
    {
      name: 'as-published',
      packageLinkPhase({ customElementsManifest: manifest }) {
        for (const module of manifest.modules) {
          module.path = 'embed.js';
          module.declarations = module.declarations.filter((one) => one.customElement);
          for (const one of [...module.declarations, ...module.exports]) {
            if (one.declaration) one.declaration.module = 'embed.js';
            one.members = one.members?.filter(
              ({ privacy, name }) => privacy === undefined && !INHERITED.includes(name),
            );
          }
          module.exports = module.exports.filter((one) => one.kind === 'custom-element-definition');
        }
      },
    },
  ],
};

/** Lit's own. */
const INHERITED = ['styles', 'connectedCallback', 'disconnectedCallback', 'updated', 'render'];
