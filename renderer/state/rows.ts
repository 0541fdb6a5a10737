/** Rows of a long list on the main side: the page asks for those in sight, and holds no others. */
import { useCallback, useEffect, useReducer, useRef } from 'react';
import type { AppError } from '#shared/lib/app-error.ts';
import { useTransportStatus } from './hooks.ts';
import { asAppError } from './remote.ts';

/** Beside those in sight, so that a short scroll finds them. */
const margin = 40;
const mostRows = 300;

export interface RowsAnswer<Row> {
  readonly start: number;
  readonly rows: readonly Row[];
  readonly total: number;
}

export interface RowsOptions<Answer> {
  ask(range: { readonly start: number; readonly count: number }, signal: AbortSignal): Promise<Answer>;
  /** What is asked for: another list begins at its first row. */
  readonly name: string;
  /** Asked again when it changes; what is on show stays until the answer comes. */
  readonly version: unknown;
  /** Asked again this often. */
  readonly everyMs?: number | undefined;
}

export interface Rows<Row, Answer> {
  /** The last answer, whatever of it is in sight. Undefined: none yet. */
  readonly answer: Answer | undefined;
  readonly error: AppError | undefined;
  /** Undefined: not fetched. */
  row(index: number): Row | undefined;
  want(range: { readonly start: number; readonly end: number }): void;
  retry(): void;
}

/** One question at a time; while one is under way, the next waits for its answer. */
export function useRows<Row, Answer extends RowsAnswer<Row>>({
  ask,
  name,
  version,
  everyMs,
}: RowsOptions<Answer>): Rows<Row, Answer> {
  const [, redraw] = useReducer((turn: number) => turn + 1, 0);
  const isOnline = useTransportStatus().state === 'online';
  const state = useRef({
    answer: undefined as Answer | undefined,
    error: undefined as AppError | undefined,
    wanted: { start: 0, end: 60 },
    isAsking: false,
    isStale: false,
    turn: 0,
  }).current;
  const latestAsk = useRef(ask);
  latestAsk.current = ask;
  const abort = useRef<AbortController>(undefined);

  const request = useCallback(async () => {
    if (state.isAsking) {
      state.isStale = true;
      return;
    }
    state.isAsking = true;
    const controller = new AbortController();
    abort.current = controller;
    do {
      state.isStale = false;
      const turn = state.turn;
      const start = Math.max(0, state.wanted.start - margin);
      const count = Math.min(mostRows, state.wanted.end - start + margin);
      try {
        const answer = await latestAsk.current({ start, count }, controller.signal);
        if (controller.signal.aborted) return;
        if (turn === state.turn) {
          state.answer = answer;
          state.error = undefined;
        }
      } catch (cause) {
        if (controller.signal.aborted) return;
        state.error = asAppError(cause);
      }
      redraw();
    } while (state.isStale);
    state.isAsking = false;
  }, [state]);

  useEffect(
    () => () => {
      abort.current?.abort();
      state.isAsking = false;
    },
    [state],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: another list has another name; what it asks is in `ask`.
  useEffect(() => {
    state.turn++;
    void request();
  }, [name, version, isOnline, request, state]);

  useEffect(() => {
    if (everyMs === undefined) return;
    const timer = setInterval(() => {
      if (!document.hidden) void request();
    }, everyMs);
    return () => clearInterval(timer);
  }, [everyMs, request]);

  const want = useCallback(
    (range: { readonly start: number; readonly end: number }) => {
      state.wanted = range;
      const { answer } = state;
      const end = Math.min(range.end, answer?.total ?? range.end);
      const isHere =
        answer !== undefined && range.start >= answer.start && end <= answer.start + answer.rows.length;
      if (!isHere) void request();
    },
    [request, state],
  );
  const { answer, error } = state;
  return {
    answer,
    error,
    row: (index) => answer?.rows[index - answer.start],
    want,
    retry: () => void request(),
  };
}
