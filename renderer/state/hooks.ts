/** Hooks that read the stores and call the main side. Features use these, and never the client by itself. */
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { ImportPreview } from '#shared/contract/imports.ts';
import type {
  CallInput,
  CallOutput,
  ContractCall,
  ContractEvent,
  EventPayload,
} from '#shared/contract/index.ts';
import type { Connection } from '#shared/contract/live.ts';
import type { Profile, Service } from '#shared/contract/profiles.ts';
import type { Provider } from '#shared/contract/providers.ts';
import type { RotationRecord } from '#shared/contract/rotation.ts';
import type { SandboxStatus } from '#shared/contract/sandbox.ts';
import { defaultSettings, type SettingsValues } from '#shared/contract/settings.ts';
import type { Credential, VaultMove, VaultStatus } from '#shared/contract/vault.ts';
import type { AppError } from '#shared/lib/app-error.ts';
import type {
  BundleInput,
  BundleToOpen,
  CallOptions,
  PassphraseEnd,
  PassphraseInput,
  SecretInput,
  TransportStatus,
} from '../bridge/index.ts';
import { useServices } from './context.tsx';
import type { LogSnapshot, LogView } from './log-view.ts';
import { asAppError, type Loadable, valueOr } from './remote.ts';
import type { Readable } from './value.ts';

export function useReadable<T>(readable: Readable<T>): T {
  return useSyncExternalStore(readable.subscribe, readable.get);
}

/** What a component shows of a value, as a flat object: it is drawn anew only when something in that has changed. */
export function useSelected<T, S extends object>(readable: Readable<T>, select: (value: T) => S): S {
  const last = useRef<S>(undefined);
  const get = () => {
    const next = select(readable.get());
    if (!last.current || !areSame(last.current, next)) last.current = next;
    return last.current;
  };
  return useSyncExternalStore(readable.subscribe, get);
}

function areSame<S extends object>(one: S, other: S): boolean {
  const names = Object.keys(one) as (keyof S)[];
  return (
    names.length === Object.keys(other).length && names.every((name) => Object.is(one[name], other[name]))
  );
}

export const useNavigation = () => useServices().stores.navigation;
export const usePlace = () => useReadable(useNavigation());

/** Undefined while it is not loaded yet. */
export function useProfiles(): readonly Profile[] | undefined {
  return valueOr(useReadable(useServices().stores.profiles), undefined);
}

export function useProfile(profileId: string): Profile | undefined {
  return useProfiles()?.find((profile) => profile.profileId === profileId);
}

/** Undefined while it is not loaded yet. */
export function useServiceList(): readonly Service[] | undefined {
  return valueOr(useReadable(useServices().stores.services), undefined);
}

export function useService(profileId: string): Service | undefined {
  return useServiceList()?.find((service) => service.profileId === profileId);
}

const noProviders: readonly Provider[] = [];
/** The kinds of credentials; none while they load. */
export function useProviders(): readonly Provider[] {
  return valueOr(useReadable(useServices().stores.providers), noProviders);
}

export function useVault(): VaultStatus | undefined {
  return valueOr(useReadable(useServices().stores.vault), undefined);
}

/** Null: no move is under way. */
export function useVaultMove(): VaultMove | null {
  return valueOr(useReadable(useServices().stores.vaultMove), null);
}

export function useSandbox(): SandboxStatus | undefined {
  return valueOr(useReadable(useServices().stores.sandbox), undefined);
}

export function useSettings(): SettingsValues {
  return valueOr(useReadable(useServices().stores.settings), defaultSettings);
}

const noConnections: readonly Connection[] = [];
export function useConnections(): readonly Connection[] {
  return valueOr(useReadable(useServices().stores.connections), noConnections);
}

/** The app's own connection. Undefined: this app has not been connected. */
export function useConnection(profileId: string): Connection | undefined {
  return useConnections().find((each) => each.profileId === profileId && each.connection === 1);
}

/** All connections of an app, by number. */
export function useAppConnections(profileId: string): readonly Connection[] {
  const all = useConnections();
  return useMemo(
    () =>
      all
        .filter((each) => each.profileId === profileId)
        .sort((one, other) => one.connection - other.connection),
    [all, profileId],
  );
}

