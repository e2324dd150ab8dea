// Policies, filters, ingest and leak tests.
/// <reference types="node" />
import { Transform } from 'node:stream';
import { Event, JsonDocument } from './common';

export type Level = 'content' | 'interactions' | 'dxa' | 'playback';

/** A compiled privacy policy, immutable. Without argument: the DEFAULT policy. */
export class Policy {
  constructor(policy?: JsonDocument);
  /** What the policy allows beyond the DEFAULT and why that is discouraged. */
  lint(): { path: string; severity: 'discouraged' | 'note'; message: string }[];
  /**
   * What the policy does to one event or several, of interactions or of rrweb, without
   * showing their values: each as it fares after those in front of it.
   */
  explain(
    events: JsonDocument | readonly { readonly [key: string]: unknown }[],
  ): Explanation[];
}

export interface Explanation {
  /** "held": it passes when its field is left. */
  outcome: 'passed' | 'held' | 'dropped_policy' | 'dropped_level' | 'rejected';
  /** Of a rejected event: where and why. */
  path?: string | null;
  reason?: string;
  removed: {
    path: string;
    rule: string;
    effect: 'removed' | 'masked' | 'dropped';
    /** The entry of the policy that asked for it; null where there is none. */
    policy_path: string | null;
  }[];
}

/** Interactions, a recording (rrweb), or whichever the first event is. */
export type InputFormat = 'events' | 'rrweb' | 'auto';

export interface FilterOptions {
  policy?: Policy;
  /** Default "playback". */
  level?: Level;
  /** Default "events", of a leak test "auto". */
  format?: InputFormat;
  /** Largest event in bytes; default 1 MiB, for recordings 64 MiB. */
  eventBytesMax?: number;
}

export interface FilterCounters {
  accepted: number;
  dropped_level: number;
  dropped_policy: number;
  rejected: number;
  /** How often each filter rule removed something. */
  rules: { [rule: string]: number };
  errors: IngestError[];
  errors_omitted: number;
}

/**
 * A stream that filters events: NDJSON or one JSON array in, NDJSON in order out. One for
 * each stream of events or tab of a recording.
 */
export class Filter extends Transform {
  constructor(options?: FilterOptions);
  /**
   * A filter of a recording that goes on where save() was called, with the event that
   * comes next. Its counters begin at 0.
   */
  static restore(
    key: Uint8Array,
    state: Uint8Array,
    options?: { policy?: Policy; eventBytesMax?: number },
  ): Filter;
  /** Uses `policy` from the next event on; null is the DEFAULT policy. */
  setPolicy(policy: Policy | null): void;
  /**
   * What the filter of a recording knows of its page, encrypted under `key`, 32 random
   * bytes. Throws while a write is in progress or an event was written in part.
   */
  save(key: Uint8Array): Buffer;
  /** Counts so far; throws while a write is in progress. */
  counters(): FilterCounters;
}

export interface IngestError {
  file?: string;
  index: number;
  line: number;
  byte: number;
  path: string | null;
  reason: string;
}

export interface LeakResult {
  /** Their number. */
  canaries: number;
  /** Ids of the canaries that passed the filter. */
  survived: string[];
  /** Where, at most 1,000; `event` counts from 0 and `line` from 1. */
  places: {
    canary: string;
    encoding: string;
    event: number;
    line: number;
    path: string;
  }[];
  places_omitted: number;
  /** Ids of the canaries that the input does not hold: nothing is shown for them. */
  void: string[];
  counters: FilterCounters;
}

/**
 * Filters a recording, or a stream of interactions, and looks for planted secrets in what
 * remains, in all encodings that footfall/capture.h names. A canary has at least 4
 * characters, better 8; without an id it is called "#1" and so on. A test that shows
 * something has an empty `survived` and an empty `void`.
 */
export function leakTest(
  recording:
    | string
    | Uint8Array
    | Iterable<string | Uint8Array>
    | AsyncIterable<string | Uint8Array>,
  canaries: Iterable<string | { id?: string; text: string }>,
  options?: FilterOptions,
): Promise<LeakResult>;

/** What became of the events: each is counted once. */
export interface IngestResult extends FilterCounters {
  duplicates: number;
}

export interface IngestOptions {
  policy?: Policy;
  /** The present, as a Date or milliseconds since 1970 UTC; default the system clock. */
  now?: Date | number;
  /** Name of the source for error entries. */
  source?: string;
}

/** A stream of events of any size, stored in durable batches of at most 10,000. */
export class Ingest {
  private constructor();
  /** Takes the next bytes or text, cut anywhere, or one event. */
  write(data: string | Uint8Array | Event): Promise<void>;
  /** Events stored so far and durable. */
  acknowledged(): Promise<number>;
  /** Stores what remains. */
  finish(): Promise<IngestResult>;
}
