'use strict';
const {
  FootfallError,
  bound,
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
const { importAttributes, people, personExport } = require('./people.js');
const definitions = require('./definitions.js');
const { reportArguments } = definitions;
const { Result } = require('./result.js');

const MODES = { readWrite: 0, readOnly: 1, existing: 2 };
const SEVERITIES = { 1: 'info', 2: 'warning', 3: 'error' };
const CANCELLED = 1;
// What a transport that fails is taken for: an SMTP reply that may pass.
const TRY_LATER = 451;
// Pieces of an export that may wait for the reader.
const PIECES_AHEAD = 2;

function segmentCall(call, handle, name, { after, limit, threads, now, signal }) {
  return cancellable(signal, async (cancel) =>
    JSON.parse(
      await call(
        handle,
        requiredText(name, 'name'),
        JSON.stringify({ after, limit, threads }),
        milliseconds(now),
        cancel,
      ),
    ),
  );
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

  /** The reports with a tag, that are favourites, or that are views of a base. */
  reportFind(filter) {
    return definitions.find(this.#handle, filter);
  }

  /** The revisions of a saved report, the latest first. */
  reportHistory(name) {
    return definitions.history(this.#handle, name);
  }

  /** A definition as it was saved as a revision. */
  reportRevision(name, revision) {
    return definitions.revision(this.#handle, name, revision);
  }

  /** Saves a former revision anew, as the latest. */
  reportRestore(name, revision, options) {
    return definitions.restore(this.#handle, name, revision, options);
  }

  /** Saves a copy of a report and answers its definition. */
  reportClone(name, newName, options) {
    return definitions.clone(this.#handle, name, newName, options);
  }

  /** Marks a report as a favourite, or not. */
  reportSetFavourite(name, favourite = true) {
    return definitions.setFavourite(this.#handle, name, favourite);
  }

  /** The list behind one cell of a report, exactly as long as the cell says. */
  reportDrill(report, request, options) {
    return definitions.drill(this.#handle, report, request, options);
  }

  /** How a funnel took the events of one person. */
  reportExplainPerson(report, person, options) {
    return definitions.explainPerson(this.#handle, report, person, options);
  }

  /** Computes a report once more by brute force and compares. */
  reportProve(report, options) {
    return definitions.prove(this.#handle, report, options);
  }

  /** Makes a catalogue of content the current one; answers its revision. */
  async cataloguePut(catalogue, { now } = {}) {
    const bytes = documentBytes(catalogue);
    const put = await native.cataloguePut(this.#handle, bytes, milliseconds(now));
    return JSON.parse(put).revision;
  }

  /** The current catalogue, or a former one. */
  async catalogue(revision) {
    return JSON.parse(
      await native.catalogueGet(this.#handle, size(revision, 'revision')),
    );
  }

  async catalogueHistory() {
    return JSON.parse(await native.catalogueHistory(this.#handle)).revisions;
  }

  async trackedEventSave(event) {
    await native.trackedEventSave(this.#handle, documentBytes(event));
  }

  async trackedEventDelete(name) {
    await native.trackedEventDelete(this.#handle, requiredText(name, 'name'));
  }

  async trackedEventList() {
    return JSON.parse(await native.trackedEventList(this.#handle)).tracked_events;
  }

  async segmentSave(segment) {
    await native.segmentSave(this.#handle, documentBytes(segment));
  }

  async segmentDelete(name) {
    await native.segmentDelete(this.#handle, requiredText(name, 'name'));
  }

  async segmentShow(name) {
    return JSON.parse(await native.segmentShow(this.#handle, requiredText(name, 'name')));
  }

  async segmentList() {
    return JSON.parse(await native.segmentList(this.#handle)).segments;
  }

  /** Who is in a segment, sorted by id. */
  segmentPeople(name, options = {}) {
    return segmentCall(native.segmentPeople, this.#handle, name, options);
  }

  /** Whether a person is in a segment now; answers at once, in microseconds. */
  segmentTest(name, person, { now } = {}) {
    return native.segmentTest(
      this.#handle,
      requiredText(name, 'name'),
      requiredText(person, 'person'),
      milliseconds(now),
    );
  }

  /** Who entered or left a segment after a cursor. */
  segmentChanges(name, options = {}) {
    return segmentCall(native.segmentChanges, this.#handle, name, options);
  }

  async person(id) {
    return JSON.parse(await native.personShow(this.#handle, requiredText(id, 'id')));
  }

  /** A page of people, sorted by id, with the columns of the report "users". */
  people(options) {
    return people(this.#handle, options);
  }

  /** Everything that is stored about a person, events included, as one document. */
  personExport(id, options) {
    return personExport(this.#handle, id, options);
  }

  /** Erases a person; answers the receipt of what was erased. */
  async forget(id) {
    return JSON.parse(await native.personForget(this.#handle, requiredText(id, 'id')));
  }

  /** All imported attributes, with their types. */
  async attributes() {
    return JSON.parse(await native.attributesList(this.#handle)).attributes;
  }

  /** Imports what an integration knows of people from CSV. */
  importAttributes(csv, options) {
    return importAttributes(this.#handle, csv, options);
  }

  /** The stored events in no particular order, read while they are consumed. */
  async *events({ where, from, to, timezone, now, signal } = {}) {
    const pieces = [];
    let ended = false;
    let failure = null;
    let wake = () => {};
    const cancel = signal ? native.cancelNew() : null;
    const handle = native.exportStart(
      this.#handle,
      where === undefined ? null : JSON.stringify(where),
      bound(from, 'from'),
      bound(to, 'to'),
      text(timezone, 'timezone'),
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

  /** Gives the key of 32 bytes for secrets; null takes it away. */
  setSecretsKey(key) {
    native.secretsSetKey(this.#handle, key ?? new Uint8Array(0));
  }

  /** Runs what is due. */
  runDue({ now, signal } = {}) {
    return cancellable(signal, async (cancel) =>
      JSON.parse(await native.runDue(this.#handle, milliseconds(now), cancel)),
    );
  }

  /** The log of runs, the latest first. */
  async runs({ job, limit } = {}) {
    const list = native.runList(this.#handle, text(job, 'job'), size(limit, 'limit'));
    return JSON.parse(await list).runs;
  }

  async runShow(run) {
    return JSON.parse(await native.runShow(this.#handle, requiredText(run, 'run')));
  }

  /** Starts a thread of the library that runs what is due. */
  async schedulerStart() {
    await native.schedulerStart(this.#handle);
  }

  async schedulerStop() {
    await native.schedulerStop(this.#handle);
  }

  async subscriptionSave(subscription, { now } = {}) {
    const bytes = documentBytes(subscription);
    await native.subscriptionSave(this.#handle, bytes, milliseconds(now));
  }

  async subscriptionList() {
    return JSON.parse(await native.subscriptionList(this.#handle)).subscriptions;
  }

  async subscriptionShow(name) {
    return JSON.parse(
      await native.subscriptionShow(this.#handle, requiredText(name, 'name')),
    );
  }

  async subscriptionDelete(name) {
    await native.subscriptionDelete(this.#handle, requiredText(name, 'name'));
  }

  /** Pauses a subscription, or resumes it. */
  async subscriptionPause(name, paused = true, { now } = {}) {
    await native.subscriptionPause(
      this.#handle,
      requiredText(name, 'name'),
      paused ? 1 : 0,
      milliseconds(now),
    );
  }

  /** Sends the report now; answers the run. */
  subscriptionRun(name, { now, signal } = {}) {
    return cancellable(signal, async (cancel) =>
      JSON.parse(
        await native.subscriptionRun(
          this.#handle,
          requiredText(name, 'name'),
          milliseconds(now),
          cancel,
        ),
      ),
    );
  }

  /** Sends again to a recipient who unsubscribed or was refused. */
  async subscriptionRestore(name, address, { now } = {}) {
    await native.subscriptionRestore(
      this.#handle,
      requiredText(name, 'name'),
      requiredText(address, 'address'),
      milliseconds(now),
    );
  }

  /** Whom the token of a mail's link belongs to; unsubscribes with `confirm`. */
  async unsubscribe(token, { confirm, now }) {
    return JSON.parse(
      await native.unsubscribe(
        this.#handle,
        requiredText(token, 'token'),
        confirm ? 1 : 0,
        milliseconds(now),
      ),
    );
  }

  /** Replaces the mail settings; without a password the one there is stays. */
  async mailSet(settings, password) {
    const bytes = documentBytes(settings);
    await native.mailSet(this.#handle, bytes, text(password, 'password'));
  }

  async mailShow() {
    return JSON.parse(await native.mailShow(this.#handle));
  }

  /** Sends mail through `send` instead of SMTP; null goes back to SMTP. */
  mailTransport(send) {
    const deliver = async (from, to, message, answer) => {
      let code = TRY_LATER;
      try {
        code = await send(from, to, message);
      } finally {
        answer(Number.isInteger(code) ? code : TRY_LATER);
      }
    };
    native.mailSetTransport(
      this.#handle,
      send === null ? null : (...args) => void deliver(...args).catch(() => {}),
    );
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
