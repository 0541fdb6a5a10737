export { ChannelsScreen as default } from './channels-screen.tsx';
export { connectionWords, subscriptionWords } from './connection.ts';
export { SubscribeForm } from './subscribe-form.tsx';
