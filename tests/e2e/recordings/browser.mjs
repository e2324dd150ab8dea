// The browser that pages are recorded and replayed in.

import {startChromium} from '../chromium.mjs';
import {loadPackage} from './packages.mjs';

const {chromium} = loadPackage('playwright-core');

export function startBrowser() {
  return startChromium(
      chromium, {viewport: {width: 1200, height: 900}, reducedMotion: 'reduce'});
}
