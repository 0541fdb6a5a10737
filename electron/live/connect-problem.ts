/** Why an attempt to connect failed, in words. Node and ws tell it by error codes. */
import type { Endpoint } from '#shared/protocol/dialects.ts';

export type ConnectProblemKind = 'http' | 'silent' | 'unknown-host' | 'certificate' | 'no-tls' | 'ended';

export interface ConnectProblem {
  readonly kind: ConnectProblemKind;
  /** Of `http`. */
  readonly status?: number;
  readonly text: string;
  /** A server answered: it is there, and did not want this. */
  readonly wasAnswered: boolean;
}

/** Codes of an untrusted certificate; the others of TLS start with these words. */
const certificateCodes = /^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT)/;

export function connectProblem(error: unknown, { host, port, tls }: Endpoint): ConnectProblem {
  const place = `${host}:${port}`;
  const silent = (text: string): ConnectProblem => ({ kind: 'silent', text, wasAnswered: false });
  const answered = (kind: ConnectProblemKind, text: string): ConnectProblem => ({
    kind,
    text,
    wasAnswered: true,
  });
  const { code, message } = parts(error);
  const status = /^Unexpected server response: (\d{3})$/.exec(message)?.[1];
  if (status) {
    const text = `${place} answered HTTP ${status} in place of a WebSocket. Check the host, port and path.`;
    return { ...answered('http', text), status: Number(status) };
  }
  if (message === 'Opening handshake has timed out') return silent(`${place} did not answer in time.`);
  if (code === 'ECONNREFUSED') return silent(`Nothing listens on ${place}.`);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return { ...silent(`The host name ${host} could not be found.`), kind: 'unknown-host' };
  if (code === 'ETIMEDOUT') return silent(`${place} did not answer in time.`);
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return silent(`There is no route to ${host}.`);
  if (certificateCodes.test(code)) {
    return answered('certificate', `The certificate of ${place} is not trusted, or is for another name.`);
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL')) {
    return answered('no-tls', `${place} does not speak TLS. Check the port, or switch TLS off for this app.`);
  }
  if (code === 'ECONNRESET' || message === 'socket hang up') {
    const hint = tls ? '' : ' It may want TLS.';
    return answered('ended', `${place} ended the connection before it was open.${hint}`);
  }
  return silent(`${place} could not be reached.`);
}

/** Why an open socket broke, if it was its own limits. */
export function brokenSocketText(error: unknown): string | undefined {
  const { code } = parts(error);
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH')
    return 'The server sent a frame that is larger than 16 MB.';
  if (code.startsWith('WS_ERR')) return 'The server sent what is not a valid WebSocket frame.';
  return undefined;
}

function parts(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: '', message: '' };
  return {
    code: 'code' in error && typeof error.code === 'string' ? error.code : '',
    message: error.message,
  };
}
