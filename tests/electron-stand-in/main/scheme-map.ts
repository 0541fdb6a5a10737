/**
 * Chromium has no scheme of our own, and no way to be given one from outside. A standard, secure scheme comes closest to
 * https, so `app://HOST/PATH` is `https://HOST.app-scheme/PATH` in Chromium, and the app's own words everywhere else.
 * One label for the scheme, so that two hosts are two sites, as they are with a scheme of one's own.
 */
const topLevel = '-scheme';
const inBrowser = new RegExp(`^https://([^/?#]+)\\.([a-z]+)${topLevel}(?=[/?#]|$)`);

export class SchemeMap {
  readonly #schemes = new Set<string>();

  add(scheme: string): void {
    this.#schemes.add(scheme);
  }

  toBrowser(url: string): string {
    const found = /^([a-z]+):\/\/([^/?#]*)/.exec(url);
    const [all = '', scheme = '', host = ''] = found ?? [];
    return this.#schemes.has(scheme) ? `https://${host}.${scheme}${topLevel}${url.slice(all.length)}` : url;
  }

  fromBrowser(url: string): string {
    const found = inBrowser.exec(url);
    const [all = '', host = '', scheme = ''] = found ?? [];
    return this.#schemes.has(scheme) ? `${scheme}://${host}${url.slice(all.length)}` : url;
  }
}
