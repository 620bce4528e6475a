/** The check that every page passes: on both screens, in both languages, in light and dark, by keyboard and without
 * scripts. */

import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { accessibility } from './axe.js';
import { LANGUAGES, SCHEMES, SCREENS, SETTINGS } from './browser.js';
import { RESULTS } from './environment.js';
import { keyboard } from './keyboard.js';
import { layout } from './layout.js';
import { wordsOf } from './text.js';
import { watch } from './watch.js';

/** @typedef {import('playwright-core').Page} Page */

/**
 * The views that are looked at; all of them where a part is absent.
 * @typedef {object} Views
 * @property {string[]} [languages]
 * @property {typeof SCREENS} [screens]
 * @property {readonly ('light' | 'dark')[]} [schemes]
 */

/**
 * What differs from the usual page.
 * @typedef {object} Difference
 * @property {number} [status] the status of the answer; 200 if absent
 * @property {string[]} [onlyWithScripts] selectors of what a page shows only with scripts, because it needs them
 */

/**
 * Fails with every finding about the page that `page` shows. Opens the page's address again with its cookies, so the
 * address must show the page: an answer to a form is checked by `checkAnswer`.
 * @param {Page} page
 * @param {string} name the name of the page in the report and in the names of the screenshots
 * @param {Difference} [difference]
 */
export async function checkPage(page, name, difference = {}) {
  conclude(name, await inspect(page, { ...difference, screenshots: name }));
}

/**
 * Fails with every finding about the answer to a form, as `page` shows it: in the language of the page, on both
 * screens, in light and dark, and by keyboard.
 * @param {Page} page
 * @param {string} name
 */
export async function checkAnswer(page, name) {
  const findings = new Findings();
  const language = await languageOf(page);
  for (const { viewport } of SCREENS) {
    await page.setViewportSize(viewport);
    await inspectScreen(page, { language, width: viewport.width, schemes: SCHEMES, screenshots: name }, findings);
  }
  conclude(name, findings);
}

/** @param {string} name @param {Findings} findings */
function conclude(name, findings) {
  mkdirSync(RESULTS, { recursive: true });
  const { views, violations } = findings;
  // One line a page, from several processes. infra/local/browser.py adds them up.
  appendFileSync(join(RESULTS, 'pages.jsonl'), `${JSON.stringify({ name, views, axe_violations: violations })}\n`);
  const failures = findings.sentences();
  if (failures.length > 0) throw new Error(`${name}:\n  ${failures.join('\n  ')}`);
}

/** The failures of a page, each with the views that have it. */
export class Findings {
  views = 0;
  violations = 0;
  /** @type {Map<string, string[]>} */
  #views = new Map();

  /** @param {string} view @param {string[]} failures */
  add(view, failures) {
    for (const failure of new Set(failures)) this.#views.set(failure, [...(this.#views.get(failure) ?? []), view]);
  }

  sentences() {
    return [...this.#views].map(([failure, views]) => `${failure} (${views.join(', ')})`);
  }
}

/**
 * The findings about the page that `page` shows.
 * @param {Page} page
 * @param {Difference & Views & { screenshots?: string }} options
 * @returns {Promise<Findings>}
 */
export async function inspect(page, options = {}) {
  const { status = 200, onlyWithScripts = [], screenshots } = options;
  const { languages = LANGUAGES, screens = SCREENS, schemes = SCHEMES } = options;
  const findings = new Findings();
  const browser = page.context().browser();
  if (!browser) throw new Error('the browser has closed');
  const storageState = await page.context().storageState();
  /** @type {string[]} */
  const texts = [];
  for (const language of languages) {
    const address = new URL(page.url());
    address.searchParams.set('lang', language);
    let words = '';
    for (const screen of screens) {
      const { width } = screen.viewport;
      const context = await browser.newContext({ ...SETTINGS, ...screen, storageState });
      const opened = await context.newPage();
      const troubles = watch(opened);
      const answer = await opened.goto(address.href);
      if (answer?.status() !== status) findings.add(`${language} ${width}`, [`the answer is ${answer?.status()}`]);
      await inspectScreen(opened, { language, width, schemes, screenshots }, findings);
      words = await wordsOf(opened, onlyWithScripts);
      findings.add(`${language} ${width}`, troubles);
      await context.close();
    }
    texts.push(words);

    const settings = { ...SETTINGS, ...screens.at(-1), storageState, javaScriptEnabled: false };
    const context = await browser.newContext(settings);
    const bare = await context.newPage();
    await bare.goto(address.href);
    const without = await wordsOf(bare, onlyWithScripts);
    if (without !== words) findings.add(language, [`without scripts the page says ${around(without, words)}`]);
    await context.close();
  }
  if (new Set(texts).size < texts.length) findings.add('', ['the page has the same words in both languages']);
  return findings;
}

/**
 * The findings about a page in one language on one screen.
 * @param {Page} page
 * @param {{ language: string, width: number, schemes: readonly ('light' | 'dark')[], screenshots?: string }} screen
 * @param {Findings} findings
 */
async function inspectScreen(page, { language, width, schemes, screenshots }, findings) {
  const declared = await languageOf(page);
  if (declared !== language) findings.add(`${language} ${width}`, [`the language of the page is “${declared}”`]);
  for (const colorScheme of schemes) {
    const view = `${language} ${width} ${colorScheme}`;
    await page.emulateMedia({ colorScheme });
    if (screenshots) {
      const path = join(RESULTS, `${screenshots}-${view.replaceAll(' ', '-')}.png`);
      await page.screenshot({ path, fullPage: true });
    }
    const { violations, failures } = await accessibility(page);
    findings.views += 1;
    findings.violations += violations;
    findings.add(view, [...failures, ...(await layout(page, width)), ...(await keyboard(page))]);
  }
  const [narrowest] = SCREENS;
  if (width === narrowest.viewport.width) {
    await page.setViewportSize({ ...narrowest.viewport, width: 320 });
    findings.add(language, await layout(page, 320));
  }
}

/** @param {Page} page */
function languageOf(page) {
  return page.evaluate(() => document.documentElement.lang);
}

/**
 * The words of two texts around the first place where they differ.
 * @param {string} text @param {string} other
 */
function around(text, other) {
  const [words, others] = [text.split(' '), other.split(' ')];
  const first = words.findIndex((word, index) => word !== others[index]);
  const place = first < 0 ? words.length : first;
  return [words, others].map((all) => `“${all.slice(Math.max(0, place - 3), place + 8).join(' ')}”`).join(', not ');
}
