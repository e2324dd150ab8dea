// Compiled, not run: uses of the API that must type-check, and some that must not.
import {
  Explanation,
  Filter,
  FootfallError,
  Policy,
  ReportExplanation,
  Result,
  Store,
  leakTest,
  version,
} from 'footfall';

export async function uses(): Promise<void> {
  const text: string = version;
  const store = await Store.open('db', { memoryBudget: 1 << 26, log: (s, m) => [s, m] });
  const policy = new Policy({ version: 1 });
  const { accepted, rules } = await store.ingest(
    [{ type: 'track', time: 1, person: text }],
    { policy, now: new Date() },
  );
  const counts: [number, { [rule: string]: number }] = [accepted, rules];
  const result: Result = await store.report('logins', {
    from: '2025-01-01',
    parameters: { login_event: 'x' },
    signal: AbortSignal.timeout(1),
  });
  const [verdict]: Explanation[] = policy.explain({ type: 'click', time: 1 });
  counts[0] += verdict.removed.length;
  // @ts-expect-error what a policy does to an event has no plan
  verdict.plan;
  const ran: ReportExplanation = await store.reportExplain('logins');
  // @ts-expect-error a report that was explained removes nothing
  ran.removed;
  const { plan, stats } = await store.reportExplain('logins', { threads: 2 });
  const gathered: number = stats.stages_ms.gather + result.stats.chunks_pruned;
  counts[0] += gathered + Object.keys(plan).length;
  const rows = await result.rows<{ person: string; first_login: Date }>();
  const bytes: Buffer = await result.arrow();
  const total: Result | null = await result.total();
  for await (const event of store.events({ where: {} })) counts[0] += event.type.length;
  process.stdin.pipe(new Filter({ level: 'interactions', policy })).pipe(process.stdout);
  const restored: Filter = Filter.restore(new Uint8Array(32), bytes, { policy });
  restored.setPolicy(null);
  const state: Buffer = restored.save(new Uint8Array(32));
  const [explained] = policy.explain([{ type: 'click' }]);
  const removed: string[] = explained.removed.map((rule) => rule.rule);
  const leaks = await leakTest(state, ['planted', { id: 'a', text: 'other' }], {
    format: 'rrweb',
  });
  removed.push(...leaks.survived, ...leaks.void, leaks.places[0].path);
  // @ts-expect-error There is no such input.
  new Filter({ format: 'xml' });
  const imported = await store.importAttributes('id,tier\na,1\n', {
    integration: 'crm',
    id: 'id',
    columns: [{ column: 'tier', type: 'number' }],
  });
  const people: Result = await store.people({ attributes: ['crm/tier'], limit: 1 });
  const receipt = await store.forget('a');
  counts[0] += imported.rows + people.rowCount + receipt.events;
  removed.push((await store.attributes())[0].type, ...receipt.anonymous_ids);
  // @ts-expect-error The column of the ids is missing.
  await store.importAttributes('', { integration: 'crm' });
  try {
    await store.close();
  } catch (error) {
    if (error instanceof FootfallError && error.code === 'DATA_LOSS') throw total;
  }
  // @ts-expect-error A store comes from Store.open.
  new Store();
  // @ts-expect-error There is no such level.
  new Filter({ level: 'everything' });
  // @ts-expect-error There is no such format.
  await result.format('xml');
  rows[0].first_login.getTime();
  bytes.byteLength;
}
