'use strict';
// The addon, its errors, and the conversions that every other file uses.

const { existsSync } = require('node:fs');
const { join } = require('node:path');

/**
 * A call failed: `code` is the name of the status ("NOT_FOUND"), `status` its number,
 * `path` and `byte` the place in the input, or null.
 */
class FootfallError extends Error {
  constructor(message, code, status, path, byte) {
    super(message);
    this.code = code;
    this.status = status;
    this.path = path;
    this.byte = byte;
  }
}
FootfallError.prototype.name = 'FootfallError';

function load() {
  const directory = join(__dirname, '..', 'build');
  let native;
  try {
    native = require('../build/footfall.node');
  } catch (error) {
    throw new Error(
      `footfall is not compiled: run "npm run build" in ${join(__dirname, '..')}`,
      { cause: error },
    );
  }
  const beside = join(directory, 'libfootfall.so');
  native.version = native.load(
    process.env.FOOTFALL_LIBRARY || (existsSync(beside) ? beside : native.defaultLibrary),
  );
  native.setErrorClass(FootfallError);
  return native;
}

const native = load();
const version = native.version;

/** A JSON document, given as text, bytes or a value, as bytes. */
function documentBytes(value) {
  if (typeof value === 'string') return Buffer.from(value);
  if (value instanceof Uint8Array) return value;
  return Buffer.from(JSON.stringify(value));
}

/** A string for C; refuses NUL, which would silently cut it. Absent is null. */
function text(value, name) {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string') throw new TypeError(`${name} must be a string`);
  if (value.includes('\0')) throw new TypeError(`${name} holds a NUL character`);
  return value;
}

function requiredText(value, name) {
  if (typeof value !== 'string') throw new TypeError(`${name} must be a string`);
  return text(value, name);
}

/** A bound of a range of time, given as text or as a Date; null when absent. */
function bound(value, name) {
  return value instanceof Date ? value.toISOString() : text(value, name);
}

/** Milliseconds since 1970 of a Date or a number; 0, the system clock, when absent. */
function milliseconds(value) {
  if (value === undefined || value === null) return 0;
  const number = Number(value);
  if (!Number.isFinite(number)) throw new TypeError('now must be a Date or milliseconds');
  return number;
}

/** A count of bytes or events; 0, the default, when absent. */
function size(value, name) {
  if (value === undefined) return 0;
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new TypeError(`${name} must be a whole number`);
  }
  return value;
}

/** Runs `start(cancel)`, which is cancelled when `signal` aborts. */
async function cancellable(signal, start) {
  if (!signal) return start(null);
  const cancel = native.cancelNew();
  const onAbort = () => native.cancelRequest(cancel);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort);
  try {
    return await start(cancel);
  } catch (error) {
    if (signal.aborted && error.cause === undefined) error.cause = signal.reason;
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

module.exports = {
  FootfallError,
  bound,
  cancellable,
  documentBytes,
  milliseconds,
  native,
  requiredText,
  size,
  text,
  version,
};
