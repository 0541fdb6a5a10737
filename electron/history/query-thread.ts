/** The query thread's entry. */
import { type MessagePort, workerData } from 'node:worker_threads';
import { parentPort } from '../processes/parent-port.ts';
import { RpcClient, serveRpc } from '../processes/rpc.ts';
import type { DecryptApi, Feed, QueryApi, QueryNotices } from './messages.ts';
import { Query } from './query.ts';

const port = parentPort();
const main = new RpcClient<DecryptApi>(port);
const query = new Query({
  decrypt: (profileId, items) => main.call('decrypt', { profileId, items }),
  onGrew: (status) => server.notify('grew', status),
  onImporting: (progress) => server.notify('importing', progress),
  now: () => performance.now(),
  // Ends the thread: the main thread reports it and starts another.
  onFailed: (error) => {
    throw error;
  },
});
const server = serveRpc<QueryApi, QueryNotices>(port, query.api);

const { feed } = workerData as { readonly feed: MessagePort };
feed.on('message', (message: Feed) => {
  if (message.type === 'caughtUp') server.notify('ready', null);
  else query.receive(message);
});
