'use strict';
const { Transform } = require('node:stream');
const { documentBytes, native, size } = require('./native.js');

const LEVELS = { content: 1, interactions: 2, dxa: 2, playback: 3 };
const FORMATS = { events: 0, rrweb: 1, auto: 2 };
// Marks the options by which Filter.restore hands over its filter.
const RESTORED = Symbol('restored');
const handles = new WeakMap();

/** A compiled privacy policy, immutable. Without argument: the DEFAULT policy. */
class Policy {
  constructor(policy = '{}') {
    handles.set(this, native.policyParse(documentBytes(policy)));
  }

  /** What the policy allows beyond the DEFAULT. */
  lint() {
    return JSON.parse(native.policyLint(handles.get(this))).findings;
  }

  /** What the policy does to one event or several, without their values. */
  explain(events) {
    return JSON.parse(native.policyExplain(handles.get(this), documentBytes(events)))
      .events;
  }
}

function policyHandle(policy) {
  if (policy === undefined || policy === null) return null;
  if (!(policy instanceof Policy)) throw new TypeError('policy must be a Policy');
  return handles.get(policy);
}

/** What the addon takes as options of a filter. */
function filterArguments({ policy, level = 'playback', format, eventBytesMax }) {
  if (!Object.hasOwn(LEVELS, level)) throw new TypeError(`unknown level ${level}`);
  if (!Object.hasOwn(FORMATS, format)) throw new TypeError(`unknown format ${format}`);
  return [
    policyHandle(policy),
    LEVELS[level],
    FORMATS[format],
    size(eventBytesMax, 'eventBytesMax'),
  ];
}

function bytes(value, name) {
  if (!(value instanceof Uint8Array)) throw new TypeError(`${name} must be bytes`);
  return value;
}

/** A stream that filters events: NDJSON or one JSON array in, NDJSON out. */
class Filter extends Transform {
  #handle;
  #busy = false;
  #nextPolicy;

  constructor(options = {}) {
    super();
    this.#handle =
      options[RESTORED] ??
      native.filterNew(...filterArguments({ format: 'events', ...options }));
  }

  /** A filter of a recording that goes on where save() was called. */
  static restore(key, state, { policy, eventBytesMax } = {}) {
    return new Filter({
      [RESTORED]: native.filterRestore(
        ...filterArguments({ policy, format: 'rrweb', eventBytesMax }),
        bytes(key, 'key'),
        bytes(state, 'state'),
      ),
    });
  }

  /** Uses `policy` from the next event on, or after the write in progress. */
  setPolicy(policy) {
    const handle = policyHandle(policy);
    if (this.#busy) this.#nextPolicy = handle;
    else native.filterSetPolicy(this.#handle, handle);
  }

  /** What the filter of a recording knows of its page, sealed under `key`. */
  save(key) {
    if (this.#busy) throw new Error('a write is in progress');
    return native.filterSave(this.#handle, bytes(key, 'key'));
  }

  #run(out, callback) {
    this.#busy = true;
    const done = (error, data) => {
      this.#busy = false;
      callback(error, data);
    };
    out.then((data) => done(null, data), done);
  }

  _transform(chunk, encoding, callback) {
    this.#run(native.filterWrite(this.#handle, chunk), (error, data) => {
      if (this.#nextPolicy !== undefined) {
        native.filterSetPolicy(this.#handle, this.#nextPolicy);
        this.#nextPolicy = undefined;
      }
      callback(error, data);
    });
  }

  _flush(callback) {
    this.#run(native.filterFinish(this.#handle), callback);
  }

  /** Counts so far; throws while a write is in progress. */
  counters() {
    if (this.#busy) throw new Error('a write is in progress');
    return JSON.parse(native.filterCounters(this.#handle));
  }
}

/** Looks for planted secrets in what the filter lets through of a recording. */
async function leakTest(recording, canaries, options = {}) {
  const list = Buffer.from(JSON.stringify([...canaries]));
  const common = [...filterArguments({ format: 'auto', ...options }), list];
  if (typeof recording === 'string' || recording instanceof Uint8Array) {
    return JSON.parse(await native.leakTest(...common, documentBytes(recording)));
  }
  const search = native.leakSearchNew(...common);
  for await (const piece of recording) {
    await native.leakSearchWrite(search, documentBytes(piece));
  }
  return JSON.parse(await native.leakSearchFinish(search));
}

module.exports = { Filter, Policy, leakTest, policyHandle };
