// The built-in reports equal DuckDB's answers over the same events, row for row.
//
// FOOTFALL_CLI and FOOTFALL_GENERATE name the programs; FOOTFALL_SLOW_TESTS=1 takes a
// million events.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, describe, it} from 'node:test';

import {DuckDBInstance} from '@duckdb/node-api';

import {untidy} from './events.mjs';
import {
  prepare,
  reports,
  reportsWithRule,
  rule,
  toObjects,
  trackedEvents,
} from './reports.mjs';

const NOW = '2026-01-01T00:00:00Z';
const nowMs = Date.parse(NOW);
const count = process.env.FOOTFALL_SLOW_TESTS === '1' ? 1_000_000 : 100_000;

let work, file, done, duckdb;

function footfall(...args) {
  return execFileSync(process.env.FOOTFALL_CLI, args,
                      {encoding: 'utf8', maxBuffer: 2 ** 30,
                       stdio: ['ignore', 'pipe', 'inherit']});
}

async function select(sql) {
  return (await duckdb.runAndReadAll(sql)).getRows();
}

before(async () => {
  work = mkdtempSync(join(tmpdir(), 'footfall-peers-'));
  const tidy = join(work, 'generated.ndjson');
  file = join(work, 'events.ndjson');
  execFileSync(process.env.FOOTFALL_GENERATE,
               ['--events', `${count}`, '--people', `${count / 50}`, '--seed', '11',
                '--start', '2025-01-01', '--days', '365', '-o', tidy]);
  done = await untidy(tidy, file, nowMs);
  duckdb = await (await DuckDBInstance.create(':memory:')).connect();
});

after(() => {
  duckdb?.closeSync();
  if (work) rmSync(work, {recursive: true, force: true});
});

it('covers what the documentation speaks of', () => {
  for (const what of [
    'anonymous', 'alias', 'identify', 'anonymous after the link',
    'link to another person', 'no session', 'coarse time', 'no context',
    'url with secrets', 'no title', 'no url', 'rejected', 'in the future', 'duplicate',
    'no id', 'long run', 'guidance', 'script error', 'quick clicks',
  ]) {
    assert.ok(done[what] >= 5, `${what}: ${done[what]}`);
  }
});

for (const level of ['interactions', 'content']) {
  describe(`level ${level}`, () => {
    let db;

    before(async () => {
      db = join(work, level);
      footfall('settings', 'set', 'level', level, '--db', db);
      for (const event of trackedEvents) {
        const definition = join(work, 'tracked.json');
        writeFileSync(definition, JSON.stringify(event));
        footfall('tracked-event', 'save', definition, '--db', db);
      }
      await duckdb.run(prepare({file, nowMs, level}));
    });

    it('counts each input once', async () => {
      const counted =
          JSON.parse(footfall('ingest', '--db', db, '--now', NOW, '--json', file));
      const [[total, collected, accepted, conflicts, sound]] = await select(`
        SELECT (SELECT count(*) FROM raw), (SELECT count(*) FROM collected),
               (SELECT count(*) FROM accepted),
               (SELECT count(*) FROM collected c JOIN link l USING (anonymous)
                WHERE type IN ('alias', 'identify') AND c.person <> l.person),
               (SELECT count(*) FROM raw WHERE type <> 'hover'
                AND (person IS NOT NULL OR anonymous IS NOT NULL)
                AND time BETWEEN ${nowMs - 365 * 86_400_000} AND ${nowMs + 86_400_000})`)
        .then((rows) => rows.map((row) => row.map(Number)));
      assert.deepEqual(
          {
            accepted: counted.accepted,
            duplicates: counted.duplicates,
            dropped_level: counted.dropped_level,
            dropped_policy: counted.dropped_policy,
            rejected: counted.rejected,
          },
          {
            accepted,
            duplicates: collected - accepted - conflicts,
            dropped_level: sound - collected,
            dropped_policy: 0,
            rejected: total - sound + conflicts,
          });
    });

    const all = [
      ...Object.entries(reports({nowMs})).map((entry) => [...entry, []]),
      ...Object.entries(reportsWithRule({nowMs}))
        .map((entry) => [...entry, ['--where', JSON.stringify(rule.json)]]),
    ];
    for (const [name, {sql, columns, interactions}, options] of all) {
      it(`report ${[name, ...options].join(' ')}`, async () => {
        const expected = toObjects(await select(sql), columns);
        const lines = footfall('report', 'run', name, '--db', db, '--now', NOW,
                               '--format', 'ndjson', ...options).split('\n');
        assert.equal(lines.pop(), '');
        assert.equal(lines.length, expected.length, 'number of rows');
        // Without pages and clicks there are no rows of them at the level of content.
        assert.ok(expected.length > 0 || (interactions && level === 'content'));
        lines.forEach((line, i) => {
          assert.deepEqual(JSON.parse(line), expected[i], `row ${i}`);
        });
      });
    }
  });
}
