/** What is known of one channel, and what can be asked about it. */
import { useEffect, useState } from 'react';
import { type ChannelFacts, rateBarCount, rateBarMs } from '#shared/contract/channels.ts';
import { channelKind, channelKindExplanations, isCache, isPresence } from '#shared/protocol/channels.ts';
import {
  Badge,
  Button,
  CopyButton,
  ErrorNotice,
  type Fact,
  Facts,
  formatTime,
  JsonTree,
  KindLabel,
  Name,
  plural,
  Row,
  Sparkline,
  Stack,
} from '../../components/index.ts';
import { useCall, useNavigation, useQuery, useServices, valueOr } from '../../state/index.ts';
import { subscriptionWords } from '../live/index.ts';
import { Count, occupiedWords, rateWords } from './channel-tree.tsx';
import styles from './channels.module.css';

export interface ChannelDetailProps {
  readonly profileId: string;
  readonly facts: ChannelFacts;
  readonly answeredAt: number | null;
  readonly onToggleSubscription: () => void;
  readonly onToggleFavourite: () => void;
}

export function ChannelDetail(props: ChannelDetailProps) {
  const { profileId, facts, answeredAt, onToggleSubscription, onToggleFavourite } = props;
  const { channel, state, reason, pattern, isFavourite, isOccupied } = facts;
  const { logs } = useServices().stores;
  const navigation = useNavigation();
  const kind = channelKind(channel);
  const isSubscribed = state !== null && state !== 'failed';
  const asOf = answeredAt === null ? '' : `, as of ${formatTime(answeredAt)}`;
  const known: readonly Fact[] = [
    { name: 'At the server', value: `${occupiedWords(isOccupied)}${isOccupied === null ? '' : asOf}` },
    {
      name: 'Subscribers',
      value: <Count count={facts.subscriptions} isOccupied={isOccupied} />,
    },
    ...(isPresence(channel)
      ? [{ name: 'Users', value: <Count count={facts.users} isOccupied={isOccupied} /> }]
      : []),
    {
      name: 'Subscription',
      value: state === null ? 'None' : (reason ?? subscriptionWords(state).text),
    },
    ...(pattern === null ? [] : [{ name: 'Made by', value: <code>{pattern}</code> }]),
  ];
  return (
    <section className={styles.part} aria-label="Channel">
      <div className={styles.detailHead}>
        <Name text={channel} />
        <CopyButton text={channel} label="Copy name" />
      </div>
      <p className={styles.soft}>
        <KindLabel kind={kind} /> {channelKindExplanations[kind]}
      </p>
      <Row>
        <Button icon={isSubscribed ? 'close' : 'add'} onClick={onToggleSubscription}>
          {isSubscribed ? 'Unsubscribe' : 'Subscribe'}
        </Button>
        <Button icon="favourite" variant="quiet" aria-pressed={isFavourite} onClick={onToggleFavourite}>
          Favourite
        </Button>
        {isSubscribed && (
          <Button
            icon="filter"
            variant="quiet"
            onClick={() => {
              void logs.of(profileId).setFilter(channel);
              navigation.openApp(profileId, 'inspector');
            }}
          >
            Show its events
          </Button>
        )}
      </Row>
      {!isSubscribed && isPresence(channel) && (
        <p className={styles.soft}>Subscribing joins it: its members see you.</p>
      )}
      <Facts facts={known} />
      {facts.rate && (
        <div className={styles.rate}>
          <Sparkline samples={facts.rate} length={rateBarCount} />
          <span>
            {rateWords(facts.rate)}; most in {rateBarMs / 1000} s: {Math.max(...facts.rate)}
          </span>
        </div>
      )}
      {isCache(channel) && <CacheState profileId={profileId} channel={channel} rate={facts.rate} />}
    </section>
  );
}

interface CacheStateProps {
  readonly profileId: string;
  readonly channel: string;
  readonly rate: ChannelFacts['rate'];
}

/** What a new subscriber would be sent first; asked for by hand. A cache miss is seen on the own connection. */
function CacheState({ profileId, channel, rate }: CacheStateProps) {
  const describe = useCall('channels.describe');
  const { result, reload } = useQuery('channels.cacheMiss', { profileId, channel });
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is told of the channel has changed.
  useEffect(reload, [rate === null]);
  const miss = valueOr(result, undefined)?.at ?? null;
  const told = useLast(describe);
  return (
    <Stack gap={8}>
      <Row>
        <Button
          icon="cache"
          isPending={describe.isPending}
          onClick={() => {
            reload();
            void told.ask({ profileId, channel });
          }}
        >
          Ask for its cache
        </Button>
        {miss !== null && (
          <Badge tone="notice" title="pusher:cache_miss: the cache was empty when this app subscribed.">
            cache miss at {formatTime(miss)}
          </Badge>
        )}
      </Row>
      {describe.error && <ErrorNotice error={describe.error} onDismiss={describe.clear} />}
      {told.answer?.cache && (
        <>
          <p className={styles.soft}>
            At {formatTime(told.answer.at)} {cacheWords(told.answer.cache)}
          </p>
          {told.answer.cache.state === 'filled' && (
            <JsonTree text={told.answer.cache.data} label="Cached event" />
          )}
        </>
      )}
    </Stack>
  );
}

type Description = NonNullable<Awaited<ReturnType<ReturnType<typeof useCall<'channels.describe'>>['run']>>>;

function useLast(describe: ReturnType<typeof useCall<'channels.describe'>>) {
  const [answer, setAnswer] = useState<Description>();
  return {
    answer,
    ask: async (input: { profileId: string; channel: string }) => {
      const next = await describe.run(input);
      if (next) setAnswer(next);
    },
  };
}

function cacheWords(cache: NonNullable<Description['cache']>): string {
  switch (cache.state) {
    case 'empty':
      return 'it held nothing: a new subscriber is told of a cache miss.';
    case 'unknown':
      return 'the server named no cached event: there is none, or this server does not tell.';
    case 'filled':
      return cache.ttlSeconds === null
        ? 'it held this event:'
        : `it held this event, for ${plural(Math.round(cache.ttlSeconds), 'more second')}:`;
  }
}
