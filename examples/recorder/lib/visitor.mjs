// One person in one browser session: moves, clicks and types by real input events.

export class Visitor {
  constructor(page, origin, secrets, random) {
    this.page = page;
    this.origin = origin;
    this.secrets = secrets;
    this.random = random;
  }

  // Lets the sample's clock run while the person looks at the page.
  async think(low = 2000, high = 20000) {
    const ms = this.random.between(low, high);
    await this.page.evaluate((time) => {
      window.sample.think(time);
    }, ms);
  }

  async open(path) {
    await this.page.goto(this.origin + path, {waitUntil: 'load'});
    await this.think();
  }

  // Waits for the page that `action` leads to.
  async loads(action) {
    await Promise.all([this.page.waitForEvent('load'), action()]);
    await this.think();
  }

  async click(selector) {
    await this.page.locator(selector).first().click();
    await this.think(1000, 8000);
  }

  // Clicks something that loads another page.
  async follow(selector) {
    await this.loads(() => this.page.locator(selector).first().click());
  }

  // Types `text` into a field, replacing what stands there, and notes it as a secret.
  async type(selector, text, kind = 'values') {
    const field = this.page.locator(selector).first();
    await field.click();
    await this.page.keyboard.press('Control+A');
    await this.page.keyboard.type(text);
    this.secrets.note(kind, text);
    // A sentence may lose its shape on the way; the tokens in it are secrets by
    // themselves.
    this.secrets.note(kind, ...this.secrets.tokensIn(text));
    await this.think(500, 3000);
    return text;
  }

  async press(...keys) {
    for (const key of keys) await this.page.keyboard.press(key);
    await this.think(500, 3000);
  }

  // Presses Enter where that loads another page.
  async enter() {
    await this.loads(() => this.page.keyboard.press('Enter'));
  }

  // Chooses in a select by the keyboard.
  async choose(selector, steps = 1) {
    await this.page.locator(selector).first().focus();
    await this.press(...Array(steps).fill('ArrowDown'));
  }

  async host(method, ...args) {
    await this.page.evaluate(([name, values]) => {
      window.footfallRecorder[name](...values);
    }, [method, args]);
    await this.think(500, 3000);
  }

  content(name, properties) {
    return this.host('content', name, properties);
  }

  track(name, properties) {
    return this.host('track', name, properties);
  }

  identify(person, properties) {
    return this.page.evaluate(([id, values]) => {
      window.sample.signIn(id, values);
    }, [person, properties]);
  }

  link(person) {
    return this.page.evaluate((id) => {
      window.sample.link(id);
    }, person);
  }
}
