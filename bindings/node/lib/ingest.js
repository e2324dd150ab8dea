'use strict';
const { cancellable, documentBytes, milliseconds, native, text } = require('./native.js');
const { policyHandle } = require('./capture.js');

/** What both ways of ingest pass to the addon. */
function ingestArguments({ policy, now, source } = {}, cancel) {
  return [policyHandle(policy), milliseconds(now), cancel, text(source, 'source')];
}

/** Bytes of a piece of input: text and bytes as they are, an object as one line. */
function piece(value) {
  if (typeof value === 'string' || value instanceof Uint8Array)
    return documentBytes(value);
  return Buffer.from(`${JSON.stringify(value)}\n`);
}

/** A stream of events of any size, stored in durable batches of at most 10,000. */
class Ingest {
  #handle;
  #last = Promise.resolve();

  constructor(handle) {
    this.#handle = handle;
  }

  // Calls on one stream follow each other, whether or not the caller waits.
  #next(call) {
    const result = this.#last.then(call);
    this.#last = result.catch(() => {});
    return result;
  }

  /** Takes the next bytes or text, cut anywhere, or one event. */
  write(data) {
    const bytes = piece(data);
    return this.#next(() => native.ingestWrite(this.#handle, bytes));
  }

  /** Events stored so far and durable. Waits for writes in progress. */
  acknowledged() {
    return this.#next(() => native.ingestAcknowledged(this.#handle));
  }

  /** Stores what remains. A failure has what was stored before it as `result`. */
  async finish() {
    try {
      return JSON.parse(await this.#next(() => native.ingestFinish(this.#handle)));
    } catch (error) {
      if (typeof error.result === 'string') error.result = JSON.parse(error.result);
      throw error;
    }
  }
}

async function openIngest(store, options, cancel) {
  return new Ingest(await native.ingestNew(store, ...ingestArguments(options, cancel)));
}

function ingest(store, events, options = {}) {
  return cancellable(options.signal, async (cancel) => {
    let data = events;
    if (typeof data !== 'string' && !(data instanceof Uint8Array)) {
      if (data?.[Symbol.asyncIterator] || data?.[Symbol.iterator]) {
        const stream = await openIngest(store, options, cancel);
        for await (const part of data) await stream.write(part);
        return stream.finish();
      }
      if (typeof data !== 'object' || data === null) {
        throw new TypeError(
          'events must be text, bytes, an event, or an iterable of them',
        );
      }
      data = JSON.stringify(data);
    }
    return JSON.parse(
      await native.storeIngest(
        store,
        documentBytes(data),
        ...ingestArguments(options, cancel),
      ),
    );
  });
}

module.exports = { Ingest, ingest, openIngest };
