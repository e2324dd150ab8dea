// Filters the rrweb events of one tab of a session: a first pass learns what an event
// says of the page, a second one writes what of it may leave.
import { AttributeWriter } from './attribute_writer.mjs';
import { MutationWriter } from './mutation_writer.mjs';
import { NodeWriter } from './node_writer.mjs';
import { Observer, isObject } from './observer.mjs';
import { Page } from './page.mjs';
import { SourceWriter } from './sources.mjs';
import { PageStrings } from './strings.mjs';

// rrweb's numbers of events and of the sources of incremental ones.
const TYPE = { domContentLoaded: 0, load: 1, fullSnapshot: 2, incremental: 3, meta: 4 };
const SOURCE = {
  mutation: 0,
  mouseMove: 1,
  mouseInteraction: 2,
  scroll: 3,
  resize: 4,
  input: 5,
  touchMove: 6,
  media: 7,
  styleSheetRule: 8,
  drag: 12,
  styleDeclaration: 13,
  selection: 14,
  adoptedStyleSheet: 15,
  customElement: 16,
};
const MOUSE_BLUR = 6;
const ENVELOPE = new Set(['type', 'data', 'timestamp', 'delay']);

export class RecordingFilter {
  constructor() {
    this.page = new Page();
    this.observer = new Observer(this.page);
    this.strings = new PageStrings(this.page);
    const attributes = new AttributeWriter(this.page, this.strings);
    this.nodes = new NodeWriter(this.page, this.strings, attributes);
    this.mutations = new MutationWriter(this.page, attributes, this.nodes);
    this.sources = new SourceWriter(this.page, this.strings, attributes);
  }

  // The event with what may leave of it, in place; null when it is dropped. `again` gives
  // the event anew.
  filter(event, again) {
    if (
      !isObject(event) ||
      !Number.isInteger(event.type) ||
      !isObject(event.data) ||
      typeof event.timestamp !== 'number'
    )
      return null;
    const effect = this.observe(event);
    this.strings.hidesText = false;
    const passes = this.write(event, effect);
    // Fields of this very event may be sensitive by its style sheets.
    if (this.strings.hidesText && this.page.tree.suspectAllFields()) {
      return this.filter(again(), again);
    }
    if (!passes) return null;
    for (const key in event) if (!ENVELOPE.has(key)) event[key] = undefined;
    if (typeof event.delay !== 'number' && event.delay !== undefined)
      event.delay = undefined;
    return event;
  }

  observe({ type, data }) {
    const { page, observer } = this;
    if (type === TYPE.meta) observer.meta(data);
    else if (type === TYPE.fullSnapshot) observer.fullSnapshot(data);
    else if (type !== TYPE.incremental) return null;
    else if (data.source === SOURCE.mutation) return observer.mutation(data);
    else if (data.source === SOURCE.input || !Number.isInteger(data.source)) {
      observer.input(data);
    }
    else if (data.source === SOURCE.mouseInteraction && Number.isInteger(data.id)) {
      page.leaveField(data.id, data.type === MOUSE_BLUR);
    }
    return null;
  }

  // Returns whether the event passes. What is not known does not.
  write(event, effect) {
    switch (event.type) {
      case TYPE.domContentLoaded:
      case TYPE.load:
        event.data = {};
        return true;
      case TYPE.fullSnapshot:
        return this.nodes.fullSnapshot(event.data);
      case TYPE.incremental:
        return this.writeIncremental(event.data, effect);
      case TYPE.meta:
        return this.sources.meta(event.data);
      default:
        return false;
    }
  }

  writeIncremental(data, effect) {
    const { sources } = this;
    switch (data.source) {
      case SOURCE.mutation:
        return this.mutations.write(data, effect);
      case SOURCE.mouseMove:
      case SOURCE.touchMove:
      case SOURCE.drag:
        return sources.positions(data);
      case SOURCE.mouseInteraction:
        return sources.mouseInteraction(data);
      case SOURCE.scroll:
        return sources.scroll(data);
      case SOURCE.resize:
        return SourceWriter.resize(data);
      case SOURCE.input:
        return sources.input(data);
      case SOURCE.media:
        return sources.media(data);
      case SOURCE.styleSheetRule:
        return sources.styleSheetRule(data);
      case SOURCE.styleDeclaration:
        return sources.styleDeclaration(data);
      case SOURCE.selection:
        return sources.selection(data);
      case SOURCE.adoptedStyleSheet:
        return sources.adoptedStyleSheet(data);
      case SOURCE.customElement:
        return sources.customElement(data);
      default:
        return false;
    }
  }
}
