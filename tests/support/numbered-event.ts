/** Events as real apps send them, about 300 bytes each, told apart by their number alone; some are awkward to keep as they were. */

/** @returns The frame of event `number`: always the same one. */
export function numberedEvent(number: number): string {
  const order = {
    number,
    customer: `customer-${number % 500}`,
    items: [{ sku: `sku-${number % 97}`, quantity: number % 9, price: 1999 }],
    note: notes[number % notes.length],
  };
  const name = `order-${['created', 'paid', 'shipped'][number % 3]}`;
  const data = JSON.stringify(order);
  const channel = `orders-${number % 20}`;
  // A number that no double holds, and blanks between tokens: both have to stay as they were sent.
  if (number % 50 === 7) {
    return `{ "event": ${JSON.stringify(name)}, "channel": "${channel}",  "data": {"number":${number},"big":9007199254740993} }`;
  }
  return JSON.stringify({ event: name, channel, data });
}

/** Of the same size, more or less. Its data begins with its number and the time of this call, in ms since 1970. */
export function timedEvent(number: number): string {
  const data = JSON.stringify({ number, sentAt: Date.now(), note: filler + filler.slice(60) });
  return JSON.stringify({ event: 'order-timed', channel: `orders-${number % 20}`, data });
}

const filler = 'Gift wrapped; leave it with the neighbours if nobody is at home. '.repeat(2);
const notes = [
  filler,
  `${filler}Zoë said "thanks"`,
  `${filler}☕ \u202Ereversed`,
  `${filler}<b>bold</b>\n\t\u0001`,
  `${filler}\uD83D`,
];
