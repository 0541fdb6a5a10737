/** The command that opens the import. Drawn once, around the page. */
import { useCommands } from '../../commands/index.ts';
import { useNavigation } from '../../state/index.ts';

export function ImportCommands() {
  const navigation = useNavigation();
  useCommands([
    {
      id: 'vault.import',
      title: 'Import credentials',
      group: 'Vault',
      keywords: 'file bundle restore env dotenv paste dashboard apps secrets keys laravel soketi reverb',
      run: () => navigation.go({ screen: 'import' }),
    },
  ]);
  return null;
}
