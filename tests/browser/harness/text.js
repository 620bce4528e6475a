/** The words of a page. */

/**
 * The words that a person sees in `main`, line by line.
 * @param {import('playwright-core').Page} page
 * @param {string[]} without selectors of parts to leave out
 * @returns {Promise<string>}
 */
export async function wordsOf(page, without = []) {
  return page.evaluate((without) => {
    const hidden = without.flatMap((selector) => [...document.querySelectorAll(selector)]);
    const main = document.querySelector('main') ?? document.body;
    const displays = hidden.map((element) => /** @type {HTMLElement} */ (element).style.display);
    for (const element of hidden) /** @type {HTMLElement} */ (element).style.display = 'none';
    const words = main.innerText.replace(/\s+/g, ' ').trim();
    hidden.forEach((element, index) => (/** @type {HTMLElement} */ (element).style.display = displays[index]));
    return words;
  }, without);
}
