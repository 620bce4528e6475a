/** The layout of a page: nothing is wider than the screen, and no box to tick is squeezed. */

/** The least width and height of a box to tick, in pixels. Axe accepts a smaller one that has room around it. */
const LEAST_BOX = 16;

/**
 * A sentence for each part of the page that does not fit. At 320 pixels this is reflow (WCAG 1.4.10): a page of 1280
 * pixels at 400 %.
 * @param {import('playwright-core').Page} page
 * @param {number} width the width of the screen
 * @returns {Promise<string[]>} the failures
 */
export function layout(page, width) {
  return page.evaluate(misfits, { width, leastBox: LEAST_BOX });
}

/**
 * In the page.
 * @param {{ width: number, leastBox: number }} bounds
 */
function misfits({ width, leastBox }) {
  const root = document.documentElement;
  const failures = [];
  /** @param {Element} element */
  const nameOf = (element) => element.outerHTML.slice(0, 60);
  if (root.clientWidth > width) {
    failures.push(`layout: the page ignores the width of the screen, ${width}`);
  } else if (root.scrollWidth > root.clientWidth) {
    const wide = [...document.body.querySelectorAll('*')].filter(
      (element) => element.getBoundingClientRect().right + scrollX > root.clientWidth + 1,
    );
    failures.push(`layout: the page scrolls sideways at ${width}: ${wide.slice(0, 3).map(nameOf).join(' … ')}`);
  }
  for (const box of document.querySelectorAll('input:is([type=checkbox], [type=radio])')) {
    const { width: across, height } = box.getBoundingClientRect();
    if (box.checkVisibility() && Math.min(across, height) < leastBox) {
      failures.push(`layout: a box of ${Math.round(across)} by ${Math.round(height)} pixels: ${nameOf(box)}`);
    }
  }
  return failures;
}
