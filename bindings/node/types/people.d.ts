// People, imported attributes and segments.
/// <reference types="node" />

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

/** A saved rule about people. */
export interface Segment {
  version: 1;
  name: string;
  title?: string;
  where: { [key: string]: unknown };
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
