/** Frames as a Channels server sends them, of 300 bytes each, over a few channels and event names. */

const frameBytes = 300;

export function sampleFrames(count: number): Buffer[] {
  return Array.from({ length: count }, (_, index) => sampleFrame(index));
}

function sampleFrame(index: number): Buffer {
  const items = [
    { sku: `sku-${index % 97}`, quantity: index % 9, price: 1999 },
    { sku: `sku-${index % 89}`, quantity: index % 7, price: 450 },
  ];
  const order = { id: 100_000 + index, customer: `customer-${index % 500}`, items, note: '' };
  const frame = () =>
    JSON.stringify({
      event: `order-${['created', 'paid', 'shipped'][index % 3]}`,
      channel: `orders-${index % 20}`,
      data: JSON.stringify(order),
    });
  order.note = 'x'.repeat(Math.max(0, frameBytes - frame().length));
  return Buffer.from(frame());
}
