/** Certificates for servers of a test's own, made when they are needed. No system trusts them. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './temporary.ts';

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

interface Validity {
  /** As `openssl ca` takes it: YYYYMMDDHHMMSSZ. */
  readonly from: string;
  readonly until: string;
}

export const valid: Validity = { from: '20200101000000Z', until: '20990101000000Z' };
export const expired: Validity = { from: '20200101000000Z', until: '20200201000000Z' };
export const future: Validity = { from: '20980101000000Z', until: '20990101000000Z' };

/** Signed by itself, for 127.0.0.1. */
export function selfSigned({ from, until }: Validity = valid): Certificate {
  const folder = temporaryFolder();
  const file = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  writeFileSync(
    file('ca.cnf'),
    `[ca]
default_ca = here
[here]
new_certs_dir = .
database = index.txt
serial = serial
default_md = sha256
policy = any
x509_extensions = names
[any]
commonName = supplied
[names]
subjectAltName = IP:127.0.0.1
`,
  );
  writeFileSync(file('index.txt'), '');
  writeFileSync(file('serial'), '01');
  openssl(
    'req',
    '-new',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-subj',
    '/CN=127.0.0.1',
    '-keyout',
    'key.pem',
    '-out',
    'csr.pem',
  );
  const dates = ['-startdate', from, '-enddate', until];
  openssl(
    'ca',
    '-selfsign',
    '-batch',
    '-config',
    'ca.cnf',
    '-keyfile',
    'key.pem',
    '-in',
    'csr.pem',
    '-out',
    'cert.pem',
    '-notext',
    ...dates,
  );
  return { key: readFileSync(file('key.pem'), 'utf8'), cert: readFileSync(file('cert.pem'), 'utf8') };
}
