import { fileURLToPath } from 'node:url';
import { keepCode } from './kept-code.ts';
import { optimiseLate } from './optimise-late.ts';

const argv = process.argv.slice(2);
// Compiled code is of use only under the settings that it was made with.
optimiseLate();
// Asked by scripts again and again, and answered without reading the commands.
if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
  const [{ print, tolerateClosedPipes }, { version }] = await Promise.all([
    import('./output.ts'),
    import('../version.ts'),
  ]);
  tolerateClosedPipes();
  await print(`${version}\n`);
} else {
  if (!import.meta.url.endsWith('.ts')) keepCode(fileURLToPath(import.meta.url));
  const [{ tolerateClosedPipes }, { runCli }] = await Promise.all([import('./output.ts'), import('./program.ts')]);
  tolerateClosedPipes();
  process.exitCode = await runCli(argv);
}
