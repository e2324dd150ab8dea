// Subscriptions, mail, and what runs by itself.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { emptyStore, options, source, temporary, track } from './support.mjs';

const MONDAY = { now: 1763971200000 }; // 2025-11-24T08:00:00Z

const WEEKLY = {
  version: 1,
  name: 'weekly',
  report: 'logins',
  schedule: { every: 'week', on: ['monday'] },
  recipients: ['ana@example.com', 'gone@example.com'],
};
const MAIL = {
  version: 1,
  from: 'reports@example.com',
  unsubscribe_url: 'https://example.com/u',
};

/** A store with a subscription, and what its transport was given. */
async function subscribed(t) {
  const { store } = await emptyStore(t);
  await store.ingest([track('ana', 10), track('bo', 5)], options);
  const mails = [];
  await store.mailSet(MAIL);
  store.mailTransport(async (from, to, message) => {
    mails.push({ from, to, message: message.toString() });
    return to.startsWith('gone@') ? 550 : 250;
  });
  await store.subscriptionSave(WEEKLY, options);
  return { store, mails };
}

test("the host's transport gets the report", async (t) => {
  const { store, mails } = await subscribed(t);
  const [row] = await store.subscriptionList();
  assert.equal(row.recipients, 2);
  assert.deepEqual((await store.runDue(options)).runs, []);
  const ran = await store.runDue(MONDAY);
  assert.deepEqual(
    ran.runs.map((run) => run.status),
    ['failed'],
  );
  assert.equal(ran.next_due, '2025-12-01T08:00:00.000Z');
  assert.equal(mails[0].from, 'reports@example.com');
  assert.equal(mails[0].to, 'ana@example.com');
  assert.match(mails[0].message, /^Subject: Logins/m);
  const [run] = await store.runs({ job: 'subscription:weekly', limit: 5 });
  assert.deepEqual(await store.runs({ job: 'subscription:other' }), []);
  const { detail } = await store.runShow(run.id);
  assert.deepEqual(
    detail.recipients.map((recipient) => recipient.status),
    ['sent', 'refused'],
  );
  const shown = await store.subscriptionShow('weekly');
  assert.equal(shown.suppressed[0].address, 'gone@example.com');
  await store.subscriptionRestore('weekly', 'gone@example.com');
  assert.deepEqual((await store.subscriptionShow('weekly')).suppressed, []);
});

test('unsubscribing', async (t) => {
  const { store, mails } = await subscribed(t);
  await store.runDue(MONDAY);
  const [, token] = /<https:\/\/example\.com\/u\?token=(.+)>/.exec(mails[0].message);
  assert.deepEqual(await store.unsubscribe(token, { confirm: false }), {
    subscription: 'weekly',
    address: 'ana@example.com',
    state: 'active',
  });
  const answer = await store.unsubscribe(token, { confirm: true, ...MONDAY });
  assert.equal(answer.state, 'unsubscribed');
  await assert.rejects(store.unsubscribe(`${token}x`, { confirm: true }), {
    code: 'NOT_FOUND',
  });
});

test('pausing, running and deleting', async (t) => {
  const { store, mails } = await subscribed(t);
  await store.subscriptionPause('weekly', true, options);
  assert.equal((await store.runDue(MONDAY)).next_due, null);
  await store.subscriptionPause('weekly', false, MONDAY);
  const run = await store.subscriptionRun('weekly', MONDAY);
  assert.equal(run.trigger, 'manual');
  assert.equal(mails.length, 2);
  const stopped = await store.subscriptionRun('weekly', {
    ...MONDAY,
    signal: AbortSignal.abort(),
  });
  assert.equal(stopped.status, 'interrupted');
  await store.subscriptionDelete('weekly');
  assert.deepEqual(await store.runs(), []);
  await assert.rejects(store.subscriptionShow('weekly'), { code: 'NOT_FOUND' });
});

test('a transport that fails is tried again', async (t) => {
  const { store, mails } = await subscribed(t);
  for (const broken of [
    async () => {
      throw new Error('no way out');
    },
    () => 'sent',
  ]) {
    store.mailTransport(broken);
    const run = await store.subscriptionRun('weekly', MONDAY);
    assert.equal(run.status, 'retrying');
  }
  store.mailTransport(() => 250);
  const run = await store.subscriptionRun('weekly', MONDAY);
  assert.equal(run.status, 'completed');
  assert.equal(run.attempts, 3);
  assert.equal(mails.length, 0);
});

test('the scheduler runs by the clock', { timeout: 60000 }, async (t) => {
  const { store } = await subscribed(t);
  const sent = new Promise((resolve) => store.mailTransport(() => (resolve(), 250)));
  await store.schedulerStart();
  // What waits for a message does not keep Node alive by itself.
  const alive = setInterval(() => {}, 1000);
  await sent;
  clearInterval(alive);
  await assert.rejects(store.schedulerStart(), { code: 'FAILED_PRECONDITION' });
  await store.schedulerStop();
});

test('SMTP over TLS, and its password', async (t) => {
  const directory = join(temporary(t), 'smtp');
  const script = join(source, 'tests/net/smtp_server.py');
  const server = spawn('/usr/bin/python3', ['-W', 'ignore', script, directory, 'cat'], {
    stdio: ['pipe', 'ignore', 'inherit'],
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
  });
  const ended = new Promise((resolve) => server.on('exit', resolve));
  t.after(async () => {
    server.stdin.end();
    await ended;
  });
  while (!existsSync(join(directory, 'server.json'))) {
    assert.equal(server.exitCode, null);
    await sleep(50);
  }
  const facts = JSON.parse(readFileSync(join(directory, 'server.json')));
  const { store } = await subscribed(t);
  const settings = {
    ...MAIL,
    host: 'localhost',
    port: facts.ports.starttls,
    user: facts.user,
    ca_file: facts.ca_file,
  };
  await assert.rejects(store.mailSet(settings, facts.password), {
    code: 'FAILED_PRECONDITION',
  });
  assert.throws(() => store.setSecretsKey(randomBytes(31)), { code: 'INVALID_ARGUMENT' });
  store.setSecretsKey(randomBytes(32));
  await store.mailSet(settings, facts.password);
  assert.deepEqual(await store.mailShow(), { ...settings, password: 'set' });
  store.mailTransport(null);
  await store.runDue(MONDAY);
  const received = readFileSync(join(directory, 'received.ndjson'), 'utf8');
  const [mail] = received.trim().split('\n').map(JSON.parse);
  assert.deepEqual([mail.tls, mail.user, mail.to], [true, 'reports', ['ana@example.com']]);
  store.setSecretsKey(null);
  const run = await store.subscriptionRun('weekly', MONDAY);
  assert.match(run.error, /under a key of the host/);
});
