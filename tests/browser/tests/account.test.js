/** A customer joins at the counter, signs in, and signs out (functions/account). */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { launch, SETTINGS } from '../harness/browser.js';
import { checkAnswer, checkPage } from '../harness/check.js';
import { eventually } from '../harness/eventually.js';
import { Keyboard, Pointer } from '../harness/keyboard.js';
import { codeOf, messages, received } from '../harness/outbox.js';
import { international, mobile, Shop } from '../harness/service.js';
import * as account from '../pages/account.js';

const PERSON = {
  firstName: 'Camille',
  lastName: 'Exemple',
  birthDate: '1992-05-05',
  email: 'camille@example.com',
  password: 'quatre mots de passe faciles',
  consents: account.CONSENTS,
};

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {Shop} */
let shop;

before(async () => {
  [browser, shop] = await Promise.all([launch(), Shop.open()]);
});
after(() => browser?.close());

/**
 * A page of its own, with its own cookies.
 * @param {import('playwright-core').BrowserContextOptions} [settings]
 */
async function visitor(settings) {
  const context = await browser.newContext({ ...SETTINGS, ...settings });
  return context.newPage();
}

/**
 * Asks for a code at the counter and reads the code in the SMS.
 * @param {account.Hand} hand @param {string} number
 */
async function codeFor(hand, number) {
  const to = international(number);
  const [latest] = await messages({ to, limit: '1' });
  await account.giveMobile(hand, number);
  return codeOf(await received(to, latest?.number));
}

/**
 * A customer who has joined and sees the card, which the browser has stored.
 * @param {string} number
 */
async function memberWithStoredCard(number) {
  const page = await visitor();
  const hand = new Pointer(page);
  await page.goto(account.counter(shop));
  await account.giveCode(hand, await codeFor(hand, number));
  await account.giveDetails(hand, PERSON);
  await account.installed(page);
  return { page, hand };
}

/** Nothing is stored in a browser. */
const NOTHING = { cards: [], files: [], workers: 0, others: 0 };

/** A code of six digits that is not this one. @param {string} code */
const another = (code) => (code === '000000' ? '111111' : '000000');

describe('A customer joins at the counter', () => {
  /** @type {string} the mobile of the customer who has joined */
  let member;

  it('by keyboard only, and sees the points of the card', async (t) => {
    const page = await visitor();
    const hand = new Keyboard(page);
    const number = mobile();
    await page.goto(account.counter(shop));
    await t.test('join', () => checkPage(page, 'join'));
    const code = await codeFor(hand, number);
    await t.test('join-code', () => checkPage(page, 'join-code'));
    await account.giveCode(hand, code);
    assert.deepEqual(await account.ticked(page), []);
    await t.test('join-details', () => checkPage(page, 'join-details'));
    await account.giveDetails(hand, PERSON);
    assert.equal(page.url(), account.card(shop));
    assert.equal(await account.pointsOf(page), 0);
    await t.test('card', () => checkPage(page, 'card'));
    member = number;
  });

  it('with scripts turned off, and without a consent', async () => {
    const page = await visitor({ javaScriptEnabled: false });
    const hand = new Pointer(page);
    await page.goto(account.counter(shop));
    await account.giveCode(hand, await codeFor(hand, mobile()));
    await account.giveDetails(hand, { ...PERSON, consents: [] });
    assert.equal(await account.pointsOf(page), 0);
  });

  it('in English, after one link', async () => {
    const page = await visitor();
    const hand = new Keyboard(page);
    await page.goto(account.counter(shop));
    await account.changeToEnglish(hand);
    await codeFor(hand, mobile());
    assert.equal(await page.getAttribute('html', 'lang'), 'en');
  });

  it('and reads beside the field what is wrong', async (t) => {
    const page = await visitor();
    const hand = new Keyboard(page);
    await page.goto(account.counter(shop));
    await account.giveMobile(hand, '06 39 98');
    await t.test('join-refused', () => checkAnswer(page, 'join-refused'));
    const code = await codeFor(hand, mobile());
    await account.giveCode(hand, another(code));
    await t.test('join-code-refused', () => checkAnswer(page, 'join-code-refused'));
    await account.giveCode(hand, code);
    await account.giveDetails(hand, { ...PERSON, password: 'azertyuiop' });
    await t.test('join-details-refused', () => checkAnswer(page, 'join-details-refused'));
  });

  it('then signs in by keyboard only, sees every page, and signs out', async (t) => {
    const page = await visitor();
    const hand = new Keyboard(page);
    await page.goto(account.signIn(shop));
    await t.test('sign-in', () => checkPage(page, 'sign-in'));
    await account.giveCredentials(hand, member, 'another password altogether');
    await t.test('sign-in-refused', () => checkAnswer(page, 'sign-in-refused'));
    await account.giveCredentials(hand, member, PERSON.password);
    assert.equal(await account.pointsOf(page), 0);
    await page.goto(account.own(shop, 'details'));
    await account.correctCity(hand, 'Lyon');
    await t.test('details-saved', () => checkPage(page, 'details-saved'));
    assert.equal(await page.inputValue('input[name=city]'), 'Lyon');
    await page.goto(account.own(shop, 'deletion'));
    await account.changeDeletion(hand);
    await t.test('deletion-asked', () => checkPage(page, 'deletion-asked'));
    await page.goto(account.card(shop));
    await t.test('card-deletion', () => checkPage(page, 'card-deletion'));
    await page.goto(account.own(shop, 'deletion'));
    await account.changeDeletion(hand);
    for (const { name, url } of account.others(shop)) {
      await page.goto(url);
      await t.test(name, () => checkPage(page, name));
    }
    await page.goto(account.card(shop));
    await account.signOut(hand);
    await page.goto(account.card(shop));
    await assert.rejects(account.pointsOf(page), /shows no points/);
  });
});

