// What of a snapshot may leave, which is changed in place.
import { isGeometry } from './attributes.mjs';
import { MASK, isBlank } from './chars.mjs';
import { isWholeCss } from './css_values.mjs';
import { TAG } from './facts.mjs';
import {
  CENSORED,
  DOCTYPE,
  DOCUMENT,
  ELEMENT,
  HIDDEN,
  MASKED,
  SENSITIVE,
  TAKES_TEXT,
  TEXT_NODE,
} from './nodes.mjs';
import { isObject } from './observer.mjs';
import { keepMembers } from './members.mjs';
import { NAME } from './typed.mjs';

// Elements that load or hold something of their own, or that only a script explains.
const REPLACED = new Set([
  TAG.custom,
  TAG.input,
  TAG.textarea,
  TAG.select,
  TAG.iframe,
  TAG.frame,
  TAG.object,
  TAG.embed,
  TAG.canvas,
  TAG.img,
  TAG.video,
  TAG.audio,
  TAG.script,
  TAG.noscript,
]);
const isTagName = (name) => /^[A-Za-z][A-Za-z0-9_:.-]{0,63}$/.test(name);

export class NodeWriter {
  constructor(page, strings, attributes) {
    this.page = page;
    this.strings = strings;
    this.attributes = attributes;
    this.joined = null; // The texts of a style element, taken together.
  }

  // Returns false when nothing is left of the event.
  fullSnapshot(data) {
    const node = isObject(data.node) ? this.page.tree.find(data.node.id) : null;
    if (node === null || node.json !== data.node) return false;
    this.node(data.node, node);
    keepMembers(data, {
      node: isObject,
      initialOffset: (value) => keepMembers(value, { left: 'number', top: 'number' }),
    });
    return true;
  }

  node(json, node) {
    node.json = null;
    if ((node.flags & CENSORED) !== 0) {
      this.censoredNode(json, node);
      return;
    }
    for (const key in json) {
      const value = json[key];
      const kept = this.member(key, value, node);
      if (kept !== value) json[key] = kept;
    }
  }

  // Undefined when the member goes.
  member(key, value, node) {
    const holds = node.kind === ELEMENT || node.kind === DOCUMENT;
    switch (key) {
      case 'type':
      case 'id':
        return value;
      case 'textContent':
        if (holds || node.kind === DOCTYPE) return undefined;
        return node.kind === TEXT_NODE && typeof value === 'string'
          ? this.textOf(node, value)
          : '';
      case 'tagName':
        return typeof value === 'string' ? this.tagName(value) : undefined;
      case 'attributes':
        if (node.kind !== ELEMENT || !isObject(value)) return undefined;
        this.attributes.write(value, node, false);
        return value;
      case 'childNodes':
        return holds && Array.isArray(value) ? this.children(value, node) : undefined;
      case 'rootId':
        return typeof value === 'number' ? value : undefined;
      case 'isShadow':
      case 'isShadowHost':
      case 'isSVG':
      case 'isStyle':
      case 'isCustom':
        return typeof value === 'boolean' ? value : undefined;
      default: {
        const name =
          node.kind === DOCTYPE
            ? key === 'name' || key === 'publicId' || key === 'systemId'
            : node.kind === DOCUMENT && key === 'compatMode';
        return name && typeof value === 'string'
          ? this.strings.text(value, NAME)
          : undefined;
      }
    }
  }

  tagName(name) {
    return isTagName(name) && this.strings.text(name, NAME) === name ? name : 'div';
  }

  children(list, parent) {
    const outer = this.joined;
    this.joined = parent.tag === TAG.style ? this.joinTexts(list) : null;
    let kept = 0;
    for (const json of list) {
      const node = isObject(json) ? this.page.tree.find(json.id) : null;
      if (
        node === null ||
        node.json !== json ||
        node.parent !== parent ||
        (node.flags & HIDDEN) !== 0
      )
        continue;
      this.node(json, node);
      list[kept++] = json;
    }
    list.length = kept;
    this.joined = outer;
    return list;
  }

  // The style sheet of an element is all its texts together: none of them can be read by
  // itself. Null when there are not several.
  joinTexts(list) {
    const texts = list
      .map((json) => json?.textContent)
      .filter((text) => typeof text === 'string' && text !== '');
    return texts.length < 2 ? null : this.strings.sheet(texts.join(''));
  }

  styleText(node, text) {
    if (this.joined !== null) {
      // The first one takes them all.
      const { joined } = this;
      if (text !== '') this.joined = '';
      return text === '' ? text : joined;
    }
    // A text among others that are not at hand has to be whole rules.
    const alone = node.next === null && node.parent.first === node;
    if (!alone && /-security|text-s/i.test(text)) this.strings.hidesText = true;
    return alone || isWholeCss(text) ? this.strings.sheet(text) : '';
  }

  textOf(node, text) {
    const { parent } = node;
    const flags = parent.flags | node.flags;
    if ((flags & (TAKES_TEXT | SENSITIVE | MASKED)) === 0) {
      if (parent.tag === TAG.style) return this.styleText(node, text);
      const cleaned = this.strings.pageText(text);
      if (cleaned !== text) this.page.altered.add(node.id);
      return cleaned;
    }
    // White space inside a list of choices lies between elements.
    const typed = (flags & (TAKES_TEXT | SENSITIVE)) !== 0;
    const between =
      !typed ||
      parent.tag === TAG.select ||
      parent.tag === TAG.optgroup ||
      parent.tag === TAG.datalist;
    if (between && isBlank(text)) return typed ? this.strings.text(text, 0) : text;
    this.page.altered.add(node.id);
    return MASK;
  }

  // An element of which nothing is shown but the room it takes.
  censoredNode(json, node) {
    keepMembers(json, {
      type: 'number',
      id: 'number',
      rootId: 'number',
      isShadow: 'boolean',
      isSVG: 'boolean',
      tagName: (name) => (REPLACED.has(node.tag) ? 'div' : this.tagName(name)),
      childNodes: () => [],
      attributes: (value) =>
        isObject(value) ? this.censoredAttributes(value) : undefined,
    });
  }

  censoredAttributes(attributes) {
    const size = (text) =>
      typeof text === 'string' && isGeometry(text)
        ? this.strings.text(text, NAME)
        : undefined;
    keepMembers(attributes, { rr_width: size, rr_height: size });
    return attributes;
  }
}
