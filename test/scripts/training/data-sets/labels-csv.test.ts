import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseLabels } from '../../../../scripts/training/data-sets/labels-csv.ts';

const parse = (text: string) => parseLabels(text, 'labels.csv');

describe('labels.csv', () => {
  test('reads what RFC 4180 allows to write', () => {
    const name = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
      .filter((s) => !/[\\/\0]/.test(s) && !/^\.*$/.test(s));
    const rows = fc.uniqueArray(fc.record({ file: name, label: name, split: fc.constantFrom('train', 'test') }), {
      minLength: 1,
      maxLength: 8,
      selector: ({ file }) => file,
    });
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    const written = (text: string) => (/[",\r\n]/.test(text) ? quoted(text) : text);
    fc.assert(
      fc.property(rows, fc.constantFrom('\n', '\r\n'), fc.boolean(), fc.boolean(), (list, newline, end, all) => {
        fc.pre(list.every(({ file }) => !/^[A-Za-z]:/.test(file)));
        const lines = list.map(({ file, label, split }) => [file, label, split].map(all ? quoted : written).join());
        const text = `\ufeff${['file,label,split', ...lines].join(newline)}${end ? newline : ''}`;
        expect(parse(text)).toEqual(list);
      }),
    );
  });

  test('makes paths plain and skips empty lines', () => {
    expect(parse('file,label\n\n./a//b.png,cat\n\nc.png,dog\n')).toEqual([
      { file: 'a/b.png', label: 'cat', split: undefined },
      { file: 'c.png', label: 'dog', split: undefined },
    ]);
  });

  test('has a box a picture, with or without a split', () => {
    expect(parse('file,label,xmin,ymin,xmax,ymax\na.png,cat,0,1.5,20,30')).toEqual([
      { file: 'a.png', label: 'cat', split: undefined, box: [0, 1.5, 20, 30] },
    ]);
    expect(parse('file,label,split,xmin,ymin,xmax,ymax\na.png,cat,test,1,2,3,4')).toEqual([
      { file: 'a.png', label: 'cat', split: 'test', box: [1, 2, 3, 4] },
    ]);
  });

  test.each(['5,1,5,9', '5,9,8,9', '-1,1,5,9', '1,-1,5,9', '1,1,,9', '1,1,x,9', '1,1,Infinity,9'])(
    'a box %s is refused',
    (box) => {
      expect(() => parse(`file,label,xmin,ymin,xmax,ymax\na.png,cat,${box}`)).toThrow(
        `labels.csv: line 2: expected a box 0 ≤ xmin < xmax, 0 ≤ ymin < ymax, got ${box.replaceAll(',', ', ')}`,
      );
    },
  );

  test.each([
    ['', 'expected the header file,label[,split][,xmin,ymin,xmax,ymax], got ""'],
    ['name,class\na,b', 'expected the header file,label[,split][,xmin,ymin,xmax,ymax], got "name,class"'],
    [
      'file,label,xmin,ymin\na,b,1,2',
      'expected the header file,label[,split][,xmin,ymin,xmax,ymax], got "file,label,xmin',
    ],
    ['file,label,xmin,ymin,xmax,ymax\na,b,1,2,3', 'line 2: expected 6 fields'],
    ['file,label\n', 'lists no files'],
    ['file,label\na.png,cat\n../b.png,cat', 'line 3: file "../b.png" is not a path inside the folder'],
    ['file,label\na/../../b.png,cat', 'line 2: file "a/../../b.png" is not a path inside the folder'],
    ['file,label\n/etc/passwd,cat', 'line 2: file "/etc/passwd" is not a path inside the folder'],
    ['file,label\nC:\\a.png,cat', 'line 2: file "C:\\a.png" is not a path inside the folder'],
    ['file,label\n,cat', 'line 2: file "" is not a path inside the folder'],
    ['file,label\na.png,cat\nb.png,dog\n./a.png,dog', 'line 4: file "./a.png" is listed twice'],
    ['file,label\na.png', 'line 2: expected 2 fields (file,label), got 1'],
    ['file,label\na.png,cat,train', 'line 2: expected 2 fields (file,label), got 3'],
    ['file,label\na.png,', 'line 2: the label is empty'],
    ['file,label,split\na.png,cat,val', 'line 2: split is "val", expected train or test'],
    ['file,label\na.png,"cat', 'line 2: a quotation mark is out of place'],
    ['file,label\n"a\n.png",cat\nb"c,dog', 'line 4: a quotation mark is out of place'],
  ])('%j is refused', (text, message) => {
    expect(() => parse(text)).toThrow(`labels.csv: ${message}`);
  });
});
