/** App profiles: everything about an app but its secrets. */
import * as z from 'zod';
import { dialects } from '../protocol/dialects.ts';
import { call, event, nothing } from './define.ts';
import * as s from './strings.ts';

export const environments = ['production', 'staging', 'development', 'local'] as const;
export type Environment = (typeof environments)[number];

export const endpoint = z.strictObject({
  host: s.hostName,
  port: z.number().int().min(1).max(65_535),
  tls: z.boolean(),
  path: s.urlPath,
});

/** A hosted app is found by its cluster; any other by two endpoints, which may differ. */
export const location = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('cluster'), cluster: s.clusterName }),
  z.strictObject({ kind: z.literal('endpoints'), http: endpoint, webSocket: endpoint }),
]);
export type Location = z.infer<typeof location>;

export const profileInput = z.strictObject({
  name: s.label,
  environment: z.enum(environments),
  dialect: z.enum(dialects),
  appId: s.appId,
  key: s.appKey,
  location,
});
export type ProfileInput = z.infer<typeof profileInput>;

export const profile = profileInput.extend({
  profileId: s.profileId,
  /** Milliseconds since 1970. */
  createdAt: z.number(),
  updatedAt: z.number(),
});
export type Profile = z.infer<typeof profile>;

/**
 * What has credentials and is no app of the protocol: an Airship project, an IBM Push instance, a master key that
 * stands alone. `fields` are its public ones; which there are is its provider's: see `providers.list`.
 */
export const serviceInput = z.strictObject({
  name: s.label,
  environment: z.enum(environments),
  provider: s.providerId,
  /** A list, not keys by name: what was sent as a name never becomes part of a failure’s words. */
  fields: z.array(z.strictObject({ fieldId: s.fieldId, value: s.fieldValue })).max(50),
});
export type ServiceInput = z.infer<typeof serviceInput>;

export const service = serviceInput.extend({
  profileId: s.profileId,
  /** Milliseconds since 1970. */
  createdAt: z.number(),
  updatedAt: z.number(),
});
export type Service = z.infer<typeof service>;

const everything = z.strictObject({ profiles: z.array(profile), services: z.array(service) });

export const profiles = {
  list: call({ input: nothing, output: everything }),
  /** Adds a profile, or changes the one with this id. */
  save: call({
    input: z.strictObject({ profileId: s.profileId.optional(), profile: profileInput }),
    output: profile,
    errors: ['not_found', 'storage_failed'],
  }),
  /** Adds a service, or changes the one with this id, whose provider stays what it is. */
  saveService: call({
    input: z.strictObject({ profileId: s.profileId.optional(), service: serviceInput }),
    output: service,
    errors: ['not_found', 'storage_failed'],
  }),
  /** Takes an app or a service away, with its secrets. Can be undone until `undoUntil` (milliseconds since 1970). */
  remove: call({
    input: z.strictObject({ profileId: s.profileId }),
    output: z.strictObject({ undoToken: s.undoToken, undoUntil: z.number() }),
    errors: ['not_found', 'storage_failed'],
  }),
  restore: call({
    input: z.strictObject({ undoToken: s.undoToken }),
    output: z.union([profile, service]),
    errors: ['not_found', 'storage_failed'],
  }),
  changed: event(everything),
};
