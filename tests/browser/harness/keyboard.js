/** The keyboard: a check that Tab reaches everything, and a hand that uses a page by keyboard only. */

/** @typedef {import('playwright-core').Page} Page */

/** The most stops within one element: the links of a frame. A date has a stop for each of its parts. */
const MOST_STOPS_WITHIN = 40;
/** The most presses of Tab until a field is reached. */
const MOST_PRESSES = 60;

/**
 * Presses Tab from the beginning of the page to its end. Every element that can have the focus must get it, in the
 * order of the document, with a ring that can be seen.
 * @param {Page} page
 * @returns {Promise<string[]>} the failures
 */
export async function keyboard(page) {
  const stops = await page.evaluateHandle(stopsOfPage);
  const expected = await stops.evaluate(({ elements }) => elements.length);
  const failures = [];
  const reached = new Set();
  let [previous, within] = [-1, 0];
  for (let presses = 0; presses < expected + MOST_STOPS_WITHIN; presses++) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(focused, stops);
    if (stop.isEnd) break;
    if (stop.index === previous) {
      within += 1;
      if (!stop.hasStopsWithin || within > MOST_STOPS_WITHIN) {
        failures.push(`keyboard: Tab does not leave ${stop.name}`);
        break;
      }
      continue;
    }
    within = 0;
    if (reached.has(stop.index)) break;
    if (stop.index < previous && stop.index >= 0) failures.push(`keyboard: ${stop.name} is out of order`);
    reached.add(stop.index);
    previous = stop.index;
    failures.push(...stop.failures.map((failure) => `keyboard: ${stop.name} ${failure}`));
  }
  const names = await stops.evaluate(({ elements, nameOf }) => elements.map(nameOf));
  for (const [index, name] of names.entries()) {
    if (!reached.has(index)) failures.push(`keyboard: Tab does not reach ${name}`);
  }
  await stops.dispose();
  return failures;
}

/** In the page: the elements that Tab must reach, in the order of the document, and how they look without the focus. */
function stopsOfPage() {
  const candidates = 'a[href], area[href], button, input, select, textarea, summary, [contenteditable], [tabindex]';
  /** @param {Element} element */
  const isStop = (element) => {
    if (!(element instanceof HTMLElement) || element.tabIndex < 0 || element.matches(':disabled')) return false;
    if (element.closest('[inert]') || !element.checkVisibility({ visibilityProperty: true })) return false;
    if (!(element instanceof HTMLInputElement) || element.type !== 'radio') return true;
    // The buttons of a group are one stop: the chosen one, or the first.
    const group = [...document.querySelectorAll(`input[type=radio][name="${CSS.escape(element.name)}"]`)].filter(
      (other) => /** @type {HTMLInputElement} */ (other).form === element.form,
    );
    return element === (group.find((other) => /** @type {HTMLInputElement} */ (other).checked) ?? group[0]);
  };
  const elements = [...document.querySelectorAll(candidates)].filter(isStop);
  /** @param {Element} element */
  const nameOf = (element) => {
    const { id, tagName } = element;
    const name = element.getAttribute('name');
    const text = element.textContent?.trim().slice(0, 30);
    return tagName.toLowerCase() + (id ? `#${id}` : name ? `[name=${name}]` : text ? ` “${text}”` : '');
  };
  // Wherever the focus was, Tab begins at the top of the page.
  const top = document.createElement('span');
  top.tabIndex = -1;
  top.style.position = 'absolute';
  document.body.prepend(top);
  top.focus();
  const atRest = elements.map((element) => {
    const { outline, boxShadow } = getComputedStyle(element);
    return { outline, boxShadow };
  });
  top.remove();
  return { elements, atRest, nameOf };
}

/**
 * In the page: the element that has the focus, and what is wrong about it.
 * @param {ReturnType<typeof stopsOfPage>} stops
 */
