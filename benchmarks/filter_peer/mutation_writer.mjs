// What of a mutation may leave, which is changed in place.
import { MASK } from './chars.mjs';
import { keepMembers } from './members.mjs';
import { CENSORED, DOCUMENT, ELEMENT, HIDDEN, TEXT_NODE } from './nodes.mjs';
import { isObject } from './observer.mjs';

const NEIGHBOUR_STEPS = 1000; // Behind more than that, the end will do.

export class MutationWriter {
  constructor(page, attributes, nodes) {
    this.page = page;
    this.attributes = attributes;
    this.nodes = nodes;
  }

  // Returns false when nothing is left of it.
  write(data, effect) {
    const { censored } = effect;
    let entries = censored.length;
    const list = (write) => (value) => {
      if (!Array.isArray(value)) return undefined;
      const kept = value.filter(write);
      entries += kept.length;
      return kept;
    };
    keepMembers(data, {
      source: 'number',
      isAttachIframe: 'boolean',
      removes: list(
        (entry, i) =>
          effect.removedShown[i] === true &&
          keepMembers(entry, { parentId: 'number', id: 'number', isShadow: 'boolean' }),
      ),
      adds: list((entry, i) => this.add(entry, effect.added[i])),
      attributes: list((entry) => this.attributeMutation(entry)),
      texts: list((entry) => this.textMutation(entry)),
    });
    if (censored.length > 0) {
      data.removes = [
        ...(data.removes ?? []),
        ...censored.map(MutationWriter.placeholderRemove),
      ];
      data.adds = [...(data.adds ?? []), ...censored.map(MutationWriter.placeholderAdd)];
    }
    return entries > 0;
  }

  add(entry, node) {
    // Another node with its id may have come later.
    if (
      node === null ||
      node.json === null ||
      this.page.tree.find(node.id) !== node ||
      (node.flags & HIDDEN) !== 0
    )
      return false;
    keepMembers(entry, {
      parentId: () => entry.parentId,
      nextId: (id) => this.neighbour(id, true),
      previousId: (id) => this.neighbour(id, false),
      node: (json) => {
        this.nodes.node(json, node);
        return json;
      },
    });
    return true;
  }

  // A sibling that the replay does not have is replaced by the next one that it has.
  neighbour(id, isNext) {
    if (id === null) return null;
    let node = this.page.tree.find(id);
    for (let steps = 0; node !== null && (node.flags & HIDDEN) !== 0; steps++) {
      node = isNext && steps < NEIGHBOUR_STEPS ? node.next : null;
    }
    return node === null ? null : node.id;
  }

  shownNode(entry) {
    const node = isObject(entry) ? this.page.tree.find(entry.id) : null;
    return node === null || (node.flags & (HIDDEN | CENSORED)) !== 0 ? null : node;
  }

  attributeMutation(entry) {
    const node = this.shownNode(entry);
    if (node === null || node.kind !== ELEMENT || !isObject(entry.attributes))
      return false;
    const kept = this.attributes.write(entry.attributes, node, true);
    keepMembers(entry, { id: 'number', attributes: isObject });
    return kept > 0;
  }

  textMutation(entry) {
    const node = this.shownNode(entry);
    if (node === null || entry.value === undefined) return false;
    keepMembers(entry, { id: 'number', value: (value) => value });
    if (entry.value === null) return true;
    if (
      typeof entry.value !== 'string' ||
      node.kind === ELEMENT ||
      node.kind === DOCUMENT
    ) {
      return false;
    }
    const before = entry.value;
    entry.value = node.kind === TEXT_NODE ? this.nodes.textOf(node, before) : '';
    return (
      node.kind !== TEXT_NODE ||
      this.page.showsNew(node.id, '', entry.value === MASK && before !== MASK)
    );
  }

  // An element that is censored from now on is taken out of the replay with what is in
  // it, and an empty one takes its place.
  static placeholderRemove(node) {
    const entry = { parentId: node.parent.id, id: node.id };
    return node.shadow ? { ...entry, isShadow: true } : entry;
  }

  static placeholderAdd(node) {
    let { next } = node;
    while (next !== null && (next.flags & HIDDEN) !== 0) next = next.next;
    const empty = {
      type: ELEMENT,
      tagName: 'div',
      attributes: {},
      childNodes: [],
      id: node.id,
    };
    if (node.shadow) empty.isShadow = true;
    return {
      parentId: node.parent.id,
      nextId: next === null ? null : next.id,
      node: empty,
    };
  }
}
