/** A policy: its JSON as text or UTF-8, or the value. */
export type PolicyDocument =
  | string
  | Uint8Array
  | { readonly [key: string]: unknown };

export interface FilterOptions {
  /** Default: `{}`, the DEFAULT policy. */
  policy?: PolicyDocument;
  /** Interaction events, the default, or the rrweb events of a recording. */
  format?: 'events' | 'rrweb';
}

export interface FilterCounters {
  accepted: number;
  dropped_level: number;
  dropped_policy: number;
  rejected: number;
  /** How often each filter rule removed something. */
  rules: { [rule: string]: number };
  /** The first 100 rejected events: where and why, never their values. */
  errors: {
    index: number;
    line: number;
    byte: number;
    path: string | null;
    reason: string;
  }[];
  errors_omitted: number;
}

/**
 * Filters one stream: NDJSON or one JSON array, cut into pieces anywhere. Of a recording,
 * the events of one tab from its first full snapshot on; of interactions, those of one
 * page or more.
 */
export interface Filter {
  /**
   * What passes of the events that are complete, as NDJSON. Values that a policy allows
   * come when their field is left.
   */
  write(data: string | Uint8Array): string;
  /** Ends the stream, and answers with the rest of it. */
  finish(): string;
  /**
   * Uses `policy` from the next event on.
   * @throws FootfallPolicyError when it is refused; the one before then stays.
   */
  setPolicy(policy: PolicyDocument): void;
  /** Counts so far, in the form that the native library gives them. */
  counters(): FilterCounters;
  /** Gives back the memory; the filter is of no use afterwards. */
  free(): void;
}

/** A policy was refused. */
export class FootfallPolicyError extends Error {
  /** The place in the policy, such as "$.censor[0].selector"; "" for malformed JSON. */
  readonly path: string;
  /** Of malformed JSON the 0-based offset where it is known. */
  readonly byte: number | null;
}

/** A loaded module; its filters share its memory. */
export interface FilterModule {
  /** @throws FootfallPolicyError when the policy is refused. */
  createFilter(options?: FilterOptions): Filter;
}

/**
 * Loads the module from `source`: its address, a response that brings it, its bytes, or it
 * compiled. Default: `footfall-filter.wasm` beside this file, by `fetch`, which does not
 * read files in Node: give it the bytes there. In `footfall-filter-inline.mjs` the default
 * are the bytes that stand in that file.
 *
 * A filter that fails, such as for want of memory, throws, and so does every later call to
 * a filter of the same module: nothing passes unfiltered.
 */
export function loadFilter(
  source?:
    | string
    | URL
    | ArrayBuffer
    | Uint8Array
    | WebAssembly.Module
    | Response
    | Promise<Response>,
): Promise<FilterModule>;
