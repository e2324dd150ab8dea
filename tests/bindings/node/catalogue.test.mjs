// The content catalogue, tracked events, and reports that go by them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NOW, emptyStore, options, track } from './support.mjs';

const CATALOGUE = {
  version: 1,
  task_lists: [{ id: 'start', name: 'Start', tasks: [{ id: 't1', name: 'One' }] }],
};
const SAVES = {
  version: 1,
  name: 'saves',
  where: { field: 'event.name', op: 'is', value: 'save' },
};

async function storeWithContent(t) {
  const { store } = await emptyStore(t);
  const content = (person, name, properties) =>
    track(person, 10, { type: 'content', name, properties });
  await store.ingest(
    [
      content('ana', 'task.completed', { content_id: 't1' }),
      content('bo', 'task.completed', { content_id: 't2' }),
      content('bo', 'survey.submitted', { score: 10 }),
      track('ana', 5),
    ],
    options,
  );
  return store;
}

test('the catalogue has revisions', async (t) => {
  const store = await storeWithContent(t);
  await assert.rejects(store.catalogue(), { code: 'NOT_FOUND' });
  assert.deepEqual(await store.catalogueHistory(), []);
  assert.equal(await store.cataloguePut({ version: 1 }, options), 1);
  assert.equal(await store.cataloguePut(CATALOGUE, options), 2);
  assert.deepEqual(await store.catalogue(), {
    revision: 2,
    saved_at: NOW.toISOString(),
    catalogue: CATALOGUE,
  });
  assert.deepEqual((await store.catalogue(1)).catalogue, { version: 1 });
  const history = await store.catalogueHistory();
  assert.deepEqual(
    history.map(({ revision, items, current }) => [revision, items, current]),
    [
      [2, 2, true],
      [1, 0, false],
    ],
  );
  await assert.rejects(store.cataloguePut({ version: 1, surveys: [{}] }), {
    code: 'INVALID_ARGUMENT',
    path: '$.surveys[0].id',
  });
});

test('reports go by the catalogue', async (t) => {
  const store = await storeWithContent(t);
  await store.cataloguePut(CATALOGUE, options);
  const rows = await (await store.report('onboarding', options)).rows();
  assert.deepEqual(
    rows.map((row) => [row.person, row.completion_rate]),
    [['ana', 1]],
  );
  const total = await (await store.report('nps', options)).total();
  assert.equal((await total.rows())[0].nps, 100);
});

test('tracked events', async (t) => {
  const store = await storeWithContent(t);
  await store.trackedEventSave(SAVES);
  assert.deepEqual(await store.trackedEventList(), [SAVES]);
  const rows = await (await store.report('tracked-events', options)).rows();
  assert.deepEqual(
    rows.map((row) => [row.name, row.people]),
    [['saves', 1]],
  );
  await store.trackedEventDelete('saves');
  await assert.rejects(store.trackedEventDelete('saves'), { code: 'NOT_FOUND' });
});
