/** Words of imports. */
import type { Provider } from '#shared/contract/providers.ts';

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
