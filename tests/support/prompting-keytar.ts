/** In keytar's place: libsecret answers a read whose prompt was dismissed as if there were nothing. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const path = process.env.LATCHKEY_TEST_KEYRING ?? '';
let isLocked = existsSync(path);

function entries(): Record<string, string> {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
}

function keep(changed: Record<string, string | undefined>): void {
  writeFileSync(path, JSON.stringify(changed));
}

export default {
  getPassword: async (_service: string, account: string) => (isLocked ? null : (entries()[account] ?? null)),
  async setPassword(_service: string, account: string, value: string) {
    isLocked = false;
    keep({ ...entries(), [account]: value });
  },
  async deletePassword(_service: string, account: string) {
    if (!isLocked) keep({ ...entries(), [account]: undefined });
    return !isLocked;
  },
};
