/** Which server an app is on: what was found, what speaks for it, and whose rules are used. */
import type { DialectFound } from '#shared/contract/live.ts';
import { dialectFacts } from '#shared/protocol/dialects.ts';
import { CommandButton } from '../../commands/index.ts';
import { Facts, formatSize, Notice, Section } from '../../components/index.ts';
import styles from './connections-screen.module.css';

export function DialectSection({ dialect }: { readonly dialect: DialectFound }) {
  const { detected, evidence, isSetByHand, used } = dialect;
  const facts = dialectFacts[used];
  const isContradicted = isSetByHand && detected !== null && detected !== used && used !== 'sandbox';
  return (
    <Section
      title="Server"
      about="Servers differ in limits, in the meaning of codes, and in what they leave unanswered."
      actions={<CommandButton command="profiles.edit" label="Set by hand…" icon="edit" />}
    >
      {isContradicted && (
        <Notice
          tone="warning"
          title={`The settings say ${facts.label}; the evidence points to ${dialectFacts[detected].label}.`}
        >
          Limits and hints are those of {facts.label} until the settings are changed.
        </Notice>
      )}
      <Facts
        facts={[
          { name: 'Detected', value: detected === null ? 'unknown' : dialectFacts[detected].label },
          {
            name: 'Used',
            value: `${facts.label}${isSetByHand ? ', set in the app’s settings' : ', as detected'}`,
          },
          { name: 'Event data', value: `${formatSize(facts.eventDataLimitBytes)} bytes at most` },
          {
            name: 'Timestamps',
            value:
              facts.timestampWindowSeconds === undefined
                ? 'not checked, or unknown'
                : `within ${facts.timestampWindowSeconds} s`,
          },
        ]}
      />
      {evidence.length > 0 ? (
        <ul className={styles.evidence} aria-label="Evidence">
          {evidence.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      ) : (
        <p className={styles.soft}>No evidence yet: it comes with the first answers of the server.</p>
      )}
    </Section>
  );
}
