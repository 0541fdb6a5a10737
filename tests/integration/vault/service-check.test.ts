/** A secret on its way to its provider: from a real vault process to stand-ins, and nowhere else. */
import { afterEach, describe, expect, test } from 'vitest';
import type { ServiceCheckId } from '../../../electron/vault/index.ts';
import { expired, selfSigned } from '../../support/certificates.ts';
import { eventually } from '../../support/conditions.ts';
import { allProvidersAt } from '../../support/provider-hosts.ts';
import {
  credentialsOf,
  makeAirshipProject,
  makeIbmAccount,
  startAirship,
  startIbm,
} from '../../support/providers.ts';
import { noSessionBus } from '../../support/secret-service.ts';
import { closedPort, startStandIn } from '../../support/stand-in-server.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { VaultHarness } from '../../support/vault-harness.ts';

const opened: VaultHarness[] = [];
// Searches all that left the vault process for the secrets.
afterEach(() => {
  for (const harness of opened.splice(0)) harness.close();
});

/** A vault whose every provider is at `url`, with one secret. */
async function vaultWith(value: string, url: string) {
  const harness = new VaultHarness({
    env: noSessionBus(temporaryFolder()),
    checkEndpoints: allProvidersAt(url),
  });
  opened.push(harness);
  await harness.vault.chooseStore('session');
  const { credentialId } = await harness.enterSecret(harness.plant(value));
  const check = (
    checkId: ServiceCheckId,
    fields: Record<string, string> = {},
    signal = new AbortController().signal,
  ) => harness.vault.checkService({ credentialId, checkId, fields }, signal);
  return { harness, check, credentialId };
}

const project = makeAirshipProject();
const fields = {
  site: 'go.urbanairship.com',
  appKey: project.appKey,
  oauthClientId: project.oauthClientId,
};

describe('what is sent', () => {
  test('validates a push for nobody with the master secret', async () => {
    const airship = await startAirship(project);
    const { check, harness } = await vaultWith(project.masterSecret, airship.url);
    expect(await check('airship-validate', fields)).toEqual({
      kind: 'answered',
      status: 200,
      isGranted: true,
      errorCode: null,
      clockOffsetMs: 0,
    });
    const [request, ...others] = airship.seen;
    expect(others).toEqual([]);
    expect(request).toMatchObject({ method: 'POST', path: '/api/push/validate' });
    expect(request && credentialsOf(request)).toBe(`${project.appKey}:${project.masterSecret}`);
    expect(JSON.parse(request?.body ?? '').audience).toEqual({
      tag: expect.stringMatching(/^latchkey-check-[0-9a-f-]{36}$/),
    });
    expect(harness.audit.notes.at(-1)).toMatchObject({ action: 'checked', outcome: 'done' });
  });

  test('asks for the schedules with the bearer token', async () => {
    const airship = await startAirship(project);
    const { check } = await vaultWith(project.bearerToken, airship.url);
    expect(await check('airship-schedules', fields)).toMatchObject({ status: 200, isGranted: true });
    expect(airship.seen.map(({ method, path, body }) => ({ method, path, body }))).toEqual([
      { method: 'GET', path: '/api/schedules?limit=1', body: '' },
    ]);
  });

  test.each(['go.urbanairship.com', 'go.airship.eu'])(
    'exchanges the client’s credentials for a token that stays behind, at the site of %s',
    async (site) => {
      const airship = await startAirship(project);
      const { check, harness } = await vaultWith(project.oauthClientSecret, airship.url);
      const answer = await check('airship-oauth-token', { ...fields, site });
      expect(answer).toMatchObject({ status: 200, isGranted: true });
      expect(airship.tokens).toHaveLength(1);
      for (const token of airship.tokens) harness.plant(token);
    },
  );

  test('exchanges IBM’s API key for a token that stays behind', async () => {
    const account = makeIbmAccount();
    const ibm = await startIbm(account);
    const { check, harness } = await vaultWith(account.apiKey, ibm.url);
    expect(await check('ibm-token')).toMatchObject({ status: 200, isGranted: true });
    expect(ibm.tokens).toHaveLength(1);
    for (const token of ibm.tokens) harness.plant(token);
  });

  test('goes to the host of its provider, and to no other', async () => {
    const airship = await startAirship(project);
    const other = await startAirship(project);
    const harness = new VaultHarness({
      env: noSessionBus(temporaryFolder()),
      checkEndpoints: { 'go.airship.eu': airship.url, 'go.urbanairship.com': other.url },
    });
    opened.push(harness);
    await harness.vault.chooseStore('session');
    const { credentialId } = await harness.enterSecret(harness.plant(project.masterSecret));
    const { signal } = new AbortController();
    const checkAt = (site: string) =>
      harness.vault.checkService(
        { credentialId, checkId: 'airship-validate', fields: { ...fields, site } },
        signal,
      );
    await checkAt('go.airship.eu');
    expect([airship.seen.length, other.connectionCount]).toEqual([1, 0]);
    const strangers = ['evil.example', airship.url, '127.0.0.1', 'constructor', '__proto__', ''];
    for (const site of strangers) {
      expect(await harness.failureOf(checkAt(site)), site).toMatchObject({ code: 'invalid_input' });
    }
    expect([airship.seen.length, other.connectionCount]).toEqual([1, 0]);
  });
});

