// On-screen keypads: the nearest element around a node that holds a sensitive field and
// ten or more elements with one digit, or that is named like a keypad and holds one.
import { KEYPAD_CLASS, KEYPAD_ID, ONE_DIGIT } from './facts.mjs';
import { ELEMENT, SENSITIVE, after } from './nodes.mjs';

const KEYPAD = KEYPAD_CLASS | KEYPAD_ID;
const DIGITS_MIN = 10;
const NODES_MAX = 512; // What holds more is no keypad but a page that has one.

// A digit in the text and in an attribute counts once.
const isDigitElement = (node) =>
  (node.facts & ONE_DIGIT) !== 0 &&
  (node.kind === ELEMENT ||
    node.parent === null ||
    (node.parent.facts & ONE_DIGIT) === 0);

// What is inside `top`, itself with it; null when there is too much of it.
function count(top) {
  const holding = { nodes: 0, digits: 0, fields: 0 };
  for (let node = top; node !== null; node = after(node, top)) {
    if (++holding.nodes > NODES_MAX) return null;
    if (isDigitElement(node)) holding.digits++;
    if ((node.flags & SENSITIVE) !== 0 && node.isField()) holding.fields++;
  }
  return holding;
}

function isInKeypad(start, byDigits) {
  const holding = count(start);
  if (holding === null) return false;
  let from = null; // The child of `at` that has been counted.
  for (let at = start; at !== null; from = at, at = at.parent) {
    let innerKeypad = false; // Another child has ten digits.
    let innerWhole = false; // And a field with them.
    if (at !== start) {
      holding.nodes++;
      if (isDigitElement(at)) holding.digits++;
    }
    for (let child = at.first; child !== null; child = child.next) {
      if (child === from) continue;
      const inner = count(child);
      if (inner === null) return false;
      if (inner.digits >= DIGITS_MIN) {
        innerKeypad = true;
        innerWhole ||= inner.fields > 0;
      }
      if (at === start) continue;
      holding.nodes += inner.nodes;
      holding.digits += inner.digits;
      holding.fields += inner.fields;
    }
    if (holding.nodes > NODES_MAX) return false;
    if ((at.facts & KEYPAD) !== 0 && holding.digits > 0) return true;
    if (!byDigits || holding.digits < DIGITS_MIN) continue;
    if (!innerKeypad) return true;
    if (holding.fields > 0) return !innerWhole;
  }
  return false;
}

// Of one page: what tells for most pages that there is no keypad, and the answers given
// since the tree changed.
export class Keypads {
  constructor() {
    this.digits = 0;
    this.named = 0; // Elements that are named like a keypad.
    this.sensitive = 0;
    this.answers = new Map();
  }

  changed() {
    if (this.answers.size > 0) this.answers.clear();
  }

  noteFacts(before, facts) {
    const one = (bits, mask) => ((bits & mask) !== 0 ? 1 : 0);
    this.digits += one(facts, ONE_DIGIT) - one(before, ONE_DIGIT);
    this.named += one(facts, KEYPAD) - one(before, KEYPAD);
    this.changed();
  }

  holds(node) {
    const byDigits = this.digits >= DIGITS_MIN && this.sensitive > 0;
    if (this.digits === 0 || (!byDigits && this.named === 0)) return false;
    let answer = this.answers.get(node);
    if (answer === undefined) {
      answer = isInKeypad(node, byDigits);
      this.answers.set(node, answer);
    }
    return answer;
  }
}
