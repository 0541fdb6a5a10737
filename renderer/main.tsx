/** The page's entry: makes the services once, and draws the shell. */
import '#shared/lib/without-eval.ts';
import { createRoot } from 'react-dom/client';
import iconUrl from '../resources/icon-small.svg';
import './styles/tokens.css';
import './styles/base.css';
import { connectToHost } from './bridge/index.ts';
import { CommandRegistry } from './commands/index.ts';
import { ComponentsProvider } from './components/index.ts';
import { App } from './shell/app.tsx';
import { FailureReports } from './shell/failure-reports.ts';
import { catchLostFocus } from './shell/focus-net.ts';
import { NoEntry } from './shell/no-entry.tsx';
import { createStores, keepLoaded, ServicesProvider } from './state/index.ts';

// Set here, as Vite does not resolve an icon that lies outside of the page's folder.
document.querySelector<HTMLLinkElement>('link[rel=icon]')?.setAttribute('href', iconUrl);

const element = document.getElementById('root');
if (!element) throw new Error('The page has no root');
const root = createRoot(element);
const client = connectToHost(window);
catchLostFocus(element);

if (client) {
  const stores = createStores(client, window.sessionStorage);
  const failures = new FailureReports();
  const commands = new CommandRegistry((_command, error) => failures.report(error));
  keepLoaded(client, stores);
  root.render(
    <ServicesProvider services={{ client, stores, commands }}>
      <ComponentsProvider>
        <App failures={failures} />
      </ComponentsProvider>
    </ServicesProvider>,
  );
} else {
  root.render(<NoEntry problem="missing" />);
}
