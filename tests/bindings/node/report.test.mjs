// Reports and their results.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tableFromIPC } from 'apache-arrow';
import { emptyStore, instant, options, track } from './support.mjs';

const DAILY = {
  version: 1,
  name: 'daily',
  title: 'Daily',
  kind: 'table',
  rows: [{ time: 'day' }, { field: 'properties.plan' }],
  columns: [
    { name: 'events', agg: 'count' },
    { name: 'average', agg: 'avg', of: 'properties.amount' },
    { name: 'latest', agg: 'last_time' },
  ],
};

const FUNNEL = {
  version: 1,
  name: 'funnel',
  kind: 'funnel',
  window: '7d',
  steps: [
    { name: 'pro', where: { field: 'properties.plan', op: 'is', value: 'pro' } },
    { name: 'again', where: { field: 'properties.plan', op: 'is_set' } },
  ],
};

async function filledStore(t) {
  const { store } = await emptyStore(t);
  await store.ingest(
    [
      track('ana', 10, { properties: { plan: 'pro', amount: 2 } }),
      track('ana', 9, { properties: { plan: 'pro', amount: 3 } }),
      track('bo', 24 * 60, { name: 'sign"in, é' }),
    ],
    options,
  );
  return store;
}

test('a built-in report', async (t) => {
  const store = await filledStore(t);
  const logins = await store.report('logins', options);
  assert.equal(logins.rowCount, 2);
  assert.deepEqual(await logins.rows(), [
    {
      person: 'ana',
      first_login: instant(10),
      last_login: instant(10),
      logins_last_30_days: 1,
    },
    {
      person: 'bo',
      first_login: instant(1440),
      last_login: instant(1440),
      logins_last_30_days: 1,
    },
  ]);
  assert.deepEqual(logins.columns, [
    { name: 'person', type: 'string' },
    { name: 'first_login', type: 'timestamp' },
    { name: 'last_login', type: 'timestamp' },
    { name: 'logins_last_30_days', type: 'int64' },
  ]);
  assert.equal(await logins.total(), null);
  assert.equal(logins.stats.rows, 2);
  const named = await store.report('logins', {
    ...options,
    parameters: { login_event: 'sign"in, é' },
  });
  assert.deepEqual(
    (await named.rows()).map((row) => row.person),
    ['bo'],
  );
});

test('a definition, with missing values', async (t) => {
  const store = await filledStore(t);
  assert.deepEqual(await (await store.report(DAILY, options)).rows(), [
    {
      day: '2025-11-20',
      'properties.plan': null,
      events: 1,
      average: null,
      latest: instant(1440),
    },
    {
      day: '2025-11-21',
      'properties.plan': 'pro',
      events: 2,
      average: 2.5,
      latest: instant(9),
    },
  ]);
});

test('integers that a number cannot hold', async (t) => {
  const { store } = await emptyStore(t);
  const big = 9007199254740993n;
  const line = JSON.stringify(track('ana', 1, { properties: { n: 0 } })).replace(
    '"n":0',
    `"n":${big}`,
  );
  await store.ingest(line, options);
  const definition = {
    ...DAILY,
    rows: [],
    columns: [
      { name: 'sum', agg: 'sum', of: 'properties.n' },
      { name: 'count', agg: 'count' },
    ],
  };
  assert.deepEqual(await (await store.report(definition, options)).rows(), [
    { sum: big, count: 1 },
  ]);
});

test('range and time zone', async (t) => {
  const store = await filledStore(t);
  const run = async (more) => {
    const result = await store.report(
      { ...DAILY, rows: ['person'] },
      { ...options, ...more },
    );
    return (await result.rows()).map((row) => row.person);
  };
  assert.deepEqual(await run({ from: '2025-11-21' }), ['ana']);
  assert.deepEqual(await run({ from: '2025-11-20', to: '2025-11-21' }), ['bo']);
  assert.deepEqual(await run({ to: instant(1440) }), []);
  assert.deepEqual(await run({ to: instant(1439) }), ['bo']);
  assert.deepEqual(await run({ to: '2025-11-21', timezone: 'Pacific/Auckland' }), ['bo']);
  await assert.rejects(run({ timezone: 'Mars/Olympus' }), { code: 'INVALID_ARGUMENT' });
  await assert.rejects(run({ timezone: 7 }), TypeError);
});

test('the Arrow buffer holds the rows', async (t) => {
  const store = await filledStore(t);
  for (const report of ['logins', 'users', 'sessions', DAILY]) {
    const result = await store.report(report, options);
    const table = tableFromIPC(await result.arrow());
    const types = result.columns.map(({ type }) => type);
    assert.deepEqual(
      table.schema.fields.map(({ name }) => name),
      result.columns.map(({ name }) => name),
    );
    const rows = table.toArray().map((row) =>
      Object.fromEntries(
        Object.entries(row.toJSON()).map(([name, value], i) => {
          if (value === null) return [name, null];
          if (types[i] === 'timestamp') return [name, new Date(Number(value))];
          if (types[i] === 'date')
            return [name, new Date(Number(value)).toISOString().slice(0, 10)];
          return [name, typeof value === 'bigint' ? Number(value) : value];
        }),
      ),
    );
    assert.deepEqual(rows, await result.rows());
  }
});

