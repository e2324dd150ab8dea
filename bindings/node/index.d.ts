/// <reference types="node" />
import { Transform } from 'node:stream';

/** Version of the loaded library, such as "0.1.0". */
export const version: string;

export type StatusCode =
  | 'CANCELLED'
  | 'UNKNOWN'
  | 'INVALID_ARGUMENT'
  | 'DEADLINE_EXCEEDED'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'PERMISSION_DENIED'
  | 'RESOURCE_EXHAUSTED'
  | 'FAILED_PRECONDITION'
  | 'ABORTED'
  | 'OUT_OF_RANGE'
  | 'UNIMPLEMENTED'
  | 'INTERNAL'
  | 'UNAVAILABLE'
  | 'DATA_LOSS'
  | 'UNAUTHENTICATED';

/** A call failed. */
export class FootfallError extends Error {
  readonly code: StatusCode;
  readonly status: number;
  /** For input errors the place in the document, such as "$.rows[0]". */
  readonly path: string | null;
  /** For input errors the 0-based byte offset into the input. */
  readonly byte: number | null;
  /** Of a failed Ingest.finish: what was stored before the failure. */
  readonly result?: IngestResult;
}

/** A JSON document: text, bytes, or a value. */
export type JsonDocument = string | Uint8Array | { readonly [key: string]: unknown };

/** An event as the documentation describes it. */
export interface Event {
  readonly type: string;
  readonly time: number | string;
  readonly [key: string]: unknown;
}

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

