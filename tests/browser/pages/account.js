/** The pages of functions/account. Only this file knows their addresses, fields and buttons. */

import { stack } from '../harness/environment.js';

/** @typedef {import('../harness/keyboard.js').Keyboard | import('../harness/keyboard.js').Pointer} Hand */
/** @typedef {import('../harness/service.js').Shop} Shop */
/** @typedef {import('playwright-core').Page} Page */

/**
 * The answers of a person who joins.
 * @typedef {object} Person
 * @property {string} firstName
 * @property {string} lastName
 * @property {string} birthDate year, month and day
 * @property {string} email
 * @property {string} password
 * @property {string[]} consents the names of the boxes to tick
 */

/** The boxes of consent. None of them is ticked beforehand. */
export const CONSENTS = ['consent_sms', 'consent_email'];

/** The button that sends the form of a page. */
const SEND = 'main form button';

/** @param {Shop} shop */
export const counter = (shop) => `${stack('account_url')}/join/${shop.merchant}/${shop.establishment}`;
/** @param {Shop} shop */
export const signIn = (shop) => `${stack('account_url')}/sign-in/${shop.merchant}`;
/** @param {Shop} shop */
export const card = (shop) => `${stack('account_url')}/card/${shop.merchant}`;

/** The page that stands in for the card without a connection. */
export const offline = () => `${stack('account_url')}/card/offline`;

/** The pages of a member besides the card, by their names in the report. @param {Shop} shop */
export const others = (shop) =>
  ['history', 'rewards', 'messages', 'details', 'preferences', 'sessions', 'deletion'].map((name) => {
    return { name, url: own(shop, name) };
  });

/** A page of a member. @param {Shop} shop @param {string} name */
export const own = (shop, name) => `${stack('account_url')}/${name}/${shop.merchant}`;

/** @param {Hand} hand @param {string} mobile */
export async function giveMobile(hand, mobile) {
  await hand.write('mobile', mobile);
  await hand.press(SEND);
}

/** @param {Hand} hand @param {string} code */
export async function giveCode(hand, code) {
  await hand.write('code', code);
  await hand.press(SEND);
}

/** @param {Hand} hand @param {Person} person */
export async function giveDetails(hand, person) {
  await hand.write('first_name', person.firstName);
  await hand.write('last_name', person.lastName);
  await hand.writeDate('birth_date', person.birthDate);
  await hand.write('email', person.email);
  for (const consent of person.consents) await hand.tick(consent);
  await hand.write('password', person.password);
  await hand.tick('old_enough');
  await hand.press(SEND);
}

/** @param {Hand} hand @param {string} password */
export async function giveNewPassword(hand, password) {
  await hand.write('password', password);
  await hand.press(SEND);
}

/** @param {Hand} hand @param {string} mobile @param {string} password */
export async function giveCredentials(hand, mobile, password) {
  await hand.write('login', mobile);
  await hand.write('password', password);
  await hand.press(SEND);
}

/** @param {Hand} hand @param {string} city */
export async function correctCity(hand, city) {
  await hand.write('city', city);
  await hand.press(SEND);
}

/** Asks to delete the account, or cancels the request. @param {Hand} hand */
export function changeDeletion(hand) {
  return hand.press(SEND);
}

/** @param {Hand} hand */
export function signOut(hand) {
  return hand.press('form[action*="/sign-out/"] button');
}

/** @param {Hand} hand */
export function changeToEnglish(hand) {
  return hand.press('a[hreflang=en]');
}

/**
 * The points that the card page shows.
 * @param {Page} page
 * @returns {Promise<number>}
 */
export async function pointsOf(page) {
  const words = await page.locator('main').innerText();
  const found = words.match(/(\d+)\s+points?\b/);
  if (!found) throw new Error(`${page.url()} shows no points: ${words}`);
  return Number(found[1]);
}

/**
 * The card that a page shows.
 * @param {Page} page
 */
export function cardOf(page) {
  return page.evaluate(() => {
    /** @param {string} selector */
    const text = (selector) => document.querySelector(selector)?.textContent;
    /** @param {string} selector */
    const code = (selector) => ({
      viewBox: document.querySelector(selector)?.getAttribute('viewBox'),
      path: document.querySelector(`${selector} path`)?.getAttribute('d'),
    });
    return { merchant: text('.site'), number: text('.number'), qr: code('#qr'), barcode: code('#barcode') };
  });
}

/**
 * Waits until the browser can show the card without a connection.
 * @param {Page} page that shows the card
 */
export async function installed(page) {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
}

/**
 * All that the pages have stored in the browser: the cards, the paths of the other stored files, the number of workers,
 * and the number of entries in storage of other kinds.
 * @param {Page} page
 */
export function stored(page) {
  return page.evaluate(async () => {
    /** @type {object[]} */
    const cards = [];
    /** @type {string[]} */
    const files = [];
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      if (name === 'card') for (const answer of await cache.matchAll()) cards.push(await answer.json());
      else for (const { url } of await cache.keys()) files.push(new URL(url).pathname);
    }
    const workers = (await navigator.serviceWorker.getRegistrations()).length;
    const others = (await indexedDB.databases()).length + localStorage.length + sessionStorage.length;
    return { cards, files, workers, others };
  });
}

/**
 * The names of the boxes that are ticked.
 * @param {Page} page
 */
export function ticked(page) {
  const boxes = page.locator('input[type=checkbox]:checked');
  return boxes.evaluateAll((all) => all.map((box) => box.getAttribute('name')));
}
