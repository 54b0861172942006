/** The `Server-Timing` header (W3C): what the worker says its steps took. */

/** Milliseconds by the step's name; steps without a duration are left out. */
export function parseServerTiming(header: string | null): Readonly<Record<string, number>> {
  const times: Record<string, number> = {};
  for (const entry of (header ?? '').split(',')) {
    const [name, ...parameters] = entry.split(';').map((part) => part.trim());
    const duration = parameters.map((parameter) => /^dur=([\d.]+)$/.exec(parameter)?.[1]).find(Boolean);
    if (name && duration !== undefined) times[name] = Number(duration);
  }
  return times;
}
