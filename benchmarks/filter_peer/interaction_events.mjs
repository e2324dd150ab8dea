// Reads interaction events: leaves out unknown keys and empty members, and refuses events
// that are none.
import { trim } from './chars.mjs';

const INTERACTIONS = new Set([
  'click',
  'page_view',
  'input',
  'keystroke',
  'submit',
  'select',
]);
const TYPES = new Set([...INTERACTIONS, 'content', 'track', 'identify', 'alias']);
export const isInteraction = (type) => INTERACTIONS.has(type);
export const isTyping = (type) => type === 'input' || type === 'keystroke';

const TIME_MIN = Date.parse('0001-01-01T00:00:00Z');
const TIME_MAX = Date.parse('9999-12-31T23:59:59.999Z');
const RFC_3339 =
  /^(\d{4}-\d\d)-(\d\d)[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

const REFUSED = Symbol('refused');

function readId(value) {
  if (Number.isSafeInteger(value)) return String(value);
  if (typeof value !== 'string') return REFUSED;
  return trim(value) || undefined;
}

const readText = (value) => (typeof value === 'string' ? value : REFUSED);
const readNonEmpty = (value) =>
  typeof value === 'string' ? value || undefined : REFUSED;
const readInteger = (value) => (Number.isSafeInteger(value) ? value : REFUSED);
const readSeq = (value) => (value === 0 ? undefined : readInteger(value));
const readBool = (value) => (typeof value === 'boolean' ? value : REFUSED);

// NaN for a day that does not exist, such as the 30th of February.
function parseTime(text) {
  const [, month, day] = RFC_3339.exec(text) ?? [];
  const exists = new Date(`${month}-${day}T00:00:00Z`).getUTCDate() === Number(day);
  return exists ? Date.parse(text) : NaN;
}

function readTime(value) {
  const time = typeof value === 'string' ? parseTime(value) : value;
  return Number.isSafeInteger(time) && time >= TIME_MIN && time <= TIME_MAX
    ? time
    : REFUSED;
}

// Reads the members of an object in place; the unknown ones go.
function readMembers(object, readers) {
  if (typeof object !== 'object' || Array.isArray(object)) return REFUSED;
  for (const key in object) {
    const reader = readers.get(key);
    const value = object[key];
    if (reader === undefined || value === null) {
      object[key] = undefined;
      continue;
    }
    const read = reader(value);
    if (read === REFUSED) return REFUSED;
    if (read !== value) object[key] = read;
  }
  return object;
}

const readersOf = (keys, reader) => keys.map((key) => [key, reader]);
const PATH_READERS = new Map(readersOf(['tag', 'id', 'class'], readNonEmpty));

function readPath(value) {
  if (!Array.isArray(value)) return REFUSED;
  for (const entry of value) {
    if (entry === null || readMembers(entry, PATH_READERS) === REFUSED) return REFUSED;
  }
  return value.length > 0 ? value : undefined;
}

const ELEMENT_READERS = new Map([
  ...readersOf(
    ['tag', 'id', 'class', 'type', 'name', 'text', 'label', 'autocomplete'],
    readNonEmpty,
  ),
  ['value', readText],
  ['path', readPath],
]);
const CONTEXT_READERS = new Map([
  ...readersOf(
    [
      'country',
      'region',
      'city',
      'browser',
      'browser_version',
      'os',
      'os_version',
      'device',
    ],
    readNonEmpty,
  ),
  ['https', readBool],
  ['ip', (value) => (typeof value === 'string' ? undefined : REFUSED)],
]);

function readContext(value) {
  if (readMembers(value, CONTEXT_READERS) === REFUSED) return REFUSED;
  for (const key in value) if (value[key] !== undefined) return value;
  return undefined;
}

const EVENT_READERS = new Map([
  ...readersOf(['id', 'person', 'anonymous', 'session', 'app', 'environment'], readId),
  ...readersOf(['name', 'url', 'title', 'key', 'value'], readText),
  ['time', readTime],
  ['seq', readSeq],
  ['type', (value) => (TYPES.has(value) ? value : REFUSED)],
  ['element', (value) => readMembers(value, ELEMENT_READERS)],
  [
    'properties',
    (value) => (typeof value === 'object' && !Array.isArray(value) ? value : REFUSED),
  ],
  ['context', readContext],
]);

// False for what is no event.
export function readEvent(event) {
  if (readMembers(event, EVENT_READERS) === REFUSED) return false;
  const { type, time, person, anonymous } = event;
  if (type === undefined || time === undefined) return false;
  if (person !== undefined && person.startsWith('anonymous:')) return false;
  if (type === 'alias') return person !== undefined && anonymous !== undefined;
  return person !== undefined || (type !== 'identify' && anonymous !== undefined);
}
