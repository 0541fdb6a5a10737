/**
 * Finds credentials in nested settings. A list or an object with the right names is an app if something says whose it
 * is (its driver, the call it is given to, a key above it, a variable it refers to), or if its names can mean nothing
 * else. `key` and `secret` alone are Amazon's and Stripe's too, and are left alone.
 */
import { browserCode, type Finding, type Findings, type FoundValue } from './findings.ts';
import {
  type Brand,
  brandIn,
  type Family,
  familyOf,
  hintIn,
  type Meaning,
  meaningOf,
  type NameReading,
  readBareName,
  readBrandedName,
  type ServerHint,
  splitWords,
} from './names.ts';
import type { Entry, GroupItem, Item, Notation } from './notation.ts';

/** @param fileName Of Laravel's `config/reverb.php` it says the most. */
export function findInSettings({ root }: Notation, fileName = ''): Findings {
  const finder = new SettingsFinder(serverOf(root, fileName));
  finder.visit(root, { path: [], isList: false });
  return finder.result();
}

interface Context {
  /** The keys and calls above, the nearest last. */
  readonly path: readonly string[];
  /** The group is one of several in a list. */
  readonly isList: boolean;
}

interface Setting {
  readonly reading: NameReading;
  readonly value: FoundValue;
  readonly from: Finding['from'];
}

class SettingsFinder {
  readonly #findings: Finding[] = [];
  /** A cluster or a host on its own: `$options = array('cluster' => 'eu')` belongs to the app below it. */
  readonly #loose: Setting[] = [];
  readonly #server: ServerHint | undefined;
  #recognised = 0;
  #values = 0;
  #apps = 0;

  constructor(server: ServerHint | undefined) {
    this.#server = server;
  }

  visit(group: GroupItem, context: Context): void {
    this.#values += group.entries.filter((entry) => isLiteral(entry)).length;
    const merged = this.#readApp(group, context);
    const isList = group.bracket === '[' && group.entries.every((entry) => entry.name === undefined);
    for (const entry of group.entries) {
      const name = entry.name;
      if (name !== undefined) this.#readBranded(entry, name);
      for (const child of groupsIn(entry)) {
        if (merged.has(child)) continue;
        const above = [name, child.callee].filter((word) => word !== undefined && word !== '');
        this.visit(child, { path: [...context.path, ...(above as string[])].slice(-8), isList });
      }
    }
  }

  result(): Findings {
    return {
      findings: [...this.#findings, ...this.#placeLoose()],
      unrecognised: Math.max(0, this.#values - this.#recognised),
    };
  }

  /** `PUSHER_APP_KEY: …`, `Pusher.key = …`, `$pusherSecret = …`: the name says it all. */
  #readBranded(entry: Entry, name: string): void {
    const reading = readBrandedName(name);
    const value = reading && readValue(entry.items);
    if (!reading?.brand || !value) return;
    this.#recognised++;
    const { brand, qualifier, phrase, publishedBy } = reading;
    this.#findings.push({
      group: `${brand}:${qualifier}`,
      brand,
      label: qualifier,
      phrase,
      value,
      from: { name, line: entry.line },
      publishedBy,
    });
  }

  /** @returns The groups inside that are part of the app, and have been read with it. */
  #readApp(group: GroupItem, context: Context): ReadonlySet<GroupItem> {
    const none: ReadonlySet<GroupItem> = new Set();
    const own = settingsOf(group);
    const positional = positionalSettings(group, context);
    const options = optionGroups(group, positional.length > 0 || brandIn(group.callee) !== undefined);
    const inner = options.flatMap((option) => settingsOf(option));
    const settings = [...positional, ...own, ...inner];
    if (settings.length === 0) return none;
    const driver = textOf(group, 'driver') ?? textOf(group, 'broadcaster');
    const brand = brandOf(group, context, driver, settings);
    if (driver !== undefined && brandIn(driver) === undefined) return none;
    const family = familyFor(brand, settings);
    if (!isApp(family, brand, [...positional, ...own])) {
      this.#loose.push(...own.filter((setting) => isOption(setting)));
      return none;
    }
    this.#apps++;
    this.#emit(
      group,
      context,
      settings,
      family === undefined || brand === undefined ? undefined : brand,
      driver,
    );
    this.#values += options.flatMap((option) => option.entries).filter((entry) => isLiteral(entry)).length;
    return new Set(options);
  }

  #emit(
    group: GroupItem,
    context: Context,
    settings: readonly Setting[],
    brand: Brand | undefined,
    driver: string | undefined,
  ): void {
    const isClient =
      group.callee.endsWith('Echo') || (driver !== undefined && textOf(group, 'broadcaster') === driver);
    for (const { reading, value, from } of settings) {
      this.#recognised++;
      this.#findings.push({
        group: `app:${this.#apps}`,
        brand: brand ?? (reading.phrase === 'APP GUID' ? 'ibm-push' : undefined),
        label: reading.qualifier || labelFrom(context),
        phrase: reading.phrase,
        value,
        from,
        publishedBy: reading.publishedBy ?? (isClient ? browserCode : undefined),
        hint: brand ? undefined : this.#hintFor(group, context),
      });
    }
  }

  /** A list of apps is soketi's, unless the file says otherwise. */
  #hintFor(group: GroupItem, context: Context): ServerHint | undefined {
    const said = hintIn(context.path.join(' '));
    if (said) return said;
    if (group.entries.some((entry) => entry.name === 'enable_client_messages')) return 'sockudo';
    return context.isList ? (this.#server ?? 'soketi') : undefined;
  }

  /** Options that stand alone belong to the only app there is; with several, nobody can say to which. */
  #placeLoose(): readonly Finding[] {
    const groups = new Set(this.#findings.map((finding) => finding.group));
    const [first] = this.#findings;
    if (groups.size !== 1 || !first) return [];
    const known = new Set(this.#findings.map((finding) => finding.phrase));
    return this.#loose
      .filter((setting) => !known.has(setting.reading.phrase))
      .map(({ reading, value, from }) => ({
        group: first.group,
        brand: first.brand,
        label: first.label,
        phrase: reading.phrase,
        value,
        from,
        publishedBy: undefined,
      }));
  }
}