describe('what is refused', () => {
  test.each([
    ['another master secret', 'airship-validate', {}, 401, '40101'],
    ['another app key', 'airship-validate', { appKey: 'other' }, 401, '40101'],
    ['another bearer token', 'airship-schedules', {}, 401, '40101'],
    ['another client secret', 'airship-oauth-token', {}, 401, 'invalid_client'],
    ['another client id', 'airship-oauth-token', { oauthClientId: 'other' }, 401, 'invalid_client'],
  ] as const)('is told with its code: %s', async (what, checkId, changed, status, errorCode) => {
    const airship = await startAirship(project);
    const isSecret = /secret|token/.test(what);
    const right = {
      'airship-validate': project.masterSecret,
      'airship-schedules': project.bearerToken,
      'airship-oauth-token': project.oauthClientSecret,
    }[checkId];
    const { check } = await vaultWith(isSecret ? `${right}x` : right, airship.url);
    expect(await check(checkId, { ...fields, ...changed })).toMatchObject({
      kind: 'answered',
      status,
      isGranted: false,
      errorCode,
    });
  });

  test('is told of an app key that is another project’s', async () => {
    const airship = await startAirship(project);
    const { check } = await vaultWith(project.oauthClientSecret, airship.url);
    expect(await check('airship-oauth-token', { ...fields, appKey: 'other' })).toMatchObject({
      status: 400,
      errorCode: 'invalid_request',
    });
  });

  test('is told of IBM’s keys, unknown and disabled', async () => {
    const account = makeIbmAccount();
    const ibm = await startIbm(account);
    for (const [value, errorCode] of [
      [`${account.apiKey}x`, 'BXNIM0415E'],
      [account.disabledKey, 'BXNIM0462E'],
    ] as const) {
      const { check } = await vaultWith(value, ibm.url);
      expect(await check('ibm-token')).toMatchObject({ status: 400, isGranted: false, errorCode });
    }
  });

  test('is a bearer token that no header can hold, before anything is sent', async () => {
    const airship = await startAirship(project);
    const { check, harness } = await vaultWith('tökèn-tökèn-tökèn', airship.url);
    expect(await harness.failureOf(check('airship-schedules', fields))).toMatchObject({
      code: 'invalid_input',
    });
    expect(airship.connectionCount).toBe(0);
    expect(harness.audit.notes.at(-1)).toMatchObject({ action: 'checked', outcome: 'failed' });
  });
});

describe('an answer', () => {
  test('never passes on what the server says, even when it gives the secret back', async () => {
    let text = '';
    const echo = await startStandIn((request, response) => {
      const secret = String(credentialsOf(request)?.split(':')[1]);
      response.writeHead(401, { Date: secret }).end(text.replaceAll('SECRET', secret));
    });
    // What left the vault process is searched for it when the test ends.
    const { check } = await vaultWith(project.masterSecret, echo.url);
    for (text of [
      'SECRET',
      '{"error_code":"SECRET","errorCode":"SECRET","error":"SECRET"}',
      '{"error_code":["SECRET"],"error":{"error":"SECRET"}}',
      '{"ok":true,"error":"Unauthorized SECRET"}',
    ]) {
      expect(await check('airship-validate', fields), text).toEqual({
        kind: 'answered',
        status: 401,
        isGranted: false,
        errorCode: null,
        clockOffsetMs: null,
      });
    }
    expect(echo.seen).toHaveLength(4);
  });

  test('is not granted because something said so that is not the API', async () => {
    let text = '';
    const standIn = await startStandIn((_, response) => void response.end(text));
    const { check } = await vaultWith(project.masterSecret, standIn.url);
    for (text of [
      '',
      'ok',
      '[]',
      'null',
      '{"ok":"true"}',
      '{"ok":false}',
      `{"ok":true,"x":"${'x'.repeat(600_000)}"}`,
    ]) {
      expect(await check('airship-validate', fields), text.slice(0, 20)).toMatchObject({
        status: 200,
        isGranted: false,
      });
    }
    text = '{"ok":true}';
    expect(await check('airship-validate', fields)).toMatchObject({ status: 200, isGranted: true });
  });

  test('that leads elsewhere is not followed', async () => {
    const target = await startAirship(project);
    let status = 0;
    const redirecting = await startStandIn((request, response) =>
      response.writeHead(status, { Location: `${target.url}${request.path}` }).end(),
    );
    const { check } = await vaultWith(project.masterSecret, redirecting.url);
    for (status of [301, 302, 303, 307, 308]) {
      expect(await check('airship-validate', fields)).toMatchObject({
        kind: 'answered',
        status,
        isGranted: false,
      });
    }
    expect(target.connectionCount).toBe(0);
  });

  test('tells how far the server’s clock is off', async () => {
    const airship = await startAirship(project, { clockOffsetMs: -3_600_000 });
    const { check } = await vaultWith(project.masterSecret, airship.url);
    const answer = await check('airship-validate', fields);
    if (answer.kind !== 'answered') throw new Error('No answer');
    expect(answer.clockOffsetMs).toBeGreaterThan(-3_603_000);
    expect(answer.clockOffsetMs).toBeLessThan(-3_597_000);
  });
});

