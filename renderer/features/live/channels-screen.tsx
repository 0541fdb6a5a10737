/** An app's subscriptions: what kind, how they stand, and why. */
import type { Subscription } from '#shared/contract/live.ts';
import { channelKind } from '#shared/protocol/channels.ts';
import {
  type Column,
  ErrorNotice,
  formatCount,
  IconButton,
  KindLabel,
  Name,
  Page,
  Section,
  StateDot,
  Table,
  useToast,
} from '../../components/index.ts';
import { useCall, useConnection } from '../../state/index.ts';
import styles from './channels-screen.module.css';
import { subscriptionWords } from './connection.ts';
import { SubscribeForm } from './subscribe-form.tsx';

export function ChannelsScreen({ profileId }: { readonly profileId: string }) {
  const connection = useConnection(profileId);
  const unsubscribe = useCall('live.unsubscribe');
  const subscribe = useCall('live.subscribe');
  const toast = useToast();
  const subscriptions = connection?.subscriptions ?? [];

  const leave = async (channel: string) => {
    const done = await unsubscribe.run({ profileId, channel });
    if (!done) return;
    toast({
      message: `Unsubscribed from ${channel}.`,
      action: { label: 'Undo', onSelect: () => void subscribe.run({ profileId, channel }) },
    });
  };

  return (
    <Page isWide>
      <Section
        title="Subscribe"
        about="Kept over reconnects until you unsubscribe. Private and presence channels are signed by the vault."
      >
        <SubscribeForm profileId={profileId} />
      </Section>
      <Section
        title="Subscriptions"
        about={
          subscriptions.length === 0
            ? 'None yet. Events of a channel reach the inspector from the moment that you subscribe.'
            : undefined
        }
      >
        {unsubscribe.error && <ErrorNotice error={unsubscribe.error} onDismiss={unsubscribe.clear} />}
        {subscribe.error && <ErrorNotice error={subscribe.error} onDismiss={subscribe.clear} />}
        {subscriptions.length > 0 && (
          <div className={styles.scroller}>
            <Table
              label="Subscriptions"
              items={subscriptions}
              idOf={(each) => each.channel}
              columns={columns(leave)}
            />
          </div>
        )}
      </Section>
    </Page>
  );
}

function columns(leave: (channel: string) => void): readonly Column<Subscription>[] {
  return [
    { id: 'channel', title: 'Channel', cell: (each) => <Name text={each.channel} className={styles.name} /> },
    { id: 'kind', title: 'Kind', cell: (each) => <KindLabel kind={channelKind(each.channel)} /> },
    {
      id: 'state',
      title: 'State',
      cell: (each) => {
        const { tone, text } = subscriptionWords(each.state);
        return (
          <span className={styles.state}>
            <StateDot tone={tone} label={text} isLabelBeside />
            {text}
          </span>
        );
      },
    },
    {
      id: 'reason',
      title: 'Why',
      width: 'grow',
      cell: (each) => <span className={styles.reason}>{each.reason}</span>,
    },
    {
      id: 'count',
      title: 'Subscribers',
      align: 'end',
      cell: (each) =>
        each.count === null ? (
          <span className={styles.unknown} title="The server did not say: counting is opt-in, per app.">
            unknown
          </span>
        ) : (
          formatCount(each.count)
        ),
    },
    {
      id: 'leave',
      title: '',
      cell: (each) => (
        <IconButton
          icon="close"
          label={`Unsubscribe from ${each.channel}`}
          onClick={() => leave(each.channel)}
        />
      ),
    },
  ];
}
