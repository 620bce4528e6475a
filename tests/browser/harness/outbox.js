/** The outbox of the providers' sandbox: what a person would have received. */

import { stack } from './environment.js';
import { eventually } from './eventually.js';

/**
 * A message as `outbox.json` shows it.
 * @typedef {{ number: number, channel: 'email' | 'sms', to: string, html: string | null, text: string | null }} Message
 */

/**
 * The messages that a filter accepts, newest first.
 * @param {{ to?: string, channel?: 'email' | 'sms', limit?: string }} filter
 * @returns {Promise<Message[]>}
 */
export async function messages(filter) {
  const answer = await fetch(`${stack('sandbox_url')}/outbox.json?${new URLSearchParams(filter)}`);
  return /** @type {Promise<Message[]>} */ (answer.json());
}

/**
 * The first message that the sandbox accepts for a recipient after the message `after`.
 * @param {string} to
 * @param {number} [after] the number of a message; -1 for any
 * @returns {Promise<Message>}
 */
export function received(to, after = -1) {
  return eventually(`a message to ${to}`, async () =>
    (await messages({ to })).findLast((message) => message.number > after),
  );
}

/**
 * The six digits of a code that was sent by SMS.
 * @param {Message} sms
 */
export function codeOf(sms) {
  const found = sms.text?.match(/(?<!\d)\d{6}(?!\d)/);
  if (!found) throw new Error('the SMS holds no code of six digits');
  return found[0];
}

/**
 * The first link of an e-mail to a page.
 * @param {Message} email
 * @param {string} path the beginning of the path after the address of the API: `/u/`
 */
export function linkOf(email, path) {
  const links = [...(email.html ?? '').matchAll(/href="([^"]+)"/g)].map((match) =>
    match[1].replaceAll('&#x2F;', '/').replaceAll('&amp;', '&'),
  );
  const found = links.find((link) => link.includes(path));
  if (!found) throw new Error(`the e-mail has no link to ${path}: ${links.join(', ')}`);
  return found;
}
