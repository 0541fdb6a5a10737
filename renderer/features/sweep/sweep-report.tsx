/** What a sweep has found: by secret, with its places, and the way to its rotation. */
import { useState } from 'react';
import type { FoundForm, SweepPlace, SweepReport } from '#shared/contract/sweep.ts';
import type { Credential } from '#shared/contract/vault.ts';
import { assertNever } from '#shared/lib/app-error.ts';
import {
  Button,
  type Column,
  EnvironmentLabel,
  formatCount,
  formatSize,
  Name,
  Notice,
  plural,
  Section,
  Table,
} from '../../components/index.ts';
import { useCredentials, useNavigation, useProfile, useService } from '../../state/index.ts';
import { credentialName, maskedValue, useKindName } from '../vault/index.ts';
import styles from './sweep.module.css';

interface SweepReportViewProps {
  readonly order: { readonly path: string; readonly history: boolean };
  readonly report: SweepReport;
}

const formWords: Readonly<Record<FoundForm, string>> = {
  plain: 'as it is',
  base64: 'in base64',
  'url-encoded': 'URL-encoded',
  'json-escaped': 'in JSON',
  hex: 'in hex',
  bytes: 'as bytes',
};

export function SweepReportView({ order, report }: SweepReportViewProps) {
  const groups = Map.groupBy(report.found, ({ credentialId }) => credentialId);
  const isClean = report.found.length === 0;
  const left = leftOut(report);
  return (
    <Section title="What was found" about={<Swept order={order} report={report} />}>
      <Notice
        tone={!isClean ? 'danger' : left.length > 0 ? 'notice' : 'ok'}
        title={
          isClean
            ? `None of the secrets was found${left.length > 0 ? ' in what was looked at' : ''}.`
            : `${plural(groups.size, 'secret')} found, in ${report.isCut ? 'more than ' : ''}${plural(report.found.length, 'place')}.`
        }
      >
        {isClean
          ? 'That says nothing of other folders, of encrypted or packed files, or of copies that were deleted.'
          : 'Whoever has read these files has the secret. Taking it out of the file does not take it back: replace it, then revoke the old one.'}
      </Notice>
      {left.length > 0 && (
        <Notice tone="warning" title="Not everything was looked at.">
          <ul className={styles.notes}>
            {left.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </Notice>
      )}
      {[...groups].map(([credentialId, places]) => (
        <Found key={credentialId} credentialId={credentialId} places={places} />
      ))}
    </Section>
  );
}

function Swept({ order, report }: SweepReportViewProps) {
  const { secrets, files, gitObjects, bytes, repositories, unreadableRepositories } = report;
  const read = repositories - unreadableRepositories;
  return (
    <>
      Looked for {plural(secrets, 'secret')} in {plural(files, 'file')}
      {gitObjects > 0 &&
        ` and ${plural(gitObjects, 'object')} of ${read > 1 ? `${formatCount(read)} git histories` : 'the git history'}`}
      , {formatSize(bytes)} bytes in all, below <Name text={order.path} className={styles.path} />
    </>
  );
}

/** What the sweep did not look at, or for. */
function leftOut(report: SweepReport): readonly string[] {
  const { tooShort, missing, unreadable, links, isCut } = report;
  const notes = [
    tooShort > 0 &&
      `${plural(tooShort, 'secret')} ${tooShort === 1 ? 'is' : 'are'} shorter than 8 characters, and not looked for: so few would be found by chance.`,
    missing > 0 &&
      `${plural(missing, 'secret')} could not be read: the store no longer has ${missing === 1 ? 'it' : 'them'}.`,
    unreadable > 0 &&
      `${plural(unreadable, 'file, folder or object of git', 'files, folders or objects of git')} could not be read.`,
    links > 0 &&
      `${plural(links, 'link leads', 'links lead')} out of the folder. What is there was not looked at.`,
    historyNote(report),
    isCut && 'There are more places than are listed.',
  ];
  return notes.filter((note) => typeof note === 'string');
}

function historyNote({ history, repositories, unreadableRepositories }: SweepReport): string | false {
  switch (history) {
    case 'swept':
      return false;
    case 'not-asked':
      return (
        repositories > 0 &&
        'What git has kept of earlier versions was not looked at: the box for that was not ticked.'
      );
    case 'partly':
    case 'unreadable':
      return repositories === 0
        ? 'The git history was not swept: there is no repository, or no git that can read it.'
        : `The history of ${formatCount(unreadableRepositories)} of ${plural(repositories, 'git repository', 'git repositories')} could not be read, or not to its end.`;
    default:
      return assertNever(history);
  }
}

/** Rows that are drawn at first: enough to act on. */
const shownAtFirst = 50;

function Found({
  credentialId,
  places,
}: {
  readonly credentialId: string;
  readonly places: readonly SweepPlace[];
}) {
  const { profileId } = places[0] as SweepPlace;
  const profile = useProfile(profileId);
  const service = useService(profileId);
  const credential = useCredentials(profileId)?.find((each) => each.credentialId === credentialId);
  const navigation = useNavigation();
  const [showsAll, setShowsAll] = useState(false);
  const kindName = useKindName();
  const owner = profile ?? service;
  const what = credential ? credentialName(credential, kindName(credential.kind)) : 'a secret that is gone';
  const shown = showsAll ? places : places.slice(0, shownAtFirst);
  const title = `${upperFirst(what)}${owner ? ` of ${owner.name}` : ''}`;
  return (
    <section className={styles.found} aria-label={title}>
      <div className={styles.head}>
        <h3 className={styles.title}>{title}</h3>
        {credential && <Masked credential={credential} />}
        {owner && <EnvironmentLabel environment={owner.environment} />}
        <span className={styles.soft}>{plural(places.length, 'place')}</span>
        {profile && (
          <Button icon="rotation" onClick={() => navigation.openApp(profileId, 'keys')}>
            Keys &amp; rotation
          </Button>
        )}
        {service && (
          <Button icon="rotation" onClick={() => navigation.openService(profileId)}>
            Its keys
          </Button>
        )}
      </div>
      <div className={styles.scroller}>
        <Table
          label={`Places of the ${what}`}
          columns={columns}
          items={shown}
          idOf={({ path, line, commit, form }) => [path, line, commit, form].join('\n')}
        />
      </div>
      {shown.length < places.length && (
        <Button variant="quiet" onClick={() => setShowsAll(true)}>
          Show {formatCount(places.length - shown.length)} more
        </Button>
      )}
    </section>
  );
}

function Masked({ credential }: { readonly credential: Credential }) {
  return <span className={styles.masked}>{maskedValue(credential)}</span>;
}

const columns: readonly Column<SweepPlace>[] = [
  {
    id: 'path',
    title: 'File',
    width: 'grow',
    cell: ({ path }) => <Name text={path} />,
  },
  { id: 'line', title: 'Line', align: 'end', cell: ({ line }) => line ?? 'its name' },
  { id: 'form', title: 'Form', cell: ({ form }) => formWords[form] },
  {
    id: 'commit',
    title: 'Where',
    cell: ({ commit }) =>
      commit === null ? (
        'in the folder'
      ) : (
        <>
          in the history, <code title={commit}>{commit.slice(0, 10)}</code>
        </>
      ),
  },
];

function upperFirst(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
