// The recorder's tree of one page, without its texts: what the privacy rules need to know
// of every node of a recording. What restricts a node belongs to its id as well, so that
// one that is taken out and comes back has it again.
import * as fact from './facts.mjs';
import { Keypads } from './keypads.mjs';
import {
  CENSORED,
  DOCUMENT,
  ELEMENT,
  HIDDEN_INPUT,
  IGNORED,
  MASKED,
  Node,
  RESTRICTIONS,
  SENSITIVE,
  SENSITIVITY,
  TAKES_TEXT,
  TEXT_NODE,
  after,
  boxBeside,
  combined,
  inheritedBy,
  isBox,
  sensitivityOf,
} from './nodes.mjs';

const { TAG } = fact;
const NODES_MAX = 1 << 18;
const SWAP_DEPTH_MAX = 3;

// What the id of a node keeps when the node goes. The text of a field is a value wherever
// it goes.
function keptOf(node) {
  const value = node.kind === TEXT_NODE ? TAKES_TEXT : 0;
  return node.flags & (RESTRICTIONS | value);
}

export class PageTree {
  constructor() {
    this.gone = new Map(); // By id: what it keeps of nodes that are gone.
    this.beginPage();
  }

  // Another page, whose ids are others.
  beginPage() {
    this.clear();
    this.gone.clear();
    this.secretNames = new Set();
    this.allFieldsSensitive = false;
  }

  // A new full snapshot: all sensitivity stays with the ids, and of the other
  // restrictions what the new snapshot may not show any more.
  beginSnapshot() {
    const gone = new Map();
    const keep = (id, lasting) => {
      if (lasting !== 0) gone.set(id, { flags: lasting, lasting });
    };
    for (const [id, { lasting }] of this.gone) keep(id, lasting);
    for (const node of this.nodes.values()) {
      if (keptOf(node) !== 0) {
        keep(node.id, PageTree.lasting(node) | (gone.get(node.id)?.lasting ?? 0));
      }
    }
    this.gone = gone;
    this.clear();
  }

  clear() {
    this.nodes = new Map();
    this.keypads = new Keypads();
    this.beginMutation();
  }

  beginMutation() {
    this.swapped = new Set(); // Where sensitive fields were.
    this.removedFields = new Set(); // Ids of other fields that were removed.
    this.newlyCensored = [];
  }

  find(id) {
    return this.nodes.get(id) ?? null;
  }

  // Adds a node in front of `next`, or as the last; null when it cannot be.
  insert(id, kind, parent, next, shadow, json) {
    if (parent === null && kind !== DOCUMENT) return null;
    let before = next;
    const old = this.find(id);
    if (old !== null) {
      const inside = parent !== null && parent.isInside(old);
      if (before === old) before = old.next;
      this.remove(old);
      if (inside) return null;
    }
    if (this.nodes.size >= NODES_MAX) return null;
    const node = new Node(id, kind, parent, shadow, json);
    this.nodes.set(id, node);
    this.keypads.changed();
    if (parent !== null) PageTree.link(node, parent, before);
    const past = this.gone.size > 0 ? (this.gone.get(id)?.flags ?? 0) : 0;
    const flags = combined(node, past);
    if (flags !== 0) this.setFlags(node, flags);
    return node;
  }

  static link(node, parent, next) {
    node.next = next;
    node.prev = next === null ? parent.last : next.prev;
    if (node.prev === null) parent.first = node;
    else node.prev.next = node;
    if (next === null) parent.last = node;
    else next.prev = node;
  }

  static unlink(node) {
    if (node.parent === null) return;
    if (node.prev === null) node.parent.first = node.next;
    else node.prev.next = node.next;
    if (node.next === null) node.parent.last = node.prev;
    else node.next.prev = node.prev;
  }

  // Takes the node out with everything inside it, from the leaves up.
  remove(top) {
    PageTree.unlink(top);
    const inside = [];
    for (let node = top; node !== null; node = after(node, top)) inside.push(node);
    for (let i = inside.length - 1; i >= 0; i--) this.bury(inside[i], top);
  }

  bury(node, top) {
    const kept = keptOf(node);
    if (kept !== 0) {
      const past = this.gone.get(node.id);
      this.gone.set(node.id, {
        flags: (past?.flags ?? 0) | kept,
        lasting: (past?.lasting ?? 0) | PageTree.lasting(node),
      });
    }
    if (node.isField()) {
      if ((node.flags & SENSITIVE) === 0) this.removedFields.add(node.id);
      else this.noteSwap(node, top);
    }
    this.setFlags(node, 0);
    this.setFacts(node, 0);
    const censored = this.newlyCensored.indexOf(node);
    if (censored >= 0) this.newlyCensored.splice(censored, 1);
    this.nodes.delete(node.id);
  }

  noteSwap(node, top) {
    let at = node;
    for (let depth = 1; depth <= SWAP_DEPTH_MAX && at.parent !== null; depth++) {
      if (at === top) {
        this.swapped.add(`${at.parent.id} ${depth}`);
        return;
      }
      at = at.parent;
    }
  }

  // All sensitivity, and what neither the node nor what is around it explains.
  static lasting(node) {
    return (
      (keptOf(node) & ~(node.own | inheritedBy(node))) |
      (node.flags & SENSITIVITY)
    );
  }

