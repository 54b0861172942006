/** How much WebAssembly memory a library takes that does not say so. */

/**
 * Watches the memories that modules export or are given from now on.
 * @returns a function that tells their bytes
 */
export function watchMemories(): () => number {
  const memories = new Set<WebAssembly.Memory>();
  const collect = (values: Iterable<unknown>) => {
    for (const value of values) {
      if (value instanceof WebAssembly.Memory) memories.add(value);
      else if (typeof value === 'object' && value !== null) collectImports(value);
    }
  };
  const collectImports = (module: object) => {
    for (const value of Object.values(module)) if (value instanceof WebAssembly.Memory) memories.add(value);
  };
  const instantiate = WebAssembly.instantiate as (source: unknown, imports?: object) => Promise<unknown>;
  WebAssembly.instantiate = (async (source: unknown, imports: object = {}) => {
    const result = await instantiate(source, imports);
    const instance =
      result instanceof WebAssembly.Instance ? result : (result as { instance: WebAssembly.Instance }).instance;
    collect(Object.values(imports));
    collect(Object.values(instance.exports));
    return result;
  }) as typeof WebAssembly.instantiate;
  return () => [...memories].reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
}
