export { ChannelsScreen as default } from './channels-screen.tsx';
