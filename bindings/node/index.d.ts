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
  /** A saved segment: only the people in it. */
  segment?: string;
  /** A rule: only events that satisfy it. */
  where?: { readonly [key: string]: unknown };
  /** Adds what there was in the period before, as columns previous_X and change_X. */
  compare?: boolean;
}

export interface DrillRequest {
  /** The key of the row. */
  row?: { readonly [column: string]: string | number | boolean | null };
  column: string;
  /** Without it what the column counts. */
  list?: 'people' | 'sessions' | 'moments';
}

export interface Proof {
  report: string;
  equal: boolean;
  rows: number;
  proven_rows: number;
  events: number;
  people: number;
  people_from_store: number;
  mismatch_count: number;
  mismatches: {
    part: 'rows' | 'total';
    reason: string;
    row: { [column: string]: unknown } | null;
    column: string | null;
    engine: unknown;
    proven: unknown;
  }[];
}

export interface ExplainedEvent {
  time: string;
  session: string | null;
  type: string;
  name: string | null;
  url: string | null;
}

export interface FunnelExplanation {
  report: string;
  person: string;
  in_segment: boolean;
  order: 'sequential' | 'strict' | 'any';
  window_ms: number;
  reached: number;
  steps: {
    step: number;
    name: string;
    taken: ExplainedEvent | null;
    refused_count: number;
    refused: (ExplainedEvent & { reason: string })[];
  }[];
}

/** What an id of content is called. */
export interface ContentItem {
  id: string;
  name: string;
}

/** The task lists, courses and surveys that there are. */
export interface Catalogue {
  version: 1;
  task_lists?: (ContentItem & { tasks?: ContentItem[] })[];
  courses?: (ContentItem & { lessons?: ContentItem[]; quiz?: ContentItem })[];
  surveys?: ContentItem[];
}

/** A named rule over events, which holds for the past too. */
export interface TrackedEvent {
  version: 1;
  name: string;
  title?: string;
  where: { [key: string]: unknown };
}

/** A saved rule about people. */
export interface Segment {
  version: 1;
  name: string;
  title?: string;
  where: { [key: string]: unknown };
}

/** When something is due; "at" is "08:00" and the time zone UTC by default. */
export type Schedule = { at?: string; timezone?: string } & (
  | { every: 'day' }
  | { every: 'week'; on: string[] }
  | { every: 'month'; on: number }
);

/** A report by e-mail on a schedule. */
export interface Subscription {
  version: 1;
  name: string;
  report: string;
  schedule: Schedule;
  recipients: string[];
  formats?: ('html' | 'csv')[];
  parameters?: { [name: string]: unknown };
  range?: { last: string } | { from?: string; to?: string };
  timezone?: string;
  where?: { [key: string]: unknown };
  segment?: string | { [key: string]: unknown };
  subject?: string;
  paused?: boolean;
}

export interface MailSettings {
  version: 1;
  from: string;
  from_name?: string;
  host?: string;
  port?: number;
  security?: 'starttls' | 'tls' | 'none';
  user?: string;
  ca_file?: string;
  proxy?: string;
  connect_timeout?: string;
  timeout?: string;
  allow_plain_text?: boolean;
  unsubscribe_url?: string;
}

/** What the log says of a run. */
export interface RunSummary {
  id: string;
  job: string;
  kind: string;
  name: string;
  trigger: 'schedule' | 'manual';
  due: string;
  missed: number;
  started: string;
  finished: string | null;
  run_time_ms: number | null;
  status: 'running' | 'retrying' | 'completed' | 'failed' | 'interrupted';
  attempts: number;
  retry_at: string | null;
  error: string | null;
  continues: string | null;
}

export interface SegmentOptions {
  /** Only what follows this: an id, or a cursor of changes. */
  after?: string;
  limit?: number;
  /** How many threads may compute; 0, the default, and 1 start none. */
  threads?: number;
  now?: Date | number;
  signal?: AbortSignal;
}

export interface SegmentPeople {
  segment: string;
  now: string;
  /** How many people are in it; null where that is not told. */
  count: number | null;
  /** Ids, sorted. */
  people: string[];
  /** What to give as `after` for more; null when there are none. */
  next: string | null;
}

