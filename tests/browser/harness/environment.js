/** What `infra/local/browser.py` tells the tests: the stack, the browser, and the folder of the results. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of the screenshots and of the report. */
export const RESULTS = fileURLToPath(new URL('../../../target/browser/', import.meta.url));

/**
 * A variable of the environment.
 * @param {string} name
 */
export function variable(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set. Start the tests with: make browser`);
  return value;
}

/**
 * An address or a name of `stack.json`, which describes the stack under test.
 * @param {'account_url' | 'api_url' | 'sandbox_url'} name
 * @returns {string}
 */
export function stack(name) {
  const value = JSON.parse(readFileSync(variable('ZEROSIX_STACK'), 'utf8'))[name];
  if (!value) throw new Error(`stack.json has no ${name}`);
  return value;
}
