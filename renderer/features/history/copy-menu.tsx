/** The event in other forms, for elsewhere. */
import type { Detail } from '#shared/contract/history.ts';
import { copyText, formatJson, IconButton, Menu, parseJson, useToast } from '../../components/index.ts';
import { useProfile } from '../../state/index.ts';
import { asCurl, asFixture, asJson } from './copy-as.ts';

export interface CopyMenuProps {
  readonly detail: Detail;
  readonly profileId: string;
}

export function CopyMenu({ detail, profileId }: CopyMenuProps) {
  const toast = useToast();
  const profile = useProfile(profileId);
  const { kind, channel, event } = detail.row;
  const copy = (what: string, text: string) => {
    void copyText(text).then((isDone) =>
      toast({ message: isDone ? `${what} copied.` : 'The browser did not let it be copied.' }),
    );
  };
  const json = () => {
    const text = asJson(detail);
    const node = parseJson(text);
    return node ? formatJson(node) : text;
  };
  const canPublish = profile && kind === 'event' && channel !== null && event !== null;
  return (
    <Menu
      trigger={<IconButton icon="more" label="Copy as" />}
      groups={[
        [
          { label: 'Copy as JSON', icon: 'copy', onSelect: () => copy('JSON', json()) },
          {
            label: 'Copy as cURL',
            icon: 'copy',
            isDisabled: !canPublish,
            onSelect: () => profile && copy('cURL command', asCurl(detail, profile)),
          },
          {
            label: 'Copy as a test fixture',
            icon: 'copy',
            onSelect: () => copy('Fixture', asFixture(detail)),
          },
        ],
      ]}
    />
  );
}
