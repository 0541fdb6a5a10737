/** The line at the bottom: vault, connection, rate, round trip, rotations. Each part leads to where it is dealt with. */
import { useEffect, useRef, useState } from 'react';
import type { RotationRecord } from '#shared/contract/rotation.ts';
import type { StoreKind, VaultStatus } from '#shared/contract/vault.ts';
import {
  formatCount,
  formatDuration,
  Icon,
  Name,
  Sparkline,
  StateDot,
  type Tone,
} from '../components/index.ts';
import { useConnectionWords } from '../features/live/index.ts';
import {
  useConnection,
  useContractEvent,
  useNavigation,
  useRotations,
  useServices,
  useTransportStatus,
  useVault,
} from '../state/index.ts';
import { CopiedPart } from './copied-bar.tsx';
import styles from './status-bar.module.css';
import { useCurrentApp } from './use-current-app.ts';

export function StatusBar() {
  const { commands } = useServices();
  const vault = useVault();
  const app = useCurrentApp();
  const isReachable = useTransportStatus().state === 'online';
  const words = vaultWords(isReachable ? vault : undefined);
  return (
    <footer className={styles.bar}>
      <button
        type="button"
        className={styles.part}
        onClick={() => commands.run('vault.open')}
        title={vault?.reason ?? undefined}
      >
        <StateDot tone={words.tone} label={words.text} isLabelBeside />
        {words.text}
      </button>
      {app && <AppStatus key={app.profileId} profileId={app.profileId} name={app.name} />}
      <span className={styles.space} />
      <CopiedPart />
      <Rotations />
      <button type="button" className={styles.part} onClick={() => commands.run('help.keys')}>
        Keys <kbd>?</kbd>
      </button>
    </footer>
  );
}

function AppStatus({ profileId, name }: { readonly profileId: string; readonly name: string }) {
  const connection = useConnection(profileId);
  const samples = useRate(profileId);
  const { tone, text } = useConnectionWords(profileId);
  const isReachable = useTransportStatus().state === 'online';
  const isConnected = isReachable && connection?.state === 'connected';
  return (
    <>
      <span className={styles.part} title={connection?.reason ?? undefined}>
        <StateDot tone={tone} label={text} isLabelBeside />
        <span className={styles.name}>{name}</span>
        <span className={styles.quiet}>{text.toLowerCase()}</span>
        {isConnected && connection.socketId !== null && (
          <Name text={connection.socketId} className={styles.socketId} />
        )}
      </span>
      <span className={styles.part} title="Events a second, over the last 20 seconds">
        <span className={styles.number}>{isConnected ? formatCount(samples.at(-1) ?? 0) : '–'}</span>
        <span className={styles.quiet}>ev/s</span>
        <Sparkline samples={samples} />
      </span>
      <span className={styles.part} title="Round trip of the last ping">
        <span className={styles.quiet}>RTT</span>
        <span className={styles.number}>
          {!isConnected || connection.roundTripMs === null
            ? 'unknown'
            : formatDuration(connection.roundTripMs)}
        </span>
      </span>
    </>
  );
}

/** Waits on the user: the next open step is theirs to do, or can be done now. */
function waitsOnUser(rotation: RotationRecord): boolean {
  const next = rotation.steps.find((step) => !step.isDone);
  return next !== undefined && next.blockedBy === null;
}

function Rotations() {
  const navigation = useNavigation();
  const active = useRotations().filter((rotation) => rotation.state === 'active');
  const waiting = active.filter(waitsOnUser);
  const first = waiting[0] ?? active[0];
  if (!first) return null;
  const count = `${active.length} ${active.length === 1 ? 'rotation' : 'rotations'}`;
  return (
    <button type="button" className={styles.part} onClick={() => navigation.openApp(first.profileId, 'keys')}>
      <Icon name="rotation" size={12} />
      {waiting.length > 0
        ? `${count}: ${waiting.length} ${waiting.length === 1 ? 'waits' : 'wait'} on you`
        : count}
    </button>
  );
}

const placeNames: Readonly<Record<StoreKind, string>> = {
  keychain: 'keychain',
  file: 'vault file',
  session: 'this session only',
};

function vaultWords(vault: VaultStatus | undefined): { readonly tone: Tone; readonly text: string } {
  const store = vault?.store ? placeNames[vault.store] : '';
  switch (vault?.state) {
    case undefined:
      return { tone: 'idle', text: 'Vault: unknown' };
    case 'unlocked':
      return { tone: 'ok', text: `Vault unlocked · ${store}` };
    case 'locked':
      return { tone: 'warning', text: 'Vault locked' };
    case 'opening':
      return { tone: 'notice', text: 'Vault opening' };
    case 'waiting':
      return { tone: 'notice', text: 'Waiting for the keychain' };
    case 'unavailable':
      return { tone: 'danger', text: 'Vault unavailable' };
    case 'choose':
      return { tone: 'warning', text: 'Vault: choose a store' };
  }
}

const sampleMs = 1_000;
const sampleLimit = 20;

/** Events a second, sampled each second. A log that does not grow sends no ticks: silence is 0. */
function useRate(profileId: string): readonly number[] {
  const latest = useRef({ perSecond: 0, at: 0 });
  const [samples, setSamples] = useState<readonly number[]>([]);
  useContractEvent('history.grew', (status) => {
    if (status.profileId !== profileId) return;
    latest.current = { perSecond: status.perSecond, at: performance.now() };
  });
  useEffect(() => {
    const timer = setInterval(() => {
      const { perSecond, at } = latest.current;
      const sample = performance.now() - at < sampleMs * 1.5 ? perSecond : 0;
      setSamples((current) => [...current.slice(1 - sampleLimit), sample]);
    }, sampleMs);
    return () => clearInterval(timer);
  }, []);
  return samples;
}
