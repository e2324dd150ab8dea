// Every built-in report in every format: what DuckDB reads back from CSV and NDJSON, and
// Apache Arrow's own reader from Arrow, sums up to what the JSON says.
//
// FOOTFALL_CLI and FOOTFALL_GENERATE name the programs; FOOTFALL_SLOW_TESTS=1 takes a
// million events.
import assert from 'node:assert/strict';
import {execFileSync, spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, it} from 'node:test';
import {gunzipSync} from 'node:zlib';

import {DuckDBInstance} from '@duckdb/node-api';
import {RecordBatchFileReader, RecordBatchReader} from 'apache-arrow';

const NOW = '2026-01-01T00:00:00Z';
const count = process.env.FOOTFALL_SLOW_TESTS === '1' ? 1_000_000 : 20_000;

const SQL_TYPES = {
  string: 'VARCHAR', int64: 'BIGINT', double: 'DOUBLE', bool: 'BOOLEAN',
  timestamp: 'TIMESTAMP', date: 'DATE',
};

let work, db, duckdb;

const run = (...args) => spawnSync(
    process.env.FOOTFALL_CLI, args,
    {maxBuffer: 2 ** 30, env: {...process.env, LC_ALL: 'C.UTF-8'}});

function footfall(...args) {
  const done = run(...args);
  assert.equal(done.status, 0, `${args.join(' ')}: ${done.stderr}`);
  return done.stdout;
}

before(async () => {
  work = mkdtempSync(join(tmpdir(), 'footfall-exports-'));
  db = join(work, 'db');
  const events = join(work, 'events.ndjson');
  execFileSync(process.env.FOOTFALL_GENERATE,
               ['--events', `${count}`, '--people', `${count / 50}`, '--seed', '5',
                '--start', '2025-01-01', '--days', '365', '-o', events]);
  footfall('settings', 'set', 'level', 'interactions', '--db', db);
  const counted =
      JSON.parse(footfall('ingest', '--db', db, '--now', NOW, '--json', events));
  assert.equal(counted.accepted, count);
  rmSync(events);
  duckdb = await (await DuckDBInstance.create(':memory:')).connect();
});

after(() => {
  duckdb?.closeSync();
  if (work) rmSync(work, {recursive: true, force: true});
});

/** Values, least, greatest and sum of a column, as JSON has its values. */
function sumUp(values, type) {
  const there = values.filter((value) => value !== null);
  const summary = {values: there.length};
  if (type === 'int64' || type === 'double') {
    summary.sum = there.reduce((sum, value) => sum + Number(value), 0);
  } else if (there.length > 0) {
    const texts = there.map((value) => Buffer.from(String(value)));
    const pick = (sign) => texts.reduce(
        (a, b) => (sign * Buffer.compare(a, b) <= 0 ? a : b)).toString();
    summary.least = pick(1);
    summary.greatest = pick(-1);
  }
  return summary;
}

function assertSame(actual, expected, what) {
  assert.deepEqual({...actual, sum: undefined}, {...expected, sum: undefined}, what);
  if (expected.sum === undefined) return;
  const tolerance = 1e-9 * Math.max(1, Math.abs(expected.sum));
  assert.ok(Math.abs(actual.sum - expected.sum) <= tolerance,
            `${what}: ${actual.sum}, not ${expected.sum}`);
}

/** The summaries of all columns of what DuckDB reads from `source`. */
async function sumUpSql(source, columns) {
  const one = (column, i) => {
    const name = `"${column.name.replaceAll('"', '""')}"`;
    if (column.type === 'int64' || column.type === 'double') {
      return `{'values': count(${name}), 'sum': coalesce(sum(${name}), 0)::DOUBLE}` +
          ` AS c${i}`;
    }
    const text = {
      timestamp: `strftime(${name}, '%Y-%m-%dT%H:%M:%S.%gZ')`,
      date: `strftime(${name}, '%Y-%m-%d')`,
    }[column.type] ?? `${name}::VARCHAR`;
    return `{'values': count(${name}), 'least': min(${text}), 'greatest': max(${text})}` +
        ` AS c${i}`;
  };
  const rows = await duckdb.runAndReadAll(
      `SELECT count(*), ${columns.map(one).join(', ')} FROM ${source}`);
  const [rowCount, ...summaries] = rows.getRows()[0];
  return {
    rowCount: Number(rowCount),
    summaries: summaries.map(({entries}) => {
      const summary = {values: Number(entries.values)};
      if (entries.sum !== undefined) summary.sum = Number(entries.sum);
      if (entries.least !== undefined && entries.least !== null) {
        summary.least = entries.least;
        summary.greatest = entries.greatest;
      }
      return summary;
    }),
  };
}

