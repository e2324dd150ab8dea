// The package itself: completeness, versions, types, what the README shows.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import * as footfall from 'footfall';
import {
  apiFunctions,
  codeBlocks,
  packageDirectory,
  source,
  temporary,
} from './support.mjs';

// Functions of the C ABI that Node needs no binding for: it uses their forms with options.
const EXCLUDED = ['footfall_result_format'];

/** Runs Node on `code` in a fresh directory where `footfall` is installed. */
function run(t, code, { type = 'module', env = {} } = {}) {
  const directory = temporary(t);
  mkdirSync(join(directory, 'node_modules'));
  symlinkSync(packageDirectory, join(directory, 'node_modules/footfall'));
  const file = join(directory, type === 'module' ? 'example.mjs' : 'example.cjs');
  writeFileSync(file, code);
  return spawnSync(process.execPath, [file], {
    cwd: directory,
    encoding: 'utf8',
    env: { ...process.env, ...env },
    timeout: 120000,
  });
}

/** A shared library compiled from `code`. */
function library(t, code) {
  const path = join(temporary(t), 'stub.so');
  execFileSync('cc', ['-shared', '-fPIC', '-x', 'c', '-', '-o', path], { input: code });
  return path;
}

test('every function is bound or excluded', () => {
  const functions = apiFunctions();
  assert.ok(functions.length > 50);
  const directory = join(packageDirectory, 'src');
  const sources = readdirSync(directory)
    .map((name) => readFileSync(join(directory, name), 'utf8'))
    .join('');
  const table = [...sources.matchAll(/X\((footfall_\w+)\)/g)].map((m) => m[1]);
  assert.deepEqual([...table].sort(), [...functions].sort());
  const used = [...sources.matchAll(/(?:Lib\(\)\.|&Library::)(footfall_\w+)/g)].map(
    (m) => m[1],
  );
  // The version number is looked up before there is a table.
  used.push('footfall_version_number');
  assert.deepEqual(
    functions.filter((name) => !used.includes(name)),
    EXCLUDED,
  );

  const native = createRequire(import.meta.url)('../build/footfall.node');
  const scripts = readdirSync(join(packageDirectory, 'lib'))
    .map((name) => readFileSync(join(packageDirectory, 'lib', name), 'utf8'))
    .join('');
  const called = Object.keys(native).filter(
    (name) => !scripts.includes(`native.${name}`),
  );
  assert.deepEqual(called, []);
});

test('versions agree', () => {
  const header = readFileSync(join(source, 'include/footfall/version.h'), 'utf8');
  const version = /VERSION_STRING "([^"]+)"/.exec(header)[1];
  assert.equal(footfall.version, version);
  const described = JSON.parse(readFileSync(join(packageDirectory, 'package.json')));
  assert.equal(described.version, version);
});

test('import refuses another version', (t) => {
  const stub = library(t, 'int footfall_version_number(void) { return 3002001; }');
  const { status, stderr } = run(t, 'import "footfall"', {
    env: { FOOTFALL_LIBRARY: stub },
  });
  assert.equal(status, 1);
  assert.match(
    stderr,
    /compiled for version 0\.1\.0 but this library is version 3\.2\.1/,
  );
});

test('import refuses an incomplete, foreign or absent library', (t) => {
  const incomplete = library(t, 'int footfall_version_number(void) { return 1000; }');
  const foreign = library(t, 'int answer(void) { return 42; }');
  for (const [path, reason] of [
    [incomplete, /function footfall_\w+ is missing/],
    [foreign, /not a Footfall library/],
    ['/nonexistent.so', /cannot open shared object file/],
  ]) {
    const { status, stderr } = run(t, 'import "footfall"', {
      env: { FOOTFALL_LIBRARY: path },
    });
    assert.equal(status, 1);
    assert.match(stderr, reason);
  }
});

test('both kinds of module, and worker threads', (t) => {
  const esm = run(
    t,
    'import { Store, version } from "footfall"; console.log(version, typeof Store)',
  );
  const cjs = run(
    t,
    'const { Store, version } = require("footfall"); console.log(version, typeof Store)',
    { type: 'commonjs' },
  );
  for (const { stdout, stderr } of [esm, cjs]) {
    assert.equal(stderr, '');
    assert.equal(stdout, `${footfall.version} function\n`);
  }
  const worker = run(
    t,
    `
    import { Worker } from 'node:worker_threads';
    const code = "const { Policy } = require('footfall');" +
      "try { new Policy('{') } catch (e) { console.log(e.name, e.code) }";
    for (let i = 0; i < 2; i++) {
      const worker = new Worker(code, { eval: true });
      await new Promise((resolve) => worker.on('exit', resolve));
    }`,
  );
  assert.equal(worker.stdout, 'FootfallError INVALID_ARGUMENT\n'.repeat(2));
});

// Opens a store with more events than an export hands over at once, and reads the first.
const HALF_READ = `
  const { Store } = require('footfall');
  async function halfRead(options) {
    const store = await Store.open('db', { log: () => {}, ...options });
    if (!options.readOnly) {
      const title = 'x'.repeat(500);
      const event = { type: 'track', person: 'ana', time: Date.now(), title };
      await store.ingest(Array(5000).fill(event));
    }
    const events = store.events();
    await events.next();
    return { store, events };
  }`;

test('an export in progress does not hinder the end of the process', (t) => {
  const abandoned = run(t, `${HALF_READ} halfRead({}).then(() => console.log('read'));`, {
    type: 'commonjs',
  });
  assert.deepEqual([abandoned.status, abandoned.stdout], [0, 'read\n']);
  const left = run(t, `${HALF_READ} halfRead({}).then(() => process.exit(7));`, {
    type: 'commonjs',
  });
  assert.deepEqual([left.status, left.stderr], [7, '']);
});

test('a worker thread may be terminated in the middle of a call', (t) => {
  const code = `${HALF_READ}
    const { Worker, isMainThread, parentPort } = require('node:worker_threads');
    async function main() {
      await (await halfRead({})).store.close();
      for (let i = 0; i < 5; i++) {
        const worker = new Worker(__filename);
        await new Promise((resolve) => worker.once('message', resolve));
        await worker.terminate();
      }
      console.log('terminated');
    }
    async function work() {
      const { store } = await halfRead({ readOnly: true });
      parentPort.postMessage('busy');
      for (;;) await store.report('users');
    }
    if (isMainThread) main();
    else work();`;
  const { status, stdout, stderr } = run(t, code, { type: 'commonjs' });
  assert.deepEqual([status, stdout, stderr], [0, 'terminated\n', '']);
});

test('types', () => {
  const tsc = join(packageDirectory, 'node_modules/typescript/bin/tsc');
  const { status, stdout } = spawnSync(
    process.execPath,
    [
      tsc,
      '--noEmit',
      '--strict',
      '--target',
      'es2022',
      '--module',
      'nodenext',
      '--types',
      'node',
      '--skipLibCheck',
      'false',
      join(packageDirectory, 'test/types.ts'),
    ],
    { cwd: packageDirectory, encoding: 'utf8' },
  );
  assert.equal(stdout, '');
  assert.equal(status, 0);
});

test('README examples run as printed', (t) => {
  const own = codeBlocks(join(source, 'bindings/node/README.md'), 'js');
  assert.equal(own.length, 1);
  const root = join(source, 'README.md');
  for (const block of [...own, ...(existsSync(root) ? codeBlocks(root, 'js') : [])]) {
    assert.ok(block.trimEnd().split('\n').length <= 12);
    const { status, stdout, stderr } = run(t, block);
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(stdout, /ana@example\.com/);
  }
});