const noRotations: readonly RotationRecord[] = [];
/** All rotations, or one app's. */
export function useRotations(profileId?: string): readonly RotationRecord[] {
  const all = valueOr(useReadable(useServices().stores.rotations), noRotations);
  return useMemo(
    () => (profileId === undefined ? all : all.filter((rotation) => rotation.profileId === profileId)),
    [all, profileId],
  );
}

/** Whether the main side can be reached. */
export function useTransportStatus(): TransportStatus {
  const { client } = useServices();
  return useSyncExternalStore(
    useCallback((listener: () => void) => client.onStatus(listener), [client]),
    () => client.status,
  );
}

/** Runs `listener` on each event of this name while the component is shown. */
export function useContractEvent<N extends ContractEvent>(
  name: N,
  listener: (payload: EventPayload<N>) => void,
): void {
  const { client } = useServices();
  const latest = useRef(listener);
  useEffect(() => {
    latest.current = listener;
  });
  useEffect(() => client.on(name, (payload) => latest.current(payload)), [client, name]);
}

export interface Action<Input, Output> {
  /** Undefined when it failed or was cancelled; the failure is in `error`. */
  run(input: Input): Promise<Output | undefined>;
  readonly isPending: boolean;
  /** The last failure, until the next run or `clear`. A cancelled call is no failure. */
  readonly error: AppError | undefined;
  clear(): void;
  /** Gives up on the call under way. */
  cancel(): void;
}

/** One call as an action of the user: pending, error, cancel. It goes on if the component leaves. */
export function useCall<N extends ContractCall>(name: N): Action<CallInput<N>, CallOutput<N>> {
  const { client } = useServices();
  return useAction(
    useCallback(
      (input: CallInput<N>, options: CallOptions) => client.call(name, input, options),
      [client, name],
    ),
  );
}

/** As `useCall`, for a secret that was typed. What was typed is kept by whoever calls, until it is in the vault. */
export function useEnterSecret(): Action<SecretInput, Credential> {
  return useAction(useServices().client.secrets.enter);
}

/** As `useEnterSecret`, for what is pasted to be imported: nothing of it is kept. */
export function useImportText(): Action<string, ImportPreview> {
  return useAction(useServices().client.secrets.importText);
}

/** As `useEnterSecret`, for a bundle to import. */
export function useOpenBundle(): Action<BundleToOpen, ImportPreview> {
  return useAction(useServices().client.secrets.openBundle);
}

/** As `useEnterSecret`, for the vault file. */
export function usePassphrase(): Action<PassphraseInput, PassphraseEnd> {
  return useAction(useServices().client.secrets.passphrase);
}

/** As `useEnterSecret`, for a bundle. */
export function useWriteBundle(): Action<BundleInput, CallOutput<'exports.writeBundle'>> {
  return useAction(useServices().client.secrets.writeBundle);
}

/** As `useCall`: gives the secret to whoever runs it, and keeps nothing of it. */
export function useRevealSecret(): Action<string, string> {
  return useAction(useServices().client.secrets.reveal);
}

/** As `useCall`. What becomes of it then is in the store of what was copied. */
export function useCopySecret(): Action<{ readonly credentialId: string; readonly what: string }, true> {
  const { copied } = useServices().stores;
  return useAction(
    useCallback(
      async ({ credentialId, what }: { credentialId: string; what: string }, { signal }: CallOptions) => {
        await copied.copy(credentialId, what, signal);
        return true as const;
      },
      [copied],
    ),
  );
}

/** @param work Always the same function. */
function useAction<Input, Output>(
  work: (input: Input, options: CallOptions) => Promise<Output>,
): Action<Input, Output> {
  const [isPending, setPending] = useState(false);
  const [error, setError] = useState<AppError>();
  const controller = useRef<AbortController>(undefined);
  const turn = useRef(0);

  const run = useCallback(
    async (input: Input) => {
      const mine = ++turn.current;
      const abort = new AbortController();
      controller.current = abort;
      setPending(true);
      setError(undefined);
      try {
        return await work(input, { signal: abort.signal });
      } catch (cause) {
        const failure = asAppError(cause);
        if (mine === turn.current && !abort.signal.aborted) setError(failure);
        return undefined;
      } finally {
        if (mine === turn.current) setPending(false);
      }
    },
    [work],
  );
  const clear = useCallback(() => setError(undefined), []);
  const cancel = useCallback(() => controller.current?.abort(), []);
  return { run, isPending, error, clear, cancel };
}

