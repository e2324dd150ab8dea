// The first pass over an event of a recording: what it says of the page.
import { trim, lower } from './chars.mjs';
import { isOneDigit } from './elements.mjs';
import { TAG, isTypedInto, showsText, tagOf } from './facts.mjs';
import {
  DOCUMENT,
  ELEMENT,
  HIDDEN,
  HIDDEN_INPUT,
  SENSITIVE,
  TAKES_TEXT,
  TEXT_NODE,
} from './nodes.mjs';
import { pageOf } from './urls.mjs';
import { FIELD } from './typed.mjs';

const BOXES = 16;
const ID_MAX = 0x7fffffff;

export const isObject = (value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isId = (id) => Number.isInteger(id) && id > 0 && id <= ID_MAX;

// The strings and numbers of a value, keys included: one, but in events that rrweb does
// not write.
function scalarsOf(value) {
  if (typeof value === 'string' || typeof value === 'number') return [String(value)];
  if (Array.isArray(value)) return value.flatMap(scalarsOf);
  return isObject(value) ? Object.entries(value).flatMap(scalarsOf) : [];
}

const listOf = (data, key) => (Array.isArray(data[key]) ? data[key] : []);

// Whether it has an id and a known kind, and an element a tag.
const isNode = (json) =>
  isObject(json) &&
  isId(json.id) &&
  Number.isInteger(json.type) &&
  json.type >= 0 &&
  json.type <= 5 &&
  (json.type !== ELEMENT || typeof json.tagName === 'string');

export class Observer {
  constructor(page) {
    this.page = page;
    this.live = false; // Not part of a snapshot.
  }

  meta(data) {
    if (typeof data.href !== 'string') return;
    const { page } = this;
    if (pageOf(page.url) !== pageOf(data.href)) {
      page.tree.beginPage();
      page.forgetNodes();
      page.number++;
    }
    page.setUrl(data.href);
  }

  fullSnapshot(data) {
    this.page.tree.beginSnapshot();
    this.page.forgetNodes();
    this.live = false;
    if (isNode(data.node)) this.add(data.node, null, null);
  }

  // Adds a node and what is inside it to the tree; null when it cannot be.
  add(json, parent, next) {
    if (!isNode(json)) return null;
    const { tree } = this.page;
    // A second node with the id of one that came with this event would share its flags.
    if (this.live ? this.arrived.has(json.id) : tree.find(json.id) !== null) return null;
    if (this.live) {
      this.arrived.add(json.id);
      this.newIds.push(json.id);
    }
    const node = tree.insert(
      json.id,
      json.type,
      parent,
      next,
      json.isShadow === true,
      json,
    );
    if (node === null) return null;
    this.page.forgetNode(json.id);
    if (json.type === ELEMENT) {
      this.element(node, json);
    } else {
      tree.judge(node);
      if (json.type === TEXT_NODE && typeof json.textContent === 'string') {
        this.text(node, json.textContent, this.live);
      }
    }
    if (
      (json.type === ELEMENT || json.type === DOCUMENT) &&
      Array.isArray(json.childNodes)
    ) {
      for (const child of json.childNodes) this.add(child, node, null);
    }
    return node;
  }

  element(node, json) {
    node.tag = tagOf(json.tagName);
    const attributes = isObject(json.attributes) ? json.attributes : null;
    if (attributes !== null) this.attributes(node, attributes);
    this.page.tree.judge(node);
    if (attributes !== null) this.valueAttribute(node, attributes, false);
  }

  attributes(node, attributes) {
    let odd = false;
    for (const name in attributes) {
      this.attribute(node, name, attributes[name]);
      odd ||= /[A-Z]/.test(name);
    }
    if (!odd) return;
    // Two attributes that are spelled apart and the same to HTML: only the later one has
    // been looked at.
    const names = Object.keys(attributes);
    if (new Set(names.map(lower)).size === names.length) return;
    this.page.tree.taint(node);
    // What the spelling of browsers says holds, such as a class that censors.
    for (const name of names)
      if (!/[A-Z]/.test(name)) this.attribute(node, name, attributes[name]);
  }

  attribute(node, name, value) {
    const { tree } = this.page;
    if (typeof value === 'string') {
      if (name === '_cssText') return;
      tree.setAttribute(node, name, value);
      if (showsText(name)) tree.setOneDigit(node, isOneDigit(value));
    } else if (value === null || value === false) {
      tree.removeAttribute(node, name);
    } else if (value === true) {
      tree.setAttribute(node, name, '');
    } else if (typeof value === 'number') {
      tree.setAttribute(node, name, String(value));
    } else if (name === 'style' && isObject(value)) {
      // The property alone is reason enough, whatever its value.
      const hides = Object.keys(value).some((property) =>
        property.replaceAll('-', '').toLowerCase().includes('textsecurity'),
      );
      if (hides) tree.taint(node);
    }
  }

  // What the attribute `value` says of a field.
  valueAttribute(node, attributes, typed) {
    for (const text of scalarsOf(attributes.value)) this.fieldValue(node, text, typed);
  }

  // `typed`: the text was not there when the page was first seen.
  text(node, text, typed) {
    const { parent } = node;
    if (parent === null) return;
    if (parent.tag === TAG.style && (parent.flags & TAKES_TEXT) === 0) return;
    if (isOneDigit(text)) this.page.tree.setOneDigit(node, true);
    else if (typed) this.page.tree.setOneDigit(node, false);
    this.fieldValue(parent, text, typed);
  }

  // `node` holds `value` as its attribute or inside it.
  fieldValue(node, value, typed) {
    if ((node.flags & (SENSITIVE | TAKES_TEXT)) === 0 || trim(value) === '') return;
    const { page } = this;
    let sensitive = (node.flags & SENSITIVE) !== 0;
    if (!sensitive && page.typed.repeats(value, FIELD)) {
      // A copy of a field that holds what was typed into the other one.
      page.tree.taint(node);
      sensitive = true;
    }
    const typedInto = typed && isTypedInto(node.tag) && (node.flags & HIDDEN_INPUT) === 0;
    if (sensitive || typedInto)
      page.typed.remember(page.fieldKey(node.id), value, sensitive);
  }

  input(data) {
    const id = Number.isInteger(data.id) && Math.abs(data.id) <= ID_MAX ? data.id : -1;
    for (const text of scalarsOf(data.text)) this.typed(id, text);
  }

  typed(id, text) {
    const { page } = this;
    const node = page.tree.find(id);
    // Typed into something that comes to be known later, or never: any field.
    const sensitive = node === null || (node.flags & SENSITIVE) !== 0;
    if (sensitive || isTypedInto(node.tag)) {
      page.typed.remember(page.fieldKey(id), text, sensitive);
    }
    if (sensitive && node !== null) this.box(id, text);
  }

  // The characters of a code may be typed into a box each, and shown together.
  box(id, value) {
    const { boxes } = this.page;
    if ([...value].length !== 1) {
      boxes.delete(id);
      return;
    }
    if (boxes.has(id) || boxes.size < BOXES) boxes.set(id, value);
    if (boxes.size < 2) return;
    this.page.typed.remember(this.page.fieldKey(-1), [...boxes.values()].join(''), true);
  }

  // Returns what the mutation did: which removed nodes the filtered recording shows, the
  // nodes of the adds, and the nodes that are censored from now on.
  mutation(data) {
    const { tree } = this.page;
    this.live = true;
    this.arrived = new Set();
    this.newIds = [];
    tree.beginMutation();
    // In the order of rrweb's player, whatever their order in the event.
    const removedShown = listOf(data, 'removes').map((entry) => this.remove(entry));
    const added = this.adds(listOf(data, 'adds'));
    this.attributeMutations(listOf(data, 'attributes'));
    for (const entry of listOf(data, 'texts')) {
      const node = isObject(entry) ? tree.find(entry.id) : null;
      if (node !== null && typeof entry.value === 'string')
        this.text(node, entry.value, true);
    }
    // One that came with this event is written as censored where it stands.
    const censored = tree.newlyCensored.filter(
      (node) =>
        node.parent !== null && (node.flags & HIDDEN) === 0 && !added.includes(node),
    );
    return { removedShown, added, censored };
  }

  remove(entry) {
    const node = isObject(entry) ? this.page.tree.find(entry.id) : null;
    if (node === null) return false;
    const shown = (node.flags & HIDDEN) === 0;
    this.page.forgetNode(node.id);
    this.page.tree.remove(node);
    return shown;
  }

  // A parent or the next sibling may come behind what needs it: each add waits for the
  // node that it lacks. A sibling that never comes leaves the node at the end.
  adds(entries) {
    const added = new Array(entries.length).fill(null);
    const waiting = new Map();
    const run = (first, anyPlace) => {
      const ready = [first];
      while (ready.length > 0) {
        const i = ready.pop();
        this.newIds.length = 0;
        const missing = this.addOne(entries[i], i, anyPlace, added);
        if (missing !== 0) {
          if (waiting.has(missing)) waiting.get(missing).push(i);
          else waiting.set(missing, [i]);
        } else if (waiting.size > 0) {
          for (const id of this.newIds) {
            ready.push(...(waiting.get(id) ?? []));
            waiting.delete(id);
          }
        }
      }
    };
    for (let i = 0; i < entries.length; i++) run(i, false);
    const left = [...waiting.values()].flat().sort((a, b) => a - b);
    waiting.clear();
    for (const i of left) if (added[i] === null) run(i, true);
    return added;
  }

  // Returns the id of the parent that is not known yet, or of the next sibling while not
  // `anyPlace`; otherwise 0.
  addOne(entry, i, anyPlace, added) {
    if (!isObject(entry) || !Number.isInteger(entry.parentId)) return 0;
    const { tree } = this.page;
    const parent = tree.find(entry.parentId);
    if (parent === null) return entry.parentId;
    if (parent.kind !== ELEMENT && parent.kind !== DOCUMENT) return 0;
    const hasNext = isId(entry.nextId);
    let next = hasNext ? tree.find(entry.nextId) : null;
    if (next !== null && next.parent !== parent) next = null;
    if (hasNext && next === null && !anyPlace) return entry.nextId;
    added[i] = this.add(entry.node, parent, next);
    return 0;
  }

  attributeMutations(entries) {
    const changes = [];
    for (const entry of entries) {
      const node = isObject(entry) ? this.page.tree.find(entry.id) : null;
      if (node === null || !isObject(entry.attributes)) continue;
      this.attributes(node, entry.attributes);
      this.page.tree.judge(node);
      changes.push([node, entry.attributes]);
    }
    // What fields hold counts once every change of what they are is known.
    for (const [node, attributes] of changes) this.valueAttribute(node, attributes, true);
  }
}
