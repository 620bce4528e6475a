/** The calls of the service's API that prepare a test. */

import { randomInt } from 'node:crypto';
import { stack, variable } from './environment.js';

const SOFTWARE = 'zerosix-browser/1';
const SIGNED = { version: '2026-01', signed_on: '2026-01-05', signatory: 'A. Gérant' };
const CONTENT = {
  email: {
    subject: 'Pour {{first_name|vous}}',
    body: '<p>{{points}} points</p><p><a href="{{unsubscribe_url}}">Ne plus recevoir nos e-mails</a></p>',
  },
  sms: { body: '{{merchant}} : {{points}} points vous attendent.' },
};
const CONSENT = { given: true, text_version: '2026-01', told_by: 'till' };

/** A merchant of a test, with one establishment, and senders in the sandbox. Nobody else uses the merchant. */
export class Shop {
  /** @param {string} merchant @param {string} establishment @param {string} backOffice a key */
  constructor(merchant, establishment, backOffice) {
    this.merchant = merchant;
    this.establishment = establishment;
    this.backOffice = backOffice;
  }

  /** @returns {Promise<Shop>} */
  static async open() {
    const { merchant_id: merchant } = await operate('POST', '/v1/merchants', {
      reference: `browser-${randomInt(2 ** 47)}`,
      name: 'Boutique Exemple',
      sector: 'retail',
      terms: SIGNED,
      processing_contract: SIGNED,
      programme: { spend: [{ points: 1, per_cents: 100 }] },
    });
    const place = `/v1/merchants/${merchant}/establishments/paris`;
    await operate('PUT', place, { name: 'Paris', time_zone: 'Europe/Paris' });
    const asked = { mode: 'live', scope: 'back_office', label: 'browser' };
    const { key } = await operate('POST', `${place}/keys`, asked);
    const senders = `/v1/merchants/${merchant}/senders`;
    const email = { account: 'sandbox-email', address: 'bonjour@example.com', name: 'Boutique Exemple' };
    await operate('PUT', `${senders}/email`, email);
    await operate('PUT', `${senders}/sms`, { account: 'sandbox-sms', shown: 'Boutique', stop_number: '36200' });
    return new Shop(merchant, 'paris', key);
  }

  /**
   * Sends a campaign to a new member who consents.
   * @param {'email' | 'sms'} channel
   * @returns {Promise<string>} the address or the mobile of the member, as the outbox shows it
   */
  async writeToMember(channel) {
    const email = `camille-${randomInt(2 ** 47)}@example.com`;
    const number = mobile();
    const person = { mobile: number, first_name: 'Camille', email, card_requested: true };
    const { member_id: member } = await ask(this.backOffice, 'POST', '/v1/members', person);
    await ask(this.backOffice, 'PUT', `/v1/members/${member}/consents/${channel}`, CONSENT);
    const campaigns = `/v1/merchants/${this.merchant}/campaigns`;
    const draft = { name: 'Essai', channel, content: CONTENT[channel] };
    const { campaign_id: campaign } = await operate('POST', campaigns, draft);
    await operate('POST', `${campaigns}/${campaign}/launch`, {});
    return channel === 'email' ? email : international(number);
  }
}

let latest = randomInt(10_000);

/** Another mobile each time, of those that the regulator reserves for fiction: 06 39 98 and four digits. */
export function mobile() {
  latest = (latest + 1) % 10_000;
  return `063998${String(latest).padStart(4, '0')}`;
}

/** The international form of a mobile. @param {string} number */
export function international(number) {
  return `+33${number.slice(1)}`;
}

/** @param {string} method @param {string} path @param {object} body */
function operate(method, path, body) {
  return ask(variable('ZEROSIX_OPERATOR_KEY'), method, path, body);
}

/**
 * The JSON of the answer. A refusal fails the test.
 * @param {string} key @param {string} method @param {string} path @param {object} body
 * @returns {Promise<any>}
 */
async function ask(key, method, path, body) {
  const headers = { authorization: `Token ${key}`, 'content-type': 'application/json', 'user-agent': SOFTWARE };
  const answer = await fetch(stack('api_url') + path, { method, headers, body: JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
  return text ? JSON.parse(text) : {};
}
