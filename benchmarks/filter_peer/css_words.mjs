// The words that may stand in the values of custom properties and of attribute selectors.

// Keywords of CSS and names of colours.
export const KEYWORDS = new Set(
  (
    'absolute aliceblue all allow-discrete alternate alternate-reverse antialiased ' +
    'antiquewhite anywhere aqua aquamarine at auto auto-fill auto-fit azure background ' +
    'background-color backwards balance baseline beige bisque black blanchedalmond ' +
    'block blue blueviolet bold bolder border-box border-color both bottom box-shadow ' +
    'break-all break-word brown burlywood buttonface buttontext cadetblue canvas ' +
    'canvastext capitalize center chartreuse chocolate circle clip closest-corner ' +
    'closest-side col-resize collapse color color-burn color-dodge column ' +
    'column-reverse contain content-box contents coral cornflowerblue cornsilk cover ' +
    'crimson crosshair currentcolor cursive cyan dark darkblue darkcyan darken ' +
    'darkgoldenrod darkgray darkgreen darkgrey darkkhaki darkmagenta darkolivegreen ' +
    'darkorange darkorchid darkred darksalmon darkseagreen darkslateblue darkslategray ' +
    'darkslategrey darkturquoise darkviolet dashed decimal decreasing deeppink ' +
    'deepskyblue default dense difference dimgray dimgrey disc dodgerblue dotted ' +
    'double e ease ease-in ease-in-out ease-out ellipse ellipsis emoji end ew-resize ' +
    'exclusion false fantasy farthest-corner farthest-side field fieldtext fill filter ' +
    'firebrick first fit-content fixed flat flex flex-end flex-start floralwhite ' +
    'flow-root forestgreen forwards from fuchsia gainsboro ghostwhite gold goldenrod ' +
    'grab grabbing gray grayscale graytext green greenyellow grey grid groove ' +
    'hard-light height help hidden highlight highlighttext honeydew horizontal ' +
    'horizontal-tb hotpink hsl hue hwb in increasing indianred indigo infinite inherit ' +
    'initial inline inline-block inline-flex inline-grid inset inside isolate italic ' +
    'ivory justify keep-all khaki lab large larger last lavender lavenderblush ' +
    'lawngreen lch left lemonchiffon light lightblue lightcoral lightcyan lighten ' +
    'lighter lightgoldenrodyellow lightgray lightgreen lightgrey lightpink lightsalmon ' +
    'lightseagreen lightskyblue lightslategray lightslategrey lightsteelblue ' +
    'lightyellow lime limegreen line-through linear linen linktext list-item longer ' +
    'lowercase ltr luminosity magenta manipulation margin maroon math max-content ' +
    'medium mediumaquamarine mediumblue mediumorchid mediumpurple mediumseagreen ' +
    'mediumslateblue mediumspringgreen mediumturquoise mediumvioletred middle ' +
    'midnightblue min-content mintcream mistyrose moccasin monospace move multiply ' +
    'navajowhite navy no-repeat none normal not-allowed nowrap ns-resize oblique off ' +
    'oklab oklch oldlace olive olivedrab on only opacity optimizelegibility orange ' +
    'orangered orchid outset outside overlay overline padding padding-box ' +
    'palegoldenrod palegreen paleturquoise palevioletred pan-x pan-y papayawhip paused ' +
    'peachpuff peru pi pink plum pointer powderblue pre pre-line pre-wrap preserve-3d ' +
    'pretty purple rebeccapurple red relative repeat repeat-x repeat-y reverse revert ' +
    'revert-layer ridge right rosybrown round row row-resize row-reverse royalblue rtl ' +
    'running saddlebrown safe salmon sandybrown sans-serif saturation scale-down ' +
    'screen scroll seagreen seashell self-end self-start serif shorter sienna silver ' +
    'skyblue slateblue slategray slategrey small small-caps smaller smooth snow ' +
    'soft-light solid space space-around space-between space-evenly span springgreen ' +
    'square srgb srgb-linear start static steelblue step-end step-start sticky stretch ' +
    'sub subpixel-antialiased super system-ui table table-cell table-row tan teal text ' +
    'text-bottom text-top thick thin thistle to tomato top transform transparent true ' +
    'turquoise ui-monospace ui-rounded ui-sans-serif ui-serif under underline unsafe ' +
    'unset uppercase vertical vertical-rl violet visible wait wavy wheat white ' +
    'whitesmoke width wrap wrap-reverse x x-large x-small xx-large xx-small xxx-large ' +
    'xyz y yellow yellowgreen zoom-in zoom-out'
  ).split(' '),
);

export const GENERIC_FAMILIES = new Set(
  (
    'cursive emoji fantasy math monospace sans-serif serif system-ui ui-monospace ' +
    'ui-rounded ui-sans-serif ui-serif'
  ).split(' '),
);

export const FUNCTIONS = new Set(
  (
    '-webkit-linear-gradient abs blur brightness calc circle clamp color color-mix ' +
    'conic-gradient contrast cos cubic-bezier drop-shadow ellipse env fit-content ' +
    'grayscale hsl hsla hue-rotate hwb hypot inset invert lab lch light-dark linear ' +
    'linear-gradient matrix matrix3d max min minmax mod oklab oklch opacity ' +
    'perspective pow radial-gradient rect rem repeat repeating-conic-gradient ' +
    'repeating-linear-gradient repeating-radial-gradient rgb rgba rotate rotate3d ' +
    'rotatex rotatey rotatez round saturate scale scale3d scalex scaley scalez sepia ' +
    'sign sin skew skewx skewy sqrt steps tan translate translate3d translatex ' +
    'translatey translatez url var'
  ).split(' '),
);

export const UNITS = new Set(
  (
    'cap ch cm cqb cqh cqi cqmax cqmin cqw deg dpcm dpi dppx dvh dvmax dvmin dvw em ex ' +
    'fr grad hz ic in khz lh lvh lvmax lvw mm ms pc pt px q rad rem rlh s svh svmin ' +
    'svw turn vb vh vi vmax vmin vw x'
  ).split(' '),
);

// Of HTML's attributes type and role.
export const INPUT_TYPES = new Set(
  (
    'button checkbox color date datetime-local email file hidden image month number ' +
    'password radio range reset search submit tel text time url week'
  ).split(' '),
);

export const ROLES = new Set(
  (
    'alert alertdialog application article banner button cell checkbox columnheader ' +
    'combobox complementary contentinfo definition dialog directory document feed ' +
    'figure form grid gridcell group heading img link list listbox listitem log main ' +
    'marquee math menu menubar menuitem menuitemcheckbox menuitemradio meter ' +
    'navigation none note option presentation progressbar radio radiogroup region row ' +
    'rowgroup rowheader scrollbar search searchbox separator slider spinbutton status ' +
    'switch tab table tablist tabpanel term textbox timer toolbar tooltip tree ' +
    'treegrid treeitem'
  ).split(' '),
);

// Of attributes that begin with aria-.
export const STATES = new Set(
  (
    'ascending assertive both date descending dialog false grammar grid horizontal ' +
    'inline list listbox location menu mixed none off other page polite spelling step ' +
    'time tree true undefined vertical'
  ).split(' '),
);
