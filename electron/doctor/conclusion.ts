/** The parts that every diagnosis has, whatever was checked. */
import type { Diagnosis, Verdict } from '#shared/contract/doctor.ts';
import { isTimeOfCertificateCode, isTlsCode } from '../http-api/index.ts';

export interface Conclusion {
  readonly verdict: Verdict;
  readonly summary: string;
  readonly advice: string | null;
}

export type Finding = Diagnosis['findings'][number];

/** A diagnosis, but for what was checked and when. */
export type Outcome = Omit<Diagnosis, 'subject' | 'credentialId' | 'at'>;

/** A clock that is off by more than this is worth a word, though it works. */
const noticeableOffsetMs = 30_000;
/** A `Date` has whole seconds, and takes its time. */
const negligibleOffsetMs = 2000;

/**
 * No answer at all.
 * @param reason a sentence that names the place
 */
export function silence(code: string, reason: string, place: string): Conclusion {
  if (isTimeOfCertificateCode(code)) {
    return {
      verdict: 'tls',
      summary: reason,
      advice:
        'If this machine’s clock is right, whoever runs the server has to renew the certificate. A clock that is far off makes a good certificate look like this.',
    };
  }
  if (isTlsCode(code)) {
    return {
      verdict: 'tls',
      summary: reason,
      advice:
        'Check the port and whether TLS is on there. A certificate of your own has to be trusted by this system; in a company’s network, a proxy may put its own in between.',
    };
  }
  return {
    verdict: 'unreachable',
    summary: reason,
    advice: `Check that ${place} is the right address, that the server runs, and that this network lets it through.`,
  };
}

/** @param clockOffsetMs the server's clock minus this one's; null: it gave no time */
export function clockFindings(clockOffsetMs: number | null): Finding[] {
  if (clockOffsetMs === null) return [];
  const isSame = Math.abs(clockOffsetMs) <= negligibleOffsetMs;
  return [
    {
      tried: 'The time in the server’s answer',
      result: isSame
        ? 'The same as here, to two seconds.'
        : `This machine’s clock is ${offsetWords(clockOffsetMs)} it.`,
      isGood: Math.abs(clockOffsetMs) <= noticeableOffsetMs,
    },
  ];
}

/** For what works all the same. Null: the clock is right enough. */
export function clockAdvice(clockOffsetMs: number | null): string | null {
  if (clockOffsetMs === null || Math.abs(clockOffsetMs) <= noticeableOffsetMs) return null;
  return `This machine’s clock is ${offsetWords(clockOffsetMs)} the server’s. It still works; set it right before it does not.`;
}

export function offsetWords(clockOffsetMs: number): string {
  const seconds = Math.round(Math.abs(clockOffsetMs) / 1000);
  const amount = seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
  return `${amount} ${clockOffsetMs > 0 ? 'behind' : 'ahead of'}`;
}
