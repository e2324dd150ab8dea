// The package for browsers as its users see it, in Node.

import assert from 'node:assert/strict';
import {once} from 'node:events';
import {readFile} from 'node:fs/promises';
import http from 'node:http';
import {test} from 'node:test';
import zlib from 'node:zlib';

import {importLoader, loadModule, packageFile} from './support.mjs';

// What a page has to load, compressed; README.md tells the present size.
const GZIP_BYTES_MAX = 250_000;
const PASSWORD = 'Tr0ub4dor&3';

function event(fields) {
  return JSON.stringify({time: 1763712000000, person: 'p', ...fields}) + '\n';
}
const TYPED = event({
  type: 'input',
  value: PASSWORD,
  element: {tag: 'input', type: 'password', name: 'p', value: PASSWORD},
});
const CLICK =
    event({type: 'click', element: {tag: 'a', id: 'salary', text: 'Ünïcode 😀'}});

// A snapshot whose page has a paragraph of `bytes` bytes.
function snapshot(bytes) {
  const text = {type: 3, id: 4, textContent: 'word '.repeat(bytes / 5)};
  const p = {type: 2, id: 3, tagName: 'p', attributes: {}, childNodes: [text]};
  const html = {type: 2, id: 2, tagName: 'html', attributes: {}, childNodes: [p]};
  const node = {type: 0, id: 1, childNodes: [html]};
  const data = {node, initialOffset: {left: 0, top: 0}};
  return JSON.stringify({type: 2, timestamp: 1763712000000, data}) + '\n';
}

const loader = await importLoader();
const {FootfallPolicyError} = loader;
const module = await loadModule();

test('a password does not pass, what is around it does', () => {
  const filter = module.createFilter();
  const output = filter.write(TYPED + CLICK) + filter.finish();
  assert.ok(!output.includes(PASSWORD));
  const events = output.trim().split('\n').map((line) => JSON.parse(line));
  assert.equal(events.at(-1).element.text, 'Ünïcode 😀');
  const counters = filter.counters();
  assert.equal(counters.rules.password, 1);
  assert.deepEqual(counters.errors, []);
  filter.free();
});

test('text and bytes are the same', () => {
  const outputs = [TYPED + CLICK, Buffer.from(TYPED + CLICK)].map((data) => {
    const filter = module.createFilter({policy: Buffer.from('{"text":"mask"}')});
    const output = filter.write(data) + filter.finish();
    filter.free();
    return output;
  });
  assert.equal(outputs[0], outputs[1]);
  assert.ok(outputs[0].includes('"id":"salary"'));
});

test('a refused policy is named by its path', () => {
  const refused = (policy, path, byte) => assert.throws(
      () => module.createFilter({policy}),
      (error) => error instanceof FootfallPolicyError && error.path === path &&
          error.byte === byte && error.message.length > path.length);
  refused({censor: [{id: 'a'}, {selector: 'a,b'}]}, '$.censor[1].selector', null);
  refused('{"text":"loud"}', '$.text', null);
  refused('{"text": ?}', '', 9);
  refused('', '', 0);
  assert.throws(() => module.createFilter({policy: 7}), TypeError);
  assert.throws(() => module.createFilter({policy: null}), TypeError);
  assert.throws(() => module.createFilter({format: 'auto'}), TypeError);
});

test('a policy takes over between two events', () => {
  const filter = module.createFilter();
  const first = filter.write(CLICK + CLICK.slice(0, 20));
  assert.throws(() => filter.setPolicy({nothing: 1}), {path: '$.nothing'});
  filter.setPolicy({censor: [{id: 'salary'}]});
  const second = filter.write(CLICK.slice(20)) + filter.finish();
  assert.ok(first.includes('Ünïcode'));
  assert.ok(second.includes('"click"') && !second.includes('Ünïcode'));
  assert.equal(filter.counters().rules.censored, 1);
  filter.free();
});

test('what a change of policy lets go comes with the next write', () => {
  const filter = module.createFilter({policy: {allow_values: [{id: 'search'}]}});
  const typed = event({
    type: 'input',
    value: 'footfall',
    element: {tag: 'input', id: 'search', value: 'footfall'},
  });
  assert.equal(filter.write(typed), '');
  filter.setPolicy({});
  const output = filter.write(CLICK);
  assert.deepEqual(
      output.trim().split('\n').map((line) => JSON.parse(line).type), ['input', 'click']);
  assert.ok(!output.includes('footfall'));
  filter.free();
});

