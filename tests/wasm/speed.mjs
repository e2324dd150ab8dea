// How fast the module filters in Node, beside the native filter: medians in MB/s.
//
//   node speed.mjs rrweb:recording.ndjson events:events.ndjson
//
// Needs the environment that CMakeLists.txt sets for the tests.

import {readFileSync} from 'node:fs';

import {loadModule, reference} from './support.mjs';

const REPETITIONS = 5;
const PIECE_BYTES = 1 << 20;

function median(numbers) {
  return numbers.sort((a, b) => a - b)[numbers.length >> 1];
}

function filterOnce(module, format, input) {
  const start = performance.now();
  const filter = module.createFilter({format});
  for (let at = 0; at < input.length; at += PIECE_BYTES)
    filter.write(input.subarray(at, at + PIECE_BYTES));
  filter.finish();
  filter.free();
  return performance.now() - start;
}

const module = await loadModule();
for (const argument of process.argv.slice(2)) {
  const [format, file] = argument.split(/:(.*)/s);
  const input = readFileSync(file);
  filterOnce(module, format, input);  // Until it is compiled.
  const times = [];
  for (let i = 0; i < REPETITIONS; ++i) times.push(filterOnce(module, format, input));
  const here = input.length / median(times) / 1000;
  const native = input.length / 1000 /
      median(JSON.parse(await reference('time', String(REPETITIONS), argument)));
  console.log(`${argument}: ${here.toFixed(0)} MB/s, native ${native.toFixed(0)} MB/s, ${
      (100 * here / native).toFixed(0)}%`);
}
