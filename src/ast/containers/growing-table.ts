import type { FileContext } from '../../model/file-context.ts';
import { addsAtStart, isFiltered } from '../where/filtered-add.ts';
import type { Add, Growth } from './container-growth.ts';
import type { Container } from './containers.ts';
import { isFresh } from './fresh-key.ts';
import { keyDomain } from './key-domain.ts';
import { isDeviceAddress } from './key-type.ts';
import { findLeftBehind } from './left-behind.ts';
import { classOfContainer } from './memo.ts';
import { domainOfTable, isBareKey } from './table-name.ts';

/** Whether an add brings ever more keys into a table, by what they are called and made of. */
export function isGrowing(add: Add, container: Container, growth: Growth, file: FileContext): boolean {
  if (!add.key || !add.fn || isFiltered(add, growth, file)) return false;
  const domain = keyDomain(add.key, file);
  if (domain !== 'bounded' && findLeftBehind(add, container, growth, file)) return true;
  if (addsAtStart(add.fn, file) && !isFresh(add.key, file)) return false;
  if (domain !== 'data' || isDeviceAddress(add.key, container)) return false;
  const isHelper = container.home.kind === 'closure' || /Cache|Memo(?!r)/.test(classOfContainer(container));
  return isHelper || !isBareKey(add.key, file) || isFresh(add.key, file) || domainOfTable(container.name) === 'data';
}
