// What the tag and the attributes of a node say of it.
import { lower, memoize, trim } from './chars.mjs';
import { PLAIN_TAGS, hasClass, isButtonType } from './elements.mjs';
import { isKeypadName, isSecretAutocomplete, isSecretName } from './words.mjs';

// Tags that rules treat specially.
export const TAG = {};
const TAG_NAMES = [
  'other',
  'custom',
  'input',
  'textarea',
  'select',
  'option',
  'optgroup',
  'datalist',
  'output',
  'button',
  'plain',
  'script',
  'noscript',
  'style',
  'link',
  'meta',
  'title',
  'base',
  'iframe',
  'frame',
  'object',
  'embed',
  'canvas',
  'img',
  'video',
  'audio',
  'source',
  'track',
];
TAG_NAMES.forEach((name, i) => {
  TAG[name] = i;
});
const KNOWN_TAGS = new Map(TAG_NAMES.map((name, i) => [name, i]));
for (const name of ['other', 'custom', 'plain']) KNOWN_TAGS.delete(name);
// Elements that hold no secret of their own, whatever they are called.
for (const name of PLAIN_TAGS)
  if (!KNOWN_TAGS.has(name)) KNOWN_TAGS.set(name, TAG.plain);

export const tagOf = memoize((name) =>
  name.includes('-') ? TAG.custom : (KNOWN_TAGS.get(lower(name)) ?? TAG.other),
);

// Elements whose name says nothing of what they hold.
export const isPlainTag = (tag) =>
  tag === TAG.plain || tag === TAG.button || tag === TAG.img;
// Elements, other than input, whose text or value is typed or chosen.
export const isTextTag = (tag) => tag >= TAG.textarea && tag <= TAG.output;
// Fields of which the value is typed; of a list it is one of many that the page names.
export const isTypedInto = (tag) => tag < TAG.select || tag > TAG.output;
// Tags that make no field, hold none and are not named like one.
export const saysNothing = (tag) =>
  tag === TAG.other ||
  tag === TAG.plain ||
  tag === TAG.img ||
  (tag >= TAG.script && tag <= TAG.base);

// Facts, each of one attribute, so that a change of that attribute takes it back.
export const PASSWORD = 1 << 0;
export const HIDDEN_TYPE = 1 << 1;
export const BUTTON_TYPE = 1 << 2;
export const NO_TEXT = 1 << 3; // A type in which no single character is typed.
export const FIELD_ROLE = 1 << 4;
export const EDITABLE = 1 << 5;
export const AUTOCOMPLETE = 1 << 7;
export const SECRET_NAME = 1 << 8;
export const SECRET_ID = 1 << 9;
export const ONE_CHARACTER = 1 << 10;
export const LIST = 1 << 12;
export const HIDES_TEXT = 1 << 13;
export const IS_PASSWORD = 1 << 14;
export const BLOCK = 1 << 15;
export const MASKED_CLASS = 1 << 16;
export const IGNORE = 1 << 17;
export const KEYPAD_CLASS = 1 << 18;
export const KEYPAD_ID = 1 << 19;
export const SECRET_AUTOCOMPLETE = 1 << 20;
export const SRCDOC = 1 << 21; // No change of an attribute takes this one back.
export const ONE_DIGIT = 1 << 27; // Of a text, or of an attribute that shows one.

const NO_TEXT_TYPES = new Set(['checkbox', 'radio', 'file', 'range', 'color']);
const FIELD_ROLES =
  /(?:^|[ \t\r\n\f])(?:textbox|searchbox|combobox|spinbutton)(?=[ \t\r\n\f]|$)/i;

function typeFacts(value) {
  const type = lower(trim(value));
  if (type === 'password') return PASSWORD;
  if (type === 'hidden') return HIDDEN_TYPE | NO_TEXT;
  if (isButtonType(type)) return BUTTON_TYPE | NO_TEXT;
  return NO_TEXT_TYPES.has(type) ? NO_TEXT : 0;
}

function classFacts(value) {
  let facts = isKeypadName(value) ? KEYPAD_CLASS : 0;
  if (!value.includes('rr-')) return facts;
  if (hasClass(value, 'rr-block')) facts |= BLOCK;
  if (hasClass(value, 'rr-mask')) facts |= MASKED_CLASS;
  if (hasClass(value, 'rr-ignore')) facts |= IGNORE;
  return facts;
}

// True when a declaration shows dots in place of what is typed, also one with escapes.
function hidesText(style) {
  if (!/xt|\\|\*/i.test(style)) return false;
  const plain = style
    .replace(/\/\*[^]*?(?:\*\/|$)/g, '')
    .replace(/\\([0-9a-f]{1,6})[ \t\r\n\f]?|\\([^]?)/gi, (all, hex, character) => {
      const code = parseInt(hex ?? '', 16);
      if (hex === undefined) return character;
      return code > 0 && code < 0x80 ? String.fromCharCode(code) : '?';
    });
  return /text-security(?![ \t\r\n\f:"]*none)/i.test(plain);
}

const READERS = new Map(
  Object.entries({
    id: [
      SECRET_ID | KEYPAD_ID,
      (value) =>
        (isSecretName(value) ? SECRET_ID : 0) | (isKeypadName(value) ? KEYPAD_ID : 0),
    ],
    type: [PASSWORD | HIDDEN_TYPE | BUTTON_TYPE | NO_TEXT, typeFacts],
    name: [SECRET_NAME, (value) => (isSecretName(value) ? SECRET_NAME : 0)],
    role: [FIELD_ROLE, (value) => (FIELD_ROLES.test(value) ? FIELD_ROLE : 0)],
    list: [LIST, () => LIST],
    class: [BLOCK | MASKED_CLASS | IGNORE | KEYPAD_CLASS, memoize(classFacts)],
    style: [HIDES_TEXT, memoize((value) => (hidesText(value) ? HIDES_TEXT : 0))],
    srcdoc: [0, () => SRCDOC],
    maxlength: [ONE_CHARACTER, (value) => (trim(value) === '1' ? ONE_CHARACTER : 0)],
    autocomplete: [
      AUTOCOMPLETE | SECRET_AUTOCOMPLETE,
      (value) =>
        (isSecretAutocomplete(value) ? AUTOCOMPLETE : 0) |
        (isSecretName(value) ? SECRET_AUTOCOMPLETE : 0),
    ],
    contenteditable: [
      EDITABLE,
      (value) => (/^(?:true|plaintext-only)?$/i.test(trim(value)) ? EDITABLE : 0),
    ],
    'data-rr-is-password': [IS_PASSWORD, () => IS_PASSWORD],
  }).map(([name, [mask, read]]) => [name, { name, mask, read }]),
);

// What an attribute says, by its name: `mask` are the facts that are its to say. Null for
// one that says nothing.
export const readerOf = memoize((name) => READERS.get(lower(name)) ?? null);

// Attributes that stand on a key of an on-screen keypad in place of a text.
export const showsText = (name) =>
  name === 'alt' ||
  name === 'aria-label' ||
  name === 'value' ||
  name === 'title' ||
  name.startsWith('data-');
