/** What the host needs to know and do about the linear memory beside calling kernels. */

/** The first byte behind the module's own constants: arenas start here. */
export function heapBase(): usize {
  return (__heap_base + 63) & ~63;
}

/** Clears `bytes` bytes. */
export function fillZero(target: usize, bytes: usize): void {
  memory.fill(target, 0, bytes);
}

/** target ← source, `bytes` bytes that may overlap. */
export function copyBytes(target: usize, source: usize, bytes: usize): void {
  memory.copy(target, source, bytes);
}
