/** What the user chose about an app's channels, kept over restarts: pace, prefix, favourites and patterns. */
import * as z from 'zod';
import { defaultPace, favouriteLimit, paces, patternLimit } from '#shared/contract/channels.ts';
import { channelPattern, channelPrefix, observedChannelName } from '#shared/contract/strings.ts';
import { parseUnknown } from '#shared/lib/parse-unknown.ts';
import type { Preferences } from '../storage/index.ts';

const choices = z.object({
  paceSeconds: z.literal(paces).catch(defaultPace),
  prefix: channelPrefix.catch(''),
  favourites: z.array(observedChannelName).max(favouriteLimit).catch([]),
  patterns: z.array(channelPattern).max(patternLimit).catch([]),
});
export type ChannelChoices = Readonly<z.infer<typeof choices>>;

export class ChoiceBook {
  readonly #preferences: Preferences;

  constructor(preferences: Preferences) {
    this.#preferences = preferences;
  }

  read(profileId: string): ChannelChoices {
    const stored = parseUnknown(choices, this.#preferences.read(nameFor(profileId)) ?? {});
    return stored.success ? stored.data : choices.parse({});
  }

  write(profileId: string, values: ChannelChoices): void {
    this.#preferences.write(nameFor(profileId), values);
  }

  remove(profileId: string): void {
    this.#preferences.remove(nameFor(profileId));
  }
}

function nameFor(profileId: string): string {
  return `channels ${profileId}`;
}
