/** The credential doctor for services: the whole app, a real vault process, and stand-ins for Airship and IBM Cloud. */
import { afterEach, describe, expect, test } from 'vitest';
import type { Diagnosis } from '#shared/contract/doctor.ts';
import type { Slot } from '#shared/contract/vault.ts';
import type { CheckEndpoints } from '../../../electron/vault/index.ts';
import { selfSigned } from '../../support/certificates.ts';
import { type Latchkey, startLatchkey } from '../../support/latchkey.ts';
import { makeAirshipProject, makeIbmAccount, startAirship, startIbm } from '../../support/providers.ts';
import { noSessionBus } from '../../support/secret-service.ts';
import { closedPort, startStandIn } from '../../support/stand-in-server.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const started: { latchkey: Latchkey; secrets: string[] }[] = [];
afterEach(async () => {
  for (const { latchkey, secrets } of started.splice(0)) {
    await latchkey.close();
    expect(latchkey.bugs).toEqual([]);
    // What was entered crossed on its way in, and never again.
    const crossed = [...latchkey.recording, ...latchkey.vaultRecording]
      .filter((text) => !/"(?:vault\.enterSecret|put)"/.test(text))
      .join('\n');
    expect(crossed).toContain('doctor.check');
    for (const secret of secrets) expect(crossed).not.toContain(secret);
  }
});

const northAmerica = ['go.urbanairship.com', 'oauth2.asnapius.com'];
const europe = ['go.airship.eu', 'oauth2.asnapieu.com'];
const at = (hosts: readonly string[], url: string): CheckEndpoints =>
  Object.fromEntries(hosts.map((host) => [host, url]));

async function start(checkEndpoints: CheckEndpoints) {
  const latchkey = await startLatchkey(temporaryFolder(), {
    checkEndpoints,
    vaultEnv: noSessionBus(temporaryFolder()),
  });
  const secrets: string[] = [];
  started.push({ latchkey, secrets });
  const { client } = latchkey;
  await client.call('vault.chooseStore', { store: 'session' });
  const add = async (
    provider: string,
    fields: Record<string, string>,
    values: Record<string, string>,
    slot: Slot = 'current',
  ) => {
    const { profileId } = await client.call('profiles.saveService', {
      service: {
        name: 'shop',
        environment: 'staging',
        provider,
        fields: Object.entries(fields).map(([fieldId, value]) => ({ fieldId, value })),
      },
    });
    for (const [kind, value] of Object.entries(values)) {
      secrets.push(value);
      await client.secrets.enter({ profileId, kind, slot, value });
    }
    return profileId;
  };
  const check = async (profileId: string, more: { elsewhere?: boolean; credentialId?: string } = {}) =>
    (await client.call('doctor.check', { profileId, ...more })).diagnoses;
  const audited = async () =>
    (await client.call('audit.list', { limit: 50 })).entries
      .filter(({ action }) => action === 'checked')
      .map(({ kind, outcome, profileName }) => `${profileName} ${kind} ${outcome}`);
  return { latchkey, client, add, check, audited, secrets };
}

const project = makeAirshipProject();
const { appKey, oauthClientId, masterSecret, bearerToken, oauthClientSecret } = project;
const fields = { site: 'go.urbanairship.com', appKey, oauthClientId };

const brief = (diagnoses: readonly Diagnosis[]) =>
  diagnoses.map(({ subject, verdict }) => `${subject}: ${verdict}`);

