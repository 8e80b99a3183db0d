import module from 'node:module';
import { optimiseLate } from './optimise-late.ts';
import { tolerateClosedPipes } from './output.ts';

// Absent before Node 22.8, where start-up then costs what it always did.
(module as { enableCompileCache?: () => unknown }).enableCompileCache?.();
optimiseLate();
tolerateClosedPipes();
const argv = process.argv.slice(2);
// Asked by scripts again and again, and answered without reading the commands.
if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
  const [{ print }, { version }] = await Promise.all([import('./output.ts'), import('../version.ts')]);
  await print(`${version}\n`);
} else {
  const { runCli } = await import('./program.ts');
  process.exitCode = await runCli(argv);
}
