/** What features use of the page's state. */
export type { PassphraseInput } from '../bridge/index.ts';
export { type Services, ServicesProvider, useServices } from './context.tsx';
export * from './hooks.ts';
export type { LogView } from './log-view.ts';
export { type AppTab, appTabs, type Place } from './navigation.ts';
export { asAppError, type Loadable, valueOr } from './remote.ts';
export { type Rows, type RowsAnswer, useRows } from './rows.ts';
export { type AboutInfo, createStores, keepLoaded, replaceBy, type Stores } from './stores.ts';
export type { SweepState } from './sweep-run.ts';
export { type Readable, Value } from './value.ts';