test('rejected events are counted, without their values', () => {
  const filter = module.createFilter();
  assert.equal(filter.write(`{"type":"${PASSWORD}"}\n`) + filter.finish(), '');
  const counters = filter.counters();
  assert.equal(counters.rejected, 1);
  assert.equal(counters.errors.length, 1);
  assert.equal(counters.errors[0].line, 1);
  assert.ok(!JSON.stringify(counters).includes(PASSWORD));
  filter.free();
});

test('filters of one module know nothing of each other', () => {
  const one = module.createFilter({policy: {censor: [{id: 'salary'}]}});
  const other = module.createFilter();
  assert.ok(!one.write(CLICK).includes('Ünïcode'));
  one.free();
  assert.ok(other.write(CLICK).includes('Ünïcode'));
  assert.equal(other.counters().accepted, 1);
  other.free();
});

test('a filter that ended or was freed refuses to go on', () => {
  const filter = module.createFilter();
  assert.throws(() => filter.write({}), TypeError);
  filter.finish();
  assert.equal(filter.finish(), '');
  assert.throws(() => filter.write(CLICK), /the stream has ended/);
  assert.throws(() => filter.setPolicy({}), /the stream has ended/);
  assert.equal(filter.counters().accepted, 0);
  filter.free();
  filter.free();
  assert.throws(() => filter.counters(), /the filter was freed/);
  assert.throws(() => filter.finish(), /the filter was freed/);
});

test('memory grows with the input', () => {
  const filter = module.createFilter({format: 'rrweb'});
  const input = snapshot(30_000_000);
  const output = filter.write(input) + filter.finish();
  assert.equal(output, input);
  filter.free();
});

test('the module asks its host for nothing but two calls', async () => {
  const wasm = await readFile(packageFile('footfall-filter.wasm'));
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(wasm));
  assert.deepEqual(
      imports.map(({name}) => name).sort(),
      ['emscripten_notify_memory_growth', 'proc_exit']);
  const size = zlib.gzipSync(wasm, {level: 9}).length;
  console.log(`footfall-filter.wasm: ${wasm.length} bytes, gzip ${size}, brotli ${
      zlib.brotliCompressSync(wasm).length}`);
  assert.ok(size < GZIP_BYTES_MAX, `${size} bytes`);
});

test('every way to load it gives the same filter', async () => {
  const wasm = await readFile(packageFile('footfall-filter.wasm'));
  const server = http.createServer((request, response) => {
    response.writeHead(request.url === '/footfall-filter.wasm' ? 200 : 404).end(wasm);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `http://127.0.0.1:${server.address().port}/footfall-filter.wasm`;
  const inline = await importLoader('footfall-filter-inline.mjs');
  const modules = await Promise.all([
    loader.loadFilter(address),
    loader.loadFilter(new URL(address)),
    loader.loadFilter(fetch(address)),
    loader.loadFilter(new Uint8Array(wasm).buffer),
    loader.loadFilter(new WebAssembly.Module(wasm)),
    inline.loadFilter(),
  ]);
  const expected = module.createFilter().write(CLICK);
  for (const each of modules) assert.equal(each.createFilter().write(CLICK), expected);
  await assert.rejects(loader.loadFilter(`${address}x`), /status 404/);
  await assert.rejects(loader.loadFilter(new Uint8Array(8)), WebAssembly.CompileError);
  server.closeAllConnections();
  server.close();
});

test('after a failure nothing passes any more', async () => {
  const own = await loadModule();
  const filter = own.createFilter();
  assert.ok(filter.write(CLICK).includes('Ünïcode'));
  // More than a module can have.
  const huge = Object.create(Uint8Array.prototype, {byteLength: {value: 0xf0000000}});
  assert.throws(() => filter.write(huge));
  assert.throws(() => filter.write(CLICK), /the filter has failed/);
  assert.throws(() => filter.counters(), /the filter has failed/);
  assert.throws(() => own.createFilter(), /the filter has failed/);
});
