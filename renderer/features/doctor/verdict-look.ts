/** What a verdict looks like: a word, a sign and a tone, so that no two are told apart by colour alone. */
import type { Diagnosis, Verdict } from '#shared/contract/doctor.ts';
import type { IconName, Tone } from '../../components/index.ts';

export interface VerdictLook {
  readonly word: string;
  readonly icon: IconName;
  readonly tone: Tone;
}

const wrong = { icon: 'danger-sign', tone: 'danger' } as const;
const doubtful = { icon: 'warning-sign', tone: 'warning' } as const;

export const verdictLooks: Readonly<Record<Verdict, VerdictLook>> = {
  works: { word: 'Works', icon: 'ok-sign', tone: 'ok' },
  'wrong-key': { ...wrong, word: 'Wrong key' },
  'wrong-secret': { ...wrong, word: 'Wrong secret' },
  'wrong-app-id': { ...wrong, word: 'Wrong app id' },
  refused: { ...wrong, word: 'Refused' },
  'wrong-place': { ...wrong, word: 'Wrong place' },
  'path-prefix': { ...wrong, word: 'Wrong path' },
  'clock-off': { ...wrong, word: 'Clock off' },
  tls: { ...wrong, word: 'TLS trouble' },
  disabled: { ...wrong, word: 'Disabled' },
  unreachable: { ...doubtful, icon: 'offline', word: 'Unreachable' },
  unclear: { ...doubtful, word: 'Unclear' },
  unchecked: { icon: 'unknown-sign', tone: 'idle', word: 'Not checked' },
};

/** Said by screen readers when a check is done: its results in a sentence. */
export function summaryOf(diagnoses: readonly Diagnosis[]): string {
  return diagnoses
    .map(({ subject, verdict }) => `${subject}: ${verdictLooks[verdict].word.toLowerCase()}.`)
    .join(' ');
}
