/**
 * A Chromium for tests: the system's where there is one, else the one that comes with `npm ci` (@sparticuz/chromium,
 * x86-64 Linux), unpacked once with the libraries and fonts that a bare system lacks.
 */
import { access, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { chromium } from 'playwright-core';

/** Where systems keep a Chromium or a Chrome. */
const SYSTEM_BROWSERS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/**
 * Starts a browser; the caller closes it. `BORDE_BROWSER` names another executable, or `npm` for the one from npm.
 * @throws Error that says what was looked for
 */
export async function openBrowser(): Promise<Browser> {
  const wanted = process.env.BORDE_BROWSER;
  const system = wanted === undefined ? await firstPresent(SYSTEM_BROWSERS) : wanted;
  // Containers and root have no sandbox to offer; the tests open nothing but this repository's own pages.
  if (system !== undefined && system !== 'npm') {
    return chromium.launch({ executablePath: system, args: ['--no-sandbox'] });
  }
  const folder = await unpackedChromium();
  // Written anew: the folder may have been moved since it was unpacked, and the configuration wants a whole path.
  await writeFile(join(folder, 'fonts', 'fonts.conf'), fontConfiguration(join(folder, 'fonts')));
  const env = { ...process.env, LD_LIBRARY_PATH: libraries(folder), FONTCONFIG_PATH: join(folder, 'fonts') };
  const args = ['--no-sandbox', '--headless=shell', '--disable-gpu', '--font-render-hinting=none'];
  return chromium.launch({ executablePath: join(folder, 'chromium'), args, env });
}

async function firstPresent(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const isPresent = await access(path).then(
      () => true,
      () => false,
    );
    if (isPresent) return path;
  }
  return undefined;
}

/** The unpacked libraries go first, the system's after them. */
const libraries = (folder: string): string =>
  [join(folder, 'al2023', 'lib'), process.env.LD_LIBRARY_PATH].filter((path) => path).join(':');

/**
 * The folder with `chromium`, `al2023/lib` and `fonts`. It is unpacked under another name and then renamed: test files
 * that start at the same time do not see half of it.
 */
async function unpackedChromium(): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`no Chromium: looked for ${SYSTEM_BROWSERS.join(', ')}; the npm package is for x86-64 Linux`);
  }
  const packageFolder = dirname(dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))));
  const { version } = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8')) as { version: string };
  const cache = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url));
  const folder = join(cache, `chromium-${version}`);
  if ((await firstPresent([folder])) !== undefined) return folder;
  await mkdir(cache, { recursive: true });
  const staging = await mkdtemp(join(cache, 'chromium-staging-'));
  try {
    await unpackInto(staging, join(packageFolder, 'bin'));
    await rename(staging, folder);
  } catch (error) {
    if ((await firstPresent([folder])) === undefined) throw error; // otherwise another process was faster
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return folder;
}

/** The package's own configuration names the folders of the platform that it was made for. */
const fontConfiguration = (folder: string): string => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${folder}</dir>
  <cachedir>${folder}/cache</cachedir>
</fontconfig>
`;

/** The package unpacks into the temporary folder of the moment at which it is called. */
async function unpackInto(folder: string, archives: string): Promise<void> {
  const { inflate } = await import('@sparticuz/chromium');
  const before = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  try {
    const names = ['chromium.br', 'al2023.tar.br', 'fonts.tar.br'];
    await Promise.all(names.map((name) => inflate(join(archives, name))));
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
}
