/** Finds credentials among variables, by their names. */
import { Expander, type Expansion } from './expansion.ts';
import type { Finding, Findings, FoundNote, FoundValue } from './findings.ts';
import { hintIn, type NameReading, readBareName, readBrandedName } from './names.ts';
import { readNotation } from './notation.ts';
import { findInSettings } from './settings.ts';
import type { Variable } from './variables.ts';

export function findInVariables(text: string, variables: readonly Variable[]): Findings {
  const expander = new Expander(text, variables);
  const findings: Finding[] = [];
  let unrecognised = 0;
  for (const variable of variables) {
    const reading = readBrandedName(variable.name) ?? readBareName(variable.name);
    if (reading) findings.push(findingOf(text, variable, reading, expander));
    else if (variable.name === 'VCAP_SERVICES') findings.push(...findInServices(text, variable));
    else unrecognised++;
  }
  return { findings, unrecognised };
}

function findingOf(text: string, variable: Variable, reading: NameReading, expander: Expander): Finding {
  const { brand, phrase, qualifier, publishedBy } = reading;
  const code = variableInCode(text, variable);
  return {
    // A bare name belongs to what is around it; one with a brand in it, to its like in the same section.
    group: `${brand ?? 'bare'}:${qualifier}:${variable.section}`,
    brand,
    label: qualifier || labelOf(variable.section),
    phrase,
    value: code ? { state: 'elsewhere', variable: code } : foundValue(expander.valueOf(variable), variable),
    from: { name: variable.name, line: variable.line },
    publishedBy,
    section: variable.section,
    hint: brand ? undefined : hintIn(variable.section),
  };
}

/** `PUSHER_KEY = ENV.fetch('KEY')`, `secret: process.env.SECRET,`: code, which names the variable that has the value. */
function variableInCode(text: string, { segments }: Variable): string | undefined {
  const [first] = segments;
  if (first?.kind !== 'plain' && first?.kind !== 'word') return undefined;
  const start = text.slice(first.start, Math.min(first.end, first.start + 200));
  return /^(?:process\.env|import\.meta\.env|Deno\.env\.get|os\.environ(?:\.get)?|os\.[gG]etenv|System\.getenv|ENV(?:\.fetch)?|env|getenv|config)[.[(]["']?([A-Za-z_]\w*)/.exec(
    start,
  )?.[1];
}

function foundValue(expansion: Expansion, variable: Variable): FoundValue {
  if (expansion.state !== 'value') return expansion;
  const notes: FoundNote[] = variable.note ? [variable.note] : [];
  if (expansion.hasBackslash) notes.push('backslash');
  if (expansion.hasDollar) notes.push('dollar-sign');
  if (expansion.usedDefault) notes.push('default-used');
  return { state: 'value', text: expansion.value, notes };
}

/** Cloud Foundry gives services' credentials as JSON in one variable, which is longer than any credential. */
function findInServices(text: string, variable: Variable): readonly Finding[] {
  const json = variable.segments.map((segment) => text.slice(segment.start, segment.end)).join('');
  const from = { name: variable.name, line: variable.line };
  return findInSettings(readNotation(json)).findings.map((finding) => ({
    ...finding,
    group: `services:${variable.line}:${finding.group}`,
    from,
  }));
}

/** The section's last key, such as `production` in `production/pusher`, if it tells apps apart. */
function labelOf(section: string): string {
  const keys = section
    .split(/[/.]/)
    .filter(
      (key) =>
        /^[A-Za-z][\w -]{0,30}$/.test(key) &&
        !/^(?:item(?: \d+)?|services|environment|env|default|stringData|data|containers|spec|template|apps|array|app_manager)(?: \d+)?$/.test(
          key,
        ),
    );
  const label = keys.find((key) => /prod|stag|dev|test|local|live/i.test(key)) ?? keys.at(-1) ?? '';
  return /pusher|reverb|soketi|sockudo|airship/i.test(label) ? '' : label;
}
