// Texts in which numbers can be read character by character.
import { decimalDigit, isAlpha, isDigit } from './chars.mjs';

// A letter or mark beyond ASCII.
export const FOLDED_LETTER = '\x80';

const WIDTHLESS =
  /[\u00ad\u0300-\u036f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufe00-\ufe0f]/;
const SPACE = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/;

function foldCharacter(character, c) {
  const digit = decimalDigit(c);
  if (digit >= 0) return String(digit);
  if (SPACE.test(character)) return ' ';
  if ((c >= 0x2010 && c <= 0x2015) || c === 0x2212 || c === 0x2043) return '-';
  // The full-width forms of ASCII.
  return c >= 0xff01 && c <= 0xff5e ? String.fromCharCode(c - 0xfee0) : FOLDED_LETTER;
}

const SAME = { begin: (i) => i, end: (i) => i + 1 };

// `text`: decimal digits of any script are ASCII digits, spaces and dashes of any kind
// are ASCII ones, characters without width are left out. `begin` and `end` give the
// places in the original of the character at a place.
export function fold(text) {
  if (!/[^\x00-\x7f]/.test(text)) return { text, begin: SAME.begin, end: SAME.end };
  let folded = '';
  const begins = [];
  for (let i = 0; i < text.length;) {
    const c = text.codePointAt(i);
    const size = c > 0xffff ? 2 : 1;
    const character = text.substr(i, size);
    if (c < 0x80 || !WIDTHLESS.test(character)) {
      folded += c < 0x80 ? character : foldCharacter(character, c);
      begins.push(i);
    }
    i += size;
  }
  const end = (i) => begins[i] + (text.codePointAt(begins[i]) > 0xffff ? 2 : 1);
  return { text: folded, begin: (i) => begins[i], end };
}

// True when one of `words` stands in the 24 characters before `pos` of a folded text,
// with no number in between. Words are compared whole.
export function hasKeywordBefore(text, pos, words) {
  const isWord = (i) => isAlpha(text.charCodeAt(i)) || text[i] === FOLDED_LETTER;
  const floor = Math.max(0, pos - 24);
  let end = pos;
  while (end > floor) {
    // The word belongs to another number, or to what a mask hides.
    if (isDigit(text.charCodeAt(end - 1)) || text[end - 1] === '*') return false;
    if (!isWord(end - 1)) {
      end--;
      continue;
    }
    let begin = end;
    while (begin > floor && isWord(begin - 1)) begin--;
    // A word that reaches further back is not known in full.
    if (begin === floor && floor > 0 && isWord(floor - 1)) return false;
    if (words.has(text.slice(begin, end).toLowerCase())) return true;
    end = begin;
  }
  return false;
}
