/** A strict reader of the XML that is written here: enough to say that a browser's XML parser would take it. */

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  text: string;
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

/** The document element. @throws Error where the text is not well-formed XML 1.0 (without prolog, comments and CDATA) */
export function parseXml(xml: string): XmlElement {
  const root: XmlElement = { name: '#document', attributes: {}, children: [], text: '' };
  const open = [root];
  const token = /<\/([\w-]+)>|<([\w-]+)((?: [\w:-]+="[^"<]*")*)(\/?)>|([^<]+)/y;
  while (token.lastIndex < xml.length) {
    const at = token.lastIndex;
    const match = token.exec(xml);
    if (match === null) throw new Error(`not well-formed at ${xml.slice(at, at + 60)}`);
    const [, closing, name, attributes, empty, text] = match;
    const parent = open.at(-1) as XmlElement;
    if (text !== undefined) parent.text += decode(text);
    else if (closing !== undefined) {
      if (open.length < 2 || open.pop()?.name !== closing) throw new Error(`</${closing}> closes nothing`);
    } else {
      const element = { name: name as string, attributes: parseAttributes(attributes ?? ''), children: [], text: '' };
      parent.children.push(element);
      if (empty === '') open.push(element);
    }
  }
  const [only, second] = root.children;
  if (open.length > 1 || only === undefined || second !== undefined) throw new Error('expected one closed element');
  return only;
}

function parseAttributes(text: string): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [, name, value] of text.matchAll(/ ([\w:-]+)="([^"]*)"/g)) {
    if ((name as string) in result) throw new Error(`${name} is given twice`);
    result[name as string] = decode(value as string);
  }
  return result;
}

function decode(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what XML forbids
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text) || !text.isWellFormed()) {
    throw new Error('a character that XML forbids');
  }
  return text.replace(/&([^;]*;?)/g, (_, name: string) => {
    const value = entities[name.slice(0, -1)];
    if (!name.endsWith(';') || value === undefined) throw new Error(`&${name} is no entity`);
    return value;
  });
}

/** All elements of a name, in document order. */
export function elementsOf(element: XmlElement, name: string): XmlElement[] {
  const below = element.children.flatMap((child) => elementsOf(child, name));
  return element.name === name ? [element, ...below] : below;
}

/** All text, in document order of the elements. */
export const textsOf = (element: XmlElement, name: string): string[] =>
  elementsOf(element, name).map(({ text }) => text);
