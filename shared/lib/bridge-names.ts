/** What the page’s script, the preload script and the main process call their messages in Electron. */

/** The contract’s messages, both ways. */
export const messageChannel = 'latchkey:message';

/** A page has begun: whatever the one before it in this window was waiting for is no longer wanted. */
export const pageChannel = 'latchkey:page';

/** One end of a channel that the page made: handed on to the vault process, unread. */
export const portChannel = 'latchkey:port';
