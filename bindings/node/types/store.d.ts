// The store.
/// <reference types="node" />
import { Cancellable, Event, JsonDocument } from './common';
import { Ingest, IngestOptions, IngestResult, Policy } from './capture';
import {
  Catalogue,
  DrillRequest,
  FunnelExplanation,
  Proof,
  ReportExplanation,
  ReportOptions,
  ReportSummary,
  Result,
  TrackedEvent,
} from './report';
import {
  AttributesImportOptions,
  AttributesImportResult,
  ForgetReceipt,
  ImportedAttribute,
  PeopleOptions,
  Segment,
  SegmentChanges,
  SegmentOptions,
  SegmentPeople,
} from './people';
import { MailSettings, RunSummary, Schedule, Subscription } from './schedule';

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
  ): Promise<ReportExplanation>;
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
      /** Bounds of their time, half-open: RFC 3339, a date in the zone, or a Date. */
      from?: string | Date;
      to?: string | Date;
      /** IANA name, of dates in the bounds and in the rule; without it UTC. */
      timezone?: string;
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
    runs: number;
    chunks: number;
    events: number;
    people: number;
    problems: { where: string; what: string }[];
  }>;
  /**
   * Moves the events of the log into sealed chunks; `merge` makes one of all runs of
   * chunks. No answer changes.
   */
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
