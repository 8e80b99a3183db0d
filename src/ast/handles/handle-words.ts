import { importWords, together } from '../mention-words.ts';
import { handleKinds } from './handles.ts';

/** What the text of a file holds that makes a handle of a package: how it is imported, and a name that makes one. */
export const handleWords: readonly string[] = [
  ...new Set(
    handleKinds.flatMap(({ modules, paths }) => {
      const named = importWords(modules.filter((module) => module !== ''));
      const names = paths.map((path) => path.split('.').at(-2));
      // What a package exports by default has whatever name.
      return names.includes(undefined) ? named : together(named, names as string[]);
    }),
  ),
];

/** As {@link handleWords}, of what a page has without an import: it is judged where an owner or an effect keeps it. */
export const keptHandleWords: readonly string[] = together(
  ['this.', '#', 'ffect('],
  [
    'ResizeObserver',
    'MutationObserver',
    'IntersectionObserver',
    'PerformanceObserver',
    'AudioContext',
    'Worker(',
    'RTCPeerConnection',
  ],
);
