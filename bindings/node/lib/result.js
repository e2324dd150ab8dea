'use strict';
const { native } = require('./native.js');

const FORMATS = { table: 1, csv: 2, json: 3, ndjson: 4, svg: 6, chart: 7, html: 8 };
const ARROW_STREAM = 5;
const ARROW_FILE = 9;

/** A computed table, immutable. Outlives its store. */
class Result {
  #handle;

  constructor(handle) {
    this.#handle = handle;
  }

  /** Number of rows. */
  get rowCount() {
    return native.resultRowCount(this.#handle);
  }

  /** Names and types of the columns. */
  get columns() {
    return native.resultColumns(this.#handle);
  }

  /** What the run cost. */
  get stats() {
    return JSON.parse(native.resultStats(this.#handle));
  }

  /** The rows as objects. */
  rows() {
    return native.resultRows(this.#handle);
  }

  /** The rows as an Arrow IPC stream. */
  arrow() {
    return native.resultFormat(this.#handle, ARROW_STREAM, 0, false);
  }

  /** The rows as an Arrow IPC file. */
  arrowFile() {
    return native.resultFormat(this.#handle, ARROW_FILE, 0, false);
  }

  /** The rows as text: "table", "csv", "json", "ndjson", "html", "svg" or "chart". */
  async format(kind = 'table', { width = 0, ascii = false } = {}) {
    if (!Object.hasOwn(FORMATS, kind)) throw new TypeError(`unknown format ${kind}`);
    if (!Number.isInteger(width) || width < 0 || width > 10_000) {
      throw new TypeError('width must be an integer from 0 to 10000');
    }
    const bytes = native.resultFormat(this.#handle, FORMATS[kind], width, Boolean(ascii));
    return (await bytes).toString();
  }

  /** The total row as a result of one row; null for a report without one. */
  async total() {
    try {
      return new Result(await native.resultTotal(this.#handle));
    } catch (error) {
      if (error.code === 'NOT_FOUND') return null;
      throw error;
    }
  }
}

module.exports = { Result };
