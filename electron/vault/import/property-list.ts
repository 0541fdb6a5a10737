/** Apple's property lists, as far as Airship's `AirshipConfig.plist` goes: `<key>name</key><string>value</string>`. */
import type { Finding, Findings } from './findings.ts';
import { readBareName } from './names.ts';

export function isPropertyList(text: string): boolean {
  return /^\s*(?:<\?xml|<!DOCTYPE plist|<plist)/.test(text.slice(0, 1000)) && text.includes('<key>');
}

export function findInPropertyList(text: string): Findings {
  const findings: Finding[] = [];
  let unrecognised = 0;
  let line = 1;
  let counted = 0;
  for (let at = text.indexOf('<key>'); at !== -1; at = text.indexOf('<key>', at + 5)) {
    const pair = /^<key>([\w-]{1,100})<\/key>\s{0,200}<string>([^<]{0,5000})<\/string>/.exec(
      text.slice(at, at + 5500),
    );
    const [, name = '', value = ''] = pair ?? [];
    for (; counted < at; counted++) if (text[counted] === '\n') line++;
    const reading = name === '' ? undefined : readBareName(name);
    if (!reading) {
      unrecognised++;
      continue;
    }
    findings.push({
      group: `plist:${reading.qualifier}`,
      brand: 'airship',
      label: reading.qualifier,
      phrase: reading.phrase,
      value: { state: 'value', text: unescapeXml(value).trim(), notes: [] },
      from: { name, line },
      publishedBy: undefined,
    });
  }
  return { findings, unrecognised };
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replace(/&(lt|gt|amp|quot|apos);/g, (whole, name: string) => entities[name] ?? whole);
}
