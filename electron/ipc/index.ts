export {
  type CallContext,
  createEmitter,
  Dispatcher,
  type Emit,
  type Handlers,
  openCallLimit,
  type Session,
} from './dispatcher.ts';
