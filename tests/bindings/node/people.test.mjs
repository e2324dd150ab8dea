// People: pages, exports, and attributes that integrations import.
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { NOW, emptyStore, options, track } from './support.mjs';

const CRM = {
  integration: 'crm',
  id: 'Email',
  columns: [
    { column: 'Tier', attribute: 'tier' },
    { column: 'Seats', attribute: 'seats', type: 'number' },
  ],
  now: NOW,
};
const CSV = 'Email,Tier,Seats\r\nana,gold,12\r\nzoe,"free, really",many\r\n';

async function storeWithPeople(t) {
  const { store } = await emptyStore(t);
  await store.ingest([track('ana', 5), track('ana', 3), track('bo', 4)], options);
  return store;
}

test('attributes are imported, listed and read', async (t) => {
  const store = await storeWithPeople(t);
  const result = await store.importAttributes(CSV, CRM);
  assert.deepEqual(result, {
    rows: 2,
    people_created: 1,
    people_changed: 1,
    unchanged: 0,
    duplicates: 0,
    rejected: 0,
    values_rejected: 1,
    errors: [{ line: 3, column: 'Seats', reason: 'is not a number' }],
    errors_omitted: 0,
  });
  const pieces = Readable.from([Buffer.from(CSV.slice(0, 9)), CSV.slice(9)]);
  const again = await store.importAttributes(pieces, CRM);
  assert.deepEqual([again.people_changed, again.unchanged], [0, 2]);
  assert.deepEqual(
    (await store.attributes()).map((a) => [a.integration, a.attribute, a.type]),
    [
      ['crm', 'seats', 'number'],
      ['crm', 'tier', 'string'],
    ],
  );
  const ana = await store.person('ana');
  assert.deepEqual(ana.imported, [
    { integration: 'crm', attribute: 'seats', type: 'number', value: 12 },
    { integration: 'crm', attribute: 'tier', type: 'string', value: 'gold' },
  ]);
  assert.equal(ana.recent_sessions.length, 1);
  assert.deepEqual(ana.segments, []);
});

test('imports are refused, tried out and stopped', async (t) => {
  const store = await storeWithPeople(t);
  const dry = await store.importAttributes(CSV, { ...CRM, dryRun: true });
  assert.equal(dry.people_created, 1);
  assert.deepEqual(await store.attributes(), []);
  await assert.rejects(store.importAttributes(CSV, { ...CRM, columns: [{}] }), {
    code: 'INVALID_ARGUMENT',
    path: '$.columns[0].column',
  });
  await assert.rejects(store.importAttributes('Mail\n', CRM), {
    code: 'INVALID_ARGUMENT',
    message: /has no column 'Email'/,
  });
  const signal = AbortSignal.abort();
  await assert.rejects(store.importAttributes(CSV, { ...CRM, signal }), {
    code: 'CANCELLED',
  });
});

test('pages of people', async (t) => {
  const store = await storeWithPeople(t);
  await store.importAttributes(CSV, CRM);
  const page = await store.people({ limit: 2, attributes: ['crm/tier'], now: NOW });
  assert.deepEqual(
    (await page.rows()).map((row) => [row.person, row.events, row['crm/tier']]),
    [
      ['ana', 2, 'gold'],
      ['bo', 1, null],
    ],
  );
  const rest = await store.people({ limit: 2, after: 'bo' });
  assert.deepEqual(
    (await rest.rows()).map((row) => row.person),
    ['zoe'],
  );
  const where = { field: 'person.crm/tier', op: 'starts_with', value: 'free' };
  assert.equal((await store.people({ where })).rowCount, 1);
  await assert.rejects(store.people({ limit: 0 }), { path: '$.limit' });
});

test('an export has everything, a receipt says what went', async (t) => {
  const store = await storeWithPeople(t);
  await store.importAttributes(CSV, CRM);
  const all = await store.personExport('ana', { now: NOW });
  assert.deepEqual(
    all.events.map((event) => event.person),
    ['ana', 'ana'],
  );
  assert.equal(all.person.imported.length, 2);
  assert.equal(all.exported_at, NOW.toISOString());
  await assert.rejects(store.personExport('nobody'), { code: 'NOT_FOUND' });
  const receipt = await store.forget('ana');
  assert.deepEqual(receipt.attributes, ['crm/seats', 'crm/tier']);
  assert.equal(receipt.events, 2);
});
