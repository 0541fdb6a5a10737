/** Where demo traffic happens: the page subscribes to these. */
export const demoChannels = {
  prices: 'demo-prices',
  chat: 'private-demo-chat',
  room: 'presence-demo-room',
  orders: 'private-encrypted-orders',
} as const;
