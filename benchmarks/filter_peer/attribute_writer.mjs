// What of an element's attributes may leave.
import * as kind from './attributes.mjs';
import { MASK } from './chars.mjs';
import { TAG } from './facts.mjs';
import { HIDDEN_INPUT, TAKES_TEXT } from './nodes.mjs';
import { isObject } from './observer.mjs';
import { NAME, TEXT } from './typed.mjs';

const KEPT_SCALARS = new Set([kind.PLAIN, kind.GEOMETRY, kind.METRIC, kind.PAINT]);
const VALUE_TAGS = new Set([TAG.input, TAG.textarea, TAG.button]);

export class AttributeWriter {
  constructor(page, strings) {
    this.page = page;
    this.strings = strings;
  }

  // Changes the attributes in place and returns how many stay. `changing`: they are a
  // mutation of ones that the replay may have.
  write(attributes, node, changing) {
    if ((node.flags & TAKES_TEXT) !== 0 && typeof attributes.value === 'string') {
      this.strings.own = attributes.value;
    }
    let kept = 0;
    for (const name in attributes) {
      const value = attributes[name];
      let cleaned = this.attribute(name, value, node);
      if (
        changing &&
        cleaned !== undefined &&
        !this.page.showsNew(node.id, name, cleaned === MASK && value !== MASK)
      ) {
        cleaned = undefined;
      }
      if (cleaned !== value) attributes[name] = cleaned;
      if (cleaned !== undefined) kept++;
    }
    this.strings.own = '';
    return kept;
  }

  // Undefined when the attribute goes.
  attribute(name, value, node) {
    const what = kind.kindOf(name);
    if (
      what === kind.UNKNOWN ||
      what === kind.CODE ||
      what === kind.PIXELS ||
      what === kind.CONTENT ||
      node.tag === TAG.script ||
      node.tag === TAG.noscript
    ) {
      return undefined;
    }
    if (typeof value === 'string') return this.string(what, value, node);
    // The attribute was taken away.
    if (value === null)
      return what === kind.VALUE || what === kind.STATE ? undefined : null;
    if (typeof value === 'object') {
      return what === kind.STYLE && isObject(value) && this.styleObject(value)
        ? value
        : undefined;
    }
    if (what === kind.VALUE || what === kind.STATE)
      return AttributeWriter.fieldValue(what, node);
    if (!KEPT_SCALARS.has(what)) return undefined;
    return typeof value === 'boolean' || this.strings.isPlainNumber(value)
      ? value
      : undefined;
  }

  static fieldValue(what, node) {
    return what === kind.VALUE &&
      VALUE_TAGS.has(node.tag) &&
      (node.flags & HIDDEN_INPUT) === 0
      ? MASK
      : undefined;
  }

  string(what, text, node) {
    const keep = (yes) => (yes ? text : undefined);
    switch (what) {
      case kind.VALUE:
      case kind.STATE:
        return AttributeWriter.fieldValue(what, node);
      case kind.SHEET:
        return this.strings.sheet(text);
      case kind.REFERENCE:
      case kind.URL:
        return text === '' ? text : this.strings.link(text, node.tag) || undefined;
      case kind.URL_LIST:
        return text === '' ? text : this.strings.urlList(text) || undefined;
      case kind.NAME:
        return this.strings.text(text, NAME);
      case kind.GEOMETRY:
        return keep(kind.isGeometry(text));
      case kind.METRIC:
        return keep(kind.isMetric(text));
      case kind.THEME:
        return keep(kind.isThemeWord(text));
      case kind.WORD:
        return keep(kind.isStateWord(text));
      case kind.PAINT:
        return this.strings.css(text, true);
      case kind.STYLE:
        return this.strings.css(text, false);
      default:
        return this.strings.text(text, TEXT);
    }
  }

  // The changed properties of a style attribute; false when none stays.
  styleObject(style) {
    let kept = false;
    for (const property in style) {
      style[property] = this.styleProperty(property, style[property]);
      kept ||= style[property] !== undefined;
    }
    return kept;
  }

  // A value, a value with its priority, or false for a property that is gone.
  styleProperty(property, value) {
    if (!/^[A-Za-z0-9_-]{1,80}$/.test(property)) return undefined;
    if (this.strings.text(property, NAME) !== property) return undefined;
    if (typeof value === 'boolean' || value === null) return value;
    if (Array.isArray(value)) {
      const [first, priority = ''] = value;
      if (value.length > 2 || typeof first !== 'string') return undefined;
      if (priority !== '' && priority !== 'important') return undefined;
      const cleaned = this.styleProperty(property, first);
      return cleaned === undefined ? undefined : [cleaned, ...value.slice(1)];
    }
    if (typeof value !== 'string') return undefined;
    if (!property.startsWith('--')) return this.strings.css(value, true);
    // What a custom property may hold is judged with its name.
    const declaration = `${property}:${value}`;
    return this.strings.css(declaration, false) === declaration ? value : undefined;
  }
}