function focused({ elements, atRest, nameOf }) {
  const element = document.activeElement;
  if (element === null || element === document.body || element === document.documentElement) {
    return { isEnd: true, index: -1, name: '', hasStopsWithin: false, failures: [] };
  }
  const index = elements.indexOf(element);
  const isFrame = element instanceof HTMLIFrameElement;
  const hasParts = element.matches('input:is([type=date], [type=time], [type=month], [type=datetime-local])');
  const style = getComputedStyle(element);
  const scrolls = /auto|scroll/.test(style.overflowX + style.overflowY);
  const failures = [];
  // A frame and a part that scrolls may have the focus, so that the keyboard can scroll them.
  if (index < 0 && !isFrame && !scrolls) failures.push('has the focus and cannot be seen');

  /** @param {string} colour @returns {number[]} red, green, blue and alpha, from 0 to 255 */
  const channels = (colour) => {
    const canvas = document.createElement('canvas').getContext('2d');
    if (!canvas) throw new Error('a canvas');
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  /** @param {number[]} colour */
  const luminance = (colour) => {
    const [red, green, blue] = colour.map((channel) => {
      const part = channel / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = () => {
    for (let around = element.parentElement; around; around = around.parentElement) {
      const colour = channels(getComputedStyle(around).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    const isDark = matchMedia('(prefers-color-scheme: dark)').matches;
    return isDark && getComputedStyle(document.documentElement).colorScheme.includes('dark')
      ? [18, 18, 18, 255]
      : [255, 255, 255, 255];
  };
  /** @param {string} colour */
  const isSeen = (colour) => {
    const ring = channels(colour);
    const [dark, light] = [luminance(ring), luminance(behind())].sort((one, other) => one - other);
    return ring[3] > 0 && (light + 0.05) / (dark + 0.05) >= 3;
  };
  const shadows = style.boxShadow === atRest[index]?.boxShadow ? [] : style.boxShadow.match(/[a-z-]+\([^)]*\)/g) ?? [];
  const hasOutline =
    style.outline !== atRest[index]?.outline && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
  // The browser draws the outline `auto` in two colours, one of which is seen on every background.
  const rings = [...shadows, ...(hasOutline && style.outlineStyle !== 'auto' ? [style.outlineColor] : [])];
  if (index >= 0 && !(hasOutline && style.outlineStyle === 'auto')) {
    if (rings.length === 0) failures.push('has no ring while it has the focus');
    else if (!rings.some(isSeen)) failures.push('has a ring with a contrast below 3:1');
  }

  const box = element.getClientRects()[0];
  if (index >= 0 && box) {
    const x = (Math.max(0, box.left) + Math.min(innerWidth, box.right)) / 2;
    const y = (Math.max(0, box.top) + Math.min(innerHeight, box.bottom)) / 2;
    const hit = document.elementFromPoint(x, y);
    const isOwn = hit && (element.contains(hit) || hit.contains(element));
    if (!isOwn) failures.push('has the focus and is covered or out of sight');
  }
  return { isEnd: false, index, name: nameOf(element), hasStopsWithin: isFrame || hasParts, failures };
}

/** Uses a page by keyboard only. The fields are named by their `name`. */
export class Keyboard {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
  }

  /** @param {string} field @param {string} text */
  async write(field, text) {
    await this.#reach(`[name="${field}"]`);
    await this.page.keyboard.press('ControlOrMeta+A');
    await this.page.keyboard.type(text);
  }

  /**
   * The parts of a date field are in the order of the browser's language. So the day and the month must be equal.
   * @param {string} field @param {string} date year, month and day
   */
  async writeDate(field, date) {
    const [year, month, day] = date.split('-');
    if (day !== month) throw new Error(`${date}: the day and the month are not equal`);
    await this.#reach(`[name="${field}"]`);
    await this.page.keyboard.type(day + month + year);
  }

  /** @param {string} field */
  async tick(field) {
    await this.#reach(`[name="${field}"]`);
    await this.page.keyboard.press('Space');
  }

  /**
   * Presses a button, or follows a link, and waits for the page that answers.
   * @param {string} selector
   */
  async press(selector) {
    await this.#reach(selector);
    await Promise.all([this.page.waitForEvent('load'), this.page.keyboard.press('Enter')]);
  }

  /** @param {string} selector */
  async #reach(selector) {
    for (let presses = 0; presses < MOST_PRESSES; presses++) {
      if (await this.page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
      await this.page.keyboard.press('Tab');
    }
    throw new Error(`Tab does not reach ${selector} on ${this.page.url()}`);
  }
}

/** Uses a page as a mouse does. Works without scripts in the page. */
export class Pointer {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
  }

  /** @param {string} field @param {string} text */
  write(field, text) {
    return this.page.fill(`[name="${field}"]`, text);
  }

  /** @param {string} field @param {string} date year, month and day */
  writeDate(field, date) {
    return this.page.fill(`[name="${field}"]`, date);
  }

  /** @param {string} field */
  tick(field) {
    return this.page.check(`[name="${field}"]`);
  }

  /** @param {string} selector */
  async press(selector) {
    await Promise.all([this.page.waitForEvent('load'), this.page.click(selector)]);
  }
}
