// The nodes of a recorded page, what holds of them, and what a node's attributes and its
// place in the tree say of it.
import * as fact from './facts.mjs';

const { TAG } = fact;

// rrweb's numbers of kinds.
export const DOCUMENT = 0;
export const DOCTYPE = 1;
export const ELEMENT = 2;
export const TEXT_NODE = 3;

// What holds of a node. All are inherited by what is inside the node, but for those that
// say "itself". All are sticky: once set, a flag stays while the node stands in the tree.
export const SENSITIVE = 1 << 0;
export const CENSORED = 1 << 1; // Itself.
export const HIDDEN = 1 << 2; // Inside a censored element, script or noscript.
export const MASKED = 1 << 3;
export const TAKES_TEXT = 1 << 4;
export const IGNORED = 1 << 6; // Itself.
export const HIDDEN_INPUT = 1 << 9; // Itself.
const SENSITIVE_INSIDE = 1 << 10;
export const SENSITIVITY = SENSITIVE | SENSITIVE_INSIDE;
export const RESTRICTIONS = SENSITIVITY | CENSORED | HIDDEN | MASKED | IGNORED;

const BOX_STEPS = 64;
const BOX_PARENT_STEPS = 16;

export class Node {
  constructor(id, kind, parent, shadow, json) {
    this.id = id;
    this.kind = kind;
    this.tag = TAG.other;
    this.facts = 0;
    this.flags = 0;
    this.own = 0; // Without what is inherited and what was.
    this.judged = false;
    this.outward = false; // An attribute changed that matters to what is inside.
    this.shadow = shadow;
    this.parent = parent;
    this.next = null;
    this.prev = null;
    this.first = null;
    this.last = null;
    this.htmlId = '';
    this.name = '';
    this.json = json; // Where it stands in the event at hand.
  }

  isInside(around) {
    let node = this;
    while (node !== null && node !== around) node = node.parent;
    return node !== null;
  }

  isField() {
    return (this.own & TAKES_TEXT) !== 0 || this.tag === TAG.custom;
  }
}

// The node after `node` in document order inside `top`; null at the end.
export function after(node, top) {
  if (node.first !== null) return node.first;
  let at = node;
  while (at !== top) {
    if (at.next !== null) return at.next;
    at = at.parent;
  }
  return null;
}

// A part of SENSITIVITY. What is named like a secret without being a field says nothing
// of the elements inside it.
export function sensitivityOf(node) {
  const { facts, tag } = node;
  const always = fact.PASSWORD | fact.AUTOCOMPLETE | fact.HIDES_TEXT | fact.IS_PASSWORD;
  if ((facts & always) !== 0) return SENSITIVITY;
  if ((facts & (fact.SECRET_NAME | fact.SECRET_ID | fact.SECRET_AUTOCOMPLETE)) === 0)
    return 0;
  const button = tag === TAG.input && (facts & fact.BUTTON_TYPE) !== 0;
  const typed = (facts & (fact.EDITABLE | fact.FIELD_ROLE)) !== 0;
  if ((button || fact.isPlainTag(tag)) && !typed) return 0;
  return tag === TAG.custom ? SENSITIVITY : SENSITIVE;
}

// What the parent says of the node.
export function inheritedBy(node) {
  const { parent } = node;
  if (parent === null) return 0;
  const outer = parent.flags;
  let flags = outer & (MASKED | TAKES_TEXT);
  if ((outer & SENSITIVE_INSIDE) !== 0) flags |= SENSITIVITY;
  else if (node.kind !== ELEMENT && node.kind !== DOCUMENT) flags |= outer & SENSITIVE;
  if (
    (outer & (CENSORED | HIDDEN)) !== 0 ||
    parent.tag === TAG.script ||
    parent.tag === TAG.noscript ||
    (parent.tag === TAG.iframe && (parent.facts & fact.SRCDOC) !== 0)
  )
    flags |= HIDDEN;
  return flags;
}

// The node's flags from what it is, what it was with `extra`, and what is around it.
export function combined(node, extra) {
  const flags = node.flags | extra | node.own | inheritedBy(node);
  const sensitiveField = (flags & SENSITIVE) !== 0 && (flags & TAKES_TEXT) !== 0;
  return sensitiveField ? flags | SENSITIVE_INSIDE : flags;
}

// A box for one character, such as those for the digits of a code.
export const isBox = (node) =>
  node.tag === TAG.input &&
  (node.facts & (fact.ONE_CHARACTER | fact.LIST | fact.NO_TEXT)) === fact.ONE_CHARACTER;

function boxAmong(start, forward, most) {
  let node = start;
  for (let steps = most; node !== null && steps > 0; steps--) {
    if (isBox(node)) return node;
    node = forward ? node.next : node.prev;
  }
  return null;
}

// The nearest box beside `node`: among its siblings, or inside siblings of its parent.
export function boxBeside(node, forward) {
  const beside = (at) => (forward ? at.next : at.prev);
  let box = boxAmong(beside(node), forward, BOX_STEPS);
  if (box !== null || node.parent === null) return box;
  let around = beside(node.parent);
  for (let i = 0; i < BOX_PARENT_STEPS && around !== null && box === null; i++) {
    box = boxAmong(forward ? around.first : around.last, forward, BOX_PARENT_STEPS);
    around = beside(around);
  }
  return box;
}
