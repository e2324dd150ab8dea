'use strict';
const {
  FootfallError,
  cancellable,
  documentBytes,
  milliseconds,
  native,
  requiredText,
  size,
  text,
} = require('./native.js');
const { policyHandle } = require('./capture.js');
const { ingest, openIngest } = require('./ingest.js');
const { Result } = require('./result.js');

const MODES = { readWrite: 0, readOnly: 1, existing: 2 };
const SEVERITIES = { 1: 'info', 2: 'warning', 3: 'error' };
const CANCELLED = 1;
// Pieces of an export that may wait for the reader.
const PIECES_AHEAD = 2;

function bound(value, name) {
  return value instanceof Date ? value.toISOString() : text(value, name);
}

function reportArguments(report, options, cancel) {
  const { from, to, timezone, parameters, now, threads } = options;
  const named = typeof report === 'string';
  return [
    named ? text(report, 'report') : null,
    named ? null : documentBytes(report),
    bound(from, 'from'),
    bound(to, 'to'),
    text(timezone, 'timezone'),
    parameters === undefined ? null : JSON.stringify(parameters),
    milliseconds(now),
    cancel,
    size(threads, 'threads'),
  ];
}

/** One folder that holds events, people and settings. Made by Store.open. */
class Store {
  #handle;
  #exports = new Set();

  constructor(handle) {
    this.#handle = handle;
  }

  static async open(
    path,
    { readOnly = false, create = true, memoryBudget, backgroundSealing = false, log } = {},
  ) {
    const mode = readOnly ? 'readOnly' : create ? 'readWrite' : 'existing';
    const line =
      log && ((severity, message) => log(SEVERITIES[severity] ?? 'error', message));
    return new Store(
      await native.storeOpen(
        requiredText(path, 'path'),
        MODES[mode],
        size(memoryBudget, 'memoryBudget'),
        line ?? null,
        backgroundSealing ? 1 : 0,
      ),
    );
  }

  /** Copies a backup into the new directory `path`, after verifying it. */
  static async restore(backup, path) {
    await native.storeRestore(requiredText(backup, 'backup'), requiredText(path, 'path'));
  }

  /** Flushes and closes, waiting for calls in progress. Iterations of events() end. */
  async close() {
    for (const stop of this.#exports) stop();
    await native.storeClose(this.#handle);
  }

  async settings() {
    return JSON.parse(await native.settingsList(this.#handle));
  }

  async set(key, value) {
    await native.settingsSet(
      this.#handle,
      requiredText(key, 'key'),
      text(String(value), 'value'),
    );
  }

  ingest(events, options) {
    return ingest(this.#handle, events, options);
  }

  /** Opens a stream of events of any size. */
  ingestStream(options) {
    return openIngest(this.#handle, options, null);
  }

  report(report, options = {}) {
    return cancellable(options.signal, async (cancel) => {
      const args = reportArguments(report, options, cancel);
      return new Result(await native.reportRun(this.#handle, ...args));
    });
  }

  /** Runs a report and tells what was computed, and what that took. */
  reportExplain(report, options = {}) {
    return cancellable(options.signal, async (cancel) => {
      const args = reportArguments(report, options, cancel);
      return JSON.parse(await native.reportExplain(this.#handle, ...args));
    });
  }

  async reportSave(definition) {
    await native.reportSave(this.#handle, documentBytes(definition));
  }

  async reportDelete(name) {
    await native.reportDelete(this.#handle, requiredText(name, 'name'));
  }

  async reportShow(name) {
    return JSON.parse(await native.reportShow(this.#handle, requiredText(name, 'name')));
  }

  async reportList() {
    return JSON.parse(await native.reportList(this.#handle)).reports;
  }

  async person(id) {
    return JSON.parse(await native.personShow(this.#handle, requiredText(id, 'id')));
  }

  /** Erases a person; answers the number of events removed. */
  async forget(id) {
    return JSON.parse(await native.personForget(this.#handle, requiredText(id, 'id')))
      .events;
  }

  /** The stored events in no particular order, read while they are consumed. */
  async *events({ where, now, signal } = {}) {
    const pieces = [];
    let ended = false;
    let failure = null;
    let wake = () => {};
    const cancel = signal ? native.cancelNew() : null;
    const handle = native.exportStart(
      this.#handle,
      where === undefined ? null : JSON.stringify(where),
      milliseconds(now),
      cancel,
      (piece, error) => {
        if (piece) {
          pieces.push(piece);
        } else {
          ended = true;
          failure ??= error;
        }
        wake();
      },
    );
    const stop = () => {
      failure ??= new FootfallError(
        'the export was stopped',
        'CANCELLED',
        CANCELLED,
        null,
        null,
      );
      native.exportStop(handle);
    };
    const onAbort = () => {
      stop();
      failure.cause = signal.reason;
      native.cancelRequest(cancel);
    };
    this.#exports.add(stop);
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort);
    try {
      for (let i = 0; i < PIECES_AHEAD; i++) native.exportGrant(handle);
      let rest = Buffer.alloc(0);
      for (;;) {
        while (pieces.length === 0 && !ended) {
          native.exportWait(handle, true);
          await new Promise((resolve) => (wake = resolve));
          native.exportWait(handle, false);
        }
        if (pieces.length === 0) break;
        const data = Buffer.concat([rest, pieces.shift()]);
        native.exportGrant(handle);
        const end = data.lastIndexOf(10) + 1;
        rest = data.subarray(end);
        for (const line of data.toString('utf8', 0, end).split('\n')) {
          if (line !== '') yield JSON.parse(line);
        }
      }
      if (failure) throw failure;
    } finally {
      signal?.removeEventListener('abort', onAbort);
      this.#exports.delete(stop);
      native.exportStop(handle);
    }
  }

  async stats() {
    return JSON.parse(await native.storeStats(this.#handle));
  }

  /** Reads and verifies everything. */
  check({ signal } = {}) {
    return cancellable(signal, async (cancel) =>
      JSON.parse(await native.storeCheck(this.#handle, cancel)),
    );
  }

  /** Moves the events of the log into sealed chunks. */
  seal({ merge = false, signal } = {}) {
    return cancellable(signal, async (cancel) =>
      JSON.parse(await native.storeSeal(this.#handle, merge ? 1 : 0, cancel)),
    );
  }

  /** Removes what data retention has expired. */
  compact({ now, signal } = {}) {
    return cancellable(signal, async (cancel) =>
      JSON.parse(await native.storeCompact(this.#handle, milliseconds(now), cancel)),
    );
  }

  /** Applies a stricter policy to the stored events. */
  redact({ policy, dryRun = false, signal } = {}) {
    return cancellable(signal, async (cancel) =>
      JSON.parse(
        await native.storeRedact(
          this.#handle,
          policyHandle(policy),
          dryRun ? 1 : 0,
          cancel,
        ),
      ),
    );
  }

  /** Makes a consistent copy in the new directory `path`. */
  async backup(path) {
    await native.storeBackup(this.#handle, requiredText(path, 'path'));
  }

  /** Counters since the store was opened. */
  metrics() {
    return native.storeMetrics(this.#handle);
  }
}

module.exports = { Store };
