export { ChannelsScreen as default } from './channels-screen.tsx';
export { subscriptionWords, useConnectionWords } from './connection.ts';
export { SubscribeForm } from './subscribe-form.tsx';
