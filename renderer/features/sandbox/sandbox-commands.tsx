/** The sandbox's commands. Drawn once, around the page. */
import { useCommands } from '../../commands/index.ts';
import { useToast } from '../../components/index.ts';
import { asAppError, useNavigation, useSandbox, useServices, valueOr } from '../../state/index.ts';

const group = 'Sandbox';

export function SandboxCommands() {
  const { client, stores } = useServices();
  const navigation = useNavigation();
  const toast = useToast();
  const status = useSandbox();
  // Asked of the store itself: buttons may be drawn before this component is.
  const state = () => valueOr(stores.sandbox.get(), undefined)?.state;

  // The screen of the sandbox shows its own failures; from elsewhere, they lead there.
  const attempt = async (work: Promise<unknown>) => {
    try {
      await work;
    } catch (cause) {
      const error = asAppError(cause);
      if (error.code === 'cancelled') return;
      toast({ message: [error.message, error.hint].filter(Boolean).join(' '), tone: 'danger' });
      navigation.go({ screen: 'sandbox' });
    }
  };

  useCommands([
    {
      id: 'sandbox.start',
      title: 'Start sandbox',
      group,
      keywords: 'server local try',
      isAvailable: () => state() === 'stopped' || state() === 'failed',
      run: () => attempt(client.call('sandbox.start', {})),
    },
    {
      id: 'sandbox.stop',
      title: 'Stop sandbox',
      group,
      isAvailable: () => state() === 'running',
      run: () => attempt(client.call('sandbox.stop', {})),
    },
    {
      id: 'sandbox.toggleDemo',
      title: status?.isDemoRunning ? 'Stop demo traffic' : 'Start demo traffic',
      group,
      keywords: 'events',
      isAvailable: () => state() === 'running',
      run: () => attempt(client.call('sandbox.setDemo', { isRunning: !status?.isDemoRunning })),
    },
  ]);
  return null;
}
