// The attributes that a recording keeps, and what their values may be.
import { memoize } from './chars.mjs';

// Kinds of attributes: on no list, layout and roles, class and id, numbers of SVG, colour
// schemes, one number, words for a state, a CSS value, declarations, a whole sheet,
// addresses, what a field holds, the content of meta, what runs, image data.
export const UNKNOWN = 0;
export const PLAIN = 1;
export const NAME = 2;
export const GEOMETRY = 3;
export const THEME = 4;
export const METRIC = 5;
export const WORD = 6;
export const PAINT = 7;
export const STYLE = 8;
export const SHEET = 9;
export const URL = 10;
export const URL_LIST = 11;
export const REFERENCE = 12;
export const VALUE = 13;
export const STATE = 14;
export const CONTENT = 15;
export const CODE = 16;
export const PIXELS = 17;

const NAMES = [
  [
    PLAIN,
    'type rel media charset sizes width height colspan rowspan span scope align ' +
      'valign bgcolor color face border cellpadding cellspacing nowrap noshade ' +
      'hspace vspace frameborder marginwidth marginheight scrolling start reversed ' +
      'rows cols wrap size multiple disabled readonly required open hidden inert ' +
      'popover dir lang tabindex contenteditable slot part exportparts controls ' +
      'autoplay loop muted loading role aria-hidden aria-expanded aria-disabled ' +
      'aria-current aria-haspopup aria-modal aria-level aria-orientation aria-sort ' +
      'aria-busy aria-live xmlns xmlns:xlink version orient preserveAspectRatio ' +
      'gradientUnits spreadMethod patternUnits patternContentUnits clipPathUnits ' +
      'maskUnits maskContentUnits markerUnits filterUnits primitiveUnits in in2 ' +
      'result operator mode',
  ],
  [NAME, 'class id'],
  [
    GEOMETRY,
    'viewBox d points transform gradientTransform patternTransform x y x1 x2 y1 ' +
      'y2 cx cy r rx ry fx fy dx dy offset pathLength refX refY markerWidth ' +
      'markerHeight stdDeviation k1 k2 k3 k4 values',
  ],
  [THEME, 'data-theme data-bs-theme data-color-scheme data-color-mode data-mode'],
  [
    METRIC,
    'rr_width rr_height rr_left rr_top rr_scrollLeft rr_scrollTop ' +
      'rr_mediaCurrentTime rr_mediaPlaybackRate rr_mediaMuted rr_mediaLoop ' +
      'rr_mediaVolume',
  ],
  [WORD, 'rr_mediaState rr_open_mode'],
  [
    PAINT,
    'fill fill-opacity fill-rule clip-path clip-rule mask filter marker-start ' +
      'marker-mid marker-end opacity stroke stroke-dasharray stroke-dashoffset ' +
      'stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity stroke-width ' +
      'stop-color stop-opacity flood-color flood-opacity vector-effect shape-rendering ' +
      'text-anchor dominant-baseline alignment-baseline font-family font-size ' +
      'font-weight font-style letter-spacing visibility display overflow ' +
      'color-interpolation-filters',
  ],
  [STYLE, 'style'],
  [SHEET, '_cssText'],
  [URL, 'href src poster background rr_src'],
  [URL_LIST, 'srcset'],
  [REFERENCE, 'xlink:href'],
  [VALUE, 'value'],
  [STATE, 'checked selected'],
  [CONTENT, 'content'],
  [CODE, 'srcdoc'],
  [PIXELS, 'rr_dataURL'],
];
const KINDS = new Map(
  NAMES.flatMap(([kind, names]) => names.split(' ').map((name) => [name, kind])),
);

// `name` as rrweb writes it.
export function kindOf(name) {
  const kind = KINDS.get(name);
  if (kind !== undefined) return kind;
  return name.length > 2 && /^on/i.test(name) ? CODE : UNKNOWN;
}

const NUMBERS_WORDS =
  'matrix|translate[XY]?|scale[XY]?|rotate|skew[XY]|px|r?em|ex|ch|v[wh]|' +
  'p[tc]|[mc]m|in|deg|grad|rad|turn|auto|none|[mMlLhHvVcCsSqQtTaAzZeE]{2}|[A-Za-z]';
const NUMBERS = new RegExp(
  `^(?:[ \\t\\r\\n.,+()%;-]|[0-9]{1,20}(?![0-9])|(?:${NUMBERS_WORDS})(?![A-Za-z]))*$`,
);

// True for a value of one of SVG's number grammars.
export const isGeometry = memoize((value) => NUMBERS.test(value));

// True for a number with or without px or %, and for true and false.
export const isMetric = (value) => /^(?:true|false|[0-9.-]{0,32}(?:px|%)?)$/.test(value);

const THEMES = new Set([
  'light',
  'dark',
  'auto',
  'system',
  'dim',
  'contrast',
  'black',
  'white',
  'blue',
  'default',
  'high-contrast',
]);
export const isThemeAttribute = (name) => kindOf(name) === THEME;
export const isThemeWord = (value) => THEMES.has(value);
export const isStateWord = (value) => /^(?:played|paused|(?:non-)?modal)$/.test(value);
