// What may leave of the strings of a recording, in view of what was typed on its page.
import { MASK, isBlank, memoize } from './chars.mjs';
import { filterAssetUrl } from './css_address.mjs';
import { filterCss } from './css_filter.mjs';
import { TAG } from './facts.mjs';
import { cleanText } from './texts.mjs';
import { FIELD, NAME, SHEET, TEXT } from './typed.mjs';
import { filterUrl, maskUrlSegments, percentDecode } from './urls.mjs';

const SHEET_MIN = 512; // A longer style sheet is remembered as a whole.
const SHEETS = 256;
const FRESH = 4096;
const ASSET_TAGS = new Set([TAG.link, TAG.img, TAG.source, TAG.video, TAG.audio]);
// Nothing, or what stands behind an address in srcset.
const IMAGE_SIZE = /^ *(?:[0-9.]{1,6}[wxh](?: +[0-9.]{1,6}[wxh])? *)?$/;
const DOTS = /^[\x00-\x20*\u2022\u25cf\u2b24\u2219\u00b7\u25e6\u26ab]*$/;

// Dots or asterisks in place of characters: their number is the length of a secret. One
// asterisk marks a field as required.
function isDots(text) {
  if (!DOTS.test(text)) return false;
  const dots = text.replace(/[\x00-\x20]/g, '');
  return dots !== '' && dots !== '*';
}

export class PageStrings {
  constructor(page) {
    this.page = page;
    this.own = ''; // The value of the field whose attributes are being written.
    this.hidesText = false; // A style sheet hides what is typed.
    this.cleanUrl = memoize(filterUrl);
    this.cleanAssetUrl = memoize(filterAssetUrl);
    this.origin = ''; // That the next two belong to.
    this.sheets = new Map();
    this.values = new Map();
    this.version = -1; // Of what was typed: texts that did not repeat any, by place.
    this.fresh = [TEXT, NAME, SHEET, FIELD].map(() => new Set());
  }

  repeats(text, place) {
    const { typed } = this.page;
    if (typed.empty) return false;
    if (this.version !== typed.version) {
      for (const known of this.fresh) known.clear();
      this.version = typed.version;
    }
    const known = this.fresh[place];
    if (known.has(text)) return false;
    if (typed.repeats(text, place)) return true;
    if (known.size < FRESH && text.length <= SHEET_MIN) known.add(text);
    return false;
  }

  text(text, place) {
    if (this.own.length >= 4 && text.includes(this.own)) return MASK;
    return this.repeats(text, place) ? MASK : cleanText(text);
  }

  // A number that is neither long enough to be an account's nor a copy of a secret.
  isPlainNumber(number) {
    const text = String(number);
    return this.text(text, TEXT) === text;
  }

  url(url, isAsset = false) {
    const asset = isAsset && (!url.includes(':') || /^https?:/.test(url));
    const filtered = asset ? this.cleanAssetUrl(url) : this.cleanUrl(url);
    if (filtered === '' || this.page.typed.empty) return filtered;
    return maskUrlSegments(
      filtered,
      (part) => this.repeats(part, FIELD),
      (part) => this.repeats(part, TEXT),
    );
  }

  // A reference into the same document, as SVG has, names a part of the page's own code.
  // The fragment of a link may hold anything.
  link(link, tag) {
    if (link[0] !== '#') return this.url(link, ASSET_TAGS.has(tag));
    const named = tag !== TAG.plain && /^#[A-Za-z0-9_-]{0,40}$/.test(link);
    return named && this.text(link, NAME) === link ? link : '#';
  }

  // The value of srcset. Source: HTML, "parsing a srcset attribute".
  urlList(list) {
    const kept = [];
    const part = /[ \t\r\n\f,]*([^ \t\r\n\f]+)/y;
    for (let hit = part.exec(list); hit !== null; hit = part.exec(list)) {
      let [, address] = hit;
      let descriptor = '';
      if (address.endsWith(',')) {
        address = address.replace(/,+$/, '');
      } else {
        const comma = list.indexOf(',', part.lastIndex);
        descriptor = list.slice(part.lastIndex, comma < 0 ? list.length : comma);
        part.lastIndex += descriptor.length;
      }
      const url = this.url(address);
      if (url !== '')
        kept.push(url + (IMAGE_SIZE.test(descriptor) ? descriptor : ''));
    }
    return kept.join(', ');
  }

  // Addresses in CSS are often percent-encoded.
  cssRepeats(css, place) {
    return (
      this.repeats(css, place) ||
      (!this.page.typed.empty &&
        css.includes('%') &&
        this.repeats(percentDecode(css), place))
    );
  }

  checkOrigin() {
    if (this.origin === this.page.origin) return;
    this.origin = this.page.origin;
    this.sheets.clear();
    this.values.clear();
  }

  // The declarations of a style attribute, or the value of one property.
  css(css, isValue) {
    if (this.cssRepeats(css, TEXT)) return '';
    this.checkOrigin();
    const key = isValue ? `:${css}` : css;
    let cleaned = this.values.get(key);
    if (cleaned === undefined) {
      cleaned = filterCss(css, this.origin, isValue);
      if (this.values.size >= FRESH) this.values.clear();
      this.values.set(key, cleaned);
    }
    return cleaned;
  }

  // A whole style sheet. One that left once may leave again: what was typed since is not
  // in it but by chance.
  sheet(sheet) {
    this.checkOrigin();
    const known = sheet.length >= SHEET_MIN ? this.sheets.get(sheet) : undefined;
    if (known !== undefined) return known;
    if (this.cssRepeats(sheet, SHEET)) return '';
    let hides = false;
    const cleaned = filterCss(sheet, this.origin, false, () => {
      hides = true;
    });
    if (hides) this.hidesText = true;
    else if (sheet.length >= SHEET_MIN && this.sheets.size < SHEETS)
      this.sheets.set(sheet, cleaned);
    return cleaned;
  }

  // Rules are found by their number, so one has to stand here.
  rule(rule) {
    return this.sheet(rule) || (rule === '' ? '' : 'x{}');
  }

  // The text of a text node inside a title or on the page, by nothing but itself.
  pageText(text) {
    if (isBlank(text)) return text;
    return isDots(text) ? MASK : this.text(text, TEXT);
  }
}
