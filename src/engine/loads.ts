/** What a file takes from a module, by the name that it goes by there and here. */
export interface Load {
  module: string;
  name: string;
  local: string;
}

const imports = /\bimport\s+([\w$]+)?\s*,?\s*(?:\*\s*as\s+([\w$]+)|\{([^{}]*)\})?\s*from\s*['"]([^'"\n]+)['"]/g;
const requires = /=\s*require\s*\(\s*['"]([^'"\n]+)['"]\s*\)(?!\s*[.(])/g;

/** No pattern that takes what is loaded apart is longer, and no name. */
const longestPattern = 4000;
const longestName = 100;

/** What a text takes from modules: `import geo, { near as close } from './geo'`, `const { geo } = require('./lib')`. */
export function listLoads(text: string): Load[] {
  const loads: Load[] = [];
  const addParts = (parts: string | undefined, module: string): void => {
    for (const [, name, local] of parts?.matchAll(/([\w$]+)(?:(?:\s*:|\s+as)\s*([\w$]+))?/g) ?? [])
      loads.push({ module, name: name!, local: local ?? name! });
  };
  if (text.includes('import')) {
    for (const [, whole, space, parts, module] of text.matchAll(imports)) {
      if (whole) loads.push({ module: module!, name: 'default', local: whole });
      if (space) loads.push({ module: module!, name: '*', local: space });
      addParts(parts, module!);
    }
  }
  if (text.includes('require')) {
    for (const { 1: module, index } of text.matchAll(requires)) {
      const before = text.slice(Math.max(0, index - longestPattern), index).trimEnd();
      const local = /[\w$]+$/.exec(before.slice(-longestName))?.[0];
      if (local) loads.push({ module: module!, name: '*', local });
      else if (before.endsWith('}')) addParts(before.slice(before.lastIndexOf('{') + 1, -1), module!);
    }
  }
  return loads;
}
