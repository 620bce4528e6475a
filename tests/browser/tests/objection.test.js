/** A person objects by the link of an e-mail (functions/callbacks). */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { launch, SETTINGS } from '../harness/browser.js';
import { checkAnswer, checkPage } from '../harness/check.js';
import { Keyboard } from '../harness/keyboard.js';
import { linkOf, received } from '../harness/outbox.js';
import { Shop } from '../harness/service.js';

/** @type {import('playwright-core').Browser} */
let browser;
/** The link of an e-mail that a member has received. */
let link = '';

before(async () => {
  const [launched, shop] = await Promise.all([launch(), Shop.open()]);
  browser = launched;
  link = linkOf(await received(await shop.writeToMember('email')), '/u/');
});
after(() => browser?.close());

describe('A person who follows the link of an e-mail', () => {
  it('objects by keyboard, with one button', async (t) => {
    const page = await browser.newPage(SETTINGS);
    await page.goto(link);
    await t.test('objection', () => checkPage(page, 'objection'));
    await new Keyboard(page).press('main form button');
    assert.match(await page.locator('h1').innerText(), /fait|done/i);
    await t.test('objection-done', () => checkAnswer(page, 'objection-done'));
  });

  it('reads what to do about a link that is incomplete', async () => {
    const page = await browser.newPage(SETTINGS);
    await page.goto(link.slice(0, -4));
    await checkPage(page, 'objection-unknown', { status: 404 });
  });
});
