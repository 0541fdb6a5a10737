/** Numbers, sizes and times as the page writes them. */

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

export function formatCount(count: number): string {
  return whole.format(count);
}

/** In bytes up to 1 k, then `1.2k`, `340k`, `1.5M`. */
export function formatSize(bytes: number): string {
  if (bytes < 1_000) return `${bytes}`;
  const [value, unit] = bytes < 1_000_000 ? [bytes / 1_000, 'k'] : [bytes / 1_000_000, 'M'];
  return `${value < 10 ? value.toFixed(1) : Math.round(value)}${unit}`;
}

/** `14:02:11.482`, in local time. */
export function formatTime(at: number): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, '0');
  const milliseconds = String(date.getMilliseconds()).padStart(3, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${milliseconds}`;
}

/** `2026-03-01 14:02:11.482`, in local time. */
export function formatDateTime(at: number): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${formatTime(at)}`;
}

/** `24 ms`, `1.3 s`, `2 min`, `3 h`, `5 days`. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 86_400_000) return `${Math.round(ms / 3_600_000)} h`;
  const days = Math.round(ms / 86_400_000);
  return `${days} ${days === 1 ? 'day' : 'days'}`;
}

/** Between two events: `+0.4 ms`, `+24 ms`, `+1.283 s`, `−3 ms` when a clock was set back. */
export function formatDelta(ms: number): string {
  const size = Math.abs(ms);
  const text =
    size < 10
      ? `${size.toFixed(1)} ms`
      : size < 1_000
        ? `${Math.round(size)} ms`
        : size < 60_000
          ? `${(size / 1_000).toFixed(3)} s`
          : formatDuration(size);
  return `${ms < 0 ? '−' : '+'}${text}`;
}

/** `just now`, `4 min ago`, `3 days ago`. */
export function formatAge(at: number, now: number): string {
  const age = now - at;
  return age < 60_000 ? 'just now' : `${formatDuration(age)} ago`;
}

/** `1 event`, `1,204 events`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
