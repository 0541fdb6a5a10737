/** What Node's network and TLS errors mean, in words that can follow “HOST could not be reached:”. */

/** The code of what went wrong below an HTTP request; empty when it has none. */
export function networkCode(error: unknown): string {
  const [own, cause] = [codeOf(error), error instanceof Error ? codeOf(error.cause) : ''];
  return cause || own;
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { name, code } = error as { name?: unknown; code?: unknown };
  // undici gives these no code of their own.
  if (name === 'HTTPParserError') return name;
  return typeof code === 'string' ? code : '';
}

/** Whether it was TLS that failed: a certificate, no TLS on that port, or TLS where none was expected. */
export function isTlsCode(code: string): boolean {
  return /^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS|ERR_SSL|EPROTO$|HTTPParserError$)/.test(code);
}

/** A certificate is of a time: a clock that is off makes a good one look like this. */
export function isTimeOfCertificateCode(code: string): boolean {
  return code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID';
}

export function networkReason(code: string): string {
  switch (code) {
    case 'HTTPParserError':
      return 'what it answered is not HTTP';
    case 'ECONNREFUSED':
      return 'nothing listens there';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the host name was not found';
    case 'ERR_INVALID_URL':
      return 'this is not an address that can exist';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'there is no way to it from this network';
    case 'ETIMEDOUT':
    case 'UND_ERR_CONNECT_TIMEOUT':
      return 'it did not answer in time';
    case 'EACCES':
    case 'EPERM':
      return 'this system does not allow the connection';
    case 'ECONNRESET':
    case 'EPIPE':
    case 'UND_ERR_SOCKET':
      return 'the connection was closed before an answer; this happens when TLS is expected and not used, or the other way round';
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return 'its certificate is for another host name';
    case 'CERT_HAS_EXPIRED':
      return 'its certificate has expired';
    case 'CERT_NOT_YET_VALID':
      return 'its certificate is not valid yet';
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return 'its certificate is not trusted here';
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
    case 'EPROTO':
      return 'it does not speak TLS on this port';
    default:
      return code ? `the network said ${code}` : 'the network gave no reason';
  }
}
