/** What was published from this page, newest first, so that it can be sent again. In memory only. */
import type { CallOutput } from '#shared/contract/index.ts';
import type { BodyMode } from './publish-body.ts';

export interface PublishForm {
  readonly channel: string;
  readonly event: string;
  readonly mode: BodyMode;
  readonly text: string;
}

export interface Published extends PublishForm {
  readonly id: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The pair, where there was a choice. */
  readonly signedWith: string | null;
  readonly answer: CallOutput<'publishing.publish'>;
}

/** Older ones are dropped. */
export const publishedLimit = 50;

export const emptyPublishForm: PublishForm = { channel: '', event: '', mode: 'json', text: '{\n  \n}' };

export function addPublished(
  all: readonly Published[],
  form: PublishForm & Pick<Published, 'signedWith'>,
  answer: Published['answer'],
  at: number,
): readonly Published[] {
  const id = (all[0]?.id ?? 0) + 1;
  return [{ ...form, id, at, answer }, ...all].slice(0, publishedLimit);
}