test('says of every secret of an Airship project whether it works', async () => {
  const airship = await startAirship(project);
  const { add, check, audited, secrets } = await start(at(northAmerica, airship.url));
  const profileId = await add('airship', fields, {
    masterSecret,
    bearerToken,
    oauthClientSecret,
    appSecret: 'an-app-secret-of-some-length',
  });
  const diagnoses = await check(profileId);
  expect(brief(diagnoses).toSorted()).toEqual([
    'App secret: unchecked',
    'Bearer token: works',
    'Master secret: works',
    'OAuth client secret: works',
  ]);
  for (const { advice, verdict, findings, serverSaid, mayBeElsewhere, clockOffsetMs } of diagnoses) {
    expect({ serverSaid, mayBeElsewhere }).toEqual({ serverSaid: null, mayBeElsewhere: false });
    if (verdict !== 'works') continue;
    expect({ advice, clockOffsetMs }).toEqual({ advice: null, clockOffsetMs: 0 });
    expect(findings[0]?.result).toBe('Accepted (200).');
  }
  expect(airship.seen.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual([
    'GET /api/schedules?limit=1',
    'POST /api/push/validate',
    'POST /token',
  ]);
  expect((await audited()).toSorted()).toEqual([
    'shop bearerToken done',
    'shop masterSecret done',
    'shop oauthClientSecret done',
  ]);
  secrets.push(...airship.tokens);
});

test('says what is wrong with a project’s secrets, and that it may be on the other site', async () => {
  const airship = await startAirship(project);
  const { add, check } = await start(at(northAmerica, airship.url));
  const wrong = await add('airship', fields, {
    masterSecret: `${masterSecret}x`,
    bearerToken: `${bearerToken}x`,
    oauthClientSecret: `${oauthClientSecret}x`,
  });
  const diagnoses = await check(wrong);
  expect(brief(diagnoses).toSorted()).toEqual([
    'Bearer token: refused',
    'Master secret: refused',
    'OAuth client secret: refused',
  ]);
  for (const { mayBeElsewhere, advice, findings } of diagnoses) {
    expect(mayBeElsewhere).toBe(true);
    expect(advice).not.toBeNull();
    expect(findings[0]?.result).toMatch(/^Answered 401, with the code (?:40101|invalid_client)\.$/);
  }
  const strange = await add('airship', { ...fields, appKey: 'another-app-key' }, { oauthClientSecret });
  expect(brief(await check(strange))).toEqual(['OAuth client secret: wrong-key']);
});

test('finds a project on the other cloud site, on request', async () => {
  const american = await startAirship(makeAirshipProject());
  const european = await startAirship(project);
  const { client, add, check, audited } = await start({
    ...at(northAmerica, american.url),
    ...at(europe, european.url),
  });
  const profileId = await add('airship', fields, { masterSecret });
  const progress: string[] = [];
  client.on('doctor.progress', ({ profileId: of, done, of: all }) =>
    progress.push(`${of === profileId} ${done}/${all}`),
  );
  expect(await check(profileId)).toMatchObject([{ verdict: 'refused', mayBeElsewhere: true }]);
  expect([european.connectionCount, progress]).toEqual([0, []]);
  expect(await check(profileId, { elsewhere: true })).toMatchObject([
    {
      verdict: 'wrong-place',
      summary: expect.stringContaining('Europe'),
      mayBeElsewhere: false,
      findings: [
        { tried: 'One request to go.urbanairship.com', isGood: false },
        { tried: 'One request to go.airship.eu', isGood: true },
        {},
      ],
    },
  ]);
  expect(progress).toEqual(['true 0/1', 'true 1/1']);
  // Every sending is in the log.
  expect(await audited()).toHaveLength(3);
});

test('tells a role that leaves something out from a token that is wrong', async () => {
  const airship = await startAirship(project, { isForbidding: true });
  const { add, check } = await start(at(northAmerica, airship.url));
  const profileId = await add('airship', fields, { bearerToken });
  expect(await check(profileId)).toMatchObject([
    { verdict: 'unclear', summary: 'Airship knows the bearer token, and its role does not cover schedules.' },
  ]);
});

test('says what a check lacks, and sends nothing', async () => {
  const airship = await startAirship(project);
  const { add, check } = await start(at(northAmerica, airship.url));
  const { site } = fields;
  const profileId = await add('airship', { site, appKey }, { oauthClientSecret });
  expect(await check(profileId)).toMatchObject([
    { verdict: 'unchecked', summary: expect.stringContaining('OAuth client id') },
  ]);
  expect(airship.connectionCount).toBe(0);
});

test('says of IBM’s API key whether it works, is unknown, or is disabled', async () => {
  const account = makeIbmAccount();
  const ibm = await startIbm(account);
  const { add, check, secrets } = await start(at(['iam.cloud.ibm.com'], ibm.url));
  const of = (iamApiKey: string) => add('ibm-push', { appGuid: 'guid' }, { iamApiKey });
  expect(brief(await check(await of(account.apiKey)))).toEqual(['IAM API key: works']);
  const [unknown] = await check(await of(`${account.apiKey}x`));
  expect(unknown).toMatchObject({ verdict: 'wrong-secret', mayBeElsewhere: false });
  expect(unknown?.findings[0]?.result).toContain('BXNIM0415E');
  expect(brief(await check(await of(account.disabledKey)))).toEqual(['IAM API key: disabled']);
  const clientSecret = await add('ibm-push', { appGuid: 'guid' }, { clientSecret: 'some-client-secret' });
  expect(brief(await check(clientSecret))).toEqual(['clientSecret: unchecked']);
  secrets.push(...ibm.tokens);
});

describe('where the provider does not answer', () => {
  test.each([
    ['unreachable', async () => `http://127.0.0.1:${await closedPort()}`, 'nothing listens there'],
    [
      'tls',
      async () => (await startAirship(project, { certificate: selfSigned() })).url,
      'was not trusted with the secret',
    ],
    ['unclear', async () => (await startStandIn((_, to) => to.writeHead(503).end('x'))).url, 'answered 503'],
    [
      'unclear',
      async () => (await startStandIn((_, to) => to.writeHead(302, { Location: '/' }).end())).url,
      'does not follow with a secret',
    ],
    ['unclear', async () => (await startStandIn((_, to) => void to.end('{}'))).url, '(200) is not one'],
  ])('says that it is %s', async (verdict, makeUrl, words) => {
    const { add, check } = await start(at(northAmerica, await makeUrl()));
    const [diagnosis] = await check(await add('airship', fields, { masterSecret }));
    expect(diagnosis).toMatchObject({ verdict, advice: expect.any(String) });
    expect(diagnosis?.summary).toContain(words);
  });
});

test('measures how far this machine’s clock is off, from the answer', async () => {
  const airship = await startAirship(project, { clockOffsetMs: 7_200_000 });
  const { add, check } = await start(at(northAmerica, airship.url));
  const [diagnosis] = await check(await add('airship', fields, { masterSecret }));
  expect(diagnosis?.verdict).toBe('works');
  expect(diagnosis?.advice).toContain('120 min behind');
  expect(diagnosis?.findings.at(-1)).toMatchObject({ isGood: false });
});

test('checks the one that is named, whatever it is used for, and no other', async () => {
  const airship = await startAirship(project);
  const { client, add, check } = await start(at(northAmerica, airship.url));
  const profileId = await add('airship', fields, { masterSecret: `${masterSecret}x` });
  const next = await client.secrets.enter({
    profileId,
    kind: 'bearerToken',
    slot: 'next',
    value: bearerToken,
  });
  expect(brief(await check(profileId))).toEqual(['Master secret: refused']);
  const named = await check(profileId, { credentialId: next.credentialId });
  expect(named).toMatchObject([{ verdict: 'works', credentialId: next.credentialId }]);
  const other = await add('airship', fields, { masterSecret });
  await expect(check(other, { credentialId: next.credentialId })).rejects.toMatchObject({
    code: 'not_found',
  });
});

test('needs something to check, an open vault, and a service that is there', async () => {
  const airship = await startAirship(project);
  const { client, add, check } = await start(at(northAmerica, airship.url));
  const empty = await add('airship', fields, {});
  await expect(check(empty)).rejects.toMatchObject({ code: 'no_credential' });
  await expect(check(crypto.randomUUID())).rejects.toMatchObject({ code: 'not_found' });
  const profileId = await add('airship', fields, { masterSecret });
  await client.call('vault.lock', { forget: true });
  await expect(check(profileId)).rejects.toMatchObject({ code: 'no_credential' });
  expect(airship.connectionCount).toBe(0);
});

test('can be cancelled while the provider hangs', async () => {
  const hanging = await startStandIn(() => {});
  const { client, add, audited } = await start(at(northAmerica, hanging.url));
  const profileId = await add('airship', fields, { masterSecret, bearerToken });
  const controller = new AbortController();
  const asked = hanging.nextRequest();
  const checking = client.call('doctor.check', { profileId }, { signal: controller.signal });
  await asked;
  controller.abort();
  await expect(checking).rejects.toMatchObject({ code: 'cancelled' });
  // What may have arrived is in the log; the next one was not sent any more.
  expect(await audited()).toHaveLength(1);
  expect(hanging.seen).toHaveLength(1);
});
