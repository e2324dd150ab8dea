'use strict';
const { Transform } = require('node:stream');
const { documentBytes, native, size } = require('./native.js');

const LEVELS = { content: 1, interactions: 2, dxa: 2, playback: 3 };
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
}

function policyHandle(policy) {
  if (policy === undefined || policy === null) return null;
  if (!(policy instanceof Policy)) throw new TypeError('policy must be a Policy');
  return handles.get(policy);
}

/** A stream that filters events: NDJSON or one JSON array in, NDJSON out. */
class Filter extends Transform {
  #handle;
  #busy = false;

  constructor({ policy, level = 'playback', eventBytesMax } = {}) {
    super();
    if (!Object.hasOwn(LEVELS, level)) throw new TypeError(`unknown level ${level}`);
    this.#handle = native.filterNew(
      policyHandle(policy),
      LEVELS[level],
      size(eventBytesMax, 'eventBytesMax'),
    );
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
    this.#run(native.filterWrite(this.#handle, chunk), callback);
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

module.exports = { Filter, Policy, policyHandle };