function* groupsIn(entry: Entry): Generator<GroupItem> {
  for (const item of entry.items) if (item.kind === 'group') yield item;
}

function isLiteral(entry: Entry): boolean {
  return entry.name !== undefined && entry.items.length === 1 && entry.items[0]?.kind === 'text';
}

/** Named values directly inside. `options.Cluster = …` counts by its last part. */
function settingsOf(group: GroupItem): readonly Setting[] {
  return group.entries.flatMap((entry) => {
    const name = entry.name;
    if (name === undefined) return callSetting(entry);
    if (readBrandedName(name)) return [];
    const reading = readBareName(/[^.>]*$/.exec(name)?.[0] ?? name);
    const value = reading && readValue(entry.items, reading.phrase === 'ALLOWED ORIGINS');
    return reading && value ? [{ reading, value, from: { name, line: entry.line } }] : [];
  });
}

/** `options.setCluster("eu")`, `.cluster("eu")`. */
function callSetting(entry: Entry): readonly Setting[] {
  return [...groupsIn(entry)].flatMap((call) => {
    const name = /(?:^|\.)(?:set)?(Cluster|Host|WsPort|WssPort)$/i.exec(call.callee)?.[1];
    const reading = name === undefined ? undefined : readBareName(name);
    const value = readValue(call.entries[0]?.items ?? []);
    return reading && value ? [{ reading, value, from: { name: call.callee, line: call.line } }] : [];
  });
}

/** Groups whose settings are the app's: its options by name, or all that a Pusher call is given. */
function optionGroups(group: GroupItem, isCall: boolean): readonly GroupItem[] {
  return group.entries.flatMap((entry) => {
    const words = entry.name === undefined ? '' : splitWords(entry.name).join(' ');
    const isOptions = /^(?:PUSHER |CLIENT )?OPTIONS$|^CREDENTIALS$/.test(words);
    if (!isOptions && !(isCall && entry.name === undefined)) return [];
    return [...groupsIn(entry)].filter((child) => child.entries.some((inner) => inner.name !== undefined));
  });
}

/**
 * Values by their place. The libraries' own orders: PHP `new Pusher(key, secret, id, options)`; Java and .NET
 * `new Pusher(id, key, secret)`; pusher-js `new Pusher(key, options)`; Airship's Python `Airship(key, masterSecret)`.
 */
function positionalSettings(group: GroupItem, context: Context): readonly Setting[] {
  const callee = /[^.\\:>]*$/.exec(group.callee)?.[0] ?? '';
  if (group.bracket !== '(' || !/^(?:Pusher|Airship|PusherClient)$/.test(callee)) return [];
  const values = group.entries.map((entry) =>
    entry.name === undefined ? { value: readValue(entry.items), line: entry.line } : undefined,
  );
  const given = values.slice(0, 3).flatMap((value) => (value?.value ? [value] : []));
  const places = placesFor(
    callee,
    given.map((item) => item?.value as FoundValue),
    group.callee,
    context,
  );
  return places.flatMap((phrase, index) => {
    const item = given[index];
    if (!item?.value) return [];
    const reading: NameReading = { brand: undefined, phrase, qualifier: '', publishedBy: undefined };
    return [{ reading, value: item.value, from: { name: `${callee}(…)`, line: item.line } }];
  });
}

