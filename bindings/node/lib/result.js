'use strict';
const { native } = require('./native.js');

const FORMATS = { table: 1, csv: 2, json: 3, ndjson: 4, arrow: 5 };

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
    return native.resultFormat(this.#handle, FORMATS.arrow);
  }

  /** The rows as text: "table", "csv", "json" or "ndjson". */
  async format(kind = 'table') {
    if (kind === 'arrow' || !Object.hasOwn(FORMATS, kind)) {
      throw new TypeError(`unknown format ${kind}`);
    }
    return (await native.resultFormat(this.#handle, FORMATS[kind])).toString();
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
