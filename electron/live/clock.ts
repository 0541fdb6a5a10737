/**
 * Milliseconds since 1970 with fractions. `performance.now()` alone stands still while the machine sleeps and does not
 * follow corrections of the clock; `Date.now()` alone has whole milliseconds only.
 */
const mostDriftMs = 20;
/** The wall clock is asked no more often: at hundreds of thousands of frames a second each call counts. */
const checkIntervalMs = 1;

export function createClock(): () => number {
  let checkedAtMs = performance.now();
  let offsetMs = Date.now() - checkedAtMs;
  return () => {
    const monotonicMs = performance.now();
    if (monotonicMs - checkedAtMs >= checkIntervalMs) {
      checkedAtMs = monotonicMs;
      const wallMs = Date.now();
      if (Math.abs(offsetMs + monotonicMs - wallMs) > mostDriftMs) offsetMs = wallMs - monotonicMs;
    }
    return offsetMs + monotonicMs;
  };
}