function placesFor(
  callee: string,
  values: readonly FoundValue[],
  whole: string,
  context: Context,
): readonly string[] {
  if (callee === 'Airship') return values.length === 2 ? ['APP KEY', 'MASTER SECRET'] : [];
  if (values.length === 1) return ['KEY'];
  if (values.length !== 3) return [];
  const [first, , third] = values.map((value) => /^\d+$/.test(value.state === 'value' ? value.text : ''));
  const isIdFirst =
    first !== third
      ? first === true
      : !whole.includes('\\') && !context.path.some((word) => word.startsWith('$'));
  return isIdFirst ? ['APP ID', 'KEY', 'SECRET'] : ['KEY', 'SECRET', 'APP ID'];
}

function textOf(group: GroupItem, name: string): string | undefined {
  const entry = group.entries.find((candidate) => candidate.name === name);
  const item = entry?.items.length === 1 ? entry.items[0] : undefined;
  return item?.kind === 'text' ? item.text : undefined;
}

function brandOf(
  group: GroupItem,
  context: Context,
  driver: string | undefined,
  settings: readonly Setting[],
): Brand | undefined {
  const referred = settings.map(({ value }) => (value.state === 'elsewhere' ? value.variable : ''));
  const hints = [driver ?? '', group.callee, ...referred, ...[...context.path].reverse()];
  for (const hint of hints) {
    const brand = brandIn(hint);
    if (brand) return brand;
  }
  return undefined;
}

/** Undefined: the settings do not say, so they are read as those of the Channels family. */
function familyFor(brand: Brand | undefined, settings: readonly Setting[]): Family | undefined {
  if (brand) return familyOf(brand);
  const phrases = new Set(settings.map((setting) => setting.reading.phrase));
  if (phrases.has('MASTER SECRET')) return 'airship';
  if (phrases.has('APP GUID')) return 'ibm-push';
  return undefined;
}

function isApp(family: Family | undefined, brand: Brand | undefined, settings: readonly Setting[]): boolean {
  const kind = family ?? 'channels';
  const means = new Set(settings.map((setting) => meaningOf(kind, setting.reading.phrase)));
  if (kind === 'airship')
    return (means.has('appKey') || means.has('masterSecret')) && (brand !== undefined || means.size > 1);
  if (kind === 'ibm-push') return means.has('clientSecret') || means.has('iamApiKey');
  const has = (...meanings: readonly Meaning[]) => meanings.every((meaning) => means.has(meaning));
  if (brand !== undefined) {
    return has('key') || has('secret') || has('masterKey') || has('oldMasterKey') || has('url');
  }
  return (
    has('appId', 'key') ||
    has('appId', 'secret') ||
    has('key', 'secret', 'cluster') ||
    has('key', 'socketHost')
  );
}

function isOption({ reading }: Setting): boolean {
  const meaning = meaningOf('channels', reading.phrase);
  return (
    meaning === 'cluster' ||
    meaning === 'host' ||
    meaning === 'port' ||
    meaning === 'masterKey' ||
    meaning === 'oldMasterKey'
  );
}

/** The one server that the file speaks of, in the names of variables and settings. */
function serverOf(root: GroupItem, fileName: string): ServerHint | undefined {
  const found = new Set<ServerHint>();
  const note = (text: string) => {
    const brand = brandIn(text);
    if (brand === 'reverb' || brand === 'sockudo' || brand === 'soketi') found.add(brand);
  };
  note(fileName.slice(-90));
  const open = [root];
  for (let group = open.pop(); group; group = open.pop()) {
    for (const { name, items } of group.entries) {
      if (name !== undefined) note(name);
      const [first] = items;
      if (readers.test(group.callee) && first?.kind === 'text') note(first.text);
      for (const item of items) if (item.kind === 'group') open.push(item);
    }
  }
  const [only, ...more] = found;
  return more.length === 0 ? only : undefined;
}

/** Keys above that tell apps apart: `production` in `production.pusher`. Structure and brands do not. */
function labelFrom(context: Context): string {
  const words = context.path.filter(
    (word) =>
      /^[A-Za-z][\w-]{0,30}$/.test(word) && brandIn(word) === undefined && !structure.has(word.toLowerCase()),
  );
  return words.at(-1) ?? '';
}

