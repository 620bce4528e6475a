/**
 * Answers the card page from the network. Where the network fails, it answers the offline page, on which a script draws
 * the stored card. It stores the offline page with its files, and no page of a member.
 */

const CACHE = 'offline-{{ version }}';
/** The offline page in each language of the pages. */
const PAGES = { fr: 'offline?lang=fr', en: 'offline?lang=en' };
const FILES = [
  '{{ page.asset("pico.css") }}',
  '{{ page.asset("shell.css") }}',
  '{{ page.asset("account.css") }}',
  '{{ page.asset("offline.js") }}',
].map((file) => new URL(file, location).href);
/** A stored card is shown where the network gives no answer within so many milliseconds. */
const LONGEST_WAIT = 5_000;

addEventListener('install', (event) => event.waitUntil(store()));
addEventListener('activate', (event) => event.waitUntil(begin()));
addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.mode === 'navigate') event.respondWith(answer(event));
  else if (FILES.includes(request.url)) event.respondWith(file(request));
});

async function store() {
  const cache = await caches.open(CACHE);
  await cache.addAll([...Object.values(PAGES), ...FILES]);
  await skipWaiting();
}

/** Removes the offline pages of earlier versions. From now on the browser asks for a page while the worker starts. */
async function begin() {
  const names = await caches.keys();
  const earlier = names.filter((name) => name.startsWith('offline-') && name !== CACHE);
  await Promise.all(earlier.map((name) => caches.delete(name)));
  await registration.navigationPreload?.enable();
}

async function answer(event) {
  const network = fromNetwork(event);
  // Without this, the browser may stop the worker after the answer, and report the open request as an error.
  event.waitUntil(network.catch(() => {}));
  const { pathname, searchParams } = new URL(event.request.url);
  const isStored = (await caches.match(pathname, { cacheName: 'card' })) !== undefined;
  try {
    const page = await (isStored ? Promise.race([network, tooLate()]) : network);
    if (page.status < 500 || !isStored) return page;
  } catch {
    // The offline page says that there is no connection.
  }
  return offlinePage(searchParams.get('lang'));
}

async function fromNetwork(event) {
  return (await event.preloadResponse) ?? fetch(event.request);
}

function tooLate() {
  return new Promise((_, reject) => setTimeout(reject, LONGEST_WAIT));
}

/** The offline page in the chosen language, or else in that of the browser, as the server chooses it. */
function offlinePage(chosen) {
  const languages = [chosen ?? '', ...navigator.languages].map((tag) => tag.split('-')[0].toLowerCase());
  const language = languages.find((language) => language in PAGES) ?? 'fr';
  return caches.match(PAGES[language], { cacheName: CACHE, ignoreVary: true });
}

async function file(request) {
  return (await caches.match(request, { cacheName: CACHE, ignoreVary: true })) ?? fetch(request);
}