export interface SegmentChanges {
  segment: string;
  now: string;
  changes: { cursor: string; person: string; change: 'entered' | 'left'; at: string }[];
  /** What to give as `after` the next time. */
  cursor: string;
  more: boolean;
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

/** How format("chart") draws. */
export interface FormatOptions {
  /** Cells of the terminal that a line may take, at least 40; default 80. */
  width?: number;
  /** With ASCII alone. */
  ascii?: boolean;
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
  /** An Arrow IPC file. */
  arrowFile(): Promise<Buffer>;
  /**
   * Text; default "table". Funnels, retention and NPS reports have a chart ("svg", a
   * picture, and "chart", of characters), and tables whose first column is a time; for
   * others these two reject with INVALID_ARGUMENT.
   */
  format(
    kind?: 'table' | 'csv' | 'json' | 'ndjson' | 'html' | 'svg' | 'chart',
    options?: FormatOptions,
  ): Promise<string>;
  /** The total row as a result of one row; null for a report without one. */
  total(): Promise<Result | null>;
}

export interface ReportSummary {
  name: string;
  title: string;
  kind: string;
  tags: string[];
  builtin: boolean;
  /** The report that a view rests on. */
  base: string | null;
  favourite: boolean;
}

export interface PeopleOptions {
  /** A rule over person.*, account, segments and did. */
  where?: { readonly [key: string]: unknown };
  /** Further columns, such as "email" or "crm/tier". */
  attributes?: readonly string[];
  /** Only ids that follow this one: the last of the page before. */
  after?: string;
  /** At most 10,000; default 100. A page with fewer rows is the last one. */
  limit?: number;
  now?: Date | number;
}

export interface ForgetReceipt {
  person: string;
  forgotten_at: string;
  events: number;
  sessions: number;
  /** Names of what was erased. */
  attributes: string[];
  anonymous_ids: string[];
  /** What was pushed to other systems earlier, and has to be erased there. */
  external: unknown[];
}

export interface ImportedAttribute {
  integration: string;
  attribute: string;
  type: 'string' | 'number' | 'date';
  /** For the first time. */
  imported_at: string;
}

export interface AttributesImportOptions {
  integration: string;
  /** The column of the ids. */
  id: string;
  /** Default: all others, as strings under their own names. */
  columns?: readonly {
    column: string;
    attribute?: string;
    type?: 'string' | 'number' | 'date';
  }[];
  /** A comma (default), semicolon, tab or bar. */
  delimiter?: string;
  dryRun?: boolean;
  now?: Date | number;
}

export interface AttributesImportResult {
  rows: number;
  people_created: number;
  people_changed: number;
  unchanged: number;
  /** Rows of ids that the file had before. */
  duplicates: number;
  rejected: number;
  values_rejected: number;
  /** At most 100. */
  errors: { line: number; column: string | null; reason: string }[];
  errors_omitted: number;
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
  /** Those with a tag, that are favourites, or that are views of a base. */
  reportFind(filter?: {
    tag?: string;
    favourite?: boolean;
    base?: string;
  }): Promise<ReportSummary[]>;
  /** The revisions of a saved report, the latest first. */
  reportHistory(
    name: string,
  ): Promise<
    { revision: number; saved_at: string | null; title: string | null; current: boolean }[]
  >;
  reportRevision(name: string, revision: number): Promise<{ [key: string]: unknown }>;
  /** Saves a former revision anew, as the latest. */
  reportRestore(
    name: string,
    revision: number,
    options?: { now?: Date | number },
  ): Promise<void>;
  /** Saves a copy of a report; a built-in one becomes a view of it. */
  reportClone(
    name: string,
    newName: string,
    options?: { parameters?: { readonly [name: string]: unknown }; now?: Date | number },
  ): Promise<{ [key: string]: unknown }>;
  reportSetFavourite(name: string, favourite?: boolean): Promise<void>;
  /** The list behind one cell of a report, exactly as long as the cell says. */
  reportDrill(
    report: string | { readonly [key: string]: unknown } | Uint8Array,
    request: DrillRequest,
    options?: ReportOptions & Cancellable,
  ): Promise<Result>;
  /** How a funnel took the events of one person. */
  reportExplainPerson(
    report: string | { readonly [key: string]: unknown } | Uint8Array,
    person: string,
    options?: ReportOptions & Cancellable,
  ): Promise<FunnelExplanation>;
  /** Computes a report once more by brute force and compares. */
  reportProve(
    report: string | { readonly [key: string]: unknown } | Uint8Array,
    options?: ReportOptions & Cancellable & { memoryBytes?: number },
  ): Promise<Proof>;
  /** Makes a catalogue of content the current one; answers its revision. */
  cataloguePut(
    catalogue: Catalogue | JsonDocument,
    options?: { now?: Date | number },
  ): Promise<number>;
  /** The current catalogue, or a former one; rejects with NOT_FOUND without one. */
  catalogue(
    revision?: number,
  ): Promise<{ revision: number; saved_at: string; catalogue: Catalogue }>;
  /** The latest first. */
  catalogueHistory(): Promise<
    { revision: number; saved_at: string; items: number; current: boolean }[]
  >;
  /** Saves a tracked event under its name. */
  trackedEventSave(event: TrackedEvent | JsonDocument): Promise<void>;
  /** The events themselves stay. */
  trackedEventDelete(name: string): Promise<void>;
  trackedEventList(): Promise<TrackedEvent[]>;
  /** Saves a segment under its name. */
  segmentSave(segment: Segment | JsonDocument): Promise<void>;
  /** Deletes a segment that no other segment or report names. */
  segmentDelete(name: string): Promise<void>;
  segmentShow(name: string): Promise<Segment>;
  segmentList(): Promise<Segment[]>;
  /** Who is in a segment, sorted by id. */
  segmentPeople(name: string, options?: SegmentOptions): Promise<SegmentPeople>;
  /**
   * Whether a person is in a segment now; false for somebody unknown. Answers at once, in
   * microseconds; only the first test of a condition on behaviour reads the events.
   */
  segmentTest(name: string, person: string, options?: { now?: Date | number }): boolean;
  /**
   * Who entered or left a segment after the cursor `after`; without it only the cursor to
   * begin with.
   */
  segmentChanges(name: string, options?: SegmentOptions): Promise<SegmentChanges>;
  /**
   * One person, by id or as "anonymous:ID": computed attributes, `attributes` of the
   * host, `imported` ones, `recent_sessions`, `content` and `segments`.
   */
  person(id: string): Promise<{ [key: string]: unknown }>;
  /** A page of people, sorted by id, with the columns of the report "users". */
  people(options?: PeopleOptions & Cancellable): Promise<Result>;
  /** Everything that is stored about a person, events included, as one document. */
  personExport(
    id: string,
    options?: { now?: Date | number } & Cancellable,
  ): Promise<{ [key: string]: unknown; events: Event[] }>;
  /** Erases a person; answers the receipt of what was erased. */
  forget(id: string): Promise<ForgetReceipt>;
  /** All imported attributes, sorted by integration and attribute. */
  attributes(): Promise<ImportedAttribute[]>;
  /**
   * Imports what an integration knows of people from CSV with a header row: text, bytes,
   * or an iterable of them, streams included, of any size.
   */
  importAttributes(
    csv:
      | string
      | Uint8Array
      | Iterable<string | Uint8Array>
      | AsyncIterable<string | Uint8Array>,
    options: AttributesImportOptions & Cancellable,
  ): Promise<AttributesImportResult>;
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
  /**
   * Gives the key of 32 bytes under which passwords are kept in the store; it is held in
   * memory only. null takes it away.
   */
  setSecretsKey(key: Uint8Array | null): void;
  /** Runs what is due, such as subscriptions, and tells when to call again. */
  runDue(options?: {
    now?: Date | number;
    signal?: AbortSignal;
  }): Promise<{ runs: RunSummary[]; next_due: string | null }>;
  /** The log, the latest first, of all jobs or of one ("subscription:weekly"). */
  runs(options?: { job?: string; limit?: number }): Promise<RunSummary[]>;
  runShow(run: string): Promise<RunSummary & { detail: { [key: string]: unknown } }>;
  /** Starts a thread of the library that runs what is due, until it is stopped. */
  schedulerStart(): Promise<void>;
  schedulerStop(): Promise<void>;
  /** Saves a subscription under its name, in force at once. */
  subscriptionSave(
    subscription: Subscription | JsonDocument,
    options?: { now?: Date | number },
  ): Promise<void>;
  /** Sorted by name. */
  subscriptionList(): Promise<
    {
      name: string;
      report: string;
      /** How many. */
      recipients: number;
      schedule: Schedule;
      state: 'active' | 'paused';
      next_due: string | null;
      last_run: { [key: string]: unknown } | null;
    }[]
  >;
  subscriptionShow(name: string): Promise<{
    definition: Subscription;
    state: 'active' | 'paused';
    next_due: string | null;
    /** What is at work or to be retried. */
    run: string | null;
    retry_at: string | null;
    last_run: { [key: string]: unknown } | null;
    /** Recipients who get nothing. */
    suppressed: {
      address: string;
      state: 'unsubscribed' | 'refused';
      since: string;
      reason: string | null;
    }[];
  }>;
  /** Deletes a subscription with its log. */
  subscriptionDelete(name: string): Promise<void>;
  /** Pauses a subscription, or resumes it; what is due meanwhile is skipped. */
  subscriptionPause(
    name: string,
    paused?: boolean,
    options?: { now?: Date | number },
  ): Promise<void>;
  /** Sends the report now, whatever its schedule. */
  subscriptionRun(
    name: string,
    options?: { now?: Date | number; signal?: AbortSignal },
  ): Promise<RunSummary & { detail: { [key: string]: unknown } }>;
  /** Sends again to a recipient who unsubscribed or was refused. */
  subscriptionRestore(
    name: string,
    address: string,
    options?: { now?: Date | number },
  ): Promise<void>;
  /**
   * Whom the token of a mail's link belongs to; rejects with NOT_FOUND for one that is
   * not valid. With `confirm`, which a GET request must not say, unsubscribes.
   */
  unsubscribe(
    token: string,
    options: { confirm: boolean; now?: Date | number },
  ): Promise<{
    subscription: string;
    address: string;
    state: 'active' | 'unsubscribed' | 'refused';
  }>;
  /** Replaces the mail settings; without a password the one there is stays. */
  mailSet(settings: MailSettings | JsonDocument, password?: string): Promise<void>;
  mailShow(): Promise<MailSettings & { password?: 'set' }>;
  /**
   * Sends mail through `send` instead of SMTP. It answers an SMTP reply code: 2xx took the
   * message over, 4xx may do so later (as a rejection means), 5xx refuses the recipient.
   * null goes back to SMTP.
   */
  mailTransport(
    send: ((from: string, to: string, message: Buffer) => number | Promise<number>) | null,
  ): void;
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
