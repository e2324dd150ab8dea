// What the filter knows of the page that is being recorded.
import { PageTree } from './tree.mjs';
import { TypedMemory } from './typed.mjs';
import { originOf } from './urls.mjs';

const MASKED_INPUTS = 64;

export class Page {
  constructor() {
    this.tree = new PageTree();
    this.typed = new TypedMemory();
    this.number = 0;
    this.setUrl('');
    this.altered = new Set(); // Text nodes whose text is not the page's.
    this.maskedInputs = []; // Fields whose masked input was passed since one was left.
    this.maskedPlaces = new Map(); // By node: what of it is shown as the mask.
    this.boxes = new Map(); // What was typed into boxes for one character each.
  }

  setUrl(url) {
    this.url = url;
    this.origin = originOf(url);
  }

  // The key of a field for TypedMemory.
  fieldKey(id) {
    return this.number * 2 ** 32 + (id >>> 0);
  }

  // Forgets what was noted of a node that goes or comes anew.
  forgetNode(id) {
    if (this.altered.size > 0) this.altered.delete(id);
    if (this.maskedPlaces.size > 0) this.maskedPlaces.delete(id);
  }

  // Forgets what belongs to the nodes of the snapshot before.
  forgetNodes() {
    this.altered.clear();
    this.maskedInputs.length = 0;
    this.maskedPlaces.clear();
    this.boxes.clear();
    this.typed.leaveField();
  }

  // Notes whether the place, an attribute or "" for the text, shows the mask. False when
  // it showed it before: the number of such changes tells how much was typed.
  showsNew(id, place, masked) {
    const places = this.maskedPlaces.get(id);
    if (!masked) {
      if (places !== undefined) places.delete(place);
      return true;
    }
    if (places === undefined) this.maskedPlaces.set(id, new Set([place]));
    else if (places.has(place)) return false;
    else places.add(place);
    return true;
  }

  // False for a further input event of a field that has not been left.
  beginsMaskedInput(id) {
    if (this.maskedInputs.includes(id)) return false;
    if (this.maskedInputs.length === MASKED_INPUTS) this.maskedInputs.shift();
    this.maskedInputs.push(id);
    return true;
  }

  // Ends the run of input events on a field when something happens elsewhere. What a page
  // does by itself to other fields does not leave the one being typed into.
  leaveField(id, blur) {
    if (!blur && this.maskedInputs.includes(id)) return;
    this.maskedInputs.length = 0;
    this.typed.leaveField();
  }
}
