/** The sweep's commands that are there wherever the user is. Drawn once, around the page. */
import { useCommands } from '../../commands/index.ts';
import { useNavigation, useServices } from '../../state/index.ts';

export function SweepCommands() {
  const navigation = useNavigation();
  const { sweep } = useServices().stores;
  useCommands([
    {
      id: 'sweep.open',
      title: 'Look for leaked secrets',
      group: 'Vault',
      keywords: 'leak sweep scan folder git history find',
      run: () => navigation.go({ screen: 'sweep' }),
    },
    {
      id: 'sweep.cancel',
      title: 'Cancel the sweep',
      group: 'Vault',
      isAvailable: () => sweep.get().state === 'running',
      run: () => sweep.cancel(),
    },
  ]);
  return null;
}
