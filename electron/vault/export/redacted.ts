/**
 * A description of apps for bug reports: which kind, what is set, where roughly its servers are. No secret, no host name
 * and no app id; of a key its last four characters at most, and of secrets only that they are there.
 */

import { fieldsOfProvider, type ImportFieldId, isSecretField } from '../import/model.ts';
import { lastFourFromLength } from '../secret-forms.ts';
import { type ExportApp, locationOf } from './model.ts';

const keys: ReadonlySet<ImportFieldId> = new Set<ImportFieldId>([
  'key',
  'appKey',
  'partnerKey',
  'appGuid',
  'oauthClientId',
]);
/** Settings of few possible values, which identify nobody. */
const plain: ReadonlySet<ImportFieldId> = new Set<ImportFieldId>([
  'cluster',
  'apiPort',
  'apiTls',
  'socketPort',
  'socketTls',
  'enabled',
  'clientMessages',
  'userAuthentication',
]);

export function redactedDescription(apps: readonly ExportApp[]): string {
  const parts = apps.map((app, index) => {
    const kind = app.dialect === null ? app.provider : `${app.provider} (${app.dialect})`;
    const isAddressed =
      app.provider !== 'airship' && app.provider !== 'ibm-push' && app.provider !== 'master-key';
    const lines = fieldsOfProvider[app.provider].flatMap((id) => {
      const value = app.fields[id];
      return value ? [`  ${id}: ${wordsFor(id, value, app)}`] : [];
    });
    return [
      `App ${index + 1}: ${kind}`,
      ...(isAddressed ? [`  found by: ${locationOf(app)}`] : []),
      ...lines,
    ].join('\n');
  });
  return `${parts.join('\n\n')}\n`;
}

function wordsFor(id: ImportFieldId, value: string, app: ExportApp): string {
  if (isSecretField(id)) return 'set';
  if (plain.has(id) && /^[a-z0-9-]{1,12}$/i.test(value) && !repeatsSecret(value, app)) return value;
  if (id === 'apiHost' || id === 'socketHost') return hostKind(value);
  const characters = [...value];
  const length = `${characters.length} characters`;
  const isTelling = keys.has(id) && characters.length >= lastFourFromLength && !repeatsSecret(value, app);
  return isTelling ? `${length}, ends in ${characters.slice(-4).join('')}` : length;
}

/** A secret in the place of something public is still one. */
function repeatsSecret(value: string, { fields }: ExportApp): boolean {
  return Object.entries(fields).some(([id, other]) => isSecretField(id as ImportFieldId) && other === value);
}

function hostKind(host: string): string {
  if (/^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(host)) return 'this machine';
  if (/^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)/.test(host)) return 'a private network address';
  if (/^[\d.]+$|^\[/.test(host)) return 'a public address';
  return host.includes('.') ? 'a host name' : 'a name inside a network';
}
