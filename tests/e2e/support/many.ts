/** A data folder of somebody who has a lot: 150 apps and 50 services, in every environment. */
import { environments } from '#shared/contract/profiles.ts';
import { startLatchkey } from '../../support/latchkey.ts';

export async function fillWith200(dataFolder: string): Promise<void> {
  const { client, close } = await startLatchkey(dataFolder);
  for (let index = 0; index < 200; index++) {
    const environment = environments[(index >> 2) % environments.length] ?? 'local';
    if (index % 4 === 3) {
      const fields = [
        { fieldId: 'site', value: 'go.airship.eu' },
        { fieldId: 'appKey', value: `app-key-${index}` },
      ];
      await client.call('profiles.saveService', {
        service: { name: `project ${index}`, environment, provider: 'airship', fields },
      });
    } else {
      const location = { kind: 'cluster', cluster: 'mt1' } as const;
      const app = { dialect: 'pusher', appId: String(index), key: `key-${index}`, location } as const;
      await client.call('profiles.save', { profile: { name: `app ${index}`, environment, ...app } });
    }
  }
  await close();
}
