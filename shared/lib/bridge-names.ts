/** What the page’s script, the preload script and the main process call their messages in Electron. */

/** The contract’s messages, both ways. */
export const messageChannel = 'latchkey:message';

/** One end of a channel that the page made: handed on to the vault process, unread. */
export const portChannel = 'latchkey:port';
