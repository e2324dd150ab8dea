// What of events that are neither a snapshot nor a mutation may leave. All are changed in
// place; false is returned for one that goes.
import { MASK } from './chars.mjs';
import { keepMembers, numberOrNull, numbers } from './members.mjs';
import {
  CENSORED,
  HIDDEN,
  IGNORED,
  MASKED,
  SENSITIVE,
  TAKES_TEXT,
  TEXT_NODE,
} from './nodes.mjs';
import { isObject } from './observer.mjs';
import { NAME } from './typed.mjs';

const MOUSE_TYPE_MAX = 10;
const POSITION = { x: 'number', y: 'number', id: 'number', timeOffset: 'number' };
const MOUSE = {
  source: 'number',
  type: 'number',
  id: 'number',
  x: 'number',
  y: 'number',
  pointerType: 'number',
};
const SCROLL = { source: 'number', id: 'number', x: 'number', y: 'number' };
const RESIZE = { source: 'number', width: 'number', height: 'number' };
const MEDIA = {
  source: 'number',
  type: 'number',
  id: 'number',
  currentTime: 'number',
  volume: 'number',
  muted: 'boolean',
  loop: 'boolean',
  playbackRate: 'number',
};
const INPUT = {
  source: 'number',
  id: 'number',
  userTriggered: 'boolean',
  text: () => MASK,
  isChecked: () => true,
};
const RANGE = {
  start: 'number',
  startOffset: 'number',
  end: 'number',
  endOffset: 'number',
};

const isShown = (node) => node !== null && (node.flags & (HIDDEN | CENSORED)) === 0;

export class SourceWriter {
  constructor(page, strings, attributes) {
    this.page = page;
    this.strings = strings;
    this.attributes = attributes;
    this.sheetRule = (value) =>
      value === null
        ? null
        : typeof value === 'string'
          ? this.strings.rule(value)
          : undefined;
    this.ruleMembers = { rule: this.sheetRule, index: numbers };
  }

  nodeOf(object, key = 'id') {
    return isObject(object) ? this.page.tree.find(object[key]) : null;
  }

  meta(data) {
    return (
      keepMembers(data, {
        width: 'number',
        height: 'number',
        href: (href) => (typeof href === 'string' ? this.strings.url(href) : undefined),
      }) || true
    );
  }

  pointerShown(node) {
    return isShown(node) && !this.page.tree.inKeypad(node);
  }

  positions(data) {
    let kept = 0;
    keepMembers(data, {
      source: 'number',
      positions: (list) => {
        if (!Array.isArray(list)) return undefined;
        const left = list.filter(
          (position) =>
            this.pointerShown(this.nodeOf(position)) && keepMembers(position, POSITION),
        );
        kept = left.length;
        return left;
      },
    });
    return kept > 0;
  }

  mouseInteraction(data) {
    return (
      Number.isInteger(data.type) &&
      data.type >= 0 &&
      data.type <= MOUSE_TYPE_MAX &&
      this.pointerShown(this.nodeOf(data)) &&
      keepMembers(data, MOUSE)
    );
  }

  // How far a field scrolls tells how much it holds.
  scroll(data) {
    const node = this.nodeOf(data);
    return (
      isShown(node) &&
      (node.flags & (TAKES_TEXT | SENSITIVE)) === 0 &&
      keepMembers(data, SCROLL)
    );
  }

  static resize(data) {
    return keepMembers(data, RESIZE);
  }

  input(data) {
    const node = this.nodeOf(data);
    if (!isShown(node)) return false;
    if ((node.flags & SENSITIVE) !== 0) {
      this.page.beginsMaskedInput(node.id);
      return false;
    }
    if ((node.flags & IGNORED) !== 0 || !this.page.beginsMaskedInput(node.id))
      return false;
    keepMembers(data, INPUT);
    if (data.isChecked !== undefined) data.isChecked = false;
    return true;
  }

  media(data) {
    return isShown(this.nodeOf(data)) && keepMembers(data, MEDIA);
  }

  // A style sheet belongs to a node, or is one of those that documents adopt.
  sheetShown(data) {
    return data.id === undefined
      ? data.styleId !== undefined
      : isShown(this.nodeOf(data));
  }

  rules(list, members) {
    return Array.isArray(list)
      ? list.filter((entry) => keepMembers(entry, members))
      : undefined;
  }

  styleSheetRule(data) {
    if (!this.sheetShown(data)) return false;
    keepMembers(data, {
      source: 'number',
      id: numberOrNull,
      styleId: numberOrNull,
      adds: (list) => this.rules(list, this.ruleMembers),
      removes: (list) => this.rules(list, { index: numbers }),
      replace: this.sheetRule,
      replaceSync: this.sheetRule,
    });
    return true;
  }

  styleDeclaration(data) {
    if (!this.sheetShown(data)) return false;
    const number = (value) => (value === null ? null : numbers(value));
    keepMembers(data, {
      source: number,
      id: number,
      styleId: number,
      index: number,
      set: (set) => this.styleSet(set),
      remove: (set) =>
        this.isProperty(set?.property) && keepMembers(set, { property: 'string' }),
    });
    return data.set !== undefined || data.remove !== undefined;
  }

  isProperty(name) {
    return typeof name === 'string' && this.strings.text(name, NAME) === name;
  }

  styleSet(set) {
    if (!isObject(set) || !this.isProperty(set.property)) return false;
    // Which rule it is in, and so which fields it hides, is not known.
    if (/-security|text-s/i.test(set.property)) this.strings.hidesText = true;
    keepMembers(set, {
      property: 'string',
      value: (value) => this.attributes.styleProperty(set.property, value),
      priority: (value) =>
        value === null ? null : value === '' || value === 'important',
    });
    return set.value !== undefined;
  }

  adoptedStyleSheet(data) {
    if (!this.sheetShown(data)) return false;
    keepMembers(data, {
      source: numbers,
      id: numbers,
      styleIds: numbers,
      styles: (styles) => {
        if (!Array.isArray(styles)) return undefined;
        return styles.filter(
          (style) =>
            isObject(style) &&
            (keepMembers(style, {
              styleId: 'number',
              rules: (list) => this.rules(list, this.ruleMembers),
            }) ||
              true),
        );
      },
    });
    return true;
  }

  // An offset into a text that is not shown as it is tells its length.
  selectionEnd(node) {
    if (!isShown(node)) return false;
    const flags = node.flags | (node.parent?.flags ?? 0);
    if ((flags & (HIDDEN | CENSORED | SENSITIVE | MASKED | TAKES_TEXT)) !== 0)
      return false;
    return node.kind !== TEXT_NODE || !this.page.altered.has(node.id);
  }

  selection(data) {
    let any = false;
    keepMembers(data, {
      source: 'number',
      ranges: (ranges) => {
        if (!Array.isArray(ranges)) return undefined;
        const kept = ranges.filter(
          (range) =>
            this.selectionEnd(this.nodeOf(range, 'start')) &&
            this.selectionEnd(this.nodeOf(range, 'end')) &&
            keepMembers(range, RANGE),
        );
        // No range at all takes the selection away.
        any = kept.length > 0 || ranges.length === 0;
        return kept;
      },
    });
    return any;
  }

  customElement(data) {
    if (!isObject(data.define)) return false;
    keepMembers(data, {
      source: 'number',
      define: (define) => {
        keepMembers(define, {
          name: (name) =>
            typeof name === 'string' ? this.strings.text(name, NAME) : undefined,
        });
        return define;
      },
    });
    return true;
  }
}
