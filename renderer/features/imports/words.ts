/** Words of imports. */
import type { Provider } from '#shared/contract/providers.ts';
import { credentialName, lowerFirst } from '../vault/index.ts';
import type { FoundSecret } from './choices.ts';

export function plural(count: number, one: string, many: string): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

/** What a server's own configuration says beside credentials. It has no place here, and is shown so that nothing is missed. */
const noteLabels: Readonly<Record<string, string>> = {
  appName: 'Name in the file',
  enabled: 'Enabled on the server',
  clientMessages: 'Client events allowed',
  userAuthentication: 'User authentication',
  allowedOrigins: 'Allowed origins',
};

export function fieldLabel(provider: Provider | undefined, fieldId: string): string {
  const field = provider?.fields.find((each) => each.fieldId === fieldId);
  return field?.label ?? noteLabels[fieldId] ?? fieldId;
}

/** “secret”; of a bundle “previous master key”, “active secret “web””, as the keys’ own screen has it. */
export function secretName(secret: FoundSecret, provider: Provider | undefined): string {
  const label = fieldLabel(provider, secret.fieldId);
  return secret.version === null
    ? lowerFirst(label)
    : credentialName({ ...secret, kind: secret.fieldId }, label);
}
