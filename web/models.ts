/** The trained models that ship, with the command line too: crates/lab/models, by the presets that they are of. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const FOLDER = fileURLToPath(new URL('../crates/lab/models/', import.meta.url));
const ENDING = '.safetensors';

export function trainedModels(): string[] {
  if (!existsSync(FOLDER)) return [];
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(ENDING) && statSync(FOLDER + file).size > 0)
    .map((file) => file.slice(0, -ENDING.length));
}

/** Serves and builds `models/`: the models, and `index.json`, by which the page knows what ships. */
export function modelList(): Plugin {
  return {
    name: 'ganlet-model-list',
    configureServer: ({ middlewares }) => {
      middlewares.use('/models/index.json', (_, response) => {
        response.setHeader('Content-Type', 'application/json');
        response.end(JSON.stringify(trainedModels()));
      });
      middlewares.use('/models/', (request, response, next) => {
        const name = trainedModels().find((name) => request.url === `/${name}${ENDING}`);
        if (name === undefined) next();
        else response.end(readFileSync(FOLDER + name + ENDING));
      });
    },
    generateBundle() {
      const source = JSON.stringify(trainedModels());
      this.emitFile({ type: 'asset', fileName: 'models/index.json', source });
      for (const name of trainedModels()) {
        const source = readFileSync(FOLDER + name + ENDING);
        this.emitFile({ type: 'asset', fileName: `models/${name}${ENDING}`, source });
      }
    },
  };
}
