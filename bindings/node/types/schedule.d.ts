// Subscriptions, mail and the log of runs.

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
