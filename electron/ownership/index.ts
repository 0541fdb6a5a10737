export { askOwner, type Outcome } from './ask.ts';
export { Ownership, type Show } from './ownership.ts';
export type { AnswerOf, CommandHandlers, CommandType, OwnerHandlers, RequestOf } from './protocol.ts';
export { type TakeFolderOptions, type Taken, takeFolder } from './take-folder.ts';
