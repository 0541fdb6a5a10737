/** A description for bug reports, shown before it goes anywhere. */
import type { Profile, Service } from '#shared/contract/profiles.ts';
import { CodeBlock, CopyButton, ErrorNotice, Loading, Row, Section, Switch } from '../../components/index.ts';
import {
  useCall,
  useContractEvent,
  useDraft,
  useProfiles,
  useQuery,
  useServiceList,
} from '../../state/index.ts';
import { WriteFile } from './write-file.tsx';

export function ReportView({ owner }: { readonly owner: Profile | Service }) {
  const all = [...(useProfiles() ?? []), ...(useServiceList() ?? [])].map(({ profileId }) => profileId);
  const [isOfAll, setOfAll] = useDraft(`export-report-all:${owner.profileId}`, false);
  const profileIds = isOfAll ? all : [owner.profileId];
  const { result, reload } = useQuery('exports.redacted', { profileIds });
  useContractEvent('profiles.changed', reload);
  useContractEvent('vault.credentialsChanged', reload);
  const write = useCall('exports.writeRedacted');
  return (
    <Section
      title="For a bug report"
      about="Of which kind it is, what is set, and roughly where its servers are. No secret, no name, no address, no app id."
    >
      {all.length > 1 && <Switch label="Of all apps and services" isChecked={isOfAll} onChange={setOfAll} />}
      {result.state === 'loading' && <Loading />}
      {result.state === 'failed' && <ErrorNotice error={result.error} onRetry={reload} />}
      {result.state === 'ready' && (
        <>
          <CodeBlock text={result.value.text} label="What the report says" />
          <Row>
            <CopyButton text={result.value.text} label="Copy it" />
          </Row>
          <WriteFile
            draftName={`report:${owner.profileId}`}
            label="Or write it to"
            suggestedName="latchkey-report.txt"
            action="Write the file"
            write={{
              isPending: write.isPending,
              error: write.error,
              clear: write.clear,
              run: (place) => write.run({ profileIds, ...place }),
            }}
          />
        </>
      )}
    </Section>
  );
}
