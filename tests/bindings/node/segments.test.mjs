// Segments: who is in them, one by one and over time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NOW, NOW_MS, emptyStore, options, track } from './support.mjs';

const SAVERS = {
  version: 1,
  name: 'savers',
  where: {
    did: {
      where: { field: 'event.name', op: 'is', value: 'save' },
      within: '30d',
    },
  },
};
const LATER = new Date(NOW_MS + 40 * 24 * 60 * 60 * 1000);

async function storeWithSegment(t) {
  const { store } = await emptyStore(t);
  const events = [track('ana', 10), track('bo', 20), track('cy', 5, { name: 'view' })];
  await store.ingest(events, options);
  await store.segmentSave(SAVERS);
  return store;
}

test('segments are saved, listed, shown and deleted', async (t) => {
  const store = await storeWithSegment(t);
  assert.deepEqual(await store.segmentList(), [SAVERS]);
  assert.deepEqual(await store.segmentShow('savers'), SAVERS);
  await assert.rejects(store.segmentSave({ ...SAVERS, where: { segment: 'savers' } }), {
    code: 'INVALID_ARGUMENT',
    path: '$.where',
  });
  await store.segmentDelete('savers');
  await assert.rejects(store.segmentShow('savers'), { code: 'NOT_FOUND' });
});

test('people of a segment', async (t) => {
  const store = await storeWithSegment(t);
  const people = await store.segmentPeople('savers', { now: NOW, threads: 2 });
  assert.deepEqual([people.count, people.people, people.next], [2, ['ana', 'bo'], null]);
  const page = await store.segmentPeople('savers', { now: NOW, limit: 1 });
  assert.equal(page.next, 'ana');
  const rest = await store.segmentPeople('savers', { now: NOW, after: page.next });
  assert.deepEqual(rest.people, ['bo']);
  const signal = AbortSignal.abort();
  await assert.rejects(store.segmentPeople('savers', { now: NOW, signal }));
});

test('one person', async (t) => {
  const store = await storeWithSegment(t);
  assert.equal(store.segmentTest('savers', 'ana', options), true);
  assert.equal(store.segmentTest('savers', 'cy', options), false);
  assert.equal(store.segmentTest('savers', 'ana', { now: LATER }), false);
  assert.equal(store.segmentTest('savers', 'nobody', options), false);
  await store.ingest([track('cy', 1)], options);
  assert.equal(store.segmentTest('savers', 'cy', options), true);
  assert.throws(() => store.segmentTest('none', 'ana'), { code: 'NOT_FOUND' });
  assert.throws(() => store.segmentTest('savers', 5), TypeError);
});

test('who entered and left', async (t) => {
  const store = await storeWithSegment(t);
  const begin = await store.segmentChanges('savers', options);
  assert.deepEqual(begin.changes, []);
  await store.ingest([track('cy', 1)], options);
  const after = begin.cursor;
  const changes = await store.segmentChanges('savers', { after, now: NOW });
  assert.deepEqual(
    changes.changes.map(({ person, change }) => [person, change]),
    [['cy', 'entered']],
  );
  const left = await store.segmentChanges('savers', {
    after: changes.cursor,
    limit: 2,
    now: LATER,
  });
  assert.deepEqual(
    left.changes.map(({ change }) => change),
    ['left', 'left'],
  );
  assert.equal(left.more, true);
  await assert.rejects(store.segmentChanges('savers', { after: 'x' }), {
    code: 'INVALID_ARGUMENT',
    path: '$.after',
  });
});

test('reports take a segment', async (t) => {
  const store = await storeWithSegment(t);
  const result = await store.report('users', { segment: 'savers', now: NOW });
  const rows = await result.rows();
  assert.deepEqual(
    rows.map(({ person }) => person),
    ['ana', 'bo'],
  );
});
