// What a person does on each of the pages, by real input events, and what the pages'
// scripts do in between. `texts` are the page's secrets by name.

async function type(page, selector, text) {
  await page.locator(selector).click();
  await page.keyboard.type(text);
}

const act = (page, name, value) => page.evaluate(
    ([action, argument]) => window.actions[action](argument), [name, value]);

const settle = (page, ms = 120) => page.waitForTimeout(ms);

async function passwords(page, texts) {
  const simple = [
    'plain',           'same-task',       'value-attribute',
    'autosize',        'meter',           'framework',
    'fake-class',      'fake-inline',     'fake-sheet',
    'autocomplete',    'vocabulary',      'echo',
    'custom-event',    'console',         'hidden-mirror',
    'textarea-mirror', 'editable-mirror', 'css-property',
    'css-rule',        'class-mirror',    'title-mirror',
    'label-mirror',    'option-mirror',   'canvas-mirror',
    'card-number',     'card-code',       'swap',
    'clone',           'detach',          'readded'
  ];
  for (const id of simple) await type(page, `#${id}`, texts[id]);
  await settle(page);
  for (const id
           of ['value-attribute', 'echo', 'custom-event', 'console', 'swap', 'clone',
               'detach', 'readded']) {
    await act(page, id);
  }
  await type(page, '#toggle', texts.toggle.slice(0, 8));
  await page.locator('#toggle-eye').click();
  await type(page, '#toggle', '');
  await page.keyboard.press('End');
  await page.keyboard.type(texts.toggle.slice(8));
  await page.locator('#toggle-eye').click();
  // First a text field, then a password field.
  await type(page, '#late', texts.late.slice(0, 7));
  await act(page, 'late');
  await page.keyboard.type(texts.late.slice(7));
  await settle(page);
  await act(page, 'lateAgain');
  await type(page, '#split-typing', texts['split-typing'].slice(0, 5));
  await page.locator('#takes-clicks').click();
  await settle(page, 600);
  await page.locator('#split-typing').focus();
  await page.keyboard.press('End');
  await page.keyboard.type(texts['split-typing'].slice(5));
  await page.locator('#paste').click();
  await page.keyboard.insertText(texts.paste);
  await type(page, '#shadow', texts.shadow);
  await page.frameLocator('#frame').locator('#frame-field').click();
  await page.keyboard.type(texts.frame);
  await page.locator('.code-box').first().click();
  await page.keyboard.type(texts['code-boxes']);
  await page.locator('#joined-row .code-box').first().click();
  await page.keyboard.type(texts['joined-code']);
  const started = Date.now();
  for (const digit of texts.keypad)
    await page.locator('.pad-key', {hasText: digit}).click();
  const pad = await page.locator('.pad-keys').boundingBox();
  const keypad = {started, ended: Date.now(), pad};
  await type(page, '#query', texts.query);
  await settle(page);
  await act(page, 'query');
  await settle(page);
  return {keypad};
}

async function fields(page, texts) {
  for (const id
           of ['text', 'no-type', 'search', 'email', 'tel', 'number', 'form-owner',
               'text-then-cleared', 'masked-class', 'ignored-class', 'textarea',
               'editable-paragraph', 'role-textbox', 'shadow-text']) {
    await type(page, `#${id}`, texts[id]);
  }
  await type(page, '#editable', `${texts.selection} ${texts.editable}`);
  await act(page, 'select');
  await type(page, '#output-source', texts.output);
  await page.frameLocator('#frame').locator('#frame-field').click();
  await page.keyboard.type(texts['frame-text']);
  await page.locator('#select').focus();
  await page.keyboard.press('ArrowDown');
  await act(page, 'hide', texts['late-hidden']);
  await act(page, 'amend', texts['textarea-change']);
  await settle(page);
  await page.evaluate(() => window.rrweb.record.takeFullSnapshot(true));
  await settle(page);
}

async function displayed(page) {
  for (const action of ['later', 'styles', 'media', 'custom']) {
    await act(page, action);
    await settle(page);
  }
  await page.mouse.wheel(0, 300);
  await settle(page, 300);
}

async function blocked(page, texts) {
  await type(page, '#rr-block-typed', texts['rr-block-typed']);
  await type(page, '#typed-in', texts['typed-in']);
  for (const action of ['late', 'flip', 'move', 'moveOut', 'back']) {
    await act(page, action);
    await settle(page);
  }
  await page.frameLocator('#visible-cross').locator('#frame-field').click();
  await page.keyboard.type(texts['cross-frame-typed']);
  await settle(page);
  await act(page, 'snapshot');
  await settle(page);
  await act(page, 'unflip');
  await page.locator('#refresh').click();
  await settle(page);
}

export const scenarios = {
  passwords,
  fields,
  displayed,
  blocked
};
