/**
 * Milliseconds since 1970 with fractions. `performance.now()` alone stands still while the machine sleeps and does not
 * follow corrections of the clock; `Date.now()` alone has whole milliseconds only.
 */
const mostDriftMs = 20;

export function createClock(): () => number {
  let offsetMs = Date.now() - performance.now();
  return () => {
    const [monotonicMs, wallMs] = [performance.now(), Date.now()];
    if (Math.abs(offsetMs + monotonicMs - wallMs) > mostDriftMs) offsetMs = wallMs - monotonicMs;
    return offsetMs + monotonicMs;
  };
}
