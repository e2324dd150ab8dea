// Footfall's privacy filter as a WebAssembly module, for pages, workers and Node: the
// same sources as the native library's. It needs nothing but WebAssembly and TextDecoder.

const defaultSource = () => new URL('./footfall-filter.wasm', import.meta.url);

// A policy was refused.
export class FootfallPolicyError extends Error {
  constructor({path, message, byte}) {
    super(path ? `${path}: ${message}` : message);
    this.name = 'FootfallPolicyError';
    this.path = path;
    this.byte = byte;
  }
}

async function read(source) {
  const given = await source;
  if (given instanceof WebAssembly.Module) return given;
  if (given instanceof ArrayBuffer || ArrayBuffer.isView(given)) return given;
  const response = typeof given === 'string' || given instanceof URL ?
      await fetch(given, {credentials: 'same-origin'}) :
      given;
  if (!response.ok)
    throw new Error(`the filter could not be loaded: status ${response.status}`);
  return response.arrayBuffer();
}

async function instantiate(source) {
  const code = await read(source);
  const module =
      code instanceof WebAssembly.Module ? code : await WebAssembly.compile(code);
  const instance = await WebAssembly.instantiate(module, {
    env: {emscripten_notify_memory_growth: () => {}},
    wasi_snapshot_preview1: {
      proc_exit: () => {
        throw new Error('the filter stopped');
      },
    },
  });
  instance.exports._initialize();
  return instance.exports;
}

// The functions of one instance, with text for bytes.
class Core {
  #exports;
  #broken = false;
  #encoder = new TextEncoder();
  #decoder = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});

  constructor(exports) {
    this.#exports = exports;
  }

  // After a call that did not return, such as for want of memory, nothing that the
  // instance holds can be trusted, so that it lets nothing through any more.
  call(name, ...args) {
    if (this.#broken) throw new Error('the filter has failed; load it anew');
    this.#broken = true;
    const result = this.#exports[name](...args);
    this.#broken = false;
    return result;
  }

  // Puts text or bytes where the next call reads them. Answers their size.
  put(data) {
    if (typeof data !== 'string') {
      this.#memory(this.call('footfall_input', data.byteLength), data.byteLength)
          .set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      return data.byteLength;
    }
    const size = data.length * 3;
    const at = this.call('footfall_input', size);
    return this.#encoder.encodeInto(data, this.#memory(at, size)).written;
  }

  answer() {
    const size = this.call('footfall_answer_size') >>> 0;
    return this.#decoder.decode(this.#memory(this.call('footfall_answer'), size));
  }

  // The memory moves when it grows, so that each use looks anew.
  #memory(at, size) {
    return new Uint8Array(this.#exports.memory.buffer, at >>> 0, size);
  }
}

function policyDocument(policy = {}) {
  if (typeof policy === 'string' || policy instanceof Uint8Array) return policy;
  if (policy === null || typeof policy !== 'object')
    throw new TypeError('policy must be JSON or an object');
  return JSON.stringify(policy);
}

class Filter {
  #core;
  #handle;
  #finished = false;

  constructor(core, {policy, format = 'events'} = {}) {
    if (format !== 'events' && format !== 'rrweb')
      throw new TypeError(`unknown format ${format}`);
    this.#core = core;
    const size = core.put(policyDocument(policy));
    this.#handle = core.call('footfall_filter_new', format === 'rrweb' ? 1 : 0, size);
    if (this.#handle === 0) throw new FootfallPolicyError(JSON.parse(core.answer()));
  }

  write(data) {
    this.#check();
    if (this.#finished) throw new Error('the stream has ended');
    if (typeof data !== 'string' && !(data instanceof Uint8Array))
      throw new TypeError('data must be text or bytes');
    this.#core.call('footfall_filter_write', this.#handle, this.#core.put(data));
    return this.#core.answer();
  }

  finish() {
    this.#check();
    if (this.#finished) return '';
    this.#finished = true;
    this.#core.call('footfall_filter_finish', this.#handle);
    return this.#core.answer();
  }

  setPolicy(policy) {
    this.#check();
    if (this.#finished) throw new Error('the stream has ended');
    const size = this.#core.put(policyDocument(policy));
    if (!this.#core.call('footfall_filter_set_policy', this.#handle, size))
      throw new FootfallPolicyError(JSON.parse(this.#core.answer()));
  }

  counters() {
    this.#check();
    this.#core.call('footfall_filter_counters', this.#handle);
    return JSON.parse(this.#core.answer());
  }

  free() {
    if (this.#handle === 0) return;
    this.#core.call('footfall_filter_free', this.#handle);
    this.#handle = 0;
  }

  #check() {
    if (this.#handle === 0) throw new Error('the filter was freed');
  }
}

export async function loadFilter(source = defaultSource()) {
  const core = new Core(await instantiate(source));
  return {createFilter: (options) => new Filter(core, options)};
}
