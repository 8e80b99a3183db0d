import module from 'node:module';
import { tolerateClosedPipes } from './output.ts';

// Absent before Node 22.8, where start-up then costs what it always did.
(module as { enableCompileCache?: () => unknown }).enableCompileCache?.();
tolerateClosedPipes();
const { runCli } = await import('./program.ts');
process.exitCode = await runCli(process.argv.slice(2));
