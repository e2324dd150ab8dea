// Names and numbers in style sheets that look like tokens.
import { isTokenLike } from './css_values.mjs';
import { unescapeCss } from './css_tokens.mjs';
import { hasCard } from './scan.mjs';

const DIGITS = 12;
const FRACTION_DIGITS = 6;

function isSecret(name, escaped) {
  if (isTokenLike(name)) return true;
  if (!escaped && !/[^\x00-\x7f]/.test(name)) return false;
  return /[A-Za-z0-9_\x80-\uffff-]@.*\./s.test(name) || hasCard(name);
}

// What stands for a name; null when it may stay.
export function maskOfName(raw) {
  const name = unescapeCss(raw);
  if (!isSecret(name, name !== raw)) return null;
  return name.startsWith('--') ? '--x' : 'x';
}

// The same for a number from its first digit, with its unit. `fraction`: it follows a
// point.
export function maskOfNumber(raw, fraction) {
  const [digits] = /^[0-9]+/.exec(raw);
  const unit = raw.slice(digits.length);
  if (!/^[A-Za-z]{0,8}$/.test(unit)) return maskOfName(raw) === null ? null : '0';
  // 33.333333333333333
  if (digits.length < DIGITS || /^(.)\1*$/.test(digits)) return null;
  return (fraction ? digits.slice(0, FRACTION_DIGITS) : '0') + unit;
}
