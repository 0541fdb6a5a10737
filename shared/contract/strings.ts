/**
 * The named strings that may leave the main side. Every string in an output or an event is one of these, and none
 * of these is a secret; a test walks all schemas and fails on a string without a name.
 * Strings that only come in (a secret being entered) are in `inputs.ts` and have no name here.
 */
import * as z from 'zod';

export const stringNames = z.registry<{ readonly name: string }>();

function named<S extends z.ZodType<string>>(name: string, schema: S): S {
  stringNames.add(schema, { name });
  return schema;
}

/** Latchkey's own id of an app profile. Not the provider's app id. */
export const profileId = named('ProfileId', z.uuid());
export const credentialId = named('CredentialId', z.uuid());
export const rotationId = named('RotationId', z.uuid());
export const viewId = named('ViewId', z.string().regex(/^[a-z0-9-]{1,40}$/));
/** A run of Latchkey, or an import: when it began, and a part that no other has. */
export const sessionId = named(
  'SessionId',
  z.string().regex(/^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z-[0-9a-f]{6}$/),
);
export const undoToken = named('UndoToken', z.uuid());
export const importId = named('ImportId', z.uuid());
/** Of a channel between the page and the vault process: see `vault-port.ts`. */
export const portId = named('PortId', z.uuid());

/** The provider's app id: `/apps/ID`. Not `.` or `..`, which a URL's path loses: so also below. */
export const appId = named('AppId', z.string().regex(/^(?!\.{1,2}$)[A-Za-z0-9_.-]{1,100}$/));
/** The public app key: `/app/KEY`. */
export const appKey = named('AppKey', z.string().regex(/^(?!\.{1,2}$)[A-Za-z0-9_.-]{1,200}$/));
export const clusterName = named('ClusterName', z.string().regex(/^[a-z0-9-]{1,40}$/));
export const hostName = named('HostName', z.string().max(253).refine(isPossibleHost));
/** A prefix such as `/realtime`, without a slash at its end; or empty. */
export const urlPath = named(
  'UrlPath',
  z
    .string()
    .regex(/^(?:\/(?!(?:\.|%2e){1,2}(?:\/|$))[A-Za-z0-9_~.%-]+)*$/i)
    .max(200),
);

/** Characters that are not seen, or that change what others look like. Emoji are joined with U+200D, which is none. */
const hiddenCharacter = /[\p{Cc}\p{Zl}\p{Zp}]|(?!\u200d)\p{Cf}/u;

/** A name that the user gave. It stands in this app's own sentences, so it can't rearrange them. */
export const label = named(
  'Label',
  z
    .string()
    .trim()
    .min(1)
    .max(80)
    .refine((text) => !hiddenCharacter.test(text)),
);
/** What a program is called: the last part of its path. */
export const programName = named(
  'ProgramName',
  z
    .string()
    .min(1)
    .max(80)
    .refine((text) => !hiddenCharacter.test(text)),
);
/** Prose written by this app for the user. Never text that came from outside. */
export const prose = named('Prose', z.string().max(2000));
/** Text a server sent: shown as what it is, never interpreted. */
export const serverText = named('ServerText', z.string().max(20_000));

