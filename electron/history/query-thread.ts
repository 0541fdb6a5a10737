/** The query thread's entry. */
import { workerData } from 'node:worker_threads';
import { parentPort } from '../processes/parent-port.ts';
import { RpcClient, serveRpc } from '../processes/rpc.ts';
import type { DecryptApi, Feed, QueryApi, QueryData, QueryNotices } from './messages.ts';
import { Query } from './query.ts';
import { RegexReporter } from './regex-watch.ts';
import { SearchLink } from './search-link.ts';

const { feed, regexes, search } = workerData as QueryData;
const port = parentPort();
const main = new RpcClient<DecryptApi>(port);
const query = new Query({
  decrypt: (profileId, items) => main.call('decrypt', { profileId, items }),
  onGrew: (status) => server.notify('grew', status),
  onImporting: (progress) => server.notify('importing', progress),
  regexes: new RegexReporter(regexes),
  search: new SearchLink({
    entry: new URL(search),
    onProblem: (message) => server.notify('problem', message),
  }),
  now: () => performance.now(),
  // Ends the thread: the main thread reports it and starts another.
  onFailed: (error) => {
    throw error;
  },
});
const server = serveRpc<QueryApi, QueryNotices>(port, query.api);

feed.on('message', (message: Feed) => {
  if (message.type === 'caughtUp') server.notify('ready', null);
  else query.receive(message);
});
