/** All apps and services, by environment; and the ways to add one and to the screens that belong to none. */
import { type ReactNode, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { type Environment, environments, type Profile, type Service } from '#shared/contract/profiles.ts';
import { shortcutKeys, useIsMac } from '../commands/index.ts';
import {
  classes,
  EnvironmentLabel,
  EnvironmentLine,
  Icon,
  IconButton,
  type IconName,
  Keys,
  Splitter,
  StateDot,
  Tooltip,
} from '../components/index.ts';
import { useConnectionWords } from '../features/live/index.ts';
import {
  type Place,
  useCall,
  useNavigation,
  usePlace,
  useProfiles,
  useProviders,
  useServiceList,
  useServices,
  useSettings,
} from '../state/index.ts';
import styles from './sidebar.module.css';
import { useCurrentApp } from './use-current-app.ts';

const [minPx, maxPx] = [160, 480];
/** Narrower windows show the sidebar as a rail of signs. */
const narrowQuery = '(width < 1000px)';

export function Sidebar() {
  const { sidebarWidthPx, isSidebarCollapsed } = useSettings();
  const update = useCall('settings.update');
  const isNarrow = useMedia(narrowQuery);
  const [pulledPx, setPulledPx] = useState<number>();
  const widthPx = pulledPx ?? sidebarWidthPx;
  if (isNarrow || isSidebarCollapsed) return <Rail canExpand={!isNarrow} />;
  return (
    <>
      <nav className={styles.sidebar} style={{ width: widthPx }} aria-label="Apps">
        <FindButton />
        <AppList />
        <Places />
      </nav>
      <Splitter
        label="Width of the sidebar"
        orientation="vertical"
        pane="before"
        sizePx={widthPx}
        minPx={minPx}
        maxPx={maxPx}
        onResize={setPulledPx}
        onResized={(size) => void update.run({ sidebarWidthPx: size })}
      />
    </>
  );
}

function FindButton() {
  const { commands } = useServices();
  const isMac = useIsMac();
  return (
    <button type="button" className={styles.find} onClick={() => commands.run('palette.open')}>
      <Icon name="search" />
      <span className={styles.grow}>Go to…</span>
      <Keys keys={shortcutKeys('Mod+K', isMac)} />
    </button>
  );
}

function AppList() {
  return (
    <div className={styles.apps}>
      {useGroups().map(([environment, members]) => (
        <section key={environment} className={styles.group} aria-label={environment}>
          <div className={styles.groupName}>
            <EnvironmentLabel environment={environment} />
          </div>
          <ul>
            {members.map((member) =>
              'provider' in member ? (
                <ServiceItem key={member.profileId} service={member} />
              ) : (
                <AppItem key={member.profileId} profile={member} />
              ),
            )}
          </ul>
        </section>
      ))}
      <PlaceButton command="profiles.add" icon="add" label="Add app" isActive={false} />
    </div>
  );
}

function AppItem({ profile }: { readonly profile: Profile }) {
  const navigation = useNavigation();
  const { words, isActive } = useAppState(profile);
  return (
    <Item of={profile} isActive={isActive} onOpen={() => navigation.openApp(profile.profileId)}>
      <StateDot tone={words.tone} label={words.text} />
    </Item>
  );
}

function ServiceItem({ service }: { readonly service: Service }) {
  const navigation = useNavigation();
  const { kind, isActive } = useServiceState(service);
  return (
    <Item of={service} isActive={isActive} onOpen={() => navigation.openService(service.profileId)}>
      <span className={styles.keySign} title={kind}>
        <Icon name="key" size={12} label={kind} />
      </span>
    </Item>
  );
}

interface ItemProps {
  readonly of: Profile | Service;
  readonly isActive: boolean;
  readonly onOpen: () => void;
  /** Its sign. */
  readonly children: ReactNode;
}

function Item({ of, isActive, onOpen, children }: ItemProps) {
  const button = useInView(isActive);
  return (
    <li className={styles.item}>
      <EnvironmentLine environment={of.environment} />
      <button
        ref={button}
        type="button"
        className={classes(styles.button, isActive && styles.activeItem)}
        aria-current={isActive ? 'page' : undefined}
        title={of.name}
        onClick={onOpen}
      >
        {children}
        <span className={styles.appName}>{of.name}</span>
      </button>
    </li>
  );
}

function useAppState(profile: Profile) {
  const place = usePlace();
  const current = useCurrentApp();
  return {
    words: useConnectionWords(profile.profileId),
    isActive: place.screen === 'app' && current?.profileId === profile.profileId,
  };
}

function useServiceState({ profileId, provider }: Service) {
  const place = usePlace();
  const kind = useProviders().find(({ providerId }) => providerId === provider)?.label ?? 'Service';
  return { kind, isActive: place.screen === 'service' && place.profileId === profileId };
}

function Places() {
  const place = usePlace();
  return (
    <div className={styles.places}>
      <PlaceButton
        command="sandbox.open"
        icon="sandbox"
        label="Sandbox"
        isActive={place.screen === 'sandbox'}
      />
      <PlaceButton command="vault.open" icon="vault" label="Vault" isActive={isVault(place)} />
      <PlaceButton
        command="settings.open"
        icon="settings"
        label="Settings"
        isActive={place.screen === 'settings'}
      />
    </div>
  );
}

/** The audit log and the leak sweep are the vault's. */
function isVault({ screen }: Place): boolean {
  return screen === 'vault' || screen === 'import' || screen === 'audit' || screen === 'sweep';
}

interface PlaceButtonProps {
  readonly command: string;
  readonly icon: IconName;
  readonly label: string;
  readonly isActive: boolean;
}

function PlaceButton({ command, icon, label, isActive }: PlaceButtonProps) {
  const { commands } = useServices();
  return (
    <button
      type="button"
      className={classes(styles.button, styles.place, isActive && styles.activeItem)}
      aria-current={isActive ? 'page' : undefined}
      onClick={() => commands.run(command)}
    >
      <Icon name={icon} />
      <span className={styles.appName}>{label}</span>
    </button>
  );
}

/** The sidebar when there is no room for names: signs, with the names in tooltips. */
function Rail({ canExpand }: { readonly canExpand: boolean }) {
  const { commands } = useServices();
  const place = usePlace();
  return (
    <nav className={styles.rail} aria-label="Apps">
      {canExpand && (
        <IconButton icon="sidebar" label="Show sidebar" onClick={() => commands.run('sidebar.toggle')} />
      )}
      <IconButton icon="search" label="Go to…" onClick={() => commands.run('palette.open')} />
      <ul className={styles.railApps}>
        {useGroups().flatMap(([, members]) =>
          members.map((member) =>
            'provider' in member ? (
              <ServiceRailItem key={member.profileId} service={member} />
            ) : (
              <AppRailItem key={member.profileId} profile={member} />
            ),
          ),
        )}
      </ul>
      <IconButton icon="add" label="Add app" onClick={() => commands.run('profiles.add')} />
      <span className={styles.grow} />
      <IconButton
        icon="sandbox"
        label="Sandbox"
        isPressed={place.screen === 'sandbox'}
        onClick={() => commands.run('sandbox.open')}
      />
      <IconButton
        icon="vault"
        label="Vault"
        isPressed={isVault(place)}
        onClick={() => commands.run('vault.open')}
      />
      <IconButton
        icon="settings"
        label="Settings"
        isPressed={place.screen === 'settings'}
        onClick={() => commands.run('settings.open')}
      />
    </nav>
  );
}

function AppRailItem({ profile }: { readonly profile: Profile }) {
  const navigation = useNavigation();
  const { words, isActive } = useAppState(profile);
  return (
    <RailItem
      of={profile}
      words={words.text}
      isActive={isActive}
      onOpen={() => navigation.openApp(profile.profileId)}
    >
      <StateDot tone={words.tone} label={words.text} isLabelBeside />
    </RailItem>
  );
}

function ServiceRailItem({ service }: { readonly service: Service }) {
  const navigation = useNavigation();
  const { kind, isActive } = useServiceState(service);
  return (
    <RailItem
      of={service}
      words={kind}
      isActive={isActive}
      onOpen={() => navigation.openService(service.profileId)}
    >
      <Icon name="key" size={10} />
    </RailItem>
  );
}

interface RailItemProps extends ItemProps {
  readonly words: string;
}

function RailItem({ of, words, isActive, onOpen, children }: RailItemProps) {
  const { name, environment } = of;
  const button = useInView(isActive);
  return (
    <li className={styles.railItem}>
      <EnvironmentLine environment={environment} />
      <Tooltip text={`${name} · ${environment} · ${words}`} side="right">
        <button
          ref={button}
          type="button"
          className={classes(styles.railButton, isActive && styles.activeItem)}
          aria-label={`${name}, ${environment}, ${words}`}
          aria-current={isActive ? 'page' : undefined}
          onClick={onOpen}
        >
          {initials(name)}
          <span className={styles.railDot}>{children}</span>
        </button>
      </Tooltip>
    </li>
  );
}

/** Of many, the one that is open is in sight, however it was opened. */
function useInView(isActive: boolean) {
  const element = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isActive) element.current?.scrollIntoView({ block: 'nearest' });
  }, [isActive]);
  return element;
}

type Group = readonly [Environment, readonly (Profile | Service)[]];

/** Apps and services together, by environment and name. */
function useGroups(): readonly Group[] {
  const profiles = useProfiles();
  const services = useServiceList();
  return useMemo(() => {
    const all: (Profile | Service)[] = [...(profiles ?? []), ...(services ?? [])];
    all.sort((one, other) => nameOrder.compare(one.name, other.name));
    return environments
      .map((environment): Group => [environment, all.filter((each) => each.environment === environment)])
      .filter(([, members]) => members.length > 0);
  }, [profiles, services]);
}

const nameOrder = new Intl.Collator('en', { sensitivity: 'base', numeric: true });

function initials(name: string): string {
  const [first = '', second] = name.split(/[\s_-]+/).filter((word) => word !== '');
  return second ? `${[...first][0] ?? ''}${[...second][0] ?? ''}` : [...first].slice(0, 2).join('');
}

function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const media = window.matchMedia(query);
      media.addEventListener('change', listener);
      return () => media.removeEventListener('change', listener);
    },
    () => window.matchMedia(query).matches,
  );
}
