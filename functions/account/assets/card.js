/**
 * Stores the card of this page, so that it can be shown without a connection: the merchant's name, the card number, the
 * first name, and the two codes, which are the number as a till scans it. Nothing else of the page is stored. A page
 * without a card removes the stored one.
 */

if ('serviceWorker' in navigator) {
  // A browser has one session, so it stores one card: that of the member who is signed in.
  await caches.delete('card');
  const card = document.querySelector('#card');
  if (card) {
    await store(card);
    await navigator.serviceWorker.register('worker.js');
  }
}

/** @param {Element} card */
async function store(card) {
  const stored = {
    merchant: textOf(document, '.site'),
    number: textOf(card, '.number'),
    firstName: card.dataset.firstName,
    qr: code(card, '#qr'),
    barcode: code(card, '#barcode'),
  };
  const cache = await caches.open('card');
  await cache.put(location.pathname, new Response(JSON.stringify(stored)));
}

function textOf(element, selector) {
  return element.querySelector(selector).textContent;
}

/** The drawing of a code; `undefined` where the page has none. */
function code(card, selector) {
  const svg = card.querySelector(selector);
  return svg ? { viewBox: svg.getAttribute('viewBox'), path: svg.querySelector('path').getAttribute('d') } : undefined;
}