const structure: ReadonlySet<string> = new Set(
  (
    'app apps appmanager app_manager array broadcast broadcasting client config connections const credentials data default ' +
    'echo env environment exports let module new options return services settings static var'
  ).split(' '),
);

/** What a value is: written out, left to a variable of the environment, or nothing that can be read. */
export function readValue(items: readonly Item[], mayBeList = false): FoundValue | undefined {
  const [first, ...rest] = withoutCasts(items);
  if (!first) return undefined;
  if (first.kind === 'text') return first.isComputed || isJoined(rest[0]) ? undefined : literal(first.text);
  if (first.kind === 'group') return readCall(first, rest, mayBeList);
  if (first.kind !== 'word') return undefined;
  const variable = /^(?:process\.env|import\.meta\.env|Deno\.env)\.([A-Za-z_]\w*)$/.exec(first.text)?.[1];
  if (variable !== undefined) return withDefault(variable, rest);
  if (/^(?:null|nil|None|undefined)$/.test(first.text)) return undefined;
  if (/^(?:true|false|\d[\w.]*)$/i.test(first.text)) {
    return isJoined(rest[0])
      ? undefined
      : literal(/^\d/.test(first.text) ? first.text.replaceAll('_', '') : first.text);
  }
  return undefined;
}

/** Calls that read the environment. */
const readers =
  /^(?:env|getenv|os\.getenv|os\.Getenv|os\.environ\.get|ENV\.fetch|ENV|os\.environ|System\.getenv|process\.env|import\.meta\.env|Deno\.env\.get|\$_ENV|\$_SERVER|Environment\.GetEnvironmentVariable|env\.str|Env\.get)$/;

function readCall(call: GroupItem, rest: readonly Item[], mayBeList: boolean): FoundValue | undefined {
  if (readers.test(call.callee)) {
    const [name, fallback] = call.entries.map((entry) => readValue(entry.items));
    if (name?.state !== 'value' || isComparison(rest[0])) return undefined;
    if (fallback?.state === 'value') return { ...fallback, notes: [...fallback.notes, 'default-used'] };
    return withDefault(name.text, rest);
  }
  if (mayBeList && call.bracket === '[') {
    const values = call.entries.map((entry) => readValue(entry.items));
    return literal(values.flatMap((value) => (value?.state === 'value' ? [value.text] : [])).join(','));
  }
  // `Number(process.env.PORT)`, `config('PUSHER_KEY')` of Python's decouple: one value in brackets.
  const [only, ...more] = call.entries;
  if (call.bracket !== '(' || !only || only.name !== undefined || more.length > 0) return undefined;
  if (/^(?:Number|String|parseInt|int|str|config|Number\.parseInt)$/.test(call.callee)) {
    const inner = readValue(only.items);
    if (call.callee !== 'config' || inner?.state !== 'value') return inner;
    return /^[A-Z_][A-Z0-9_]*$/.test(inner.text) ? { state: 'elsewhere', variable: inner.text } : undefined;
  }
  return undefined;
}

/** `process.env.X || 'default'`, and Ruby's and Python's `or`. */
function withDefault(variable: string, rest: readonly Item[]): FoundValue {
  const [sign, fallback] = rest;
  const isDefault =
    (sign?.kind === 'sign' && ['||', '??', '?:'].includes(sign.text)) ||
    (sign?.kind === 'word' && sign.text === 'or');
  if (
    isDefault &&
    fallback?.kind === 'text' &&
    !fallback.isComputed &&
    fallback.text !== '' &&
    !isJoined(rest[2])
  ) {
    return { state: 'value', text: fallback.text, notes: ['default-used'] };
  }
  return { state: 'elsewhere', variable };
}

function withoutCasts(items: readonly Item[]): readonly Item[] {
  const [first, second] = items;
  const isCast =
    first?.kind === 'group' && first.bracket === '(' && first.callee === '' && second !== undefined;
  const isKeyword = first?.kind === 'word' && /^(?:new|await|return|const|let|var|string)$/.test(first.text);
  const isDot = first?.kind === 'sign' && (first.text === '.' || first.text === '\\' || first.text === '&');
  return isCast || isKeyword || isDot ? withoutCasts(items.slice(1)) : items;
}

function literal(text: string): FoundValue {
  return { state: 'value', text, notes: [] };
}

/** Then the value is only a part of something. */
function isJoined(item: Item | undefined): boolean {
  return item?.kind === 'sign' && ['+', '.', '%', '?'].includes(item.text);
}

function isComparison(item: Item | undefined): boolean {
  return item?.kind === 'sign' && ['===', '==', '!=', '!=='].includes(item.text);
}