export interface Query<T> {
  /** Keeps the last value while it loads again; failures replace it only when there is none. */
  readonly result: Loadable<T>;
  /** The failure of the last load, even when an older value is still shown. */
  readonly error: AppError | undefined;
  reload(): void;
}

/**
 * Something asked for when shown, and again when `input` changes (by its JSON), on `reload`, or when the main side
 * comes back. Null input: nothing is asked.
 */
export function useQuery<N extends ContractCall>(name: N, input: CallInput<N> | null): Query<CallOutput<N>> {
  const { client } = useServices();
  const [result, setResult] = useState<Loadable<CallOutput<N>>>({ state: 'loading' });
  const [error, setError] = useState<AppError>();
  const [turn, setTurn] = useState(0);
  const inputText = JSON.stringify(input);
  const isOnline = useTransportStatus().state === 'online';
  const shownInput = useRef<string>(undefined);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` and `isOnline` ask again; `inputText` stands for `input`.
  useEffect(() => {
    if (input === null) return;
    const abort = new AbortController();
    if (shownInput.current !== inputText) setResult({ state: 'loading' });
    client.call(name, input, { signal: abort.signal }).then(
      (value) => {
        shownInput.current = inputText;
        setResult({ state: 'ready', value });
        setError(undefined);
      },
      (cause: unknown) => {
        if (abort.signal.aborted) return;
        const failure = asAppError(cause);
        setError(failure);
        setResult((current) => (current.state === 'ready' ? current : { state: 'failed', error: failure }));
      },
    );
    return () => abort.abort();
  }, [client, name, inputText, turn, isOnline]);

  const reload = useCallback(() => setTurn((current) => current + 1), []);
  return { result, error, reload };
}

/** The public summaries of an app's secrets, kept up to date. Undefined while they load. */
export function useCredentials(profileId: string): readonly Credential[] | undefined {
  const { result, reload } = useQuery('vault.credentials', { profileId });
  const reloadOwn = (changed: { readonly profileId: string }) => {
    if (changed.profileId === profileId) reload();
  };
  useContractEvent('vault.credentialsChanged', reloadOwn);
  useContractEvent('vault.credentialsUsed', reloadOwn);
  useContractEvent('vault.changed', reload);
  return valueOr(result, undefined)?.credentials;
}

/** State that survives the component, by name. For what the user types; never for a secret. */
export function useDraft<T>(name: string, initial: T): readonly [T, (value: T) => void, () => void] {
  const { drafts } = useServices().stores;
  const draft = drafts.of(name, initial);
  const value = useReadable(draft);
  const set = useCallback((next: T) => drafts.of(name, next).set(next), [drafts, name]);
  const reset = useCallback(() => draft.set(initial), [draft, initial]);
  return [value, set, reset];
}

/** The log of an app that is on show, live or of an earlier session. */
export function useLogView(profileId: string): LogView {
  const { logs } = useServices().stores;
  const sessionId = useReadable(logs.chosen(profileId));
  return sessionId === null ? logs.of(profileId) : logs.ofSession(profileId, sessionId);
}

/** A log without what changes with each event: see `useLogTick`. */
export type LogState = Omit<LogSnapshot, 'status' | 'version'> & {
  readonly isOpen: boolean;
  readonly hasRows: boolean;
};

export function useLogState(view: LogView): LogState {
  return useSelected(view, ({ status, version: _, ...rest }) => ({
    ...rest,
    isOpen: status !== undefined,
    hasRows: view.count > 0,
  }));
}

/** All of it: drawn anew many times a second. */
export const useLogTick = (view: LogView): LogSnapshot => useReadable(view);
