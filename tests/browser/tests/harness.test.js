/** The check of a page finds what it is there to find. Each page below has one fault, and the first has none. */

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { LANGUAGES, launch, SCREENS, SETTINGS } from '../harness/browser.js';
import { inspect } from '../harness/check.js';

const HEAD = '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Un essai</title>';
const STYLE = `
  :root { color-scheme: light dark; font: 16px/1.5 sans-serif }
  body { background: Canvas; color: CanvasText }
  :focus-visible { outline: 3px solid #1668d6 }
  input, button { font: inherit; padding: .5rem }`;
const WORDS = { fr: 'Bonjour, voici la page', en: 'Hello, this is the page' };
const FORM = '<form><label>Mobile <input name="mobile"></label> <button>OK</button></form>';

/**
 * What differs from the page without a fault.
 * @typedef {object} Fault
 * @property {string} finds a part of the finding
 * @property {string} [head]
 * @property {string} [style] added to the style sheet
 * @property {string} [main] added to the content
 * @property {string} [words] the title in both languages
 * @property {string} [language] of the document, in both languages
 * @property {string} [policy] the content security policy
 * @property {number} [status]
 * @property {import('../harness/check.js').Views} [views] the views that have the fault
 */

/** Most faults show in every view, so one view finds them. */
const ONE_VIEW = { languages: ['fr'], screens: [SCREENS[0]], schemes: /** @type {const} */ (['light']) };

/** @type {Record<string, Fault>} */
const FAULTS = {
  'a text with little contrast': {
    finds: 'axe color-contrast',
    main: '<p style="color:#999;background:#fff">Un texte</p>',
  },
  'a text with little contrast in the dark': {
    finds: 'axe color-contrast',
    style: '@media (prefers-color-scheme: dark) { p { color: #444; background: #000 } }',
    main: '<p>Un texte</p>',
    views: { schemes: ['dark'] },
  },
  'a field without a label': { finds: 'axe label', main: '<input name="lonely">' },
  'links that are too small': {
    finds: 'axe target-size',
    main: '<p style="font:8px/1 sans-serif"><a href="#a">a</a><br><a href="#b">b</a></p>',
  },
  'a result that axe leaves to a person': {
    finds: 'to be reviewed: axe color-contrast',
    main: '<p style="background:linear-gradient(#fff,#000)">Un texte</p>',
  },
  'a keyboard trap': {
    finds: 'Tab does not leave input[name=trap]',
    main: `<label>Piège <input name="trap" onkeydown="if (event.key === 'Tab') event.preventDefault()"></label>`,
  },
  'a trap of two fields': {
    finds: 'Tab does not reach input[name=beyond]',
    main: `<label>A <input name="a"></label><label>B <input name="b" onkeydown="
      if (event.key === 'Tab') { event.preventDefault(); document.getElementsByName('a')[0].focus() }"></label>
      <label>C <input name="beyond"></label>`,
  },
  'an order of its own': {
    finds: 'input[name=b] is out of order',
    main: `<label>A <input name="a" onkeydown="go(event, 'c')"></label><label>B <input name="b"></label>
      <label>C <input name="c" onkeydown="go(event, 'b')"></label><script>
      function go(event, name) { event.preventDefault(); document.getElementsByName(name)[0].focus() }</script>`,
  },
  'an order by numbers': { finds: 'axe tabindex', main: '<label>Premier <input name="first" tabindex="1"></label>' },
  'a focus that cannot be seen': {
    finds: 'button “OK” has no ring',
    style: 'button:focus-visible { outline: none }',
  },
  'a ring in the colour of the page': {
    finds: 'button “OK” has a ring with a contrast below 3:1',
    style: 'body { background: #fff } button:focus-visible { outline-color: #eee }',
  },
  'a focus under a bar': {
    finds: 'is covered',
    main: `<div style="height:200vh"></div><a href="#a">Lien</a>
      <div style="position:fixed;inset:auto 0 0;height:90vh;background:#888"></div>`,
  },
  'a line that is too wide': { finds: 'scrolls sideways at 360', main: '<div style="width:500px">Large</div>' },
  'a line that is too wide for reflow': {
    finds: 'scrolls sideways at 320',
    main: '<div style="width:330px">Large</div>',
  },
  'a box that is squeezed': {
    finds: 'a box of 4 by',
    main: '<p><label><input type="checkbox" style="width:4px;margin:1rem"> Je le veux</label></p>',
  },
  'no width of the device': {
    finds: 'ignores the width of the screen',
    head: '<meta charset="utf-8"><title>Un essai</title>',
  },
  'one language in two': {
    finds: 'the language of the page is “fr”',
    language: 'fr',
    views: { languages: ['en'] },
  },
  'no translation': {
    finds: 'the same words in both languages',
    words: 'Bonjour',
    views: { languages: LANGUAGES },
  },
  'a text that needs scripts': {
    finds: 'without scripts the page says',
    main: '<p id="late"></p><script>document.querySelector("#late").textContent = "Enfin"</script>',
  },
  'an error of a script': { finds: 'script: broken', main: '<script>throw new Error("broken")</script>' },
  'a script that the policy refuses': {
    finds: 'Content Security Policy',
    policy: "default-src 'none'; style-src 'unsafe-inline'",
    main: '<script>1</script>',
  },
  'an image that is missing': { finds: '/missing.png answered 404', main: '<img src="/missing.png" alt="Un plan">' },
  'another status': { finds: 'the answer is 500', status: 500 },
};

/** @param {Partial<Fault>} fault @param {'fr' | 'en'} language */
function html(fault, language) {
  const { head = HEAD, style = '', main = '', words = WORDS[language], language: declared = language } = fault;
  return `<!doctype html><html lang="${declared}"><head>${head}<style>${STYLE}${style}</style></head>
    <body><main><h1>${words}</h1>${FORM}${main}</main></body></html>`;
}

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const name = decodeURIComponent(pathname.slice(1));
  /** @type {Partial<Fault> | undefined} */
  const fault = name === 'no fault' ? {} : FAULTS[name];
  const headers = { 'content-type': 'text/html; charset=utf-8' };
  if (!fault) return response.writeHead(404, headers).end();
  if (fault.policy) Object.assign(headers, { 'content-security-policy': fault.policy });
  const language = searchParams.get('lang') === 'en' ? 'en' : 'fr';
  return response.writeHead(fault.status ?? 200, headers).end(html(fault, language));
});

/** @type {import('playwright-core').Browser} */
let browser;
let address = '';
before(async () => {
  browser = await launch();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  address = `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}`;
});
after(async () => {
  await browser?.close();
  server.close();
});

/**
 * The findings about a page of the server.
 * @param {string} name
 * @param {import('../harness/check.js').Views} [views]
 */
async function findings(name, views) {
  const page = await browser.newPage(SETTINGS);
  await page.goto(`${address}/${name}`);
  const found = await inspect(page, views);
  await page.context().close();
  return found.sentences();
}

describe('The check of a page', () => {
  it('accepts a page without a fault', async () => {
    assert.deepEqual(await findings('no fault'), []);
  });

  for (const [name, fault] of Object.entries(FAULTS)) {
    it(`finds ${name}`, async () => {
      const found = await findings(name, { ...ONE_VIEW, ...fault.views });
      assert.ok(found.some((one) => one.includes(fault.finds)), found.join('\n') || 'nothing was found');
    });
  }
});
