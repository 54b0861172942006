/** Names of a graph's inputs and nodes: no two alike. */

export class Names {
  private readonly taken: Set<string>;
  /** The number behind the last name that wanted to be this one: a file may name all its nodes alike. */
  private readonly last = new Map<string, number>();

  constructor(taken: readonly string[]) {
    this.taken = new Set(taken);
  }

  /** `wanted`, or with a number behind it that makes it one of its own. */
  claim(wanted: string): string {
    let name = wanted;
    let count = this.last.get(wanted) ?? 1;
    while (this.taken.has(name)) name = `${wanted}/${++count}`;
    this.last.set(wanted, count);
    this.taken.add(name);
    return name;
  }
}
