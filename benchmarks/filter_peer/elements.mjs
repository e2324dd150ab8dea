// What kinds of element there are.
import { lower, memoize, trim } from './chars.mjs';

export const PLAIN_TAGS = new Set([
  'a',
  'button',
  'form',
  'label',
  'legend',
  'fieldset',
  'summary',
  'details',
  'nav',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
  'img',
  'svg',
  'path',
  'i',
  'body',
  'html',
  'main',
  'section',
  'header',
  'footer',
  'dialog',
]);
const TEXT_TAGS = new Set([
  'textarea',
  'select',
  'option',
  'optgroup',
  'datalist',
  'output',
]);
const FRAME_TAGS = new Set(['iframe', 'object', 'embed']);
const BUTTON_TYPES = new Set(['button', 'submit', 'reset', 'image']);

// name: in lower case; plain: holds no secret of its own, whatever it is called; text:
// its text or value is typed or chosen; frame: fields may be inside that do not show.
export const tagOf = memoize((tag) => {
  const name = lower(tag);
  return {
    name,
    plain: PLAIN_TAGS.has(name),
    text: TEXT_TAGS.has(name),
    frame: FRAME_TAGS.has(name) || name.includes('-'),
    input: name === 'input',
  };
});

export const isButtonType = (type) => BUTTON_TYPES.has(lower(type));

// True when the text is one digit with nothing but white space around it.
export function isOneDigit(text) {
  return text.length > 0 && text.length <= 16 && /^[0-9]$/.test(trim(text));
}

// True when one of the class names is `name`.
export const hasClass = (classes, name) =>
  classes.includes(name) && classes.split(/[ \t\r\n\f]+/).includes(name);
