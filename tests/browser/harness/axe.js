/** Runs axe-core, the accessibility engine, on a page. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** @typedef {import('axe-core')} Axe */
/** @typedef {import('axe-core').Result} Result */

const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const OPTIONS = {
  runOnly: {
    type: /** @type {const} */ ('tag'),
    values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  },
  // The only rule of WCAG 2.2. It is off by default.
  rules: { 'target-size': { enabled: true } },
  resultTypes: /** @type {('violations' | 'incomplete')[]} */ (['violations', 'incomplete']),
  // A frame of the sandbox shows a message and allows no script, so axe cannot run in it.
  iframes: false,
};

/**
 * Results that axe leaves to a person, which a person has looked at. Every other such result is a failure.
 * @type {{ rule: string, element: RegExp, summary: RegExp, reason: string }[]}
 */
const REVIEWED = [
  {
    rule: 'color-contrast',
    element: /^<(select|input)\b/,
    summary: /due to a background image/,
    reason: 'The image is a mark beside the text: an arrow, a calendar, a wrong value.',
  },
  {
    rule: 'color-contrast',
    element: /^<input\b/,
    summary: /Element has no value/,
    reason: 'The answer to a form that is refused shows the fields with their values, and is checked too.',
  },
  {
    rule: 'frame-tested',
    element: /^<iframe sandbox\b/,
    summary: /still has to be tested/,
    reason: 'The frame shows the message of a merchant, which is not ours to change. It allows no script.',
  },
];

/**
 * The number of violations, and a sentence for each of them and for each result that needs a person.
 * @param {import('playwright-core').Page} page
 * @returns {Promise<{ violations: number, failures: string[] }>}
 */
export async function accessibility(page) {
  // Not by a script element: the pages' content security policy refuses scripts of others.
  if (!(await page.evaluate('"axe" in globalThis'))) await page.evaluate(SOURCE);
  const found = await page.evaluate(
    (options) => /** @type {any} */ (globalThis).axe.run(document, options),
    OPTIONS,
  );
  const violations = found.violations.flatMap((/** @type {Result} */ result) => sentences(result));
  const open = found.incomplete.flatMap((/** @type {Result} */ result) => sentences(result, isOpen));
  return {
    violations: violations.length,
    failures: [...violations, ...open.map((/** @type {string} */ one) => `to be reviewed: ${one}`)],
  };
}

/** @param {Result} result @param {(rule: string, element: string, summary: string) => boolean} wanted */
function sentences(result, wanted = () => true) {
  return result.nodes
    .map(({ target, html, failureSummary }) => ({ target, html, summary: failureSummary ?? result.help }))
    .filter(({ html, summary }) => wanted(result.id, html, summary))
    .map(({ target, summary }) => `axe ${result.id}: ${target.join(' ')}: ${summary.replace(/\s+/g, ' ')}`);
}

/** @param {string} rule @param {string} element @param {string} summary */
function isOpen(rule, element, summary) {
  return !REVIEWED.some((one) => one.rule === rule && one.element.test(element) && one.summary.test(summary));
}
