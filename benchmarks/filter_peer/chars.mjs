// What characters are, by their codes.

export const MASK = '***';

export const isDigit = (c) => c >= 48 && c <= 57;
const isUpper = (c) => c >= 65 && c <= 90;
export const isAlpha = (c) => isUpper(c & ~32);
export const isAlnum = (c) => isDigit(c) || isAlpha(c);

// The zeros of all scripts' digits, in order: each is followed by its nine others.
const ZEROS = [];
for (let c = 0x660, digits = 0; c < 0x20000; c++) {
  if (/\p{Nd}/u.test(String.fromCodePoint(c)) && digits++ % 10 === 0) ZEROS.push(c);
}

// The value of a decimal digit of any script, or -1.
export function decimalDigit(c) {
  if (c < 0x660) return isDigit(c) ? c - 48 : -1;
  let low = 0;
  let high = ZEROS.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (ZEROS[middle] <= c) low = middle;
    else high = middle;
  }
  return c - ZEROS[low] < 10 ? c - ZEROS[low] : -1;
}

const SEPARATOR =
  /[\p{Z}\p{P}\p{Cf}\u0300-\u036f\u2212\ufe00-\ufe0f\u{e0001}-\u{e01ef}]/u;

// What people put between the groups of a card number.
export function isSeparator(c) {
  return c < 0x80 ? !isAlnum(c) : SEPARATOR.test(String.fromCodePoint(c));
}

// Without the white space and the control characters around it.
export function trim(text) {
  let begin = 0;
  let end = text.length;
  while (begin < end && text.charCodeAt(begin) <= 32) begin++;
  while (end > begin && text.charCodeAt(end - 1) <= 32) end--;
  return end - begin < text.length ? text.slice(begin, end) : text;
}

// ASCII letters in lower case, and no others.
export function lower(text) {
  return /[A-Z]/.test(text) ? text.replace(/[A-Z]+/g, (t) => t.toLowerCase()) : text;
}

// The length in UTF-8, as far as it is at most `max`; more otherwise.
export function isLonger(text, max) {
  if (text.length > max) return true;
  return text.length * 3 > max && Buffer.byteLength(text) > max;
}

export function isBlank(text) {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 32) return false;
  return true;
}

// Remembers what `compute` says of short strings, of which the same ones come again.
export function memoize(compute, entriesMax = 20000) {
  const known = new Map();
  return (text) => {
    let value = known.get(text);
    if (value === undefined) {
      value = compute(text);
      if (known.size >= entriesMax) known.clear();
      if (text.length <= 128) known.set(text, value);
    }
    return value;
  };
}