/** The same of Arrow data, a stream or a file. */
function sumUpArrow(bytes, columns) {
  const reader = RecordBatchReader.from(bytes);
  reader.open();
  // Once it was read through, the reader has no schema any more.
  assert.deepEqual(reader.schema.fields.map((field) => field.name),
                   columns.map((column) => column.name));
  const values = columns.map(() => []);
  for (const batch of reader) {
    columns.forEach(({type}, at) => {
      const vector = batch.getChildAt(at);
      for (let row = 0; row < batch.numRows; ++row) {
        let value = vector.get(row);
        if (value !== null && (type === 'timestamp' || type === 'date')) {
          value = new Date(Number(value)).toISOString();
          if (type === 'date') value = value.slice(0, 10);
        }
        values[at].push(value);
      }
    });
  }
  return {
    isFile: reader instanceof RecordBatchFileReader,
    rowCount: values[0].length,
    summaries: columns.map(({type}, i) => sumUp(values[i], type)),
  };
}

function hasChart({kind, columns, total}) {
  const isTrend = ['date', 'timestamp'].includes(columns[0].type) &&
      columns.some(({type}) => type === 'int64' || type === 'double');
  return ['funnel', 'retention'].includes(kind) || isTrend ||
      (total !== null && 'promoters' in total);
}

async function checkReport(name) {
  const report = (...args) => footfall('report', 'run', name, '--db', db, '--now', NOW,
                                       ...args);
  const document = JSON.parse(report('--format', 'json'));
  const {columns, rows, total} = document;
  const expected = columns.map(({type}, i) => sumUp(rows.map((row) => row[i]), type));
  const compare = ({rowCount, summaries}, what) => {
    assert.equal(rowCount, rows.length, `${what}: rows`);
    columns.forEach((column, i) => {
      assertSame(summaries[i], expected[i], `${what}: ${column.name}`);
    });
  };
  const path = (extension) => join(work, `${name}.${extension}`);
  const types = 'columns={' + columns.map(
      (column) => `'${column.name}': '${SQL_TYPES[column.type]}'`).join(', ') + '}';

  report('-o', path('csv'));
  compare(await sumUpSql(`read_csv('${path('csv')}', header=true, delim=',', quote='"',
                          escape='"', nullstr='', allow_quoted_nulls=false, ${types})`,
                         columns), 'csv');
  report('-o', path('csv.gz'));
  assert.deepEqual(gunzipSync(readFileSync(path('csv.gz'))), readFileSync(path('csv')));
  report('-o', path('ndjson.zst'));
  report('-o', path('ndjson'));
  compare(await sumUpSql(`read_json('${path('ndjson')}', format='newline_delimited',
                          ${types})`, columns), 'ndjson');
  assert.deepEqual(execFileSync('zstd', ['-dc', path('ndjson.zst')], {maxBuffer: 2 ** 30}),
                   readFileSync(path('ndjson')));
  const stream = sumUpArrow(report('--format', 'arrow'), columns);
  assert.equal(stream.isFile, false);
  compare(stream, 'arrow stream');
  report('-o', path('arrow'));
  const file = sumUpArrow(readFileSync(path('arrow')), columns);
  assert.equal(file.isFile, true);
  compare(file, 'arrow file');

  const page = report('--format', 'html').toString();
  assert.equal(page.split('<tr>').length - 1,
               1 + Math.max(1, rows.length) + (total === null ? 0 : 2), 'html');
  const table = report('--format', 'table').toString();
  assert.ok(table.endsWith(`\n(${rows.length} row${rows.length === 1 ? '' : 's'})\n`));
  assert.equal(table.split('\n').length, rows.length + 4);
  for (const format of ['svg', 'chart']) {
    const done = run('report', 'run', name, '--db', db, '--now', NOW, '--format', format);
    assert.equal(done.status, hasChart(document) ? 0 : 1, `${format}: ${done.stderr}`);
    if (done.status === 1) assert.match(done.stderr.toString(), /has no chart/);
    else assert.ok(!done.stdout.toString().includes('No data') || rows.length === 0);
  }
  for (const extension of ['csv', 'csv.gz', 'ndjson', 'ndjson.zst', 'arrow']) {
    rmSync(path(extension));
  }
  return rows.length;
}

it('every built-in report in every format', async (t) => {
  const {reports} = JSON.parse(footfall('report', 'list', '--db', db, '--json'));
  const names = reports.filter(({builtin}) => builtin).map(({name}) => name);
  assert.ok(names.length >= 5, `${names}`);
  let filled = 0;
  for (const name of names) {
    await t.test(name, async () => {
      if (await checkReport(name) > 0) ++filled;
    });
  }
  assert.ok(filled >= 5, `${filled} reports with rows`);
});
