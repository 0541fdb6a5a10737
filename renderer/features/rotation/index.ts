export { KeysScreen as default } from './keys-screen.tsx';
