/** Modules of other packages have no summary; relative paths, aliases and workspace packages may. */
export function isExternal(module: string): boolean {
  if (module.startsWith('.') || module.startsWith('#')) return false;
  return module.startsWith('node:') || builtins.has(module);
}

const builtins = new Set(
  'assert buffer child_process cluster crypto dns events fs fs/promises http http2 https net os path perf_hooks process querystring readline stream stream/promises string_decoder timers timers/promises tls tty url util v8 vm worker_threads zlib'.split(
    ' ',
  ),
);
