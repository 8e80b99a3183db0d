import type { Plugin } from 'esbuild';

const compilerModule = '@ts-morph/common/dist/typescript.js';

/** Imported, the compiler would be read for the names that it exports: that takes longer than to load it. */
export const compilerByRequire: Plugin = {
  name: 'compiler-by-require',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: new RegExp(`^${compilerModule}$`) }, ({ path }) => ({ path, namespace: 'by-require' }));
    onLoad({ filter: /.*/, namespace: 'by-require' }, () => ({
      contents: `import { createRequire } from 'node:module';
        export default createRequire(import.meta.url)('${compilerModule}');`,
    }));
  },
};
