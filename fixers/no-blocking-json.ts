import type { BlockingJson } from '../rules/performance/no-blocking-json.ts';
import type { Fix, Fixer, Skip } from '../src/model/fixer.ts';
import { replaceNode } from './edit/replace-node.ts';

export const fixer: Fixer<BlockingJson> = {
  rule: 'no-blocking-json',
  safety: 'review',
  changes: 'copies with `structuredClone`',
  fix({ data }, file): Fix | Skip {
    if (data.kind !== 'clone') return { skip: 'only the code around it tells what to do instead' };
    if (/doc|model|entity|toJSON/i.test(data.value.getText(file.source)))
      return { skip: 'JSON may be what turns a record into plain data' };
    return {
      edits: [replaceNode(data.call, `structuredClone(${data.value.getText(file.source)})`, file)],
      note: 'structuredClone keeps dates, maps and undefined, and throws on functions',
    };
  },
};
