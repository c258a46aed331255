/** Chromium on the editor of a running n8n. */
import { accessSync, constants, mkdirSync } from 'node:fs';
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
];
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

export async function launchBrowser(): Promise<Browser> {
	const executablePath = findChromium();
	if (!executablePath) throw new Error('No Chromium found: install chromium or set CHROMIUM_PATH.');
	selectors.setTestIdAttribute('data-test-id'); // Playwright's own default is spelled in another way.
	return await chromium.launch({ executablePath, headless: true, args: ARGS });
}

/** A browser's context that is logged in to n8n, and reaches nothing outside this machine. */
export async function editorContext(
	browser: Browser,
	n8n: RunningN8n,
	sessionCookie: string,
	options: BrowserContextOptions = {},
): Promise<BrowserContext> {
	const context = await browser.newContext({
		viewport: VIEWPORT,
		baseURL: n8n.url,
		locale: 'en-US',
		...options,
	});
	await context.addCookies([
		{ name: 'n8n-auth', value: sessionCookie, url: n8n.url, httpOnly: true, sameSite: 'Lax' },
	]);
	await context.addInitScript({
		content: `localStorage.setItem('n8n-browserId', ${JSON.stringify(BROWSER_ID)})`,
	});
	// The editor's own calls to the internet would only wait for a time-out.
	await context.route(
		(url) => /^(http|ws)/.test(url.protocol) && url.hostname !== '127.0.0.1',
		async (route) => await route.abort(),
	);
	return context;
}

/** Opens the editor as the owner, gives the page to `use`, and closes the browser whatever happens. */
export async function withEditor<T>(n8n: RunningN8n, use: (page: Page) => Promise<T>): Promise<T> {
	const { sessionCookie } = await N8nRest.connect(n8n);
	const browser = await launchBrowser();
	try {
		const context = await editorContext(browser, n8n, sessionCookie);
		const page = await context.newPage();
		page.setDefaultTimeout(45_000); // a loaded machine opens the editor in more than twenty seconds
		return await use(page);
	} finally {
		await browser.close();
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