describe('no answer', () => {
  test.each([
    ['of its own making', undefined, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['expired', expired, 'CERT_HAS_EXPIRED'],
  ])('comes where the certificate is %s: nothing is sent', async (_, validity, code) => {
    const airship = await startAirship(project, { certificate: selfSigned(validity) });
    const { check } = await vaultWith(project.masterSecret, airship.url);
    expect(await check('airship-validate', fields)).toEqual({ kind: 'silent', code });
    expect(airship.connectionCount).toBe(1);
    expect(airship.seen).toEqual([]);
  });

  test('comes where nothing listens, or what listens is no web server', async () => {
    const closed = await vaultWith(project.masterSecret, `http://127.0.0.1:${await closedPort()}`);
    expect(await closed.check('airship-validate', fields)).toEqual({ kind: 'silent', code: 'ECONNREFUSED' });
    const plain = await startStandIn((_, response) => {
      response.socket?.end('SSH-2.0-OpenSSH\r\n');
    });
    const odd = await vaultWith(project.masterSecret, plain.url);
    expect(await odd.check('airship-validate', fields)).toEqual({ kind: 'silent', code: 'HTTPParserError' });
    const overTls = await vaultWith(project.masterSecret, plain.url.replace('http:', 'https:'));
    expect(await overTls.check('airship-validate', fields)).toMatchObject({
      kind: 'silent',
      code: expect.stringMatching(/^(?:EPROTO|ERR_SSL)/),
    });
  });

  test('can be waited for in vain: the check is cancelled, and its connection ended', async () => {
    let isGone = false;
    const hanging = await startStandIn((_, response) => {
      response.on('close', () => {
        isGone = true;
      });
      response.writeHead(200).write('{');
    });
    const { check, harness } = await vaultWith(project.masterSecret, hanging.url);
    const controller = new AbortController();
    const asked = hanging.nextRequest();
    const checking = harness.failureOf(check('airship-validate', fields, controller.signal));
    await asked;
    controller.abort();
    expect(await checking).toMatchObject({ code: 'cancelled' });
    await eventually(() => isGone, { what: 'the end of the connection' });
    // It may have arrived.
    expect(harness.audit.notes.at(-1)).toMatchObject({ action: 'checked', outcome: 'done' });
  });

  test('comes when the vault is locked meanwhile', async () => {
    const hanging = await startStandIn(() => {});
    const { check, harness } = await vaultWith(project.masterSecret, hanging.url);
    const asked = hanging.nextRequest();
    const checking = harness.failureOf(check('airship-validate', fields));
    await asked;
    harness.vault.lock({ forget: true });
    expect(await checking).toMatchObject({ code: 'vault_locked' });
  });
});

test('a secret that can’t be noted in the audit log is not sent', async () => {
  const airship = await startAirship(project);
  const { check, harness } = await vaultWith(project.masterSecret, airship.url);
  const record = harness.audit.record.bind(harness.audit);
  harness.audit.record = () => {
    throw new Error('full');
  };
  await expect(check('airship-validate', fields)).rejects.toThrow('full');
  harness.audit.record = record;
  expect(airship.connectionCount).toBe(0);
});

test('a check of a vault that is locked, or after it was cancelled, sends nothing', async () => {
  const airship = await startAirship(project);
  const { check, harness } = await vaultWith(project.masterSecret, airship.url);
  expect(await harness.failureOf(check('airship-validate', fields, AbortSignal.abort()))).toMatchObject({
    code: 'cancelled',
  });
  harness.vault.lock({ forget: true });
  expect(await harness.failureOf(check('airship-validate', fields))).toMatchObject({ code: 'vault_locked' });
  expect(airship.connectionCount).toBe(0);
});
