import type { FileContext } from '../../model/file-context.ts';
import { findOrigin } from '../names/provenance.ts';
import { findMethodCall, findStringValue } from '../syntax.ts';
import { isAdminPath, isForAdmins } from './admin-guard.ts';
import { seldomOf } from './seldom.ts';

const mounting = /^(?:use|route|register|mount)$/;

/**
 * What a file mounts of other files (`admins.route('/stock', stockRouter)`), by their modules: `mounts:<module>`, and
 * `mounts-for-admins:<module>` for what only administrators come to there.
 */
export function listMounts(file: FileContext): string[] {
  return file.nodes('CallExpression').flatMap((call) => {
    const target = findMethodCall(call);
    if (!target || !mounting.test(target.method)) return [];
    const modules = call.arguments.flatMap((argument) => findOrigin(argument, file)?.module || []);
    if (modules.length === 0) return [];
    const path = findStringValue(call.arguments[0]) ?? '';
    const isOfAdmins = isAdminPath(path) || seldomOf(file) === 'admin' || isForAdmins(call, target.receiver, file);
    return modules.map((module) => `${isOfAdmins ? 'mounts-for-admins' : 'mounts'}:${module}`);
  });
}
