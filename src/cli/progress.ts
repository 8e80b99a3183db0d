import type { ScanProgress } from '../engine/scan-request.ts';

export interface Progress {
  report(progress: ScanProgress): void;
  end(): void;
}

/** A scan that is quicker than this shows nothing. */
const quietMs = 300;
const frameMs = 80;

/** One line on stderr that is wiped at the end; nothing at all unless a person sits there. */
export function startProgress(stream: NodeJS.WriteStream, enabled: boolean): Progress {
  const { env } = process;
  const isCi = env.CI !== undefined && env.CI !== '' && env.CI !== 'false';
  if (!enabled || stream.isTTY !== true || isCi || env.TERM === 'dumb') return { report() {}, end() {} };
  const started = Date.now();
  let drawnAt = started + quietMs - frameMs;
  let isDrawn = false;
  return {
    report({ done, total }) {
      const now = Date.now();
      if (now - drawnAt < frameMs || done === total) return;
      drawnAt = now;
      isDrawn = true;
      const cells = 20;
      const filled = total === 0 ? 0 : Math.floor((done / total) * cells);
      stream.write(`\r${'#'.repeat(filled)}${'.'.repeat(cells - filled)} ${done}/${total} files`);
    },
    end() {
      if (isDrawn) stream.write(`\r${' '.repeat(cells(stream))}\r`);
      isDrawn = false;
    },
  };
}

function cells(stream: NodeJS.WriteStream): number {
  return Math.max(0, Math.min(stream.columns || 80, 60) - 1);
}