test('a funnel with threads', async (t) => {
  const store = await filledStore(t);
  const funnel = await store.report(FUNNEL, { ...options, threads: 2 });
  assert.deepEqual(
    (await funnel.rows()).map((row) => [row.name, row.people]),
    [
      ['pro', 1],
      ['again', 1],
    ],
  );
  assert.ok(funnel.stats.threads >= 1);
  assert.ok('finish' in funnel.stats.stages_ms);
  await assert.rejects(store.report(FUNNEL, { ...options, threads: 257 }), {
    code: 'INVALID_ARGUMENT',
  });
  await assert.rejects(store.report(FUNNEL, { ...options, threads: -1 }), TypeError);
});

test('explaining', async (t) => {
  const store = await filledStore(t);
  const funnel = await store.reportExplain(FUNNEL, options);
  assert.equal(funnel.report, 'funnel');
  assert.equal(funnel.plan.kind, 'funnel');
  assert.equal(funnel.stats.rows, 2);
  const logins = await store.reportExplain('logins', { ...options, from: '2025-11-01' });
  assert.equal(logins.plan.kind, 'logins');
  assert.equal(logins.range.from, '2025-11-01T00:00:00.000Z');
  await assert.rejects(store.reportExplain('none'), { code: 'NOT_FOUND' });
});

test('formats, also after the store is closed', async (t) => {
  const store = await filledStore(t);
  const logins = await store.report('logins', options);
  await store.close();
  const csv = (await logins.format('csv')).split('\r\n');
  assert.equal(csv[0], 'person,first_login,last_login,logins_last_30_days');
  assert.equal(csv[1], 'ana,2025-11-21T07:50:00.000Z,2025-11-21T07:50:00.000Z,1');
  assert.equal(JSON.parse(await logins.format('json')).report, 'logins');
  assert.equal((await logins.format('ndjson')).trim().split('\n').length, 2);
  assert.match(await logins.format(), /ana/);
  for (const wrong of ['xml', 'arrow', 'toString']) {
    await assert.rejects(logins.format(wrong), TypeError);
  }
  assert.match(await logins.format('html'), /^<!doctype html>/);
  assert.equal((await logins.arrowFile()).subarray(0, 6).toString(), 'ARROW1');
});

test('charts', async (t) => {
  const store = await filledStore(t);
  const days = await store.report('active-users', options);
  assert.match(await days.format('svg'), /^<svg xmlns=[^]*<\/svg>\n$/);
  assert.match(await days.format('chart'), /█/);
  const chart = await days.format('chart', { width: 60, ascii: true });
  assert.match(chart, /^[\n -~]*#[\n -~]*$/);
  assert.ok(chart.split('\n').every((line) => line.length <= 60));
  for (const width of [-1, 1.5, 10_001, '60']) {
    await assert.rejects(days.format('chart', { width }), TypeError);
  }
  const logins = await store.report('logins', options);
  await assert.rejects(logins.format('svg'), { code: 'INVALID_ARGUMENT' });
});

test('saved definitions', async (t) => {
  const store = await filledStore(t);
  await store.reportSave(DAILY);
  assert.equal((await store.reportShow('daily')).title, 'Daily');
  const listed = Object.fromEntries(
    (await store.reportList()).map((r) => [r.name, r.builtin]),
  );
  assert.deepEqual([listed.daily, listed.logins], [false, true]);
  assert.equal((await store.report('daily', options)).rowCount, 2);
  await store.reportDelete('daily');
  for (const call of [
    () => store.report('daily'),
    () => store.reportShow('daily'),
    () => store.reportDelete('daily'),
  ]) {
    await assert.rejects(call, { code: 'NOT_FOUND' });
  }
});

test('errors name the place', async (t) => {
  const store = await filledStore(t);
  await assert.rejects(
    store.report({ ...DAILY, columns: [{ name: 'x', agg: 'guess' }] }, options),
    (error) => error.code === 'INVALID_ARGUMENT' && error.path.startsWith('$.columns[0]'),
  );
  await assert.rejects(store.reportSave('{"version": 1, "name": }'), { byte: 23 });
  await assert.rejects(store.reportSave({ ...DAILY, name: 'logins' }), {
    code: 'INVALID_ARGUMENT',
  });
  await assert.rejects(
    store.report('users', { ...options, signal: AbortSignal.abort() }),
    { code: 'CANCELLED' },
  );
});