/** Aborting rejects the promise with a FootfallError of code "CANCELLED". */
export interface Cancellable {
  signal?: AbortSignal;
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

export interface StoreOptions {
  /** Read beside another process that writes. */
  readOnly?: boolean;
  /** Create the store if it is absent (default); else NOT_FOUND. */
  create?: boolean;
  /** Bound on memory in bytes; default 256 MiB. */
  memoryBudget?: number;
  /** Seal in a thread of the store's own, not while ingesting. */
  backgroundSealing?: boolean;
  /** Receives lines of diagnosis. */
  log?: (severity: 'info' | 'warning' | 'error', message: string) => void;
}

export interface ReportOptions {
  /** Bounds of the range, half-open: RFC 3339, a date in the report's zone, or a Date. */
  from?: string | Date;
  to?: string | Date;
  /** IANA name, such as "Europe/Paris". */
  timezone?: string;
  /** Of a built-in report, such as { login_event: 'signed-in' }. */
  parameters?: { readonly [name: string]: unknown };
  now?: Date | number;
  /** How many threads may compute; 0, the default, and 1 start none. */
  threads?: number;
}

/**
 * A value of a row: int64 is a number, or a bigint where a number would not be exact; a
 * timestamp is a Date; a date is "YYYY-MM-DD"; a missing value is null.
 */
export type Value = string | number | bigint | boolean | Date | null;

export interface Column {
  name: string;
  type: 'string' | 'int64' | 'double' | 'bool' | 'timestamp' | 'date';
}

/** What a run cost. */
export interface ReportStats {
  elapsed_ms: number;
  /** Of the result. */
  rows: number;
  threads: number;
  chunks_read: number;
  chunks_pruned: number;
  bytes_read: number;
  /** Events read from chunks. */
  rows_read: number;
  /** Of the log that had not been sealed into chunks. */
  records_read: number;
  /** Milliseconds by stage, those of several threads added up. */
  stages_ms: { [stage: string]: number };
}

/** What was computed, and what that took. The keys of `plan` may change. */
export interface Explanation {
  version: number;
  report: string;
  kind: string;
  now: string;
  range: { from: string | null; to: string | null };
  timezone: string;
  plan: { [key: string]: unknown };
  stats: ReportStats;
}

/** A computed table, immutable. Outlives its store. */
export class Result {
  private constructor();
  readonly rowCount: number;
  readonly columns: Column[];
  readonly stats: ReportStats;
  rows<Row = { [column: string]: Value }>(): Promise<Row[]>;
  /** An Arrow IPC stream, for example for tableFromIPC of apache-arrow. */
  arrow(): Promise<Buffer>;
  /** Text; default "table". */
  format(kind?: 'table' | 'csv' | 'json' | 'ndjson'): Promise<string>;
  /** The total row as a result of one row; null for a report without one. */
  total(): Promise<Result | null>;
}

export interface ReportSummary {
  name: string;
  title: string;
  kind: string;
  tags: string[];
  builtin: boolean;
}

/** One folder that holds events, people and settings. */
export class Store {
  private constructor();
  static open(path: string, options?: StoreOptions): Promise<Store>;
  /** Copies a backup into the new directory `path`, after verifying it. */
  static restore(backup: string, path: string): Promise<void>;
  /** Flushes and closes, waiting for calls in progress. Iterations of events() end. */
  close(): Promise<void>;
  settings(): Promise<{ [key: string]: unknown }>;
  set(key: string, value: string | number): Promise<void>;
  /**
   * Filters and stores events; what is answered as accepted survives a crash. Text or
   * bytes (NDJSON or a JSON array, at most 64 MiB) and a single event are one atom.
   * Iterables, streams included, of events or of pieces of text may be of any size and
   * are stored in batches of 10,000 events.
   */
  ingest(
    events:
      | string
      | Uint8Array
      | Event
      | Iterable<string | Uint8Array | Event>
      | AsyncIterable<string | Uint8Array | Event>,
    options?: IngestOptions & Cancellable,
  ): Promise<IngestResult>;
  /** Opens a stream of events of any size. */
  ingestStream(options?: IngestOptions): Promise<Ingest>;
  /** Runs a built-in or saved report by its name, or a definition. */
  report(
    report: string | { readonly [key: string]: unknown } | Uint8Array,
    options?: ReportOptions & Cancellable,
  ): Promise<Result>;
  /** Runs a report and tells what was computed, and what that took. */
  reportExplain(
    report: string | { readonly [key: string]: unknown } | Uint8Array,
    options?: ReportOptions & Cancellable,
  ): Promise<Explanation>;
  /** Saves a definition under its "name", replacing one of that name. */
  reportSave(definition: JsonDocument): Promise<void>;
  reportDelete(name: string): Promise<void>;
  reportShow(name: string): Promise<{ [key: string]: unknown }>;
  reportList(): Promise<ReportSummary[]>;
  /** One person with all attributes, by id or as "anonymous:ID". */
  person(id: string): Promise<{ [key: string]: unknown }>;
  /** Erases a person; answers the number of events removed. */
  forget(id: string): Promise<number>;
  /**
   * The stored events in no particular order, read while they are consumed,
   * without those that data retention has expired by `now`.
   */
  events(
    options?: {
      where?: { readonly [key: string]: unknown };
      now?: Date | number;
    } & Cancellable,
  ): AsyncGenerator<Event, void, undefined>;
  /** Counts and sizes of what is stored. */
  stats(): Promise<{ [key: string]: unknown }>;
  /** Reads and verifies everything. */
  check(options?: Cancellable): Promise<{
    ok: boolean;
    records: number;
    events: number;
    people: number;
    problems: { where: string; what: string }[];
  }>;
  /** Moves the events of the log into sealed chunks; `merge` makes one run of all chunks of
   * a span of time. No answer changes. */
  seal(options?: { merge?: boolean } & Cancellable): Promise<{
    events_sealed: number;
    runs_merged: number;
  }>;
  /** Removes what data retention has expired. */
  compact(options?: { now?: Date | number } & Cancellable): Promise<{
    events_removed: number;
    bytes_before: number;
    bytes_after: number;
  }>;
  /**
   * Applies a stricter policy to the stored events. Aborted, it stops with `done` false,
   * and the same call goes on with it.
   */
  redact(
    options?: { policy?: Policy | null; dryRun?: boolean } & Cancellable,
  ): Promise<{
    examined: number;
    changed: number;
    dropped: number;
    rules: { [rule: string]: number };
    done: boolean;
    records_done: number;
    records: number;
  }>;
  /** Makes a consistent copy in the new directory `path`. */
  backup(path: string): Promise<void>;
  /** Counters since the store was opened. */
  metrics(): { [counter: string]: number };
}
