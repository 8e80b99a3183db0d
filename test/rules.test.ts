import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { pairs } from '../src/registry.generated.ts';
import { fixturesRoot, listFixtures, listMarks, listPlaces, scanFiles } from './fixtures.ts';

describe.each(pairs.map((pair) => [pair.rule.id, pair] as const))('%s', (id, pair) => {
  const bad = listFixtures(id, 'bad');
  const good = listFixtures(id, 'good');

  test('says how long its repair takes by hand', () => {
    expect(pair.rule.effort).toBeGreaterThanOrEqual(5);
  });

  test('has fixtures of both kinds, and marks in every bad one', () => {
    expect(bad.length).toBeGreaterThan(0);
    expect(good.length).toBeGreaterThan(0);
    for (const { name, files } of bad) expect(listMarks(files), name).not.toEqual([]);
    for (const { name, files } of good) expect(listMarks(files), name).toEqual([]);
  });

  test.each(bad.map((fixture) => [fixture.name, fixture] as const))(
    'reports the marked lines of bad/%s',
    async (_, { files }) => {
      const outcome = await scanFiles(files, [pair], id);
      expect(outcome.problems).toEqual([]);
      expect(listPlaces(outcome)).toEqual(listMarks(files).sort());
      const sure = listMarks(files).filter((place) => !listMarks(files, 'possible').includes(place));
      const unsure = outcome.findings
        .filter(({ confidence }) => confidence === 'possible')
        .map(({ file, range }) => `${file}:${range.start.line}`);
      expect(
        sure.filter((place) => unsure.includes(place)),
        'reported only with `possible`, and not marked so',
      ).toEqual([]);
      for (const word of ['possible', 'likely']) {
        const places = listMarks(files, word);
        const confidences = outcome.findings
          .filter(({ file, range }) => places.includes(`${file}:${range.start.line}`))
          .map(({ confidence }) => confidence);
        expect(confidences, `lines marked \`${word}\``).toEqual(places.map(() => word));
      }
    },
  );

  test.each(good.map((fixture) => [fixture.name, fixture] as const))('is silent on good/%s', async (_, { files }) => {
    const outcome = await scanFiles(files, [pair], id);
    expect(outcome.problems).toEqual([]);
    expect(outcome.findings.map((f) => `${f.file}:${f.range.start.line} ${f.message}`)).toEqual([]);
  });

  test('reports by default what it is sure of', async () => {
    for (const { name, files } of bad) {
      const sure = (await scanFiles(files, [pair], id)).findings.filter(({ confidence }) => confidence !== 'possible');
      const byDefault = (await scanFiles(files, [pair], id, 'likely')).findings;
      expect(
        byDefault.map(({ fingerprint }) => fingerprint),
        name,
      ).toEqual(sure.map(({ fingerprint }) => fingerprint));
    }
  });

  test('fills every placeholder of its message', async () => {
    for (const { name, files } of bad) {
      for (const { message } of (await scanFiles(files, [pair], id)).findings) {
        expect(message, name).not.toMatch(/\{\w+\}|undefined/);
      }
    }
  });

  test('reports the same lines under CRLF, and behind a byte order mark', async () => {
    for (const { name, files } of bad) {
      for (const change of [(text: string) => text.replace(/\r?\n/g, '\r\n'), (text: string) => `\uFEFF${text}`]) {
        const changed = Object.fromEntries(Object.entries(files).map(([path, text]) => [path, change(text)]));
        const outcome = await scanFiles(changed, [pair], id);
        expect(outcome.problems, name).toEqual([]);
        expect(listPlaces(outcome), name).toEqual(listMarks(files).sort());
      }
    }
  });

  test('does not throw on half-written code', async () => {
    for (const { name, files } of bad) {
      const cut = Object.fromEntries(
        Object.entries(files).map(([path, text]) => [path, sourceOf(path) ? text.slice(0, text.length * 0.6) : text]),
      );
      const outcome = await scanFiles(cut, [pair], id);
      expect(
        outcome.problems.filter(({ kind }) => kind !== 'syntax'),
        name,
      ).toEqual([]);
    }
  });
});

function sourceOf(path: string): boolean {
  return /\.[cm]?[jt]sx?$/.test(path);
}

describe('all rules together', () => {
  test('say nothing of an empty file', async () => {
    const outcome = await scanFiles({ 'empty.ts': '' }, pairs);
    expect([outcome.findings, outcome.problems]).toEqual([[], []]);
  });

  test('live through a file of one line of 2 MB that mentions them all', async () => {
    const mentions = pairs.flatMap(({ rule }) => rule.mentions.flatMap((mention) => mention.split('&')));
    const line = `/* ${[...new Set(mentions)].join(' ').replaceAll('*/', '')} */${'a.b(c);'.repeat(20_000)}x = "${'y'.repeat(1_900_000)}"`;
    const outcome = await scanFiles({ 'wide.js': line }, pairs);
    expect(outcome.problems).toEqual([]);
    expect(outcome.files.parsed).toBe(pairs.length > 0 ? 1 : 0);
  });

  test('have no fixtures of a rule that does not exist', () => {
    const ids = new Set(pairs.map(({ rule }) => rule.id));
    const folders = existsSync(fixturesRoot) ? readdirSync(fixturesRoot) : [];
    const whole = ['projects', 'samples'];
    expect(folders.filter((folder) => !whole.includes(folder) && !ids.has(folder))).toEqual([]);
  });
});
