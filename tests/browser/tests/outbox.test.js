/** The outbox of the providers' sandbox, for people who present or try the service (tests/sandbox). */

import { after, before, describe, it } from 'node:test';
import { launch, SETTINGS } from '../harness/browser.js';
import { checkPage } from '../harness/check.js';
import { stack } from '../harness/environment.js';
import { received } from '../harness/outbox.js';
import { Shop } from '../harness/service.js';

const CHANNELS = /** @type {const} */ (['email', 'sms']);

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('../harness/outbox.js').Message[]} one message by each channel */
let sent;
before(async () => {
  const [launched, shop] = await Promise.all([launch(), Shop.open()]);
  browser = launched;
  const recipients = await Promise.all(CHANNELS.map((channel) => shop.writeToMember(channel)));
  sent = await Promise.all(recipients.map((to) => received(to)));
});
after(() => browser?.close());

/**
 * A page that shows an address of the sandbox.
 * @param {string} path
 */
async function open(path) {
  const page = await browser.newPage(SETTINGS);
  await page.goto(stack('sandbox_url') + path);
  return page;
}

describe('The outbox', () => {
  it('lists the messages', async () => {
    // The messages of one recipient, because the other tests send messages meanwhile.
    const page = await open(`/?${new URLSearchParams({ to: sent[0].to })}`);
    await checkPage(page, 'outbox', { onlyWithScripts: ['#live', '#outbox > p'] });
  });

  it('says that it is empty', async () => {
    const page = await open('/?to=nobody@example.com');
    await checkPage(page, 'outbox-empty', { onlyWithScripts: ['#live', '#outbox > p'] });
  });

  for (const [index, channel] of CHANNELS.entries()) {
    it(`shows a message by ${channel}`, async () => {
      await checkPage(await open(`/messages/${sent[index].number}`), `outbox-${channel}`);
    });
  }

  it('says that a message does not exist', async () => {
    await checkPage(await open('/messages/999999999'), 'outbox-unknown', { status: 404 });
  });
});