  setAttribute(node, name, value) {
    const reader = fact.readerOf(name);
    if (reader === null) return;
    const facts = reader.read(value);
    if (facts === fact.SRCDOC && (node.facts & facts) === 0) node.outward = true;
    this.setFacts(node, (node.facts & ~reader.mask) | facts);
    if (reader.name === 'id') node.htmlId = value;
    else if (reader.name === 'name') node.name = value;
  }

  removeAttribute(node, name) {
    const reader = fact.readerOf(name);
    if (reader === null) return;
    this.setFacts(node, node.facts & ~reader.mask);
    if (reader.name === 'id') node.htmlId = '';
    else if (reader.name === 'name') node.name = '';
  }

  setOneDigit(node, oneDigit) {
    this.setFacts(
      node,
      oneDigit ? node.facts | fact.ONE_DIGIT : node.facts & ~fact.ONE_DIGIT,
    );
  }

  setFacts(node, facts) {
    if (facts === node.facts) return;
    this.keypads.noteFacts(node.facts, facts);
    node.facts = facts;
  }

  setFlags(node, flags) {
    if (flags === node.flags) return;
    this.keypads.changed();
    const became = flags & ~node.flags;
    const was = (node.flags & SENSITIVE) !== 0;
    node.flags = flags;
    if ((became & CENSORED) !== 0 && node.judged) this.newlyCensored.push(node);
    if ((became & SENSITIVE) !== 0) {
      this.keypads.sensitive++;
      this.rememberNames(node);
    } else if (was && (flags & SENSITIVE) === 0) {
      this.keypads.sensitive--;
    }
  }

  rememberNames(node) {
    if (!node.isField()) return;
    if (node.htmlId !== '') this.secretNames.add(`id ${node.htmlId}`);
    if (node.name !== '') this.secretNames.add(`name ${node.name}`);
  }

  ownOf(node) {
    if (node.kind !== ELEMENT) return 0;
    const { facts, tag } = node;
    const input = tag === TAG.input;
    let own = 0;
    const typed =
      (facts & (fact.EDITABLE | fact.FIELD_ROLE)) !== 0 || fact.isTextTag(tag);
    if (typed || (input && (facts & fact.BUTTON_TYPE) === 0)) own |= TAKES_TEXT;
    if (input && (facts & fact.HIDDEN_TYPE) !== 0) own |= HIDDEN_INPUT;
    if ((facts & fact.BLOCK) !== 0) own |= CENSORED;
    if ((facts & fact.MASKED_CLASS) !== 0) own |= MASKED;
    if ((facts & fact.IGNORE) !== 0) own |= IGNORED;
    const field = (own & TAKES_TEXT) !== 0 || tag === TAG.custom;
    return own | (this.allFieldsSensitive && field ? SENSITIVITY : sensitivityOf(node));
  }

  // True when the field stands in for a sensitive one, by its names or its place.
  takesOver(node) {
    if (
      this.secretNames.size > 0 &&
      (this.secretNames.has(`id ${node.htmlId}`) ||
        this.secretNames.has(`name ${node.name}`))
    )
      return true;
    // One that was there before is moved, not put in the place of another.
    if (node.judged || this.swapped.size === 0 || this.removedFields.has(node.id))
      return false;
    let at = node.parent;
    for (let depth = 1; depth <= SWAP_DEPTH_MAX && at !== null; depth++) {
      if (this.swapped.has(`${at.id} ${depth}`)) return true;
      at = at.parent;
    }
    return false;
  }

  // Works out the node's flags, and those of what is inside it when they change.
  judge(node) {
    const plain = node.kind !== ELEMENT || fact.saysNothing(node.tag);
    if (
      plain &&
      (node.facts & ~fact.ONE_DIGIT) === 0 &&
      node.flags === 0 &&
      !node.outward
    ) {
      node.judged = true; // As of most, nothing can be said of it.
      return;
    }
    const before = node.flags;
    const own = this.ownOf(node);
    if (own !== node.own) this.keypads.changed();
    node.own = own;
    let extra = node.isField() && this.takesOver(node) ? SENSITIVITY : 0;
    if (isBox(node)) {
      for (const forward of [false, true]) {
        const other = boxBeside(node, forward);
        if (other === null) continue;
        extra = SENSITIVITY;
        this.taint(other);
      }
    }
    const outward = node.outward && node.first !== null;
    node.outward = false;
    const flags = combined(node, extra);
    if ((flags & before & SENSITIVE) !== 0) this.rememberNames(node);
    this.setFlags(node, flags);
    node.judged = true;
    if (flags !== before || outward) this.propagate(node, outward);
  }

  // Gives what changed at `top` to what is inside it; `all` when more than that changed.
  propagate(top, all) {
    for (let child = top.first; child !== null; child = child.next) {
      const flags = combined(child, 0);
      const changed = flags !== child.flags;
      if (changed) this.setFlags(child, flags);
      if (changed || all) this.propagate(child, all);
    }
  }

  // The node has been seen to hold a secret.
  taint(node) {
    const flags = combined(node, SENSITIVITY);
    if (flags === node.flags) return;
    this.setFlags(node, flags);
    this.propagate(node, false);
  }

  // Style rules hide what is typed. Returns false when that was known.
  suspectAllFields() {
    if (this.allFieldsSensitive) return false;
    this.allFieldsSensitive = true;
    for (const node of [...this.nodes.values()].filter((known) => known.judged)) {
      node.own = this.ownOf(node);
      this.refresh(node);
    }
    return true;
  }

  refresh(node) {
    this.setFlags(node, combined(node, 0));
    this.propagate(node, false);
  }

  inKeypad(node) {
    return this.keypads.holds(node);
  }
}
