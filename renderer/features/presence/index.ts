export { PresenceScreen as default } from './presence-screen.tsx';
