/** What the page uses to have the user name a file. */
export { UserPath, type UserPathProps } from './user-path.tsx';
