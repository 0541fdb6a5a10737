import { describe, expect, it } from 'vitest';
import {
  endpointFromUrl,
  endpointProblems,
  withTls,
} from '../../../../renderer/features/profiles/endpoint-form.ts';
import {
  nameWarning,
  newProfileForm,
  type ProfileFormValues,
  profileForm,
  profileProblems,
  toProfileInput,
  withDialect,
} from '../../../../renderer/features/profiles/profile-form-values.ts';
import { profileInput } from '../../../../shared/contract/profiles.ts';
import { dialects } from '../../../../shared/protocol/dialects.ts';

const filled: ProfileFormValues = { ...newProfileForm(), name: ' shop ', appId: '123', key: 'abc' };

describe('the form of an app', () => {
  it('gives what the contract takes, for every kind of server', () => {
    for (const dialect of dialects) {
      const values = withDialect(filled, dialect);
      const complete =
        values.http.host === ''
          ? {
              ...values,
              http: { ...values.http, host: 'localhost' },
              webSocket: { ...values.webSocket, host: 'localhost' },
            }
          : values;
      expect(profileProblems(complete)).toEqual({});
      expect(profileInput.parse(toProfileInput(complete))).toMatchObject({ name: 'shop', dialect });
    }
  });

  it('never lets through what the contract refuses', () => {
    const wrong: Partial<ProfileFormValues>[] = [
      { name: ' ' },
      { name: 'x'.repeat(81) },
      { appId: '1 2' },
      { key: 'é' },
      { key: 'k'.repeat(201) },
      { cluster: 'EU', isOtherCluster: true },
      { cluster: '', isOtherCluster: true },
    ];
    for (const changes of wrong) {
      const values = { ...filled, ...changes };
      expect(profileInput.safeParse(toProfileInput(values)).success, JSON.stringify(changes)).toBe(false);
      expect(Object.keys(profileProblems(values)), JSON.stringify(changes)).toHaveLength(1);
    }
  });

  it('names the character that is wrong', () => {
    expect(profileProblems({ ...filled, key: 'a/b' }).key).toMatch(/“\/”/);
    expect(profileProblems({ ...filled, appId: 'a b' }).appId).toMatch(/a space/);
    expect(profileProblems({ ...filled, key: 'a\u200bb' }).key).toMatch(/can’t be seen/);
  });

  it('takes the usual endpoints of another server, and leaves typed ones alone', () => {
    const soketify = withDialect(filled, 'soketify');
    expect([soketify.http.host, soketify.webSocket.host]).toEqual(['api.soketify.com', 'ws.soketify.com']);
    expect(soketify.isOneEndpoint).toBe(false);
    const typed = { ...soketify, http: { ...soketify.http, host: 'rt.example.com' } };
    expect(withDialect(typed, 'reverb').http.host).toBe('rt.example.com');
    expect(withDialect(soketify, 'reverb').http).toMatchObject({
      host: '127.0.0.1',
      port: '8080',
      tls: false,
    });
  });

  it('shows a kept profile as it is, and gives it back unchanged', () => {
    const inputs = [toProfileInput(filled), toProfileInput(withDialect(filled, 'soketify'))];
    for (const input of inputs) {
      const profile = { ...input, profileId: crypto.randomUUID(), createdAt: 1, updatedAt: 1 };
      expect(toProfileInput(profileForm(profile))).toEqual(input);
    }
  });

  it('uses one endpoint for both sides where they are the same, whatever was typed for the other before', () => {
    const values = { ...withDialect(filled, 'soketify'), isOneEndpoint: true };
    const { location } = toProfileInput(values);
    expect(location.kind === 'endpoints' && location.webSocket).toEqual(
      location.kind === 'endpoints' && location.http,
    );
    const broken = { ...values, webSocket: { ...values.webSocket, host: '' } };
    expect(profileProblems(broken)).toEqual({});
  });

  it('warns of a name that another app has', () => {
    expect(nameWarning(' Shop', ['shop'])).toMatch(/Another app/);
    expect(nameWarning('shop', ['store'])).toBeUndefined();
  });
});

describe('an endpoint', () => {
  const endpoint = { host: 'h', port: '443', tls: true, path: '' };

  it('is taken from an address that was pasted whole', () => {
    expect(endpointFromUrl('wss://rt.example.com/realtime/app/KEY')).toEqual({
      host: 'rt.example.com',
      port: '443',
      tls: true,
      path: '/realtime',
    });
    expect(endpointFromUrl(' http://127.0.0.1:6001 ')).toEqual({
      host: '127.0.0.1',
      port: '6001',
      tls: false,
      path: '',
    });
    expect(endpointFromUrl('http://[::1]:8080/apps/7/events')).toMatchObject({
      host: '[::1]',
      port: '8080',
      path: '',
    });
    expect(endpointFromUrl('rt.example.com')).toBeUndefined();
    expect(endpointFromUrl('http://')).toBeUndefined();
  });

  it('says what is wrong with each part', () => {
    const problem = (changes: Partial<typeof endpoint>) => endpointProblems({ ...endpoint, ...changes });
    expect(problem({ host: '' }).host).toMatch(/Enter a host/);
    expect(problem({ host: 'a.b:80' }).host).toMatch(/port in its own/);
    expect(problem({ host: 'a.b/x' }).host).toMatch(/into the path/);
    expect(problem({ host: '::1' }).host).toMatch(/brackets/);
    expect(problem({ host: 'a b' }).host).toMatch(/no spaces/);
    expect(problem({ port: '' }).port).toMatch(/Enter a port/);
    expect(problem({ port: '80a' }).port).toMatch(/number/);
    expect(problem({ port: '70000' }).port).toMatch(/65535/);
    expect(problem({ path: 'x' }).path).toMatch(/slash/);
    expect(problem({ path: '/x/' }).path).toMatch(/at the end/);
    expect(problem({})).toEqual({});
  });

  it('moves the usual port along with TLS, and no other', () => {
    expect(withTls(endpoint, false).port).toBe('80');
    expect(withTls({ ...endpoint, port: '6001' }, false).port).toBe('6001');
  });
});
