/** What goes wrong while a page loads: errors of scripts and of the content security policy, requests that fail. */

/**
 * Collects the failures of a page from now on.
 * @param {import('playwright-core').Page} page
 * @returns {string[]} the failures; the list grows
 */
export function watch(page) {
  /** @type {string[]} */
  const failures = [];
  page.on('pageerror', (error) => failures.push(`script: ${error.message}`));
  page.on('console', (message) => {
    // The browser reports the status of the page itself too. The test of the page says which status is right.
    const isOfPage = message.location().url === page.url() && /status of \d+/.test(message.text());
    if (message.type() === 'error' && !isOfPage) failures.push(`console: ${message.text()}`);
  });
  page.on('requestfailed', (request) => {
    failures.push(`request: ${request.url()}: ${request.failure()?.errorText ?? 'failed'}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400 && !response.request().isNavigationRequest()) {
      failures.push(`request: ${response.url()} answered ${response.status()}`);
    }
  });
  return failures;
}
