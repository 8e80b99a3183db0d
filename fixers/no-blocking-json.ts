import type { BlockingJson } from '../rules/performance/no-blocking-json.ts';
import { whyNotOnNode } from '../src/ast/where/runs-on-node.ts';
import type { Fix, Fixer, Skip } from '../src/model/fixer.ts';
import { isPlainData } from './edit/is-plain-data.ts';
import { replaceNode } from './edit/replace-node.ts';

export const fixer: Fixer<BlockingJson> = {
  rule: 'no-blocking-json',
  safety: 'review',
  changes: 'copies with `structuredClone`',
  fix({ data }, file): Fix | Skip {
    if (data.kind !== 'clone') return { skip: 'only the code around it tells what to do instead' };
    if (!isPlainData(data.value, file))
      return {
        skip: 'JSON may be what turns a record into plain data, and an id or a date into a text: copy by `structuredClone` where it is plain before, else only what is changed',
      };
    const old = whyNotOnNode('structuredClone', file);
    if (old) return { skip: old };
    return {
      edits: [replaceNode(data.call, `structuredClone(${data.value.getText(file.source)})`, file)],
      note: 'structuredClone keeps dates, bytes and undefined as they are',
    };
  },
};
