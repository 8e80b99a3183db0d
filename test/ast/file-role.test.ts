import { describe, expect, test } from 'vitest';
import { fileRole, hasDirective } from '../../src/ast/where/file-role.ts';

const pkg = {
  dir: '',
  name: 'service',
  type: 'module' as const,
  dependencies: new Set<string>(),
  scripts: new Set(['seed-data.ts']),
};
const roleOf = (path: string, text = ''): string => fileRole(path, text, pkg);

describe('the role of a file', () => {
  test('a package of benchmarks is one of tools', () => {
    expect(fileRole('benchmark/lib/pool.js', '', { ...pkg, dir: 'benchmark' })).toBe('script');
  });

  test('a package of tests of the whole is one of tests, whatever it is written in', () => {
    for (const dir of ['shop-int-test-ts', 'packages/integration-tests-node', 'e2e-test-kit'])
      expect(fileRole(`${dir}/src/runner.ts`, '', { ...pkg, dir })).toBe('test');
    expect(fileRole('print-tests/src/runner.ts', '', { ...pkg, dir: 'print-test-page' })).toBe('product');
  });

  test('a server that stands in for another one is one of tests', () => {
    for (const path of [
      'mock-server/index.js',
      'audio-api-stub/routes/files.js',
      'stub-services/mail.ts',
      'backend_mock/app.js',
    ])
      expect(roleOf(path)).toBe('test');
    for (const path of ['src/stubs/order.ts', 'api/stubborn/index.ts', 'src/mockups/api.ts'])
      expect(roleOf(path)).toBe('product');
  });

  test('a name that tests have in other ecosystems is one of a test where the text runs tests', () => {
    const runs = "describe('orders', () => {\n  it('are found', find);\n});\n";
    for (const path of ['src/ordersTest.js', 'src/OrdersSpec.ts']) expect(roleOf(path, runs)).toBe('test');
    expect(roleOf('src/models/LabTest.ts', 'export class LabTest {}\n')).toBe('product');
    expect(roleOf('src/latest.ts', runs)).toBe('product');
  });

  test('what is built into a page is of the browser, but for what asks Node.js', () => {
    const page = { ...pkg, isBuiltIntoPage: true as const };
    expect(fileRole('src/api/orders.ts', 'export const all = () => fetch("/orders");', page)).toBe('ui');
    expect(fileRole('src/api/serve.ts', "import http from 'node:http';", page)).toBe('product');
  });

  test.each([
    ['src/orders.ts', 'product'],
    ['src/orders.test.ts', 'test'],
    ['test/helpers/app.ts', 'test'],
    ['orm/type-tests/pg/relations.ts', 'test'],
    ['src/postgres.test-d.ts', 'test'],
    ['migrations/001-init.ts', 'migration'],
    ['server/lib/schemaUpgradeSteps.js', 'migration'],
    ['src/schema-upgrade.ts', 'migration'],
    ['src/testutil/broadcast.ts', 'test'],
    ['src/migration/MigrationExecutor.ts', 'product'],
    ['src/migrations/migrations.service.ts', 'product'],
    ['src/migrations/1700000000-AddUserService.ts', 'migration'],
    ['src/migrations/20220111-users.ts', 'migration'],
    ['src/upgrade.ts', 'product'],
    ['scripts/release.ts', 'script'],
    ['seed-data.ts', 'script'],
    ['vite.config.ts', 'config'],
    ['examples/basic/index.ts', 'example'],
    ['packages/shop-smoke-test/server.ts', 'test'],
    ['src/ab-test/variant.ts', 'product'],
    ['integration-tests/esm-app/index.mjs', 'test'],
    ['src/integrations/test-run.ts', 'product'],
    ['src/vitest.node-redis.setup.ts', 'test'],
    ['src/setupFileAfterEnv.js', 'test'],
    ['src/setup-tests.ts', 'test'],
    ['src/setup.ts', 'product'],
    ['models/chat/src/migration.ts', 'migration'],
    ['src/migration-status.ts', 'product'],
    ['wallpapers/deprecated-migrations/20220111-update.ts', 'migration'],
    ['server/commands/create-user.ts', 'product'],
    ['src/db/seed.ts', 'migration'],
    ['prisma/seed-users.ts', 'migration'],
    ['prisma/seed/users.ts', 'migration'],
    ['src/database/user.seeder.ts', 'migration'],
    ['src/seedDatabase.ts', 'migration'],
    ['src/wallet/seed-phrase.ts', 'product'],
    ['src/wallet/seedPhrase.ts', 'product'],
    ['src/seedrandom.ts', 'product'],
    ['lib/torrent/seed.ts', 'product'],
    ['server/install/database.ts', 'script'],
    ['src/DatabaseInstaller.ts', 'script'],
    ['src/installer.ts', 'script'],
    ['src/app/install/route.ts', 'product'],
    ['src/routes/install.ts', 'product'],
    ['src/installations/list.ts', 'product'],
    ['src/installed-apps.ts', 'product'],
    ['conformance/server.ts', 'test'],
    ['features-legacy/support/api/socket.ts', 'test'],
    ['features/step_definitions/orders.js', 'test'],
    ['src/features/support/tickets.ts', 'product'],
    ['certification/run.js', 'test'],
    ['src/certification/exam.ts', 'product'],
    ['src/ci-server.ts', 'test'],
    ['test-embed/index.js', 'test'],
    ['integration-test-runner/runner.ts', 'test'],
    ['src/test-helpers/queue.ts', 'test'],
    ['src/test-results/store.ts', 'product'],
    ['demo-app/index.ts', 'example'],
    ['packages/gateway-examples/src/run.ts', 'example'],
    ['demo.js', 'example'],
    ['old/server/index.ts', 'example'],
    ['backend-old/src/main.ts', 'example'],
    ['src/old/index.ts', 'product'],
    ['src/mail/sender.bak/index.ts', 'example'],
    ['archive/routes.ts', 'product'],
    ['src/demo-mode.ts', 'product'],
    ['src/extract-locales.ts', 'script'],
    ['i18n-extractor/index.js', 'script'],
    ['src/locales/load.ts', 'product'],
  ])('%s is %s', (path, role) => {
    expect(roleOf(path)).toBe(role);
  });

  test.each([
    ['dev/tool', 'script'],
    ['tools/importer', 'script'],
    ['packages/cli', 'script'],
    ['packages/script-tools', 'script'],
    ['packages/script-runner', 'product'],
    ['bench/pools', 'script'],
    ['packages/tooltips', 'product'],
    ['apps/api', 'product'],
    ['packages/testcontainers', 'test'],
    ['packages/test-kit', 'test'],
    ['packages/backend-test-utils', 'test'],
    ['packages/ab-test', 'product'],
    ['packages/latest', 'product'],
  ])('sources of a package at %s are %s', (dir, role) => {
    expect(fileRole(`${dir}/src/run.ts`, '', { ...pkg, dir })).toBe(role);
  });

  test('what talks to the extension of a browser around it runs in that browser', () => {
    expect(roleOf('src/background.ts', 'chrome.runtime.onMessage.addListener(run);\n')).toBe('ui');
    expect(roleOf('src/ping.ts', "const { token } = await browser.storage.local.get('token');\n")).toBe('ui');
    expect(roleOf('src/print.ts', 'const page = await browser.newPage();\n')).toBe('product');
  });

  test('a shebang makes a script, a UI import makes UI', () => {
    expect(roleOf('src/x.ts', '#!/usr/bin/env node\n')).toBe('script');
    expect(roleOf('src/x.tsx', "import { useState } from 'react';\n")).toBe('ui');
  });

  test('a page whose data the server loads is under the load of requests', () => {
    const page = (from: string): string =>
      `import { useState } from 'react';\nimport { list } from '${from}';\nexport async function loader() {}\n`;
    expect(roleOf('app/routes/shop.tsx', page('../list.server'))).toBe('product');
    expect(roleOf('app/routes/shop.tsx', page('@remix-run/node'))).toBe('product');
    expect(roleOf('app/routes/shop.tsx', page('../list'))).toBe('ui');
    expect(roleOf('app/parts/shop.tsx', page('../list.server'))).toBe('ui');
    const next = "import { useState } from 'react';\nexport const getServerSideProps = async () => ({});\n";
    expect(roleOf('src/pages/shop.tsx', next)).toBe('product');
  });

  test('a browser that is driven from the top of a file makes a script, one that a function opens does not', () => {
    expect(roleOf('check-login.mjs', 'const browser = await chromium.launch({ headless: true });\n')).toBe('script');
    expect(roleOf('src/pdf.ts', 'export async function open() {\n  return await chromium.launch();\n}\n')).toBe(
      'product',
    );
    expect(roleOf('src/pdf.ts', 'const open = async () => await chromium.launch();\n')).toBe('product');
  });

  test('what an action of a workflow does ends with it', () => {
    expect(roleOf('source/action/index.mjs', "import core from '@actions/core';\n")).toBe('script');
  });

  test('a directive is seen behind comments of both kinds', () => {
    expect(hasDirective("/* a */ // b\n\n'use client';\n", 'use client')).toBe(true);
    expect(hasDirective('const a = "use client";', 'use client')).toBe(false);
  });

  test('a head of hundreds of comments is read in one go', () => {
    const head = `${'/* a ** b */ // c\n'.repeat(400)}window.x = 1;\n`;
    expect(roleOf('src/vendor.js', head)).toBe('product');
  });
});
