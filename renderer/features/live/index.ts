export { subscriptionWords, useConnectionWords } from './connection.ts';
export { ConnectionsScreen } from './connections-screen.tsx';
export { SubscribeForm } from './subscribe-form.tsx';
