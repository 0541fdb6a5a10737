/** What is in the form of an app's Publish tab. It survives a change of place, and others may fill it in. */
import { useDraft } from '../../state/index.ts';
import { emptyPublishForm, type PublishForm } from './published.ts';

export function usePublishDraft(profileId: string): readonly [PublishForm, (form: PublishForm) => void] {
  const [form, setForm] = useDraft<PublishForm>(`publish:${profileId}`, emptyPublishForm);
  return [form, setForm];
}
