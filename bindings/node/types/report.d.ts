// Reports, their results, and the catalogue of content.
/// <reference types="node" />

/**
 * A value of a row: int64 is a number, or a bigint where a number would not be exact; a
 * timestamp is a Date; a date is "YYYY-MM-DD"; a missing value is null.
 */
export type Value = string | number | bigint | boolean | Date | null;

export interface Column {
  name: string;
  type: 'string' | 'int64' | 'double' | 'bool' | 'timestamp' | 'date';
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
export interface ReportExplanation {
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
