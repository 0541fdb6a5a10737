export { askOwner, type Outcome } from './ask.ts';
export type { Ownership, Show } from './ownership.ts';
export type { AnswerOf } from './protocol.ts';
export { type TakeFolderOptions, type Taken, takeFolder } from './take-folder.ts';
