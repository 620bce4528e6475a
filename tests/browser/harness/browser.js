/** The browser of the tests, and the screens and languages of the checks. */

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { chromium } from 'playwright-core';
import { variable } from './environment.js';

/** @typedef {import('playwright-core').Browser} Browser */
/** @typedef {import('playwright-core').Page} Page */

/** A telephone, whose browser follows the viewport of the page, and a desk. */
export const SCREENS = [
  { viewport: { width: 360, height: 780 }, isMobile: true, hasTouch: true },
  { viewport: { width: 1280, height: 800 } },
];
export const SCHEMES = /** @type {const} */ (['light', 'dark']);
export const LANGUAGES = ['fr', 'en'];

/**
 * The settings of every page. The language of the browser stays French, so a page that is asked for in English shows
 * that the address decides.
 */
export const SETTINGS = { locale: 'fr-FR', timezoneId: 'Europe/Paris', reducedMotion: /** @type {const} */ ('reduce') };

/**
 * Starts the browser of the variable CHROMIUM. The one that npm installs has its libraries and its font beside it.
 * @returns {Promise<Browser>}
 */
export function launch() {
  const executablePath = variable('CHROMIUM');
  const folder = dirname(executablePath);
  const libraries = join(folder, 'al2023', 'lib');
  const own = existsSync(libraries)
    ? { LD_LIBRARY_PATH: libraries, FONTCONFIG_PATH: join(folder, 'fonts'), XDG_CACHE_HOME: join(folder, 'cache') }
    : {};
  return chromium.launch({ executablePath, env: { ...process.env, ...own } });
}
