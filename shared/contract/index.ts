/** The whole contract. A new method is two edits: its line in a feature's file, and its handler. */
import { audit } from './audit.ts';
import { channels } from './channels.ts';
import type * as define from './define.ts';
import { doctor } from './doctor.ts';
import { exports } from './exports.ts';
import { files } from './files.ts';
import { history } from './history.ts';
import { imports } from './imports.ts';
import { live } from './live.ts';
import { presence } from './presence.ts';
import { profiles } from './profiles.ts';
import { providers } from './providers.ts';
import { publishing } from './publishing.ts';
import { rotation } from './rotation.ts';
import { sandbox } from './sandbox.ts';
import { about, settings } from './settings.ts';
import { sweep } from './sweep.ts';
import { vault } from './vault.ts';

export const contract = {
  about,
  audit,
  channels,
  doctor,
  exports,
  files,
  history,
  imports,
  live,
  presence,
  profiles,
  providers,
  publishing,
  rotation,
  sandbox,
  settings,
  sweep,
  vault,
};

export type Contract = typeof contract;
export type ContractCall = define.CallName<Contract>;
export type ContractEvent = define.EventName<Contract>;
export type CallInput<N extends ContractCall> = define.InputOf<Contract, N>;
export type CallParsedInput<N extends ContractCall> = define.ParsedInputOf<Contract, N>;
export type CallOutput<N extends ContractCall> = define.OutputOf<Contract, N>;
export type EventPayload<N extends ContractEvent> = define.PayloadOf<Contract, N>;
