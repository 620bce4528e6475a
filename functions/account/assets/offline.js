/** Draws the card that this browser has stored for the address of this page, if there is one. */

const stored = await caches.match(location.pathname, { cacheName: 'card' });
if (stored) show(await stored.json());

/** @param {{ merchant: string, number: string, firstName?: string, qr?: object, barcode?: object }} card */
function show({ merchant, number, firstName, qr, barcode }) {
  document.querySelector('.site').textContent = merchant;
  document.querySelector('#first-name').textContent = firstName ?? '';
  document.querySelector('.number').textContent = number;
  draw('#qr', qr);
  draw('#barcode', barcode);
  document.querySelector('#card').hidden = false;
  document.querySelector('#no-card').remove();
}

function draw(selector, code) {
  const svg = document.querySelector(selector);
  if (!code) return svg.remove();
  svg.setAttribute('viewBox', code.viewBox);
  svg.querySelector('path').setAttribute('d', code.path);
}
