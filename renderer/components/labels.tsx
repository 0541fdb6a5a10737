/** Small steady signs of meaning: environment, connection, channel kind, key version, outcome. Never colour alone. */
import type { ReactNode } from 'react';
import type { Environment } from '#shared/contract/profiles.ts';
import type { Exposure } from '#shared/contract/providers.ts';
import type { Slot } from '#shared/contract/vault.ts';
import { type ChannelKind, channelKindExplanations, channelKindLabels } from '#shared/protocol/channels.ts';
import { classes } from './classes.ts';
import { Icon, type IconName } from './icon.tsx';
import styles from './labels.module.css';

export const environmentLabels: Readonly<Record<Environment, string>> = {
  production: 'Production',
  staging: 'Staging',
  development: 'Development',
  local: 'Local',
};

/** The environment's name in its colour, with its line. */
export function EnvironmentLabel({ environment }: { readonly environment: Environment }) {
  return (
    <span className={classes(styles.environment, styles[environment])}>{environmentLabels[environment]}</span>
  );
}

/** A vertical 2 px line in the environment's colour, as high as its parent. Beside a label, never alone. */
export function EnvironmentLine({ environment }: { readonly environment: Environment }) {
  return <span className={classes(styles.line, styles[environment])} aria-hidden="true" />;
}

export type Tone = 'ok' | 'notice' | 'warning' | 'danger' | 'idle';

export interface StateDotProps {
  readonly tone: Tone;
  /** What it means, for screen readers and on hover; hidden from readers when words stand beside it. */
  readonly label: string;
  readonly isLabelBeside?: boolean;
}

/** A dot whose form differs by state as well: filled, half, ring, or crossed. */
export function StateDot({ tone, label, isLabelBeside }: StateDotProps) {
  return (
    <span
      className={classes(styles.dot, styles[`dot-${tone}`])}
      title={label}
      {...(isLabelBeside ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label })}
    />
  );
}

export interface BadgeProps {
  readonly tone?: Tone;
  readonly icon?: IconName;
  readonly children: ReactNode;
  readonly title?: string;
}

/** A word in a tone, such as a status or a count. */
export function Badge({ tone = 'idle', icon, children, title }: BadgeProps) {
  return (
    <span className={classes(styles.badge, styles[`badge-${tone}`])} title={title}>
      {icon && <Icon name={icon} size={12} />}
      {children}
    </span>
  );
}

const kindLooks: Readonly<Record<ChannelKind, { icon: IconName; hue: string | undefined }>> = {
  public: { icon: 'public', hue: styles.public },
  cache: { icon: 'cache', hue: styles.public },
  private: { icon: 'locked', hue: styles.private },
  'private-cache': { icon: 'cache', hue: styles.private },
  'private-encrypted': { icon: 'encrypted', hue: styles.encrypted },
  'private-encrypted-cache': { icon: 'cache', hue: styles.encrypted },
  presence: { icon: 'presence', hue: styles.presence },
  'presence-cache': { icon: 'cache', hue: styles.presence },
  'server-to-user': { icon: 'user', hue: styles.user },
};

/** The kind of a channel, with its sign (unless plain: beside a `KindSign`); explained on hover. */
export function KindLabel({ kind, isPlain }: { readonly kind: ChannelKind; readonly isPlain?: boolean }) {
  const look = kindLooks[kind];
  return (
    <span className={classes(styles.kind, look.hue)} title={channelKindExplanations[kind]}>
      {!isPlain && <Icon name={look.icon} size={12} />}
      {channelKindLabels[kind]}
    </span>
  );
}

/** The kind's sign alone, for lists where the channel's name says the kind. */
export function KindSign({
  kind,
  className,
}: {
  readonly kind: ChannelKind;
  readonly className?: string | undefined;
}) {
  const look = kindLooks[kind];
  return <Icon name={look.icon} size={12} className={classes(look.hue, className)} />;
}

const slotWords: Readonly<Record<Slot, string>> = {
  current: 'current',
  extra: 'active',
  next: 'next',
  previous: 'previous',
  revoked: 'revoked',
};

export interface SlotLabelProps {
  readonly slot: Slot;
  /** In place of the slot's own: some kinds have words of theirs. */
  readonly word?: string;
}

/** The version of a key, in its steady hue. */
export function SlotLabel({ slot, word = slotWords[slot] }: SlotLabelProps) {
  return <span className={classes(styles.slot, styles[`slot-${slot}`])}>{word}</span>;
}

const exposureLooks: Readonly<Record<Exposure, { icon: IconName; label: string; meaning: string }>> = {
  public: { icon: 'public', label: 'Public', meaning: 'Everyone may know it.' },
  'app-bundle': {
    icon: 'app-bundle',
    label: 'Ships in apps',
    meaning: 'It is in the app that users install, so those who look can read it.',
  },
  server: { icon: 'server', label: 'Servers only', meaning: 'It stays on servers that you run.' },
  device: { icon: 'device', label: 'Device only', meaning: 'It lives on one device at a time.' },
};

/** Where a value may be; explained on hover. */
export function ExposureLabel({ exposure }: { readonly exposure: Exposure }) {
  const { icon, label, meaning } = exposureLooks[exposure];
  return (
    <span className={classes(styles.kind, styles[`exposure-${exposure}`])} title={meaning}>
      <Icon name={icon} size={12} />
      {label}
    </span>
  );
}

/** One of an app's connections: its number, in its steady colour. */
export function ConnectionMark({ number }: { readonly number: number }) {
  return (
    <span
      className={classes(styles.connection, styles[`connection-${number}`])}
      role="img"
      aria-label={`Connection ${number}`}
      title={`Connection ${number}`}
    >
      {number}
    </span>
  );
}
