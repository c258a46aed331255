/** Chromium on the editor of a running n8n. */
import { accessSync, constants, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import {
	chromium,
	selectors,
	type Browser,
	type BrowserContext,
	type BrowserContextOptions,
	type Page,
} from 'playwright-core';
import type { RunningN8n } from './n8n.cts';
import { N8N_VERSION, n8nVersion } from './n8n-release.cts';
import { BROWSER_ID, N8nRest } from './n8n-rest.cts';
import { repoRoot } from './paths.cts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const ARGS = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
	// The editor's own calls to the internet would only wait for a time-out. (Playwright's routes would turn the cache off.)
	'--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
];
/** Set by the e2e set-up for the test files of its run: the folder for `profileFolder`. */
const PROFILES = 'WECOM_KIT_BROWSER';
/** What stays in a profile: to read and compile the editor's code costs more of the processor than most tests do in it. */
const KEPT = ['Cache', 'Code Cache'];
const VIEWPORT = { width: 1440, height: 1000 };

function isExecutable(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}

/** CHROMIUM_PATH, else the first Chromium or Chrome on the PATH. */
export function findChromium(): string | undefined {
	const own = process.env.CHROMIUM_PATH;
	if (own) return isExecutable(own) ? own : undefined;
	const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
	return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

/**
 * `describe` for browser tests: without Chromium they are reported as skipped on a person's machine, and fail when CI=true.
 *
 *     browserOrSkip()('the editor', () => { ... });
 */
export function browserOrSkip(): jest.Describe {
	// They are written for the editor of one release.
	if (n8nVersion() !== N8N_VERSION) return describe.skip;
	if (findChromium()) return describe;
	const help = 'No Chromium: install chromium or set CHROMIUM_PATH to run the browser tests.';
	if (process.env.CI !== 'true') return describe.skip;
	return ((name: string) => {
		describe(name, () => {
			test('finds a browser', () => {
				throw new Error(help);
			});
		});
	}) as unknown as jest.Describe;
}

function launchOptions(): { executablePath: string; headless: boolean; args: string[] } {
	const executablePath = findChromium();
	if (!executablePath) throw new Error('No Chromium found: install chromium or set CHROMIUM_PATH.');
	selectors.setTestIdAttribute('data-test-id'); // Playwright's own default is spelled in another way.
	return { executablePath, headless: true, args: ARGS };
}

/** A browser that reaches nothing outside this machine. */
export const launchBrowser = async (): Promise<Browser> => await chromium.launch(launchOptions());

async function logIn(context: BrowserContext, n8n: RunningN8n, session: string): Promise<void> {
	await context.addCookies([
		{ name: 'n8n-auth', value: session, url: n8n.url, httpOnly: true, sameSite: 'Lax' },
	]);
	await context.addInitScript({
		content: `localStorage.setItem('n8n-browserId', ${JSON.stringify(BROWSER_ID)})`,
	});
}

const contextOptions = ({ url }: RunningN8n): BrowserContextOptions => ({
	viewport: VIEWPORT,
	baseURL: url,
	locale: 'en-US',
});

/** A browser's context that is logged in to n8n. */
export async function editorContext(
	browser: Browser,
	n8n: RunningN8n,
	sessionCookie: string,
	options: BrowserContextOptions = {},
): Promise<BrowserContext> {
	const context = await browser.newContext({ ...contextOptions(n8n), ...options });
	await logIn(context, n8n, sessionCookie);
	return context;
}

/** From now on, until this process ends, the sessions of each of its jest workers keep the editor's code for the next one. */
export function keepProfiles(): void {
	const folder = mkdtempSync(join(tmpdir(), 'wecom-kit-browser-'));
	process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
	process.env[PROFILES] = folder;
}

/** A profile of which nobody else has the use, new but for the editor's code; `isNew` says that it is to be removed. */
function profileFolder(): { folder: string; isNew: boolean } {
	const profiles = process.env[PROFILES];
	if (!profiles) return { folder: mkdtempSync(join(tmpdir(), 'wecom-kit-browser-')), isNew: true };
	const folder = join(profiles, process.env.JEST_WORKER_ID ?? '0');
	const remove = (parent: string, stays: string[]) => {
		mkdirSync(parent, { recursive: true });
		for (const name of readdirSync(parent))
			if (!stays.includes(name)) rmSync(join(parent, name), { recursive: true, force: true });
	};
	remove(folder, ['Default']);
	remove(join(folder, 'Default'), KEPT);
	return { folder, isNew: false };
}

interface Editor {
	n8n: RunningN8n;
	/** The process that the page was loaded from. */
	pid?: number;
	page: Page;
	/** A test works in it; one that jest has given up may still do so when the next begins. */
	isTaken?: boolean;
	close: () => Promise<void>;
}

/** To load the editor costs more of the processor than a test does in it: it stays open until n8n is stopped, or a test fails in it. */
let editor: Editor | undefined;

async function closeEditor(): Promise<void> {
	const open = editor;
	editor = undefined;
	await open?.close();
}

async function openEditor(n8n: RunningN8n): Promise<Editor> {
	const { sessionCookie } = await N8nRest.connect(n8n);
	const { folder, isNew } = profileFolder();
	const context = await chromium.launchPersistentContext(folder, {
		...launchOptions(),
		...contextOptions(n8n),
	});
	const close = async () => {
		await context.close();
		if (isNew) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
	};
	try {
		await logIn(context, n8n, sessionCookie);
		const page = context.pages()[0] ?? (await context.newPage());
		page.setDefaultTimeout(45_000); // A loaded machine opens the editor in more than twenty seconds.
		n8n.atStop(closeEditor);
		return { n8n, pid: n8n.pid, page, close };
	} catch (error) {
		await close();
		throw error;
	}
}

/** Opens the editor as the owner, or takes the one that is open, and gives its page to `use`, which begins with `visit`. */
export async function withEditor<T>(n8n: RunningN8n, use: (page: Page) => Promise<T>): Promise<T> {
	if (editor?.n8n !== n8n || editor.pid !== n8n.pid || editor.isTaken) {
		await closeEditor();
		editor = await openEditor(n8n);
	}
	const own = editor;
	own.isTaken = true;
	try {
		const result = await use(own.page);
		own.isTaken = false;
		return result;
	} catch (error) {
		// Nobody knows what it shows: the next test has a new one.
		if (editor === own) await closeEditor().catch(() => {});
		throw error;
	}
}

/** Saves what the page shows to test/e2e/screenshots/<name>.png and returns the path. */
export async function screenshot(page: Page, name: string): Promise<string> {
	const folder = join(repoRoot, 'test', 'e2e', 'screenshots');
	mkdirSync(folder, { recursive: true });
	const path = join(folder, `${name}.png`);
	await page.screenshot({ path });
	return path;
}
