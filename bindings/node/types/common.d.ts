// What all calls share: errors, documents, events.
/// <reference types="node" />
import { IngestResult } from './capture';

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

/** Aborting rejects the promise with a FootfallError of code "CANCELLED". */
export interface Cancellable {
  signal?: AbortSignal;
}
