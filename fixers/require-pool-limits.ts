import type { PoolLimits } from '../rules/pooling/require-pool-limits.ts';
import type { Fix, Fixer, Skip, TextEdit } from '../src/model/fixer.ts';
import { addArgument } from './edit/add-argument.ts';
import { addProperties } from './edit/add-property.ts';
import { freeName } from './edit/free-name.ts';
import { insertBefore } from './edit/insert-before.ts';
import { getTopLevelStatement } from './edit/statement-of.ts';

export const fixer: Fixer<PoolLimits> = {
  rule: 'require-pool-limits',
  safety: 'review',
  changes: 'adds the missing options, with named constants above',
  fix({ data }, file): Fix | Skip {
    const { options, creation, missing } = data;
    const named = missing.map((option) => ({ ...option, constant: freeName(option.constant, file) }));
    const properties = named.map(({ name, constant }) => (name === constant ? name : `${name}: ${constant}`));
    if (!options && creation.arguments?.length) return { skip: 'its options stand at an unknown place' };
    const added = options
      ? addProperties(options, properties, file)
      : [addArgument(creation, `{ ${properties.join(', ')} }`, file)];
    const constants = named.map(({ constant, value }) => `const ${constant} = ${value};`).join('\n');
    return {
      edits: [...insertBefore(getTopLevelStatement(creation), `${constants}\n`, file), ...added] as [
        TextEdit,
        ...TextEdit[],
      ],
      note: 'an acquire that waits for longer is now refused: set the limits by what callers can bear',
    };
  },
};
