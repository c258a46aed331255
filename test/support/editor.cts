/** What a person does in n8n 2.41's editor, as functions on a page of `withEditor`: credentials, workflows, a node's panel. */
import type { Locator, Page, Response } from 'playwright-core';

/** The message above a credential's fields. */
export interface CredentialMessage {
	/** green: tested successfully; red: anything wrong; none: not tested (yet). */
	kind: 'green' | 'red' | 'none';
	text: string;
	/** What "More details" shows under a red message. */
	details: string;
}

/** Credentials without a test, or with required fields empty, are not tested on opening and saving: give up waiting then. */
const NO_TEST_MS = 4_000;

/** Within the editor: as by a link of its own. Who has changes that are not saved is asked for them first, and lets them go. */
const FOLLOW_LINK = `async (path) => {
	// An open credential lies over all other pages.
	if (location.pathname.startsWith('/home/credentials/')) return false;
	const router = document.querySelector('#app')?.__vue_app__?.config.globalProperties.$router;
	if (!router) return false;
	let isThere = false;
	const going = router.push(path).finally(() => (isThere = true));
	while (!isThere) {
		document.querySelector('.el-message-box .btn--cancel')?.click();
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
	await going;
	return true;
}`;

/** Goes to a page of the editor. To load the editor takes ten times as much of the processor as to go on in it. */
export async function visit(page: Page, path: string): Promise<void> {
	if (new URL(page.url(), 'http://nowhere').pathname === path) await visit(page, '/home/workflows');
	if (!(await page.evaluate(`(${FOLLOW_LINK})(${JSON.stringify(path)})`))) await page.goto(path);
}

function isCredentialTest(response: Response): boolean {
	return (
		response.url().endsWith('/rest/credentials/test') && response.request().method() === 'POST'
	);
}

async function waitForTest(page: Page): Promise<void> {
	await page.waitForResponse(isCredentialTest, { timeout: NO_TEST_MS }).catch(() => undefined);
}

function credentialForm(page: Page): Locator {
	return page.getByTestId('node-credentials-config-container');
}

/** Opens a stored credential. The editor tests it by itself; resolves when its fields are filled in and that test is over. */
export async function openCredential(page: Page, id: string): Promise<void> {
	const loaded = page.waitForResponse((response) =>
		response.url().includes(`/rest/credentials/${id}?`),
	);
	const tested = waitForTest(page);
	await page.goto(`/home/credentials/${id}`);
	await loaded;
	await credentialForm(page).waitFor();
	await tested;
	await settled(page);
}

/** The message is drawn a moment after the answer arrived. */
async function settled(page: Page): Promise<void> {
	await page.waitForTimeout(300);
}

export async function credentialMessage(page: Page): Promise<CredentialMessage> {
	const form = credentialForm(page);
	const green = form.getByTestId('credentials-config-container-test-success');
	const red = form.locator('.el-tag--danger:visible').first();
	const clean = async (message: Locator): Promise<string> =>
		(await message.locator('[class*="_message_"]').first().innerText()).trim();
	if (await red.isVisible()) {
		const text = await clean(red);
		const more = red.getByText('More details');
		if (await more.isVisible()) await more.click();
		const details = red.locator('[class*="_details_"]');
		return {
			kind: 'red',
			text,
			details: (await details.isVisible()) ? (await details.innerText()).trim() : '',
		};
	}
	if (await green.isVisible()) return { kind: 'green', text: await clean(green), details: '' };
	return { kind: 'none', text: '', details: '' };
}

/** Types into a text field of the open credential (`name` is the property's name). */
export async function fillCredentialField(page: Page, name: string, value: string): Promise<void> {
	await credentialForm(page)
		.getByTestId(`parameter-input-${name}`)
		.locator('input, textarea')
		.first()
		.fill(value);
}

/** Presses the test button beside the message. */
export async function retryCredentialTest(page: Page): Promise<CredentialMessage> {
	const tested = waitForTest(page);
	await credentialForm(page).locator('button[title="Retry credential test"]:visible').click();
	await tested;
	await settled(page);
	return await credentialMessage(page);
}

/** Presses Save; the editor tests the credential afterwards. */
export async function saveCredential(page: Page): Promise<CredentialMessage> {
	const saved = page.waitForResponse(
		(response) =>
			response.url().includes('/rest/credentials') &&
			['PATCH', 'POST'].includes(response.request().method()),
	);
	const tested = waitForTest(page);
	await page.getByTestId('credential-save-button').getByRole('button').click();
	await saved;
	await tested;
	await settled(page);
	return await credentialMessage(page);
}

export async function openWorkflow(page: Page, id: string): Promise<void> {
	await visit(page, `/workflow/${id}`);
	await page.getByTestId('canvas-node').first().waitFor();
}

/** Opens a node's panel (double click) on the open workflow. */
export async function openNode(page: Page, name: string): Promise<Locator> {
	await page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`).dblclick();
	await page.getByTestId('node-parameters').waitFor();
	return page.getByTestId('ndv');
}

export async function closeNode(page: Page): Promise<void> {
	await page.getByTestId('ndv-close-button').click();
	await page.getByTestId('ndv').waitFor({ state: 'hidden' });
}

/** A parameter of the open node, by its name. */
export function parameter(page: Page, name: string): Locator {
	return page.getByTestId('ndv').getByTestId(`parameter-input-${name}`);
}

/** Presses "Execute step" in the open node and returns the text of the output panel when it is done. */
export async function executeStep(page: Page): Promise<string> {
	const started = page.waitForResponse((response) =>
		/\/rest\/workflows\/[^/]+\/run/.test(response.url()),
	);
	const button = page.getByTestId('node-execute-button');
	await button.click();
	await started;
	await page
		.getByTestId('output-panel')
		// "No output data" alone also stands there before the step is executed.
		.getByText(/\d+ items?|error|problem|no output data returned/i)
		.first()
		.waitFor();
	await settled(page);
	return await page.getByTestId('output-panel').innerText();
}
