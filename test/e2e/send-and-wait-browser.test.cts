/** In Chromium: the pages as a phone shows them, and where the editor offers the node. */
import type { Browser, Page } from 'playwright-core';
import { DEMO_APP } from '../../simulator/demo-data.cts';
import { browserOrSkip, launchBrowser, screenshot, withEditor } from '../support/browser.cts';
import { openNode, openWorkflow } from '../support/editor.cts';
import type { WorkflowNode } from '../support/n8n-rest.cts';
import { itemsOf, publishTrigger, START_TIMEOUT, useN8n } from './support.cts';
import { Asking } from './send-and-wait-support.cts';
import { until } from '../support/wait.cts';

const PHONE = { width: 360, height: 740 };

browserOrSkip()('in a browser', () => {
	const surroundings = useN8n();
	let browser: Browser;
	beforeAll(async () => {
		browser = await launchBrowser();
		await publishTrigger(surroundings(), 'clicks', { events: ['text'] });
		const url = `${surroundings().n8n.url}/webhook/clicks`;
		await surroundings().sim.control.saveCallback(DEMO_APP.agentid, { ...DEMO_APP.callback, url });
	}, START_TIMEOUT);
	afterAll(async () => await browser?.close());

	const asking = new Asking(() => {
		const { n8n, rest } = surroundings();
		const waitForWebhook = rest.waitForWebhook.bind(rest);
		return { ...surroundings(), url: n8n.url, waitForWebhook };
	});

	/** Asks, and gives the link of the card and the execution. */
	async function ask(parameters: object): Promise<{ url: string; id: string }> {
		const { id } = await asking.asked(
			asking.question({
				touser: ['lisi'],
				title: 'Trip to Guangzhou · 出差广州',
				message: 'Please tell us what you need.\nThank you!',
				...parameters,
			}),
		);
		return { url: asking.newest.button_list[0].url as string, id };
	}

	/** A page on a phone, with every request it makes. */
	async function onPhone(
		url: string,
		locale: string,
		use: (page: Page, requests: string[]) => Promise<void>,
	): Promise<void> {
		const context = await browser.newContext({ viewport: PHONE, locale, javaScriptEnabled: true });
		const page = await context.newPage();
		const requests: string[] = [];
		page.on('request', (request) => requests.push(request.url()));
		const problems: string[] = [];
		page.on('console', (message) => problems.push(message.text()));
		await page.goto(url);
		await use(page, requests);
		expect(problems).toEqual([]);
		await context.close();
	}

	it('a form fits a phone, has a label for every field, and loads nothing', async () => {
		const { rest } = surroundings();
		const values = [
			{ label: 'From', type: 'date', required: true },
			{ label: 'Way', type: 'dropdown', options: 'Train, Plane' },
			{ label: 'Remarks', type: 'textarea' },
			{ label: 'Hotel', type: 'checkbox' },
		];
		const { url, id } = await ask({ responseType: 'form', formFields: { values } });
		await onPhone(url, 'zh-CN', async (page, requests) => {
			await page.getByRole('heading', { name: 'Trip to Guangzhou' }).waitFor();
			expect(await page.locator('html').getAttribute('lang')).toBe('zh');
			expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
			for (const control of await page.locator('button, select, textarea, input').all()) {
				const box = await control.boundingBox();
				const label = await control.evaluate((element) => {
					const { labels, textContent } = element as unknown as {
						labels?: Array<{ textContent: string }>;
						textContent: string;
					};
					return labels?.[0]?.textContent || textContent;
				});
				expect(label).toBeTruthy();
				if ((await control.getAttribute('type')) !== 'checkbox')
					expect(box!.height).toBeGreaterThanOrEqual(44);
			}
			await page.getByLabel('From').fill('2026-03-05');
			await page.getByLabel('Way').selectOption('Plane');
			await page.getByLabel('Remarks').fill('靠窗');
			await page.getByLabel('Hotel').check();
			await screenshot(page, 'send-and-wait-form');
			await page.getByRole('button', { name: '提交' }).click();
			await page.getByText('已收到您的答复').waitFor();
			expect(new Set(requests)).toEqual(new Set([url]));
		});
		const execution = await rest.waitForExecution(id);
		expect(itemsOf(execution, 'Ask')).toEqual([
			{
				data: {
					From: '2026-03-05',
					Way: 'Plane',
					Remarks: '靠窗',
					Hotel: true,
					respondedAt: expect.any(String),
				},
			},
		]);
	});

	it('an approval says in English who has decided, and that it is over', async () => {
		const { url } = await ask({ responseType: 'approval', answerBy: 'link' });
		await onPhone(url, 'en-GB', async (page) => {
			await screenshot(page, 'send-and-wait-approval');
			await page.getByRole('button', { name: 'Approve' }).click();
			await page.getByText('your answer is recorded').waitFor();
		});
	});

	it('people, departments and tags are chosen by name, also those who may answer', async () => {
		const { n8n, rest } = surroundings();
		const node = asking.question({
			sendTo: ['members', 'departments', 'tags'],
			touser: [],
			toparty: [],
			totag: [],
			allowedPeople: { users: [], departments: [], tags: [] },
		});
		const { id } = await rest.createWorkflow({ name: 'People', nodes: [node], connections: {} });
		await withEditor(n8n, async (page) => {
			await openWorkflow(page, id);
			const panel = await openNode(page, 'Ask');
			for (const [name, option] of [
				['touser', '李四 (lisi)'],
				['toparty', ' / '],
				['totag', ''],
				['users', '张三 (zhangsan)'],
				['departments', ' / '],
				['tags', ''],
			]) {
				const list = panel.getByTestId(`parameter-input-${name}`);
				await list.scrollIntoViewIfNeeded();
				const offered = page
					.locator('.option-headline:visible')
					.filter({ hasText: option })
					.first();
				// The list is drawn again once its options are there: a press before that is lost.
				await until(
					`the list of ${name}`,
					async () => {
						// Element Plus lays the chosen tags over the input.
						await list.locator('input').first().click({ force: true });
						await offered.waitFor({ timeout: 3_000 }).catch(() => undefined);
						return await offered.isVisible();
					},
					{ within: 60_000, every: 500 },
				);
				const label = (await offered.innerText()).trim();
				await screenshot(page, `send-and-wait-pick-${name}`);
				await offered.click();
				await page.keyboard.press('Tab');
				await list.getByText(label).first().waitFor();
				// A list that still fades out would be taken for the next one.
				await page.locator('.option-headline:visible').first().waitFor({ state: 'hidden' });
			}
			await screenshot(page, 'send-and-wait-picked');
		});
	});

	it('the editor offers it to agents under Human in the Loop, and among the nodes', async () => {
		const { n8n, rest } = surroundings();
		const agent: WorkflowNode = {
			name: 'AI Agent',
			type: '@n8n/n8n-nodes-langchain.agent',
			typeVersion: 3.1,
			parameters: {},
		};
		const { id } = await rest.createWorkflow({ name: 'Agent', nodes: [agent], connections: {} });
		await withEditor(n8n, async (page) => {
			await openWorkflow(page, id);
			await page.getByTestId('node-creator-plus-button').click();
			await page.getByTestId('node-creator-search-bar').fill('审批');
			const items = page.getByTestId('item-iterator-item');
			await items.filter({ hasText: 'WeCom Send and Wait' }).first().waitFor();
			await page.keyboard.press('Escape');
			await openWorkflow(page, id);
			const tools = page
				.locator('[data-test-id="canvas-node-input-handle"][data-connection-type="ai_tool"]')
				.getByTestId('canvas-handle-plus');
			const review = items.filter({ hasText: 'Human review' }).first();
			// the canvas draws its handles again after loading: a press in that moment opens nothing
			await until(
				'the list of tools',
				async () => {
					if (!(await review.isVisible())) await tools.click();
					await review.waitFor({ timeout: 3_000 }).catch(() => undefined);
					return await review.isVisible();
				},
				{ within: 60_000, every: 500 },
			);
			await screenshot(page, 'send-and-wait-tools');
			await review.click();
			await items.filter({ hasText: 'WeCom Send and Wait' }).first().waitFor();
			await screenshot(page, 'send-and-wait-hitl');
		});
	});
});