describe('A member without a connection', () => {
  it('sees the stored card until signing out', async (t) => {
    const { page, hand } = await memberWithStoredCard(mobile());
    const context = page.context();
    const shown = await account.cardOf(page);
    assert.match(shown.number ?? '', /^\d+$/);
    const { cards, files, ...others } = await account.stored(page);
    assert.deepEqual(cards, [{ ...shown, firstName: PERSON.firstName }]);
    assert.deepEqual(
      files.filter((path) => !path.startsWith('/assets/')),
      ['/card/offline', '/card/offline'],
    );
    assert.deepEqual(others, { workers: 1, others: 0 });

    await context.setOffline(true);
    await page.reload();
    assert.deepEqual(await account.cardOf(page), shown);
    assert.match(await page.innerText('main'), new RegExp(PERSON.firstName));
    await assert.rejects(account.pointsOf(page), /shows no points/);
    for (const language of ['fr', 'en']) {
      await page.goto(`${account.card(shop)}?lang=${language}`);
      await t.test(language, () => checkAnswer(page, 'card-offline'));
    }

    await context.setOffline(false);
    await page.goto(account.card(shop));
    assert.equal(await account.pointsOf(page), 0);
    await account.signOut(hand);
    assert.deepEqual(await account.stored(page), NOTHING);
    await context.setOffline(true);
    await assert.rejects(page.goto(account.card(shop)));
  });

  it('keeps no card after another device has ended the session', async () => {
    const number = mobile();
    const { page } = await memberWithStoredCard(number);
    const other = await visitor();
    const hand = new Pointer(other);
    await other.goto(account.counter(shop));
    await account.giveCode(hand, await codeFor(hand, number));
    await account.giveNewPassword(hand, 'quatre autres mots de passe');
    assert.equal(other.url(), account.card(shop));

    await page.goto(account.card(shop));
    await eventually('an empty storage', async () => {
      const { cards, files, workers } = await account.stored(page);
      return cards.length + files.length + workers === 0 || undefined;
    });
  });

  it('reads that there is no card on a browser without one', async () => {
    const page = await visitor();
    await page.goto(account.offline());
    await checkPage(page, 'offline');
    assert.equal(await page.isVisible('#card'), false);
  });
});
