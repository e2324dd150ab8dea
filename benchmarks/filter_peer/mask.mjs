// What one would write in Node in place of the filter: parse each event, mask it by the
// same rules and write it again. The result is the same as that of `footfall filter`
// under the DEFAULT policy, which --verify demands.
//
//   node mask.mjs FILE [--events N] [--repetitions N]
//   node mask.mjs FILE [--events N] --print
//   node mask.mjs FILE [--events N] --verify OUTPUT
//
// FILE holds interactions or rrweb events, NDJSON or a JSON array. Prints the median of
// the repetitions as JSON, with the part of it that JSON.parse and JSON.stringify take by
// themselves; or the masked events; or nothing, but fails with the place of the first
// difference to OUTPUT, which `footfall filter` wrote.
//
// Not done here, since no benchmark's input asks for it: any other policy, events that
// JSON.parse accepts and Footfall refuses (keys that stand twice, deep nesting), counts
// of the rules, saved states, the bounds of what is remembered of hostile input, and the
// reading of selectors that hide what is typed by -webkit-text-security: all fields of
// such a page are taken for sensitive.
import { readFileSync } from 'node:fs';
import { InteractionFilter } from './interactions.mjs';
import { RecordingFilter } from './recording.mjs';
import { firstDifference } from './verify.mjs';

const WARM_SECONDS = 2;

const args = process.argv.slice(2);
const option = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);

const linesOf = (text) => text.split('\n').filter((line) => line !== '');

// The bytes of the first events of a file, as NDJSON, which is how they arrive.
function readInput(file, eventsMax) {
  const text = readFileSync(file, 'utf8');
  const lines = text.trimStart().startsWith('[')
    ? JSON.parse(text).map((event) => JSON.stringify(event))
    : linesOf(text);
  const taken = lines.slice(0, eventsMax);
  return { events: taken.length, bytes: Buffer.from(`${taken.join('\n')}\n`) };
}

// A filter of the events of one session's tab, or of those of many people. `line` is the
// event as it came.
function makeFilter() {
  const recording = new RecordingFilter();
  const interactions = new InteractionFilter();
  return (event, line) =>
    typeof event.type === 'number'
      ? recording.filter(event, () => JSON.parse(line))
      : interactions.filter(event);
}

// Hands on what the filter leaves of each event.
function run(bytes, filter, write) {
  for (let begin = 0; begin < bytes.length;) {
    const end = bytes.indexOf(10, begin);
    const line = bytes.utf8Slice(begin, end);
    begin = end + 1;
    const masked = filter(JSON.parse(line), line);
    if (masked !== null) write(JSON.stringify(masked));
  }
}

// Seconds of processor time that a run takes, the median of some.
function measure(bytes, makesFilter, repetitions) {
  const seconds = [];
  let warm = 0;
  while (seconds.length < repetitions) {
    let written = 0;
    const begin = process.cpuUsage();
    run(bytes, makesFilter(), (line) => {
      written += line.length;
    });
    const { user, system } = process.cpuUsage(begin);
    if (written === 0) throw new Error('nothing was written');
    // The compiler needs a while until it knows what is worth its work.
    if (warm < WARM_SECONDS) warm += (user + system) / 1e6;
    else seconds.push((user + system) / 1e6);
  }
  return seconds.sort((a, b) => a - b)[seconds.length >> 1];
}

function report({ events, bytes }, repetitions) {
  const seconds = measure(bytes, makeFilter, repetitions);
  return {
    events,
    bytes: bytes.length,
    seconds,
    json_seconds: measure(bytes, () => (event) => event, repetitions),
    events_per_second: events / seconds,
    bytes_per_second: bytes.length / seconds,
  };
}

const input = readInput(args[0], Number(option('--events') ?? Infinity));
if (args.includes('--print')) {
  run(input.bytes, makeFilter(), (line) => process.stdout.write(`${line}\n`));
} else if (args.includes('--verify')) {
  const masked = [];
  run(input.bytes, makeFilter(), (line) => masked.push(line));
  const found = firstDifference(
    masked,
    linesOf(readFileSync(option('--verify'), 'utf8')),
  );
  if (found !== null) {
    console.error(`mask.mjs: ${args[0]}: ${found}`);
    process.exit(1);
  }
} else {
  console.log(JSON.stringify(report(input, Number(option('--repetitions') ?? 5))));
}