/** As seen on the wire: may break the naming rules, so its form is not checked. */
export const observedChannelName = named('ChannelName', z.string().max(4096));
export const observedEventName = named('EventName', z.string().max(4096));
/** Of a channel or an event. */
export const observedName = named('ChannelOrEventName', z.string().max(4096));
/** The beginning of channel names that are asked for; may be empty. */
export const channelPrefix = named('ChannelPrefix', z.string().regex(/^[A-Za-z0-9_\-=@,.;#]{0,200}$/));
/** Channel names with `*` for any characters: `shared/protocol/patterns.ts` says what is wrong with one. */
export const channelPattern = named('ChannelPattern', z.string().max(200));
/** Of a line in the tree of channels: made of the names in it. */
export const treePath = named('TreePath', z.string().max(4200));
export const socketId = named('SocketId', z.string().max(200));
export const userId = named('UserId', z.string().max(4096));
/** One frame as it was on the wire, or its beginning. */
export const frameText = named('FrameText', z.string());
/** An event's data as text: as sent, or decrypted. */
export const eventData = named('EventData', z.string());
/** The start of an event's data on one line, for a list. */
export const dataPreview = named('DataPreview', z.string().max(400));
export const base64Text = named('Base64', z.string());
/** JSON text of a presence member's `user_info`. */
export const userInfoJson = named('UserInfoJson', z.string());

/** The keyed fingerprint of a secret: 16 hex characters that tell equal from different, and nothing else. */
export const fingerprint = named('Fingerprint', z.string().regex(/^[0-9a-f]{16}$/));
/** The last four characters of a secret that has at least 16. */
export const lastFour = named('LastFour', z.string().max(8));
export const planId = named('PlanId', z.string().regex(/^[a-z-]{1,60}$/));
export const stepId = named('StepId', z.string().regex(/^[a-z-]{1,60}$/));
export const commandId = named('CommandId', z.string().regex(/^[a-zA-Z.]{1,60}$/));
export const version = named('Version', z.string().max(40));
/** Of a kind of credentials: `electron/providers`. */
export const providerId = named('ProviderId', z.string().regex(/^[a-z-]{1,40}$/));
/** Of one of its fields. */
export const fieldId = named('FieldId', z.string().regex(/^[a-zA-Z]{1,40}$/));
/** What a public field holds. */
export const fieldValue = named(
  'FieldValue',
  z
    .string()
    .max(300)
    .refine((text) => !hiddenCharacter.test(text)),
);
/** Words of ours with names out of a file among them, or such a name alone. */
export const fileText = named(
  'FileText',
  z
    .string()
    .max(1000)
    .refine((text) => !hiddenCharacter.test(text)),
);
/** A path on this machine that the user may want to open, such as the data folder. */
export const filePath = named('FilePath', z.string().max(4096));
/** Of an environment variable that Latchkey writes: its own words. */
export const variableName = named('VariableName', z.string().regex(/^[A-Z][A-Z0-9_]{0,80}$/));
/** Of a file, or of a package, that a snippet speaks of: its own words. */
export const fileName = named('FileName', z.string().max(100));
/** Code to paste. Names variables and holds no value. */
export const snippetText = named('SnippetText', z.string().max(20_000));
/** What is told of an app in a bug report: no secret, no name, no address. */
export const redactedText = named('RedactedText', z.string().max(1_000_000));
/** Of a file in which something was found. Names of files that others made, so any characters may be in it. */
export const foundPath = named('FoundPath', z.string().max(1100));
export const gitObjectId = named('GitObjectId', z.string().regex(/^[0-9a-f]{40,64}$/));
/** A place in an event's data: names in it are the publisher's. */
export const jsonPath = named('JsonPath', z.string().max(500));
/** `string`, or `null or number`. */
export const jsonTypes = named('JsonTypes', z.string().max(100));
/** What the user wrote beside an event. */
export const eventNote = named('EventNote', z.string().max(2000));
export const filterText = named('FilterText', z.string().max(1000));

/** A name (single labels and underscores are used inside networks), an IPv4 address, or an IPv6 one in brackets. */
function isPossibleHost(text: string): boolean {
  if (text.startsWith('[') && text.endsWith(']')) return z.ipv6().safeParse(text.slice(1, -1)).success;
  if (!/^[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*\.?$/.test(text)) return false;
  // A number at the end makes it an IPv4 address: https://url.spec.whatwg.org/#ends-in-a-number-checker
  const endsInNumber = /(?:^|\.)(?:\d+|0x[0-9a-f]*)\.?$/i.test(text);
  return !endsInNumber || z.ipv4().safeParse(text).success;
}
