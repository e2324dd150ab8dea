// Saved reports, and what is behind the numbers of a report.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NOW, emptyStore, options, track } from './support.mjs';

const named = (name) => ({ field: 'event.name', op: 'is', value: name });
const FUNNEL = {
  version: 1,
  name: 'checkout',
  title: 'One',
  kind: 'funnel',
  window: '7d',
  steps: ['view', 'buy'].map((name) => ({ name, where: named(name) })),
};

async function storeWithFunnel(t) {
  const { store } = await emptyStore(t);
  const events = [
    track('ana', 10, { name: 'view' }),
    track('ana', 9, { name: 'buy' }),
    track('bo', 5, { name: 'view' }),
  ];
  await store.ingest(events, options);
  await store.reportSave(FUNNEL);
  return store;
}

test('every save keeps the former definition', async (t) => {
  const store = await storeWithFunnel(t);
  await store.reportSave({ ...FUNNEL, title: 'Two' });
  const history = await store.reportHistory('checkout');
  assert.deepEqual(
    history.map((row) => [row.revision, row.title, row.current]),
    [[2, 'Two', true], [1, 'One', false]],
  );
  assert.deepEqual(await store.reportRevision('checkout', 1), FUNNEL);
  await store.reportRestore('checkout', 1, options);
  assert.deepEqual(await store.reportShow('checkout'), FUNNEL);
  const [latest] = await store.reportHistory('checkout');
  assert.equal(latest.saved_at, '2025-11-21T08:00:00.000Z');
  await assert.rejects(store.reportRevision('checkout', 9), { code: 'NOT_FOUND' });
});

test('clones, favourites and filters of the list', async (t) => {
  const store = await storeWithFunnel(t);
  const parameters = { login_event: 'buy' };
  const clone = await store.reportClone('logins', 'buyers', { parameters, ...options });
  assert.deepEqual([clone.name, clone.base], ['buyers', 'logins']);
  const buyers = await store.report('buyers', options);
  assert.deepEqual((await buyers.rows()).map((row) => row.person), ['ana']);
  await assert.rejects(store.reportClone('logins', 'buyers'), { code: 'ALREADY_EXISTS' });
  await store.reportSetFavourite('buyers');
  const names = async (filter) =>
    (await store.reportFind(filter)).map((row) => row.name);
  assert.deepEqual(await names({ favourite: true }), ['buyers']);
  assert.deepEqual(await names({ base: 'logins' }), ['buyers']);
  assert.ok((await names({ tag: 'integration_salesforce' })).includes('logins'));
  await store.reportSetFavourite('buyers', false);
  assert.deepEqual(await names({ favourite: true }), []);
});

test('lists behind counts', async (t) => {
  const store = await storeWithFunnel(t);
  const dropped = await store.reportDrill(
    'checkout',
    { column: 'dropped', row: { step: 1 } },
    options,
  );
  assert.deepEqual((await dropped.rows()).map((row) => row.person), ['bo']);
  await assert.rejects(store.reportDrill('checkout', { column: 'people' }, options), {
    code: 'INVALID_ARGUMENT',
    path: '$.row',
  });
});

test('a funnel explained for one person', async (t) => {
  const store = await storeWithFunnel(t);
  const explained = await store.reportExplainPerson('checkout', 'bo', options);
  assert.equal(explained.reached, 1);
  assert.equal(explained.steps[1].taken, null);
  await assert.rejects(store.reportExplainPerson('checkout', 'zoe', options), {
    code: 'NOT_FOUND',
  });
});

test('reports are proven', async (t) => {
  const store = await storeWithFunnel(t);
  const proof = await store.reportProve('checkout', options);
  assert.deepEqual([proof.equal, proof.events, proof.mismatches], [true, 3, []]);
  await assert.rejects(store.reportProve('checkout', { ...options, memoryBytes: 100 }), {
    code: 'RESOURCE_EXHAUSTED',
  });
});

test('a filter of the run, and the period before', async (t) => {
  const store = await storeWithFunnel(t);
  const result = await store.report('checkout', {
    now: NOW,
    from: '2025-11-21',
    compare: true,
    where: { field: 'person.id', op: 'is', value: 'bo' },
  });
  assert.deepEqual(
    (await result.rows()).map((row) => [row.people, row.previous_people]),
    [[1, 0], [0, 0]],
  );
});
