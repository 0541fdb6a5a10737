/** What the page uses of publishing. */
export { PublishScreen as default } from './publish-screen.tsx';
export { usePublishDraft } from './use-publish-draft.ts';
