/** Names of TensorFlow's values: `node`, or `node:1` for a further output. */

/** `node:0` is `node`; control inputs (`^node`) are no values. */
export const valueName = (reference: string): string => reference.replace(/:0$/, '');

export const isControl = (reference: string): boolean => reference.startsWith('^');

/** Which node, and which of its outputs, where `:n` stands behind it. */
export function splitValue(name: string): readonly [node: string, output: number] {
  const match = /^(.*):(\d{1,4})$/.exec(name);
  return match ? [match[1] as string, Number(match[2])] : [name, 0];
}

/** The names of the first `count` outputs. */
export const outputNames = (node: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => (i === 0 ? node : `${node}:${i}`));
