/** Takes pictures of pages as WebP. */
import type { Browser, Locator, Page } from 'playwright-core';
import type { N8n } from '../../test/support/n8n.cts';
import { editorContext } from '../../test/support/browser.cts';

export const COLOR_SCHEMES = ['light', 'dark'] as const;
export type ColorScheme = (typeof COLOR_SCHEMES)[number];

export interface Size {
	width: number;
	height: number;
}
/** Pictures with the names of their files. */
export type Pictures = Array<[string, Buffer]>;

export class Studio {
	constructor(
		private readonly browser: Browser,
		private readonly n8n: N8n,
		private readonly session: string,
		readonly colors: ColorScheme,
	) {}

	/** One page for all pictures: the editor is loaded from the browser's cache then. */
	private opened?: Promise<Page>;

	/** Gives a page to `use`; it may open n8n's editor or any other address. */
	async page<T>(viewport: Size, use: (page: Page) => Promise<T>): Promise<T> {
		this.opened ??= this.open();
		const page = await this.opened;
		await page.setViewportSize(viewport);
		return await use(page);
	}

	private async open(): Promise<Page> {
		const { browser, n8n, session, colors: colorScheme } = this;
		const context = await editorContext(browser, n8n, session, { colorScheme });
		const page = await context.newPage();
		page.setDefaultTimeout(30_000);
		// A page that has been changed must not ask before it is left.
		page.on('dialog', (dialog) => void dialog.accept());
		return page;
	}

	/** Takes a picture of a part of the page, or of all of it; with `crop` only so much of it, from its top left. */
	async take(page: Page, part?: Locator, crop: Partial<Size> = {}): Promise<Buffer> {
		const box = (await part?.boundingBox()) ?? { x: 0, y: 0, ...page.viewportSize()! };
		const width = Math.floor(Math.min(box.width, crop.width ?? box.width));
		const height = Math.floor(Math.min(box.height, crop.height ?? box.height));
		const devtools = await page.context().newCDPSession(page);
		const { data } = await devtools.send('Page.captureScreenshot', {
			format: 'webp',
			quality: 72,
			clip: { x: Math.ceil(box.x), y: Math.ceil(box.y), width, height, scale: 1 },
		});
		await devtools.detach();
		return Buffer.from(data, 'base64');
	}

	/** Takes a picture in the colours of the page, which are in its name. */
	async picture(name: string, page: Page, part?: Locator, crop?: Partial<Size>): Promise<Pictures> {
		return [[`${name}-${this.colors}.webp`, await this.take(page, part, crop)]];
	}
}
