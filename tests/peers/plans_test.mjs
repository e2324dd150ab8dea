// Random definitions equal DuckDB's answers over the same events.
//
// FOOTFALL_CLI and FOOTFALL_GENERATE name the programs; FOOTFALL_SLOW_TESTS=1 takes more
// events and definitions. FOOTFALL_RANDOM_SEED is the first seed, FOOTFALL_RANDOM_PLANS how
// many there are.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, it} from 'node:test';

import {DuckDBInstance} from '@duckdb/node-api';

import {untidy} from './events.mjs';
import {makeRandom, randomPlan} from './plans.mjs';
import {prepare} from './reports.mjs';

const NOW = '2026-01-01T00:00:00Z';
const nowMs = Date.parse(NOW);
const slow = process.env.FOOTFALL_SLOW_TESTS === '1';
const events = slow ? 200_000 : 30_000;
const first = Number(process.env.FOOTFALL_RANDOM_SEED ?? 1);
const plans = Number(process.env.FOOTFALL_RANDOM_PLANS ?? (slow ? 500 : 200));

let work, db, duckdb, data;

function footfall(...args) {
  return execFileSync(process.env.FOOTFALL_CLI, args,
                      {encoding: 'utf8', maxBuffer: 2 ** 30,
                       stdio: ['ignore', 'pipe', 'inherit']});
}

async function select(sql) {
  return (await duckdb.runAndReadAll(sql)).getRows();
}

before(async () => {
  work = mkdtempSync(join(tmpdir(), 'footfall-plans-'));
  const tidy = join(work, 'generated.ndjson');
  const file = join(work, 'events.ndjson');
  execFileSync(process.env.FOOTFALL_GENERATE,
               ['--events', `${events}`, '--people', `${Math.round(events / 60)}`, '--seed', '23',
                '--start', '2025-01-01', '--days', '365', '-o', tidy]);
  await untidy(tidy, file, nowMs);
  duckdb = await (await DuckDBInstance.create(':memory:')).connect();
  await duckdb.run(prepare({file, nowMs, level: 'interactions'}));
  // A part is sealed before the rest comes.
  const lines = readFileSync(file, 'utf8').split('\n');
  const cut = Math.floor(lines.length * 0.6);
  for (const part of [lines.slice(0, cut), lines.slice(cut)]) {
    const partFile = join(work, 'part.ndjson');
    writeFileSync(partFile, part.join('\n'));
    if (db === undefined) {
      db = join(work, 'db');
      footfall('settings', 'set', 'level', 'interactions', '--db', db);
    } else {
      footfall('compact', '--db', db, '--now', NOW);
    }
    footfall('ingest', '--db', db, '--now', NOW, partFile);
  }
  const column = async (sql) => (await select(sql)).map(([value]) => value);
  data = {
    nowMs,
    names: await column(`SELECT name FROM event WHERE name IS NOT NULL GROUP BY name
                         ORDER BY count(*) DESC, name LIMIT 30`),
    countries: await column(`SELECT DISTINCT country FROM event
                             WHERE country IS NOT NULL ORDER BY country`),
  };
});

after(() => {
  duckdb?.closeSync();
  if (work) rmSync(work, {recursive: true, force: true});
});

/** Values as NDJSON prints them. */
function toCells(row, types) {
  return Object.values(types).map((type, i) => {
    const value = row[i];
    if (value === null) return null;
    if (type === 'time') return new Date(Number(value)).toISOString();
    return type === 'number' ? Number(value) : value;
  });
}

/** Sorts rows by everything but the last digits, which sums of doubles differ in. */
function sorted(rows) {
  const key = (row) => JSON.stringify(row.map(
      (cell) => typeof cell === 'number' ? cell.toPrecision(6) : cell));
  return rows.map((row) => [key(row), row]).sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0)
      .map(([, row]) => row);
}

function same(a, b) {
  if (typeof a !== 'number' || typeof b !== 'number') return a === b;
  return Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));
}

it(`${plans} random plans`, async () => {
  const kinds = new Map();
  let rowsSeen = 0;
  const definition = join(work, 'definition.json');
  for (let seed = first; seed < first + plans; ++seed) {
    // Then all of it, which changes no answer.
    if (seed === first + Math.floor(plans / 2)) {
      footfall('compact', '--db', db, '--now', NOW);
    }
    const plan = randomPlan(makeRandom(seed * 7919), data);
    writeFileSync(definition, JSON.stringify(plan.definition));
    const what = () => `seed ${seed}\n${JSON.stringify(plan.definition)}\n${plan.sql}`;
    let expected;
    try {
      expected = sorted((await select(plan.sql)).map((row) => toCells(row, plan.types)));
    } catch (error) {
      assert.fail(`${error.message}\n${what()}`);
    }
    const lines = footfall('report', 'run', '--definition', definition, '--db', db,
                           '--now', NOW, '--format', 'ndjson').split('\n');
    assert.equal(lines.pop(), '');
    const names = Object.keys(plan.types);
    const objects = lines.map((line) => JSON.parse(line));
    for (const object of objects) assert.deepEqual(Object.keys(object), names, what());
    const actual = sorted(objects.map((object) => Object.values(object)));
    assert.equal(actual.length, expected.length, `number of rows, ${what()}`);
    expected.forEach((row, i) => row.forEach((cell, k) => {
      assert.ok(same(actual[i][k], cell), `${names[k]} is ${actual[i][k]} instead of ` +
          `${cell} in\n${JSON.stringify(actual[i])}\n${JSON.stringify(row)}\n${what()}`);
    }));
    kinds.set(plan.definition.kind, (kinds.get(plan.definition.kind) ?? 0) + 1);
    rowsSeen += expected.length;
  }
  if (plans >= 100) {
    assert.equal(kinds.size, 5);
    assert.ok(rowsSeen > plans, `only ${rowsSeen} rows`);
  }
});
