import type { ScanResult } from '../model/scan-result.ts';

/** The result as it is; its shape is published as schema/scan-result.schema.json. */
export function json(result: ScanResult): string {
  return `${JSON.stringify(result, undefined, 2)}\n`;
}
