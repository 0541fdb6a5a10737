/** The lock that comes by itself, with a clock and a timer of the test's own. */
import { beforeEach, expect, it } from 'vitest';
import { IdleLock } from '../../../electron/vault/idle-lock.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const minute = 60_000;

let clock: ManualClock;
let minutes: number;
let isInUse: boolean;
let locks: number;
let lock: IdleLock;

beforeEach(() => {
  [clock, minutes, isInUse, locks] = [new ManualClock(), 5, false, 0];
  lock = new IdleLock({
    minutes: () => minutes,
    isInUse: () => isInUse,
    lock: () => {
      locks++;
      lock.vaultChanged({ state: 'locked', store: 'keychain' });
    },
    now: clock.now,
    later: clock.later,
  });
});

const pass = (ms: number) => clock.pass(ms);

function open(store: 'keychain' | 'file' | 'session' = 'keychain'): void {
  lock.vaultChanged({ state: 'unlocked', store });
}

it('comes when the time is over, once', () => {
  open();
  pass(5 * minute - 1);
  expect(locks).toBe(0);
  pass(1);
  expect(locks).toBe(1);
  pass(60 * minute);
  expect(locks).toBe(1);
  expect(clock.timerCount).toBe(0);
});

it('is put off by each use, from that on', () => {
  open();
  pass(4 * minute);
  lock.touch();
  pass(4 * minute);
  lock.touch();
  pass(5 * minute - 1);
  expect(locks).toBe(0);
  pass(1);
  expect(locks).toBe(1);
});

it('has its time again after each unlock', () => {
  open();
  pass(5 * minute);
  pass(60 * minute);
  open();
  pass(5 * minute - 1);
  expect(locks).toBe(1);
  pass(1);
  expect(locks).toBe(2);
});

it('does not come while something goes on, and has its whole time after that', () => {
  open();
  isInUse = true;
  lock.useMayHaveChanged();
  pass(12 * 60 * minute + 4 * minute);
  expect(locks).toBe(0);
  isInUse = false;
  lock.useMayHaveChanged();
  pass(5 * minute - 1);
  expect(locks).toBe(0);
  pass(1);
  expect(locks).toBe(1);
});

it('leaves a session alone, and what is not open', () => {
  open('session');
  pass(24 * 60 * minute);
  lock.vaultChanged({ state: 'unavailable', store: 'keychain' });
  pass(24 * 60 * minute);
  expect([locks, clock.timerCount]).toEqual([0, 0]);
});

it('begins when a session was moved to a store that opens again', () => {
  open('session');
  pass(60 * minute);
  open('file');
  pass(5 * minute);
  expect(locks).toBe(1);
});

it('is another when the setting is, and none when it is off', () => {
  minutes = 0;
  open();
  pass(24 * 60 * minute);
  expect([locks, clock.timerCount]).toEqual([0, 0]);
  // It was not used for a day.
  minutes = 60;
  lock.touch();
  lock.review();
  pass(10 * minute);
  minutes = 15;
  lock.review();
  pass(5 * minute);
  expect(locks).toBe(1);
});

it('counts the time that the machine slept, and is not put off by a clock that is set back', () => {
  open();
  clock.set(8 * 60 * minute);
  pass(5 * minute - 1);
  expect(locks).toBe(0);
  // Its timer goes on where it was.
  pass(1);
  expect(locks).toBe(1);
  open();
  pass(1 * minute);
  clock.set(-24 * 60 * minute);
  // As its timer ends it has the whole time once more, and no more than that.
  pass(9 * minute);
  expect(locks).toBe(2);
});

it('comes with the input that wakes a machine which slept longer, unless something goes on', () => {
  open();
  pass(1 * minute);
  lock.touch();
  clock.set(8 * 60 * minute);
  lock.touch();
  expect([locks, clock.timerCount]).toEqual([1, 0]);
  lock.touch();
  expect(locks).toBe(1);
  open();
  isInUse = true;
  lock.useMayHaveChanged();
  clock.set(16 * 60 * minute);
  lock.touch();
  pass(60 * minute);
  expect(locks).toBe(1);
});

it('does not come with input after a day in which there was no limit', () => {
  minutes = 0;
  open();
  pass(24 * 60 * minute);
  lock.touch();
  minutes = 5;
  lock.review();
  expect(locks).toBe(0);
});

it('goes on through a wait for the keychain', () => {
  open();
  pass(3 * minute);
  lock.vaultChanged({ state: 'waiting', store: 'keychain' });
  pass(1 * minute);
  open();
  pass(1 * minute);
  expect(locks).toBe(1);
});

it('ends with the app', () => {
  open();
  lock.close();
  expect(clock.timerCount).toBe(0);
});
